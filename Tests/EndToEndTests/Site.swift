import Foundation
import Glibc

/// A temporary folder with a home of its own, and everything that is started in it.
///
/// A class, because it is one place on the disk with one end.
final class Site {
  /// The folder that holds everything; it is the user's home folder, too.
  let folder: String
  var home: String { folder + "/lathe" }
  /// What every program here is started with.
  var environment: [String: String]
  /// What every program is started by: the words that lead into another mount namespace.
  var entry: [String] = []
  /// The folder below which this process sees what the site's programs see.
  var view = ""

  init() throws {
    var template = Array("/tmp/lathe-end-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: errno \(errno)") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    environment = [
      "HOME": folder, "LATHE_HOME": folder + "/lathe", "TERM": "xterm-256color",
      "LC_ALL": "C.UTF-8", "TZ": "UTC", "USER": "walker", "SHELL": "/bin/sh",
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      // A debug build else prints backtraces for a minute after a fatal signal.
      "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  deinit { end() }

  /// Ends every process that knows this folder, and removes it.
  private func end() {
    for _ in 0..<3 {
      for process in processes({ $0.contains(folder) }) { kill(process, SIGKILL) }
    }
    // What was just killed may still be writing.
    _ = awaited(within: 5) {
      try? FileManager.default.removeItem(atPath: folder)
      return FileManager.default.fileExists(atPath: folder) ? nil : true
    }
  }

  /// The binary beside the test bundle, or the one that `LATHE_BINARY` names.
  static let lathe: String = {
    if let named = ProcessInfo.processInfo.environment["LATHE_BINARY"] { return named }
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count)
    let bundle = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return bundle.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/lathe"
  }()

  /// Runs `lathe` with arguments to its end.
  @discardableResult
  func lathe(
    _ arguments: String...,
    setting: [String: String] = [:],
    within seconds: Double = 60
  ) throws -> ChildProcess.Result {
    try run([Site.lathe] + arguments, setting: setting, within: seconds)
  }

  /// Starts `lathe` with arguments, and does not wait for it.
  func start(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(entry + [Site.lathe] + arguments, environment: environment, folder: folder)
  }

  /// Runs a program to its end; an empty value takes a variable out of the environment.
  @discardableResult
  func run(
    _ arguments: [String],
    setting: [String: String] = [:],
    within seconds: Double = 60
  ) throws -> ChildProcess.Result {
    let variables = environment.merging(setting) { $1 }.filter { !$0.value.isEmpty }
    return try ChildProcess(entry + arguments, environment: variables, folder: folder)
      .result(within: seconds)
  }

  /// Writes a file of the folder, with the folders above it.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let path = name.hasPrefix("/") ? name : folder + "/" + name
    let parent = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// A file's text; nil when there is none.
  func read(_ name: String) -> String? {
    let path = name.hasPrefix("/") ? name : folder + "/" + name
    return try? String(contentsOfFile: view + path, encoding: .utf8)
  }

  /// The processes of this site whose command line pleases; arguments are divided by spaces.
  func processes(_ isMeant: (String) -> Bool) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { process in
      guard process != getpid() else { return false }
      let parts = ["cmdline", "environ"].map { Site.words("/proc/\(process)/\($0)") }
      return parts.joined().contains(folder) && isMeant(parts[0] + " " + parts[1])
    }
  }

  /// This home's agent; nil when none lives.
  var agent: pid_t? { processes { $0.split(separator: " ").dropFirst().first == "__agent" }.first }

  /// What SQLite says of a catalog: "ok", or what is wrong with it.
  func integrity(of catalog: String) throws -> String {
    let told = try run(["python3", "-c", Site.integrity, catalog])
    return told.output.isEmpty ? told.errors : String(told.output.dropLast())
  }

  private static let integrity = """
    import sqlite3, sys
    print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])
    """

  /// A file's size in bytes; -1 when there is no file.
  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : -1
  }

  static func words(_ path: String) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else { return "" }
    return String(decoding: bytes.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
  }
}

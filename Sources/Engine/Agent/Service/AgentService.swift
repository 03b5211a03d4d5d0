import Documents
import Foundation
import Glibc
package import Store

/// Has the system start a home's agent after the machine's start, by systemd or by cron.
///
/// Every call may be made again; what a user wrote into a crontab or another unit is never touched.
package struct AgentService: Sendable {
  package let unit: ServiceUnit
  /// Where the unit belongs.
  package let unitPath: String
  private let home: Home
  private let program: String
  private let userHome: String
  private let environment: [String: String]

  /// The service of a home for a user.
  ///
  /// `environment` is the user's: HOME, XDG_CONFIG_HOME and the PATH on which systemctl and crontab are
  /// looked for. `program`: the agent's; nil: the one that this process is.
  package init(
    home: Home,
    environment: [String: String],
    program: String? = nil,
    host: HostIdentity = .current
  ) throws {
    guard let program = program ?? OwnProgram.path else {
      throw Explanation(
        what: "The program of this process is not there any more.",
        why: "Its file was replaced or removed since it began.",
        next: "Run the command again."
      )
    }
    let userHome = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
    let settings = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    self.home = home
    self.program = program
    self.userHome = userHome
    self.environment = environment
    unit = ServiceUnit(home: home, program: program, userHome: userHome, host: host)
    unitPath = (settings ?? userHome + "/.config") + "/systemd/user/" + unit.name
  }

  package func crontabLine() throws -> CrontabLine {
    try CrontabLine(home: home, program: program, userHome: userHome)
  }

  // MARK: systemd

  /// Whether the user's systemd can be asked.
  package func hasSystemd() -> Bool {
    (try? run(["systemctl", "--user", "show-environment"]))?.isSuccess ?? false
  }

  /// Writes the unit and has systemd start it from the next start of the machine on.
  package func installUnit() throws {
    try makeFolder(String(unitPath[..<(unitPath.lastIndex(of: "/") ?? unitPath.startIndex)]))
    do {
      try Data(unit.text.utf8).write(to: URL(filePath: unitPath), options: .atomic)
    } catch {
      throw Explanation(
        what: "The unit \(unitPath) cannot be written.",
        why: error.localizedDescription,
        next: "Make its folder writable, or use cron: lathe agent install --cron"
      )
    }
    try must(["systemctl", "--user", "daemon-reload"])
    try must(["systemctl", "--user", "enable", "--quiet", unit.name])
  }

  /// Returns whether there was a unit.
  package func uninstallUnit() throws -> Bool {
    guard access(unitPath, F_OK) == 0 else { return false }
    let isThere = hasSystemd()
    if isThere { try must(["systemctl", "--user", "disable", "--quiet", unit.name]) }
    guard unlink(unitPath) == 0 || errno == ENOENT else {
      throw SystemFailure("remove \(unitPath)", errno)
    }
    if isThere { try must(["systemctl", "--user", "daemon-reload"]) }
    return true
  }

  // MARK: cron

  /// Puts the line into the user's crontab; returns whether it was not there yet.
  package func installCrontabLine() throws -> Bool {
    let line = try crontabLine()
    let table = try crontab()
    let new = line.added(to: table)
    guard new != table else { return false }
    try write(crontab: new)
    return true
  }

  /// Returns whether there was a line.
  package func uninstallCrontabLine() throws -> Bool {
    let line = try crontabLine()
    guard hasCron, case let table = try crontab(), line.isIn(table) else { return false }
    try write(crontab: line.removed(from: table))
    return true
  }

  package var hasCron: Bool {
    ChildProcess.executable("crontab", environment: environment, folder: "/") != nil
  }

  /// The user's crontab as it is; empty where there is none.
  private func crontab() throws -> String {
    let (result, text) = try collect(["crontab", "-l"])
    if result { return text }
    // What cannot be read must not be replaced.
    guard text.contains("no crontab for") else { throw refusal("crontab -l", text) }
    return ""
  }

  private func write(crontab text: String) throws {
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/lathe-crontab-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw SystemFailure("write into \(folder)", errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    do {
      defer { close(descriptor) }
      try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor, path) }
    }
    try must(["crontab", path])
  }

  // MARK: Programs

  /// Seconds that systemctl and crontab get.
  private static let patience = 20.0
  private static let longestOutput = 1 << 20

  private func run(_ words: [String]) throws -> ChildExit {
    try ChildProcess.collect(
      words,
      environment: environment,
      folder: "/",
      timeout: AgentService.patience
    ).exit
  }

  private func collect(_ words: [String]) throws -> (isSuccess: Bool, text: String) {
    let (exit, text) = try ChildProcess.collect(
      words,
      environment: environment,
      folder: "/",
      timeout: AgentService.patience,
      limit: AgentService.longestOutput
    )
    guard text.utf8.count < AgentService.longestOutput else {
      throw refusal(words.joined(separator: " "), "It printed more than a megabyte.")
    }
    return (exit.isSuccess, text)
  }

  private func must(_ words: [String]) throws {
    let (isSuccess, text) = try collect(words)
    if !isSuccess { throw refusal(words.joined(separator: " "), text) }
  }

  private func refusal(_ command: String, _ text: String) -> Explanation {
    let said = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return Explanation(
      what: "'\(command)' failed.",
      why: said.isEmpty ? "It said nothing." : said,
      next: "Nothing else was changed; 'lathe agent install --print' shows what it is about."
    )
  }
}

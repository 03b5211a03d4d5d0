import Documents
import Foundation
import Glibc
import Store

/// Copies a folder's files into an existing one, without what is made anew: `.git`, `.venv`, `__pycache__`.
///
/// Links that lead out of the folder, and what is neither file nor folder, are left out and named.
struct FolderCopy {
  private static let leftOut: Set<String> = [".git", ".venv", "__pycache__"]
  private static let mostEntries = 100_000
  private static let mostDepth = 64

  /// Relative paths that were not copied, with the reason.
  private(set) var skipped: [String] = []
  private var count = 0
  private let root: String

  /// Copies all; what was left out stands in `skipped` then.
  init(_ source: String, into target: String) throws {
    guard let real = realpath(source, nil) else { throw SystemFailure("read \(source)", errno) }
    root = String(cString: real)
    free(real)
    var facts = stat()
    guard stat(root, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw Explanation(
        what: "\(source) is not a folder.",
        next: "Give the path of a folder, or a git URL."
      )
    }
    guard let goal = realpath(target, nil) else { throw SystemFailure("read \(target)", errno) }
    defer { free(goal) }
    guard !(String(cString: goal) + "/").hasPrefix(root == "/" ? "/" : root + "/") else {
      throw Explanation(
        what: "\(source) cannot be copied into an instance.",
        why: "The instance's own folder lies in it.",
        next: "Make that folder an instance in place: 'lathe init'."
      )
    }
    try copy("", to: target, depth: 0)
  }

  private mutating func copy(_ path: String, to target: String, depth: Int) throws {
    guard depth <= Self.mostDepth else {
      throw tooLarge("is deeper than \(Self.mostDepth) folders")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: root + path).sorted()
    for name in names where !Self.leftOut.contains(name) {
      count += 1
      guard count <= Self.mostEntries else { throw tooLarge("has over \(Self.mostEntries) files") }
      let relative = path + "/" + name
      let goal = target + "/" + name
      var facts = stat()
      guard lstat(root + relative, &facts) == 0 else { continue }
      switch facts.st_mode & S_IFMT {
      case S_IFDIR:
        guard mkdir(goal, 0o700) == 0 else { throw SystemFailure("make \(goal)", errno) }
        try copy(relative, to: goal, depth: depth + 1)
      case S_IFREG: try copyFile(root + relative, to: goal, mode: facts.st_mode & 0o755)
      case S_IFLNK: try copyLink(relative, to: goal)
      default: skipped.append("\(relative.dropFirst()): it is not a file")
      }
    }
  }

  private func copyFile(_ source: String, to target: String, mode: mode_t) throws {
    let input = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard input >= 0 else { throw SystemFailure("read \(source)", errno) }
    defer { close(input) }
    let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode | 0o600)
    guard output >= 0 else { throw SystemFailure("write \(target)", errno) }
    defer { close(output) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(input, &buffer, buffer.count)
      if count == 0 { return }
      guard count > 0 else { throw SystemFailure("read \(source)", errno) }
      var written = 0
      while written < count {
        let result = buffer[written..<count].withUnsafeBytes {
          write(output, $0.baseAddress, $0.count)
        }
        guard result > 0 else { throw SystemFailure("write \(target)", errno) }
        written += result
      }
    }
  }

  private mutating func copyLink(_ relative: String, to target: String) throws {
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: root + relative)
    let real = realpath(root + relative, nil)
    defer { free(real) }
    let isInside = real.map { (String(cString: $0) + "/").hasPrefix(root + "/") } ?? false
    guard !link.hasPrefix("/"), isInside else {
      skipped.append("\(relative.dropFirst()): the link leads to \(link), out of the folder")
      return
    }
    guard symlink(link, target) == 0 else { throw SystemFailure("make \(target)", errno) }
  }

  private func tooLarge(_ why: String) -> Explanation {
    Explanation(
      what: "\(root) is too large to be copied.",
      why: "It \(why).",
      next: "Make it an instance in place: 'lathe init'."
    )
  }
}

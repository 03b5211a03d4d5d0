import Glibc

extension LogFailure {
  /// Where the last Python traceback in a log points: its deepest frame in the step's own folder.
  ///
  /// A syntax error comes without a traceback and has a form of its own. Frames of installed packages
  /// are passed over; nil when nothing in `work` is named.
  static func last(in lines: [String], work: String) -> LogFailure? {
    guard let end = lines.lastIndex(where: isMessage) else { return nil }
    let head = lines[..<end].lastIndex { $0.hasPrefix("Traceback (most recent call last)") }
    let first = head ?? max(0, end - 8)
    let folders = Set([work, canonical(work)].compactMap { $0 })
    for line in lines[first..<end].reversed() {
      guard let (file, number) = frame(line), let path = relative(file, to: folders) else {
        continue
      }
      return LogFailure(file: path, line: number, message: lines[end])
    }
    return nil
  }

  /// An unindented "NameError: ..." below frames: the traceback's last line.
  private static func isMessage(_ line: String) -> Bool {
    var line = line
    return line.withUTF8 { bytes in
      let name = bytes.prefix(201).prefix { $0 != UInt8(ascii: ":") }
      guard name.count <= 200, !name.contains(where: { $0 == 9 || $0 == 32 }) else { return false }
      return ends.contains { name.suffix($0.count).elementsEqual($0) }
    }
  }

  private static let ends = ["Error", "Exception", "Interrupt", "Exit", "Warning"]
    .map { Array($0.utf8) }

  /// `  File "train.py", line 12, in main`.
  private static func frame(_ line: String) -> (file: Substring, line: Int)? {
    let text = line.drop { $0 == " " || $0 == "|" || $0 == "\t" }
    guard text.hasPrefix("File \"") else { return nil }
    let rest = text.dropFirst(6)
    guard let quote = rest.firstIndex(of: "\"") else { return nil }
    let after = rest[quote...].dropFirst()
    guard after.hasPrefix(", line "), let number = Int(after.dropFirst(7).prefix { $0.isNumber })
    else { return nil }
    return (rest[..<quote], number)
  }

  private static func relative(_ file: Substring, to folders: Set<String>) -> String? {
    var path = file
    if file.hasPrefix("/") {
      guard let folder = folders.first(where: { file.hasPrefix($0 + "/") }) else { return nil }
      path = file.dropFirst(folder.count + 1)
    }
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !path.hasPrefix("<"), !parts.contains(".."),
      !parts.contains("site-packages")
    else { return nil }
    return parts.joined(separator: "/")
  }

  private static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// What a line of a log is, told by what the loggers and interpreters in use write.
enum LogLineKind {
  case warning, error, traceback
  /// "ValueError: ...", at a line's beginning.
  case exception

  /// Bytes of a line that are looked at.
  private static let most = 2048

  init?(_ line: String) {
    var line = line
    guard let kind = line.withUTF8({ LogLineKind($0) }) else { return nil }
    self = kind
  }

  init?<Bytes: RandomAccessCollection<UInt8>>(_ whole: Bytes) {
    let line = whole.prefix(LogLineKind.most)
    var found: LogLineKind?
    for index in line.indices where Self.beginnings[Int(line[index])] {
      let rest = line[index...]
      if index == line.startIndex, rest.starts(with: Self.head) {
        self = .traceback
        return
      }
      if Self.errors.contains(where: { rest.starts(with: $0) }) {
        self = .error
        return
      }
      if index == line.startIndex, Self.ends.contains(where: { rest.starts(with: $0) }) {
        self = .error
        return
      }
      if Self.warnings.contains(where: { rest.starts(with: $0) }) { found = .warning }
      if found == nil, Self.endsName(rest), line[..<index].allSatisfy(Self.isOfName) {
        self = .exception
        return
      }
    }
    guard let found else { return nil }
    self = found
  }

  private static let head = Array("Traceback (most recent call last)".utf8)
  private static let errors = ["ERROR", "CRITICAL", "FATAL", "[error]"].map { Array($0.utf8) }
  private static let ends = ["Segmentation fault", "Killed"].map { Array($0.utf8) }
  private static let warnings = ["WARN", "Warning:", "[warning]", "[warn]"].map { Array($0.utf8) }
  private static let names = ["Error", "Exception"].map { Array($0.utf8) }

  /// Whether an exception's name ends here: before a colon, or the line.
  private static func endsName(_ rest: some Collection<UInt8>) -> Bool {
    names.contains { name in
      guard rest.starts(with: name) else { return false }
      let after = rest.dropFirst(name.count).first
      return after == nil || after == UInt8(ascii: ":")
    }
  }

  /// The bytes that any of these words begins with.
  private static let beginnings: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    for word in [head] + errors + ends + warnings + names { table[Int(word[0])] = true }
    return table
  }()

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }
}

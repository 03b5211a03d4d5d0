/// A JSON value as the Python module writes facts: with Python's `NaN` and `Infinity`, and bounded.
enum FactNode: Equatable {
  case number(Double, String)
  case text(String)
  case object([String: FactNode])
  /// Lists, booleans and null: as they are written.
  case other(String)

  static let deepest = 16

  /// Nil for bytes that are no such value.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var reader = FactReader(bytes: bytes)
    guard let node = reader.value(depth: 0), reader.isAtEnd() else { return nil }
    self = node
  }

  /// As one line of text.
  var line: String {
    switch self {
    case .number(_, let text), .text(let text), .other(let text): text
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.line)" }
        .joined(separator: ", ") + "}"
    }
  }
}

private struct FactReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var index = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func isAtEnd() -> Bool {
    skipBlanks()
    return index == bytes.count
  }

  mutating func value(depth: Int) -> FactNode? {
    skipBlanks()
    guard index < bytes.count, depth <= FactNode.deepest else { return nil }
    let start = index
    switch bytes[index] {
    case UInt8(ascii: "\""): return text().map(FactNode.text)
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["):
      index += 1
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .other("[]") }
      repeat {
        guard value(depth: depth + 1) != nil else { return nil }
        skipBlanks()
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { return nil }
      return .other(written(from: start))
    default:
      if let number = NumberScanner.scan(bytes, &index) {
        return .number(number, written(from: start))
      }
      while index < bytes.count, (bytes[index] | 0x20) &- UInt8(ascii: "a") < 26 { index += 1 }
      let word = written(from: start)
      return ["true", "false", "null"].contains(word) ? .other(word) : nil
    }
  }

  private mutating func object(depth: Int) -> FactNode? {
    index += 1
    var members: [String: FactNode] = [:]
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipBlanks()
      guard let name = text() else { return nil }
      skipBlanks()
      guard take(UInt8(ascii: ":")), let node = value(depth: depth + 1) else { return nil }
      members[name] = node
      skipBlanks()
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}")) ? .object(members) : nil
  }

  private mutating func text() -> String? {
    guard let range = JSONText.range(bytes, &index) else { return nil }
    return JSONText.string(bytes, range)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() {
    while index < bytes.count, bytes[index] <= 32 { index += 1 }
  }

  private func written(from start: Int) -> String {
    String(decoding: bytes[start..<index], as: UTF8.self)
  }
}

/// Reads a line that is one JSON object into a row of values.
///
/// Numbers count, under their keys; those of objects within are joined with "/": `{"train": {"loss":
/// 1}}` logs `train/loss`. Texts, booleans, nulls and lists are passed over. Beside JSON's numbers,
/// Python's `NaN` and `Infinity` are read, and so is a dictionary as Python prints it, in single
/// quotes. An object with one of the keys that structured logs carry (`msg`, `message`, `level`,
/// `logger`, `severity`, a text each) is a log line and no row of metrics.
struct JSONLineScanner {
  static let deepest = 16

  private var path: [UInt8] = []
  private var isLog = false

  /// Whether the line is such an object; `row` holds its values then, which may be none.
  mutating func scan(_ line: UnsafeBufferPointer<UInt8>, into row: inout MetricRow) -> Bool {
    var index = 0
    JSONLineScanner.skipBlanks(line, &index)
    // Most lines of a log end here.
    guard index < line.count, line[index] == UInt8(ascii: "{") else { return false }
    row.clear()
    path.removeAll(keepingCapacity: true)
    isLog = false
    guard object(line, &index, depth: 0, into: &row), !isLog else { return false }
    JSONLineScanner.skipBlanks(line, &index)
    guard index == line.count else { return false }
    row.finish()
    return true
  }

  /// Reads the object whose brace stands at `index`.
  private mutating func object(
    _ line: UnsafeBufferPointer<UInt8>,
    _ index: inout Int,
    depth: Int,
    into row: inout MetricRow
  ) -> Bool {
    index += 1
    JSONLineScanner.skipBlanks(line, &index)
    guard index < line.count else { return false }
    if line[index] == UInt8(ascii: "}") {
      index += 1
      return true
    }
    while true {
      guard let key = JSONText.range(line, &index) else { return false }
      JSONLineScanner.skipBlanks(line, &index)
      guard index < line.count, line[index] == UInt8(ascii: ":") else { return false }
      index += 1
      JSONLineScanner.skipBlanks(line, &index)
      guard index < line.count,
        value(line, &index, key: key, depth: depth, into: &row)
      else { return false }
      JSONLineScanner.skipBlanks(line, &index)
      guard index < line.count else { return false }
      let byte = line[index]
      index += 1
      if byte == UInt8(ascii: "}") { return true }
      guard byte == UInt8(ascii: ",") else { return false }
      JSONLineScanner.skipBlanks(line, &index)
    }
  }

  private mutating func value(
    _ line: UnsafeBufferPointer<UInt8>,
    _ index: inout Int,
    key: Range<Int>,
    depth: Int,
    into row: inout MetricRow
  ) -> Bool {
    switch line[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      if depth == 0, JSONLineScanner.isLogKey(UnsafeBufferPointer(rebasing: line[key])) {
        isLog = true
        return false
      }
      return JSONText.range(line, &index) != nil
    case UInt8(ascii: "{"):
      guard depth < JSONLineScanner.deepest else { return false }
      let length = path.count
      withName(line, key) { path, name in
        // A path that no name fits behind is not made longer: each value of it is refused anyway.
        guard path.count <= MetricRow.longestName else { return }
        path += name.prefix(MetricRow.longestName)
        path.append(UInt8(ascii: "/"))
      }
      defer { path.removeLast(path.count - length) }
      return object(line, &index, depth: depth + 1, into: &row)
    case UInt8(ascii: "["):
      return JSONLineScanner.skipList(line, &index)
    default:
      guard let number = NumberScanner.scan(line, &index) else {
        return JSONLineScanner.skipWord(line, &index)
      }
      withName(line, key) { path, name in row.add(path: path, name, number) }
      return true
    }
  }

  /// Calls `body` with the path and a key's bytes, its escapes resolved.
  private mutating func withName(
    _ line: UnsafeBufferPointer<UInt8>,
    _ key: Range<Int>,
    _ body: (inout [UInt8], UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let raw = UnsafeBufferPointer(rebasing: line[key])
    guard raw.contains(UInt8(ascii: "\\")) else { return body(&path, raw) }
    // A byte of a name is written with six at most.
    JSONText.unescaped(raw.prefix(8 * MetricRow.longestName)).withUnsafeBufferPointer {
      body(&path, $0)
    }
  }

  // MARK: What is passed over

  private static func skipBlanks(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
    while index < line.count, line[index] == 32 || line[index] == 9 { index += 1 }
  }

  private static func skipList(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
    var depth = 0
    while index < line.count {
      switch line[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard JSONText.range(line, &index) != nil else { return false }
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      index += 1
      if depth == 0 { return true }
    }
    return false
  }

  /// `true`, `null`, `None` and the like.
  private static func skipWord(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
    let start = index
    while index < line.count, (line[index] | 0x20) &- UInt8(ascii: "a") < 26 { index += 1 }
    let word = UnsafeBufferPointer(rebasing: line[start..<index])
    return equals(word, "true") || equals(word, "false") || equals(word, "null")
      || equals(word, "True") || equals(word, "False") || equals(word, "None")
  }

  private static func isLogKey(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    switch key.count {
    case 3: equals(key, "msg")
    case 5: equals(key, "level")
    case 6: equals(key, "logger")
    case 7: equals(key, "message")
    case 8: equals(key, "severity")
    default: false
    }
  }
}

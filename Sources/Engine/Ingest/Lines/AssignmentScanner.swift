/// Reads a line of `name=value` pairs into a row of values: the plain form of the metrics file.
///
/// Pairs are parted by blanks, a comma behind a value is allowed. `step=` (or `global_step=`,
/// `iteration=`, `epoch=`) and `time=` (or `timestamp=`) say where the row belongs. A name with blanks
/// or `=` in it stands in double quotes.
enum AssignmentScanner {
  /// Whether the whole line could be read; an empty one and a comment (`#`) are rows without values.
  static func scan(_ line: UnsafeBufferPointer<UInt8>, into row: inout MetricRow) -> Bool {
    row.clear()
    var index = 0
    while true {
      while index < line.count, isBlank(line[index]) { index += 1 }
      if index == line.count || line[index] == UInt8(ascii: "#") { break }
      guard let name = name(line, &index), index < line.count, line[index] == UInt8(ascii: "=")
      else { return false }
      index += 1
      guard let value = NumberScanner.scan(line, &index) else { return false }
      guard index == line.count || isBlank(line[index]) || line[index] == UInt8(ascii: ",") else {
        return false
      }
      row.add(path: [], UnsafeBufferPointer(rebasing: line[name]), value)
    }
    row.finish()
    return true
  }

  private static func name(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Range<Int>? {
    if line[index] == UInt8(ascii: "\"") {
      let start = index + 1
      index = start
      while index < line.count, line[index] != UInt8(ascii: "\"") { index += 1 }
      guard index < line.count else { return nil }
      index += 1
      return start..<(index - 1)
    }
    let start = index
    while index < line.count, !isBlank(line[index]), line[index] != UInt8(ascii: "=") { index += 1 }
    return start < index ? start..<index : nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 || byte == UInt8(ascii: ",") || byte == 13
  }
}

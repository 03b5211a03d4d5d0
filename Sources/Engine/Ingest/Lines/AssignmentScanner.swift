/// Reads a line of `name=value` pairs into a row of values: the plain form of the metrics file.
///
/// Pairs are parted by blanks, a comma behind a value is allowed. `step=` (or `global_step=`,
/// `iteration=`, `epoch=`) and `time=` (or `timestamp=`) say where the row belongs. A name with blanks
/// or `=` in it stands in double quotes.
enum AssignmentScanner {
  /// Why a line cannot be read, with the place of the word that it is about.
  enum Fault: Equatable {
    case openQuote
    /// Nothing stands before `=`.
    case noName
    /// No `=` follows.
    case noSign(Range<Int>)
    case noNumber(Range<Int>)
  }

  /// Whether the whole line could be read; an empty one and a comment (`#`) are rows without values.
  static func scan(_ line: UnsafeBufferPointer<UInt8>, into row: inout MetricRow) -> Bool {
    read(line, into: &row) == nil
  }

  /// Nil where the whole line could be read.
  static func read(_ line: UnsafeBufferPointer<UInt8>, into row: inout MetricRow) -> Fault? {
    row.clear()
    var index = 0
    while true {
      while index < line.count, isBlank(line[index]) { index += 1 }
      if index == line.count || line[index] == UInt8(ascii: "#") { break }
      let isQuoted = line[index] == UInt8(ascii: "\"")
      guard let name = name(line, &index) else { return isQuoted ? .openQuote : .noName }
      guard index < line.count, line[index] == UInt8(ascii: "=") else { return .noSign(name) }
      index += 1
      let start = index
      guard let value = NumberScanner.scan(line, &index),
        index == line.count || isBlank(line[index])
      else { return .noNumber(start..<(line[start...].firstIndex(where: isBlank) ?? line.count)) }
      row.add(path: [], UnsafeBufferPointer(rebasing: line[name]), value)
    }
    row.finish()
    return nil
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

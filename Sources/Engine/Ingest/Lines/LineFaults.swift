/// Tells of the lines of `LATHE_METRICS` that cannot be read: where the first few stand and why, and of
/// the others how many they are.
struct LineFaults {
  /// Lines that have ended; nil where reading did not begin with the first one.
  private var ended: Int? = 0
  private var count = 0

  static let mostTold = 3
  private static let longestWord = 40
  private static let longestExcerpt = 80

  /// Another file, or this one anew, is read from its first line or from further on.
  mutating func begin(atFirstLine isFirst: Bool) { ended = isFirst ? 0 : nil }

  /// The line that was read last has ended.
  mutating func endLine() {
    if let before = ended { ended = before + 1 }
  }

  /// The line that is being read cannot be.
  mutating func add(_ line: UnsafeBufferPointer<UInt8>, to sink: inout MetricSink) {
    count += 1
    guard count <= LineFaults.mostTold else { return }
    let place = ended.map { "Line \($0 + 1)" } ?? "A line"
    let excerpt = String(decoding: line.prefix(LineFaults.longestExcerpt), as: UTF8.self)
    sink.warn(
      "line \(count)",
      "\(place) of LATHE_METRICS is left out, \(LineFaults.reason(line)): \(excerpt)"
    )
  }

  /// Nothing more is read: tells how many were not told of.
  func end(_ sink: inout MetricSink) {
    let more = count - LineFaults.mostTold
    guard more > 0 else { return }
    let lines =
      more == 1 ? "1 more line of LATHE_METRICS is" : "\(more) more lines of LATHE_METRICS are"
    sink.warn("lines", "\(lines) left out: they are neither name=value nor JSON.")
  }

  private static func reason(_ line: UnsafeBufferPointer<UInt8>) -> String {
    if line.first(where: { $0 != 32 && $0 != 9 }) == UInt8(ascii: "{") {
      return "it is not one whole JSON object of metrics"
    }
    var row = MetricRow()
    switch AssignmentScanner.read(line, into: &row) {
    case .openQuote: return "a quote is not closed"
    case .noName: return "no name stands before ="
    case .noSign(let word): return "'\(text(line[word]))' is no name=value"
    case .noNumber(let word) where word.isEmpty: return "no number stands behind ="
    case .noNumber(let word): return "'\(text(line[word]))' is no number"
    case nil: return "it cannot be read"
    }
  }

  private static func text(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    let text = String(decoding: word.prefix(longestWord), as: UTF8.self)
    return word.count > longestWord ? text + "..." : text
  }
}

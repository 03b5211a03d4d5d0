import Pipelines

/// Finds metrics in what a step prints: in JSON lines, and by its metric definitions in all others.
///
/// Of a JSON line, a declared definition finds what the line does not tell under the same name;
/// metrics that are only guessed are not looked for there.
struct LogInput {
  private struct Definition {
    let name: String
    let pattern: Pattern
    let valueGroup: Int
    let isGuess: Bool
  }

  static let source = "log"

  private let definitions: [Definition]
  private let isDeclared: Bool
  private var json = JSONLineScanner()
  private var row = MetricRow()
  /// How many lines each declared definition matched without a number in its group.
  private var numberless: [String: Int] = [:]

  init(metrics: [AttemptSpec.Metric]) throws {
    definitions = try metrics.compactMap { metric in
      // One without comes in by another way.
      guard let regex = metric.regex else { return nil }
      let pattern = try Pattern(regex)
      return Definition(
        name: metric.name,
        pattern: pattern,
        valueGroup: pattern.valueGroup,
        isGuess: metric.isGuess ?? false
      )
    }
    isDeclared = definitions.contains { !$0.isGuess }
  }

  /// Takes the metrics of one line, which has arrived at the sink's `now`.
  mutating func take(_ line: UnsafeBufferPointer<UInt8>, into sink: inout MetricSink) {
    if json.scan(line, into: &row), !row.fields.isEmpty || row.refused > 0 {
      sink.take(row)
      if isDeclared { search(line, isJSON: true, into: &sink) }
    } else if !definitions.isEmpty {
      search(line, isJSON: false, into: &sink)
    }
  }

  /// Takes what the definitions find.
  ///
  /// x is the group `step` where the pattern has it, else the count of the metric's points so far. A
  /// group that is no number is passed over; NaN and infinities are numbers.
  private mutating func search(
    _ line: UnsafeBufferPointer<UInt8>,
    isJSON: Bool,
    into sink: inout MetricSink
  ) {
    for definition in definitions {
      if isJSON, definition.isGuess || row.holds(definition.name) { continue }
      guard let match = definition.pattern.firstMatch(in: line) else { continue }
      guard let range = match[definition.valueGroup], let value = LogInput.number(line, range)
      else {
        if !definition.isGuess { numberless[definition.name, default: 0] += 1 }
        continue
      }
      guard let id = sink.id(of: definition.name) else { continue }
      let step = match["step"].flatMap { LogInput.number(line, $0) }
      sink.take(id, step: step ?? Double(sink.count(of: id)), time: sink.now, value: value)
    }
  }

  /// Whether lines matched a metric's pattern and none of them had a number: that is told by itself.
  func isNumberless(_ name: String) -> Bool { numberless[name] != nil }

  /// Nothing more is read: tells of lines that a declared metric's pattern matched without a number.
  func tellFaults(_ sink: inout MetricSink) {
    for (name, count) in numberless.sorted(by: { $0.key < $1.key }) {
      let lines = count == 1 ? "1 line matches" : "\(count) lines match"
      sink.warn(
        "numberless \(name)",
        "\(lines) the pattern of metric '\(name)', and what its group holds there is no number."
      )
    }
  }

  /// A number as scripts print them: `0.25`, `1e-4`, `.5`, `nan`, `-inf`, `95%`.
  private static func number(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double? {
    var text = UnsafeBufferPointer(rebasing: line[range])
    if let last = text.last, last == UInt8(ascii: "%") || last == UInt8(ascii: ",") {
      text = UnsafeBufferPointer(rebasing: text.dropLast())
    }
    var index = 0
    guard let number = NumberScanner.scan(text, &index), index == text.count else { return nil }
    return number
  }
}

extension Pattern {
  /// The group that holds the number: `value`, else the first one without a name, else the first.
  var valueGroup: Int {
    if let group = groupNames["value"] { return group }
    let named = Set(groupNames.values)
    return (1...max(1, groupCount)).first { !named.contains($0) } ?? 1
  }
}

import Pipelines
import Series
import Store

/// Finds metrics in log lines by their definitions and appends them to the attempt's series.
struct MetricScraper: ~Copyable {
  private struct Definition {
    let metric: AttemptSpec.Metric
    let pattern: Pattern
    let valueGroup: Int
  }

  private let definitions: [Definition]
  private var writer: SeriesWriter

  init(metrics: [AttemptSpec.Metric], folder: String) throws {
    let compiled = try metrics.compactMap { metric -> Definition? in
      guard let regex = metric.regex else { return nil }
      let pattern = try Pattern(regex)
      return Definition(metric: metric, pattern: pattern, valueGroup: pattern.valueGroup)
    }
    let opened = try SeriesWriter(folder: folder)
    definitions = compiled
    writer = opened
  }

  /// Searches one line, logged at `time` (seconds since 1970), for every metric.
  ///
  /// x is the group `step` where the pattern has it, else the count of the metric's points so far. A
  /// group that is no number is passed over; NaN and infinities are numbers.
  mutating func scan(_ line: UnsafeBufferPointer<UInt8>, time: Double) {
    for definition in definitions {
      guard let match = definition.pattern.firstMatch(in: line),
        let range = match[definition.valueGroup], let value = MetricScraper.number(line, range)
      else { continue }
      let step = match["step"].flatMap { MetricScraper.number(line, $0) }
      let name = definition.metric.name
      writer.append(name, step: step ?? Double(writer.count(of: name)), time: time, value: value)
    }
  }

  /// Writes what was found since the last call.
  mutating func flush() throws { try writer.flush() }

  /// How many points a metric has.
  func count(of name: String) -> Int { writer.count(of: name) }

  /// A number as scripts print them: `0.25`, `1e-4`, `.5`, `nan`, `-inf`, `NaN`, `Infinity`.
  static func number(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double? {
    var text = String(decoding: line[range], as: UTF8.self)
    if text.hasSuffix("%") || text.hasSuffix(",") { text.removeLast() }
    return Double(text)
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

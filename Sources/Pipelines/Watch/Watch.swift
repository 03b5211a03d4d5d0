/// Judges a step's points by its rules, one point after the other; each rule fires once a metric, and
/// for `mostOfARule` metrics at most: where ten thousand are NaN, nobody reads as many alerts.
///
/// A value that keeps a few numbers a rule, whatever the length of the series.
package struct Watch: Sendable {
  static let mostOfARule = 100

  private let rules: [WatchRule]
  private var states: [Key: WatchState] = [:]
  private var fired: Set<Key> = []
  /// How often each rule fired.
  private var counts: [Int]
  /// The rules that concern a metric, found once a name.
  private var concerned: [String: [Int]] = [:]
  private var lastHeard: Double

  private struct Key: Hashable {
    var rule: Int
    var metric: String?
  }

  /// `start`: when the step began, in seconds since 1970.
  package init(_ rules: [WatchRule], start: Double) {
    self.rules = rules
    counts = rules.map { _ in 0 }
    lastHeard = start
  }

  /// Whether any rule looks at a metric.
  package func concerns(_ metric: String) -> Bool { rules.contains { $0.concerns(metric) } }

  /// Judges one point.
  package mutating func take(
    _ metric: String,
    step: Double,
    time: Double,
    value: Double
  ) -> [WatchFinding] {
    guard !rules.isEmpty else { return [] }
    var findings: [WatchFinding] = []
    for index in concerned(metric) where counts[index] < Watch.mostOfARule {
      let rule = rules[index]
      let key = Key(rule: index, metric: rule.metric ?? metric)
      guard !fired.contains(key) else { continue }
      var state = states[key] ?? WatchState(rule)
      defer { states[key] = state }
      guard let words = state.judge(metric, step: step, value: value) else { continue }
      fired.insert(key)
      counts[index] += 1
      findings.append(
        WatchFinding(
          rule: rule.name,
          metric: key.metric,
          step: step,
          time: time,
          value: value,
          message: words,
          action: rule.action
        )
      )
    }
    return findings
  }

  private mutating func concerned(_ metric: String) -> [Int] {
    if let known = concerned[metric] { return known }
    let found = rules.indices.filter { rules[$0].concerns(metric) }
    concerned[metric] = found
    return found
  }
}

// MARK: Silence

extension Watch {
  /// The step printed or logged something.
  package mutating func hear(at time: Double) {
    lastHeard = max(lastHeard, time)
  }

  /// When the next silence would be too long, in seconds since 1970.
  package var deadline: Double? {
    rules.indices.compactMap { index in
      guard case .stalledTraining(let seconds) = rules[index].kind,
        !fired.contains(Key(rule: index))
      else { return nil }
      return lastHeard + seconds
    }.min()
  }

  /// Judges the silence until now.
  package mutating func wait(until now: Double) -> [WatchFinding] {
    var findings: [WatchFinding] = []
    for (index, rule) in rules.enumerated() {
      guard case .stalledTraining(let seconds) = rule.kind, now - lastHeard >= seconds,
        fired.insert(Key(rule: index)).inserted
      else { continue }
      findings.append(
        WatchFinding(
          rule: rule.name,
          metric: nil,
          step: .nan,
          time: now,
          value: .nan,
          message: "the step has printed nothing for \(number(seconds)) s.",
          action: rule.action
        )
      )
    }
    return findings
  }
}

extension WatchRule {
  func concerns(_ name: String) -> Bool {
    switch kind {
    case .stalledTraining: false
    case .overfit(let train, _, _, _): name == metric || name == train
    case .explodingTensor: metric == nil || name == metric
    case .lossNotDecreasing, .overtraining, .divergence, .threshold: name == metric
    }
  }
}

/// Four significant digits at most.
func number(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
  let digits = 4
  var scale = 1.0
  var size = abs(value)
  var exponent = 0
  while size >= 10 { (size, exponent) = (size / 10, exponent + 1) }
  while size < 1 { (size, exponent) = (size * 10, exponent - 1) }
  guard -5...8 ~= exponent else { return "\(value)" }
  for _ in 0..<abs(digits - 1 - exponent) { scale *= 10 }
  let rounded =
    digits - 1 >= exponent ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
  return rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
}

/// A rule that fired: what it saw, where.
package struct WatchFinding: Sendable, Codable {
  /// The rule's name as the pipeline has it.
  package var rule: String
  /// Nil for a rule that watches the step itself.
  package var metric: String?
  /// x of the point, NaN where there is none.
  package var step: Double
  /// Seconds since 1970.
  package var time: Double
  package var value: Double
  /// What was seen, in one sentence.
  package var message: String
  package var action: WatchRule.Action

  package init(
    rule: String,
    metric: String?,
    step: Double,
    time: Double,
    value: Double,
    message: String,
    action: WatchRule.Action
  ) {
    self.rule = rule
    self.metric = metric
    self.step = step
    self.time = time
    self.value = value
    self.message = message
    self.action = action
  }
}

extension WatchFinding: Equatable {
  /// NaN is what rules look for: here it equals itself.
  package static func == (a: WatchFinding, b: WatchFinding) -> Bool {
    func isSame(_ x: Double, _ y: Double) -> Bool { x == y || x.isNaN && y.isNaN }
    return a.rule == b.rule && a.metric == b.metric && a.message == b.message
      && a.action == b.action && isSame(a.step, b.step) && isSame(a.time, b.time)
      && isSame(a.value, b.value)
  }
}

extension WatchFinding {
  /// Whether another attempt has found the same at the same place of a curve.
  ///
  /// What has no place, as silence, is news each time.
  package func repeats(_ other: WatchFinding) -> Bool {
    step.isFinite && step == other.step && rule == other.rule && metric == other.metric
      && message == other.message
  }
}

// MARK: Words

extension WatchFinding {
  /// One sentence with the rule's name, for alerts and reasons.
  ///
  /// "NaN at 12: loss is NaN."
  package var words: String {
    step.isFinite ? "\(rule) at \(placeText(step)): \(message)" : "\(rule): \(message)"
  }

  /// The metric and where on its curve: "loss at 12"; nil for a rule that watches the step itself.
  package var place: String? {
    metric.map { step.isFinite ? "\($0) at \(placeText(step))" : $0 }
  }

  /// The line of a step's log.
  ///
  /// "watch rule NaN of step train, loss at 12: loss is NaN."
  package func line(of step: String) -> String {
    let place = place.map { ", \($0)" } ?? ""
    return "watch rule \(rule) of step \(step)\(place): \(message)"
  }
}

/// An x with all of its digits where it is whole: the next one is another step.
func placeText(_ step: Double) -> String {
  // Beyond this not every whole number has a Double of its own.
  guard step == step.rounded(), abs(step) <= 0x1p53 else { return number(step) }
  return String(Int(step))
}

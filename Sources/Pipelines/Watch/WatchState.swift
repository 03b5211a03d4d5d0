/// What one rule remembers of one metric.
struct WatchState: Sendable {
  private let rule: WatchRule
  /// Points in a row that met the rule's condition.
  private var row = 0
  private var best: Double?
  /// The point that later ones are held against.
  private var anchor: (step: Double, value: Double)?
  private var overfit = OverfitState()

  init(_ rule: WatchRule) {
    self.rule = rule
  }

  /// One sentence when the rule fires at this point.
  mutating func judge(_ metric: String, step: Double, value: Double) -> String? {
    switch rule.kind {
    case .explodingTensor(let onlyNaN):
      if value.isNaN { return "\(metric) is NaN." }
      return value.isInfinite && !onlyNaN ? "\(metric) is \(value > 0 ? "+Inf" : "-Inf")." : nil
    case .stalledTraining: return nil
    case .threshold(let above, let below, let patience):
      return threshold(metric, value, above: above, below: below, patience)
    default: break
    }
    // What is not finite is ExplodingTensor's to tell.
    guard value.isFinite else { return nil }
    switch rule.kind {
    case .lossNotDecreasing(let steps, let percent, let increase):
      return notDecreasing(metric, step, value, steps, percent, increase)
    case .overtraining(let patience, let delta):
      return overtraining(metric, value, patience, delta)
    case .divergence(let ratio, let patience): return divergence(metric, value, ratio, patience)
    case .overfit(let train, let threshold, let patience, let start):
      let pair = overfit.take(isTraining: metric == train, step: step, value: value)
      guard let pair, pair.step >= start, pair.train != 0 else { return nil }
      let ratio = (pair.validation - pair.train) / abs(pair.train)
      row = ratio > threshold ? row + 1 : 0
      guard row >= patience else { return nil }
      return "\(rule.metric ?? metric) is \(number(ratio * 100)) % above \(train): overfitting."
    case .explodingTensor, .stalledTraining, .threshold: return nil
    }
  }

  private mutating func threshold(
    _ metric: String,
    _ value: Double,
    above: Double?,
    below: Double?,
    _ patience: Int
  ) -> String? {
    if let above, value > above {
      row += 1
      return row >= patience ? "\(metric) is \(number(value)), above \(number(above))." : nil
    }
    if let below, value < below {
      row += 1
      return row >= patience ? "\(metric) is \(number(value)), below \(number(below))." : nil
    }
    row = 0
    return nil
  }

  /// Source: SageMaker Debugger, LossNotDecreasing.
  private mutating func notDecreasing(
    _ metric: String,
    _ step: Double,
    _ value: Double,
    _ steps: Double,
    _ percent: Double,
    _ increase: Double
  ) -> String? {
    guard let before = anchor, step >= before.step else {
      anchor = (step, value)
      return nil
    }
    guard step - before.step >= steps else { return nil }
    anchor = (step, value)
    guard before.value != 0 else { return nil }
    let change = (value - before.value) / abs(before.value) * 100
    let gain = rule.goal == .min ? -change : change
    let span = "from x \(placeText(before.step)) to \(placeText(step))"
    if gain < -increase {
      return "\(metric) got worse by \(number(-gain)) % \(span)."
    }
    guard gain < percent else { return nil }
    return
      "\(metric) improved by \(number(max(gain, 0))) % \(span), less than \(number(percent)) %."
  }

  /// Source: SageMaker Debugger, Overtraining.
  private mutating func overtraining(
    _ metric: String,
    _ value: Double,
    _ patience: Int,
    _ delta: Double
  ) -> String? {
    guard let best, gain(value, over: best) < delta else {
      best = value
      row = 0
      return nil
    }
    row += 1
    guard row >= patience else { return nil }
    return "\(metric) has not improved on \(number(best)) by \(number(delta)) in \(row) points."
  }

  private mutating func divergence(
    _ metric: String,
    _ value: Double,
    _ ratio: Double,
    _ patience: Int
  ) -> String? {
    guard let best, gain(value, over: best) < 0 else {
      best = value
      row = 0
      return nil
    }
    row = -gain(value, over: best) > ratio * abs(best) ? row + 1 : 0
    guard row >= patience else { return nil }
    return "\(metric) is \(number(value)), far from its best of \(number(best)): diverging."
  }

  /// How much better a value is than another, by the metric's goal.
  private func gain(_ value: Double, over other: Double) -> Double {
    rule.goal == .min ? other - value : value - other
  }
}

/// Pairs each validation value with the mean of the training values that belong to it.
///
/// Those are the ones at the same x, else those since the validation value before.
private struct OverfitState: Sendable {
  private var sum = 0.0
  private var count = 0.0
  private var lastTrainStep: Double?
  private var pending: (step: Double, value: Double)?

  mutating func take(
    isTraining: Bool,
    step: Double,
    value: Double
  ) -> (step: Double, validation: Double, train: Double)? {
    guard isTraining else {
      if count > 0, lastTrainStep.map({ $0 >= step }) ?? false {
        return pair((step, value))
      }
      // The training value of this x may still come; what waited before is judged now.
      let before = pending.flatMap { pair($0) }
      pending = (step, value)
      return before
    }
    if let waiting = pending, step > waiting.step, count > 0 {
      let found = pair(waiting)
      add(step, value)
      return found
    }
    add(step, value)
    guard let waiting = pending, waiting.step == step else { return nil }
    return pair(waiting)
  }

  private mutating func add(_ step: Double, _ value: Double) {
    sum += value
    count += 1
    lastTrainStep = step
  }

  private mutating func pair(
    _ point: (step: Double, value: Double)
  ) -> (step: Double, validation: Double, train: Double)? {
    pending = nil
    guard count > 0 else { return nil }
    defer { (sum, count) = (0, 0) }
    return (point.step, point.value, sum / count)
  }
}

/// A rule that watches a step's metrics while they are logged, as SageMaker Debugger's rules do.
///
/// Names, parameters and defaults are SageMaker Debugger's where it has the rule (ExplodingTensor,
/// LossNotDecreasing, Overfit, Overtraining, StalledTrainingRule); Divergence and Threshold are Lathe's.
package struct WatchRule: Sendable, Equatable, Codable {
  package enum Action: String, Sendable, Codable, CaseIterable {
    case alert = "Alert"
    /// The alert, and the run is stopped.
    case stop = "StopTraining"
  }

  package enum Kind: Sendable, Equatable, Codable {
    /// A value is NaN or infinite; with `onlyNaN`, NaN.
    case explodingTensor(onlyNaN: Bool)
    /// Over at least `numSteps` of x, the value improved by less than `diffPercent` percent, or got
    /// worse by more than `increaseThresholdPercent` percent.
    case lossNotDecreasing(
      numSteps: Double,
      diffPercent: Double,
      increaseThresholdPercent: Double
    )
    /// (validation - mean of training) / mean of training is above `ratioThreshold`, `patience` times
    /// in a row, from x `startStep` on.
    case overfit(train: String, ratioThreshold: Double, patience: Int, startStep: Double)
    /// No value in `patience` was better than the best before by `delta` or more.
    case overtraining(patience: Int, delta: Double)
    /// Neither output nor a point for `seconds`.
    case stalledTraining(seconds: Double)
    /// Worse than the best value by more than `ratio` times its size, `patience` times in a row.
    case divergence(ratio: Double, patience: Int)
    /// Above or below a bound, `patience` times in a row.
    case threshold(above: Double?, below: Double?, patience: Int)
  }

  package var kind: Kind
  /// Nil: every metric (ExplodingTensor) or none (StalledTraining).
  package var metric: String?
  /// What "better" is for the metric.
  package var goal: Goal
  package var action: Action
  /// The rule's name as the pipeline has it: what its user looks for in messages.
  package var written: String?
  /// Written once for all steps of a pipeline, whichever of them logs the metric.
  package var isForAll: Bool?

  package init(
    _ kind: Kind,
    metric: String? = nil,
    goal: Goal = .min,
    action: Action = .alert,
    written: String? = nil,
    isForAll: Bool? = nil
  ) {
    self.kind = kind
    self.metric = metric
    self.goal = goal
    self.action = action
    self.written = written
    self.isForAll = isForAll
  }

  /// The metrics without which the rule says nothing; none where another step may log them.
  package var expected: [String] {
    guard isForAll != true else { return [] }
    let own = metric.map { [$0] } ?? []
    if case .overfit(let train, _, _, _) = kind { return own + [train] }
    return own
  }

  /// As it is written, else SageMaker Debugger's name.
  package var name: String {
    if let written { return written }
    return switch kind {
    case .explodingTensor: "ExplodingTensor"
    case .lossNotDecreasing: "LossNotDecreasing"
    case .overfit: "Overfit"
    case .overtraining: "Overtraining"
    case .stalledTraining: "StalledTraining"
    case .divergence: "Divergence"
    case .threshold: "Threshold"
    }
  }
}

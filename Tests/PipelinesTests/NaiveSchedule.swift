import Pipelines

/// A schedule that looks at every step each time: slow, and plain enough to be right.
struct NaiveSchedule {
  private let steps: [Step]
  private var told: Set<String> = []
  private var ended: [String: Schedule.Outcome] = [:]
  private var isStopping = false

  init(_ pipeline: Pipeline) { steps = pipeline.steps }

  var isDone: Bool { ended.count == steps.count }

  mutating func ready() -> [String] {
    guard !isStopping else { return [] }
    let names = steps.filter { step in
      !told.contains(step.name) && ended[step.name] == nil
        && step.dependsOn.allSatisfy { isSuccess(ended[$0]) }
    }
    .map(\.name)
    told.formUnion(names)
    return names
  }

  mutating func end(_ name: String, _ outcome: Schedule.Outcome) -> [Schedule.Skip] {
    guard ended[name] == nil else { return [] }
    ended[name] = outcome
    if outcome == .stopped { isStopping = true }
    var skipped: [Schedule.Skip] = []
    for step in steps where !told.contains(step.name) && ended[step.name] == nil {
      guard let reason = isStopping ? "the run was stopped" : obstacle(to: step) else { continue }
      ended[step.name] = .skipped
      skipped.append(Schedule.Skip(step: step.name, reason: reason))
    }
    return skipped
  }

  private func obstacle(to step: Step) -> String? {
    if let branch = step.branch, case .condition(let outcome)? = ended[branch.condition],
      outcome != branch.outcome
    {
      return "\(branch.condition) is \(outcome)"
    }
    for name in step.dependsOn {
      switch ended[name] {
      case .failed: return "\(name) failed"
      case .stopped: return "\(name) was stopped"
      case .skipped: return "\(name) was skipped"
      case .succeeded, .cached, .condition, nil: continue
      }
    }
    return nil
  }

  private func isSuccess(_ outcome: Schedule.Outcome?) -> Bool {
    switch outcome {
    case .succeeded, .cached, .condition: true
    case .failed, .stopped, .skipped, nil: false
    }
  }
}

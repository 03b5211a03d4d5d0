/// Decides which steps of a run may start next, and runs none of them.
///
/// A pure value: whoever owns it starts what `ready` names, tells it by `end` how each step ended, and
/// records the steps that are skipped in consequence. Every step is told at most once, never before all
/// that it depends on has succeeded, and in the end each one has ended or is skipped.
package struct Schedule: Sendable, Equatable {
  /// How a step ended.
  package enum Outcome: Sendable, Equatable {
    case succeeded
    /// Its results were taken from the cache.
    case cached
    case failed(reason: String)
    /// Ended by a user's stop.
    case stopped
    /// A Condition step's decision.
    case condition(Bool)
    /// Never ran; what depends on it is skipped as well. Only for restoring (`init(_:ended:)`).
    case skipped
  }

  /// A step that will not run, and why: "train failed", "accuracy is false".
  package struct Skip: Sendable, Equatable {
    package let step: String
    package let reason: String

    package init(step: String, reason: String) {
      self.step = step
      self.reason = reason
    }
  }

  /// What follows from a step's end: the steps that are skipped now, in the pipeline's order.
  package struct Consequence: Sendable, Equatable {
    package let skipped: [Skip]

    package init(skipped: [Skip] = []) { self.skipped = skipped }
  }

  /// How the run ended.
  package enum Result: Sendable, Equatable {
    case succeeded
    /// The first step that failed.
    case failed(step: String, reason: String)
    case stopped
  }

  private enum State: Sendable, Equatable {
    case waiting
    /// Named by `ready`; it may be queued or running.
    case started
    case ended(Outcome)
  }

  private let steps: [Step]
  private var states: [String: State] = [:]
  private var failure: (step: String, reason: String)?
  private var isStopping = false
  /// What follows from the steps that had ended already when this was made (`init(_:ended:)`).
  package private(set) var restored = Consequence()

  /// A schedule in which nothing has started; the pipeline's steps stand in dependency order.
  package init(_ pipeline: Pipeline) {
    steps = pipeline.steps
    for step in steps { states[step.name] = .waiting }
  }

  /// A schedule in which some steps have ended already, for a run that is adopted or resumed.
  ///
  /// Steps that are neither in `ended` nor follow from it wait and are told by `ready`; whoever adopts a
  /// running step does not start it again. Names that the pipeline does not have are ignored.
  package init(_ pipeline: Pipeline, ended: [String: Outcome]) {
    self.init(pipeline)
    for step in steps {
      guard let outcome = ended[step.name], states[step.name] == .waiting else { continue }
      restored = Consequence(skipped: restored.skipped + end(step.name, outcome).skipped)
    }
  }

  /// The steps that may start now, in the pipeline's order; each is named once.
  package mutating func ready() -> [String] {
    guard !isStopping else { return [] }
    let names = steps.filter { isReady($0) }.map(\.name)
    for name in names { states[name] = .started }
    return names
  }

  /// Tells that a step has ended; what cannot run any more is skipped.
  ///
  /// A step that has ended already, or that the pipeline does not have, changes nothing.
  package mutating func end(_ step: String, _ outcome: Outcome) -> Consequence {
    switch states[step] {
    case nil, .ended: return Consequence()
    case .waiting, .started: break
    }
    states[step] = .ended(outcome)
    if case .failed(let reason) = outcome, failure == nil { failure = (step, reason) }
    if outcome == .stopped { isStopping = true }
    return Consequence(skipped: isStopping ? skipAllWaiting() : skipBlocked())
  }

  /// Stops the run: no further step is told, and those that wait are skipped.
  ///
  /// Steps that were told already are to be ended by whoever started them.
  package mutating func stop() -> Consequence {
    isStopping = true
    return Consequence(skipped: skipAllWaiting())
  }

  /// Whether every step has ended or is skipped.
  package var isDone: Bool {
    states.values.allSatisfy { if case .ended = $0 { true } else { false } }
  }

  /// How the run ended; nil while it goes on.
  package var result: Result? {
    guard isDone else { return nil }
    if isStopping { return .stopped }
    return failure.map { .failed(step: $0.step, reason: $0.reason) } ?? .succeeded
  }

  package static func == (a: Schedule, b: Schedule) -> Bool {
    a.steps == b.steps && a.states == b.states && a.isStopping == b.isStopping
      && a.failure?.step == b.failure?.step && a.failure?.reason == b.failure?.reason
  }
}

extension Schedule {
  private func isReady(_ step: Step) -> Bool {
    guard states[step.name] == .waiting else { return false }
    return step.dependsOn.allSatisfy { name in
      guard case .ended(let outcome) = states[name] else { return false }
      return outcome.isSuccess
    }
  }

  /// Skips what waits for a step that did not succeed or for the branch not taken.
  ///
  /// One pass is enough: the steps stand in dependency order.
  private mutating func skipBlocked() -> [Skip] {
    var skipped: [Skip] = []
    for step in steps where states[step.name] == .waiting {
      guard let reason = obstacle(to: step) else { continue }
      states[step.name] = .ended(.skipped)
      skipped.append(Skip(step: step.name, reason: reason))
    }
    return skipped
  }

  private mutating func skipAllWaiting() -> [Skip] {
    var skipped: [Skip] = []
    for step in steps where states[step.name] == .waiting {
      states[step.name] = .ended(.skipped)
      skipped.append(Skip(step: step.name, reason: "the run was stopped"))
    }
    return skipped
  }

  private func obstacle(to step: Step) -> String? {
    if let branch = step.branch, case .ended(.condition(let outcome)) = states[branch.condition],
      outcome != branch.outcome
    {
      return "\(branch.condition) is \(outcome)"
    }
    for name in step.dependsOn {
      guard case .ended(let outcome) = states[name] else { continue }
      switch outcome {
      case .failed: return "\(name) failed"
      case .stopped: return "\(name) was stopped"
      case .skipped: return "\(name) was skipped"
      case .succeeded, .cached, .condition: continue
      }
    }
    return nil
  }
}

extension Schedule.Outcome {
  fileprivate var isSuccess: Bool {
    switch self {
    case .succeeded, .cached, .condition: true
    case .failed, .stopped, .skipped: false
    }
  }
}

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

  private let pipeline: Pipeline
  /// The steps that directly depend on each step.
  private let dependents: [[Int]]
  private var states: [State]
  /// How many of each step's dependencies have not succeeded yet.
  private var missing: [Int]
  /// Steps that may start and have not been named yet.
  private var startable: [Int] = []
  /// How many steps neither have ended nor are skipped, and how many of those wait.
  private var openCount: Int
  private var waitingCount: Int
  private var failure: Failure?
  private var isStopping = false
  /// What follows from the steps that had ended already when this was made (`init(_:ended:)`).
  package private(set) var restored = Consequence()

  private struct Failure: Sendable, Equatable {
    var step: String
    var reason: String
  }

  /// A schedule in which nothing has started; the pipeline's steps stand in dependency order.
  package init(_ pipeline: Pipeline) {
    self.pipeline = pipeline
    let steps = pipeline.steps
    var dependents = [[Int]](repeating: [], count: steps.count)
    for (index, step) in steps.enumerated() {
      for name in step.dependsOn {
        // A step that waits for one that does not exist waits for ever.
        if let needed = pipeline.positions[name] { dependents[needed].append(index) }
      }
    }
    self.dependents = dependents
    states = Array(repeating: .waiting, count: steps.count)
    missing = steps.map(\.dependsOn.count)
    openCount = steps.count
    waitingCount = steps.count
    startable = missing.indices.filter { missing[$0] == 0 }
  }

  /// A schedule in which some steps have ended already, for a run that is adopted or resumed.
  ///
  /// Steps that are neither in `ended` nor follow from it wait and are told by `ready`; whoever adopts a
  /// running step does not start it again. Names that the pipeline does not have are ignored.
  package init(_ pipeline: Pipeline, ended: [String: Outcome]) {
    self.init(pipeline)
    guard !ended.isEmpty else { return }
    var skipped: [Skip] = []
    // Successes first: what has a result keeps it, whatever became of the steps before it.
    for isSuccess in [true, false] {
      for (index, step) in pipeline.steps.enumerated() where states[index] == .waiting {
        guard let outcome = ended[step.name], outcome.isSuccess == isSuccess else { continue }
        skipped += end(step.name, outcome).skipped
      }
    }
    restored = Consequence(skipped: skipped)
  }

  /// The steps that may start now, in the pipeline's order; each is named once.
  package mutating func ready() -> [String] {
    guard !isStopping, !startable.isEmpty else { return [] }
    let named = startable.filter { states[$0] == .waiting }.sorted()
    startable = []
    for index in named { states[index] = .started }
    waitingCount -= named.count
    return named.map { pipeline.steps[$0].name }
  }

  /// Tells that a step has ended; what cannot run any more is skipped.
  ///
  /// A step that has ended already, or that the pipeline does not have, changes nothing. Costs what
  /// changes: the steps that depend on this one, and those that are skipped.
  package mutating func end(_ step: String, _ outcome: Outcome) -> Consequence {
    guard let index = pipeline.positions[step] else { return Consequence() }
    switch states[index] {
    case .ended: return Consequence()
    case .waiting: waitingCount -= 1
    case .started: break
    }
    states[index] = .ended(outcome)
    openCount -= 1
    if case .failed(let reason) = outcome, failure == nil {
      failure = Failure(step: step, reason: reason)
    }
    if outcome == .stopped { isStopping = true }
    if outcome.isSuccess {
      for dependent in dependents[index] {
        missing[dependent] -= 1
        if missing[dependent] == 0 { startable.append(dependent) }
      }
    }
    if isStopping { return Consequence(skipped: skipAllWaiting()) }
    return outcome.blocksNothing ? Consequence() : Consequence(skipped: skipBlocked(behind: index))
  }

  /// Stops the run: no further step is told, and those that wait are skipped.
  ///
  /// Steps that were told already are to be ended by whoever started them.
  package mutating func stop() -> Consequence {
    isStopping = true
    return Consequence(skipped: skipAllWaiting())
  }

  /// Whether every step has ended or is skipped.
  package var isDone: Bool { openCount == 0 }

  /// How the run ended; nil while it goes on.
  package var result: Result? {
    guard isDone else { return nil }
    if isStopping { return .stopped }
    return failure.map { .failed(step: $0.step, reason: $0.reason) } ?? .succeeded
  }
}

extension Schedule {
  /// Skips what waits for a step that did not succeed or for the branch not taken.
  private mutating func skipBlocked(behind index: Int) -> [Skip] {
    var blocked = dependents[index].filter { states[$0] == .waiting && obstacle(to: $0) != nil }
    guard !blocked.isEmpty else { return [] }
    var reached = Set(blocked)
    var next = 0
    // What depends on a step that is skipped is skipped as well.
    while next < blocked.count {
      for dependent in dependents[blocked[next]]
      where states[dependent] == .waiting && reached.insert(dependent).inserted {
        blocked.append(dependent)
      }
      next += 1
    }
    // In the pipeline's order, a step's reason is known before those of the steps behind it.
    return Array(reached).sorted().map { skip($0, because: obstacle(to: $0) ?? "") }
  }

  private mutating func skipAllWaiting() -> [Skip] {
    guard waitingCount > 0 else { return [] }
    return states.indices.filter { states[$0] == .waiting }
      .map { skip($0, because: "the run was stopped") }
  }

  private mutating func skip(_ index: Int, because reason: String) -> Skip {
    states[index] = .ended(.skipped)
    openCount -= 1
    waitingCount -= 1
    return Skip(step: pipeline.steps[index].name, reason: reason)
  }

  private func obstacle(to index: Int) -> String? {
    let step = pipeline.steps[index]
    if let branch = step.branch, case .ended(.condition(let outcome)) = state(branch.condition),
      outcome != branch.outcome
    {
      return "\(branch.condition) is \(outcome)"
    }
    for name in step.dependsOn {
      guard case .ended(let outcome) = state(name) else { continue }
      switch outcome {
      case .failed: return "\(name) failed"
      case .stopped: return "\(name) was stopped"
      case .skipped: return "\(name) was skipped"
      case .succeeded, .cached, .condition: continue
      }
    }
    return nil
  }

  private func state(_ name: String) -> State? { pipeline.positions[name].map { states[$0] } }
}

extension Schedule.Outcome {
  /// Whether no step is skipped for it; a condition has a branch that is not taken.
  fileprivate var blocksNothing: Bool {
    switch self {
    case .succeeded, .cached: true
    case .condition, .failed, .stopped, .skipped: false
    }
  }

  fileprivate var isSuccess: Bool {
    switch self {
    case .succeeded, .cached, .condition: true
    case .failed, .stopped, .skipped: false
    }
  }
}

import Store

extension RunStatus {
  /// The one table of legal transitions; a run's status changes nowhere but along it.
  var next: Set<RunStatus> {
    switch self {
    case .queued: [.executing, .stopping, .stopped, .failed, .succeeded]
    case .executing: [.stopping, .stopped, .failed, .succeeded]
    case .stopping: [.stopped, .failed, .succeeded]
    // Resumed; a run of a sweep waits for its turn again.
    case .stopped, .failed: [.executing, .queued]
    case .succeeded: []
    }
  }
}

extension StepStatus {
  /// The one table of legal transitions; a step's status changes nowhere but along it.
  var next: Set<StepStatus> { StepStatus.transitions[self] ?? [] }

  /// Made once: it is asked for with every change of every step.
  private static let transitions = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, $0.legal) }
  )

  private var legal: Set<StepStatus> {
    switch self {
    case .waiting:
      [.queued, .starting, .executing, .cached, .succeeded, .failed, .skipped, .stopped]
    case .queued: [.starting, .executing, .cached, .succeeded, .failed, .skipped, .stopped]
    // Queued: its attempt was never claimed, or is to be tried again.
    case .starting, .executing: [.queued, .executing, .stopping, .stopped, .succeeded, .failed]
    case .stopping: [.stopped, .succeeded, .failed]
    // Resumed.
    case .stopped, .failed, .skipped: [.waiting]
    case .succeeded, .cached: []
    }
  }
}

extension RunStatus {
  /// The status behind a legal transition.
  func moved(to status: RunStatus) -> RunStatus {
    precondition(
      self == status || next.contains(status),
      "a run goes from \(self) to \(status)"
    )
    return status
  }
}

extension StepStatus {
  /// The status behind a legal transition.
  func moved(to status: StepStatus) -> StepStatus {
    precondition(
      self == status || next.contains(status),
      "a step goes from \(self) to \(status)"
    )
    return status
  }
}

extension RunRecord {
  mutating func move(to status: RunStatus) { self.status = self.status.moved(to: status) }
}

extension StepRecord {
  mutating func move(to status: StepStatus) { self.status = self.status.moved(to: status) }
}

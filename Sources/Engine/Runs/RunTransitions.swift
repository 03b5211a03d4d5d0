import Store

extension RunStatus {
  /// The one table of legal transitions; a run's status changes nowhere but along it.
  var next: Set<RunStatus> {
    switch self {
    case .queued: [.executing, .stopping, .stopped, .failed, .succeeded]
    case .executing: [.stopping, .stopped, .failed, .succeeded]
    case .stopping: [.stopped, .failed, .succeeded]
    // Resumed.
    case .stopped, .failed: [.executing]
    case .succeeded: []
    }
  }
}

extension StepStatus {
  /// The one table of legal transitions; a step's status changes nowhere but along it.
  var next: Set<StepStatus> {
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

extension RunRecord {
  mutating func move(to status: RunStatus) {
    precondition(
      self.status == status || self.status.next.contains(status),
      "a run goes from \(self.status) to \(status)"
    )
    self.status = status
  }
}

extension StepRecord {
  mutating func move(to status: StepStatus) {
    precondition(
      self.status == status || self.status.next.contains(status),
      "a step goes from \(self.status) to \(status)"
    )
    self.status = status
  }
}

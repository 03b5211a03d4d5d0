import Documents
import Engine
import Foundation
import Store
import Terminal

/// What commands do with several runs and sweeps at once.
///
/// All names are known before the first of them is touched. What cannot be done with one is said, and
/// keeps nothing from being done with the others.
extension Session {
  /// Of the runs of `ranges` only those that are running are meant.
  func stop(_ all: [NamedRuns], ranges: [ClosedRange<Int>]) throws {
    let meant = all.running(in: ranges)
    guard !meant.isEmpty else {
      throw Explanation(
        what: "None of these \(all.count) runs is running.",
        next: "'lathe runs' shows which runs are."
      )
    }
    try each(meant, "stopped") { named in
      switch named {
      case .run(let run):
        try checkIsRunning(run)
        // It may have ended since it was named, or its sweep was stopped just now.
        let before = try catalog.run(run.id) ?? run
        if before.status.isActive, before.status != .stopping {
          try stopUnlessEnded(run)
        }
        let now = try catalog.run(run.id) ?? run
        return Line("\(now.shortName) \(now.status.rawValue)", now.status.mark.style)
      case .sweep(let sweep):
        try agent.send(.stopSweep(sweep.id))
        return SweepProgress.heading(try catalog.state(of: sweep), at: Date())
      }
    }
  }

  func resume(_ all: [NamedRuns]) throws {
    try each(all, "resumed") { named in
      switch named {
      case .run(let run):
        let words = try resumption(of: run)
        try agent.send(.resume(run: run.id))
        return words
      case .sweep(let sweep):
        try agent.send(.resumeSweep(sweep.id))
        return Line("\(sweep.shortName) goes on, with the code as it is now.", .bold)
      }
    }
  }

  func remove(_ all: [NamedRuns]) throws {
    try each(all.inOrderOfRemoval, "removed", repeating: true) { named in
      switch named {
      case .run(let run):
        try checkIsOver(run)
        try agent.send(.remove(run: run.id))
        return Line("\(run.shortName) is in the trash: \(home.trash)")
      case .sweep(let sweep):
        let removal = try removal(of: sweep)
        if let refusal = removal.refusal { throw refusal }
        return removal.lines(trash: home.trash)[0]
      }
    }
  }

  /// Does something with each of several, and tells what came of it; throws the first refusal.
  private func each(
    _ all: [NamedRuns],
    _ done: String,
    repeating: Bool = false,
    _ body: (NamedRuns) throws -> Line
  ) throws {
    let outcomes = Outcomes(of: all, repeating: repeating, body)
    // What was done is told before what was not.
    if !outcomes.done.isEmpty || isJSON {
      let refused = outcomes.refusals.map { refusal -> JSON in
        [
          "run": JSON(refusal.name), "what": JSON(refusal.reason.what),
          "why": JSON(refusal.reason.why),
        ]
      }
      answer(
        .object([
          .init(done, .array(outcomes.done.map { .string($0.name) })),
          .init("refused", .array(refused)),
        ])
      ) { outcomes.done.map(\.line) }
    }
    for refusal in outcomes.refusals.dropFirst() {
      errors.print(ErrorReport.lines(for: refusal.reason))
    }
    if let first = outcomes.refusals.first { throw first.reason }
  }

  /// Stops a run; one that has ended by itself by then needs no stopping.
  private func stopUnlessEnded(_ run: RunRecord) throws {
    do {
      try agent.send(.stop(run: run.id))
    } catch {
      guard let now = try catalog.run(run.id), !now.status.isActive else { throw error }
    }
  }

  /// Throws an `Explanation` for a run that does not run.
  func checkIsRunning(_ run: RunRecord) throws {
    guard run.status.isActive else {
      throw Explanation(
        what: "\(run.shortName) is not running.",
        why: "Its status is \(run.status.rawValue).",
        next: "'lathe runs' shows which runs are."
      )
    }
  }

  /// Throws an `Explanation` for a run that has not ended, and cannot be removed.
  func checkIsOver(_ run: RunRecord) throws {
    guard run.status != .stopping else {
      throw Explanation(
        what: "\(run.shortName) is still stopping.",
        why: "Its steps have their 'grace' (10s without one) to end.",
        next: "'lathe watch \(run.shortName)' waits for its end; then it can be removed."
      )
    }
    guard !run.status.isActive else {
      throw Explanation(
        what: "\(run.shortName) is still running.",
        why: "Its status is \(run.status.rawValue).",
        next: "'lathe stop \(run.shortName)' first."
      )
    }
  }
}

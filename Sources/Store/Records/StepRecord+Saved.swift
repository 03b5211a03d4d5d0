package import Foundation

extension [StepRecord] {
  /// Seconds that a run would have taken longer without the cache, as far as that is known.
  ///
  /// Steps of different branches run at once: it is how much longer the longest chain of steps gets when
  /// those from the cache take as long as the executions that made their results.
  package func savedSeconds(at now: Date) -> Double {
    guard contains(where: { $0.status == .cached && ($0.savedSeconds ?? 0) > 0 }) else { return 0 }
    return longest(at: now) { $0.savedSeconds ?? 0 } - longest(at: now) { _ in 0 }
  }

  /// Seconds of the longest chain; the steps are in an order in which none stands before what it needs.
  private func longest(at now: Date, cached: (StepRecord) -> Double) -> Double {
    var ends = [String: Double](minimumCapacity: count)
    for step in self {
      let own =
        step.status == .cached
        ? cached(step) : step.started.map { (step.ended ?? now).seconds(since: $0) } ?? 0
      ends[step.name] = own + (step.dependsOn.compactMap { ends[$0] }.max() ?? 0)
    }
    return ends.values.max() ?? 0
  }
}

extension Catalog {
  /// What the cache saved of some runs, in seconds by run; runs in which it saved nothing are left out.
  package func savedSeconds(of runs: [RunRecord], at now: Date) throws -> [Int: Double] {
    var saved: [Int: Double] = [:]
    for run in runs where run.stepsCached > 0 {
      let seconds = try steps(of: run.id).savedSeconds(at: now)
      if seconds > 0 { saved[run.id] = seconds }
    }
    return saved
  }
}

import Documents
import Foundation
import Store

extension Agent {
  /// Tells what a collection would free; one whose runs were approved frees it.
  ///
  /// Looking and removing is slow and has a thread of its own; only rows are deleted here.
  func collect(
    _ request: CollectRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    if request.approved != nil {
      guard !isCollecting else {
        throw Explanation(
          what: "A collection is under way.",
          next: "Ask again when it has ended."
        )
      }
      isCollecting = true
    }
    let collector = Collector(home: home, catalog: reader)
    work { post in
      let planned = Result {
        let plan = try collector.plan(request)
        return (plan, try collector.removable(request.approved, of: plan))
      }
      post { agent in
        do {
          let (plan, runs) = try planned.get()
          guard request.approved != nil else { return answer(.collection(plan), agent) }
          // What was shown may have been pinned or resumed since, or be needed by a run that was launched:
          // each is looked at once more when it goes.
          try agent.forget(runs[...], leaving: Set(runs)) { gone, agent in
            let gone = gone.map { CollectionReport(of: plan, only: $0) }
            agent.free(request, gone, answer)
          }
        } catch {
          agent.endCollection(.refused(Explanation(error)), request, answer)
        }
      }
    }
  }

  /// Deletes the rows of those of some runs that may still go, some a turn of the loop.
  ///
  /// A run goes before those whose logs it shows, or with them, wherever this is cut short.
  private func forget(
    _ wanted: ArraySlice<Int>,
    leaving: Set<Int>,
    after gone: Set<Int> = [],
    _ then: @escaping @Sendable (Result<Set<Int>, any Error>, Agent) -> Void
  ) throws {
    // What runs have taken meanwhile is in no row yet.
    if isRetrying, let obstacle { throw obstacle }
    var leaving = leaving
    let isTime = turnTime()
    let (now, later, aliases) = try catalog.write { transaction in
      let (now, later) = try transaction.deleteRuns(
        wanted,
        leaving: &leaving,
        unless: { runs[$0] != nil || isWaiting($0) },
        while: isTime
      )
      // Before any object goes: a later hit could else be promised one that does.
      guard later.isEmpty else { return (now, later, nil as [AliasRecord]?) }
      try transaction.deleteStaleExecutions()
      return (now, later, try transaction.aliases())
    }
    if let aliases { publications.take(all: aliases) }
    let all = gone.union(now)
    guard !later.isEmpty else { return then(.success(all), self) }
    loop.post { [leaving] agent in
      do {
        try agent.forget(later, leaving: leaving, after: all, then)
      } catch {
        then(.failure(error), agent)
      }
    }
  }

  private func free(
    _ request: CollectRequest,
    _ forgotten: Result<CollectionReport, any Error>,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) {
    let collector = Collector(home: home, catalog: reader)
    work { post in
      let freed = Result {
        let plan = try forgotten.get()
        var report = try collector.free(request)
        report.runs = plan.runs
        report.target = plan.target
        if plan.target != nil { report.target?.left = try collector.home.usage().total }
        return report
      }
      post { agent in
        switch freed {
        case .success(let report): agent.endCollection(.collection(report), request, answer)
        case .failure(let error):
          agent.endCollection(.refused(Explanation(error)), request, answer)
        }
      }
    }
  }

  private func endCollection(
    _ reply: AgentReply,
    _ request: CollectRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) {
    if request.approved != nil { isCollecting = false }
    answer(reply, self)
  }

  /// Keeps a run from any collection, or lets it go with the others again.
  func pin(_ id: Int, _ isPinned: Bool) throws {
    guard var run = try runs[id]?.run ?? reader.run(id) else {
      throw Explanation(what: "There is no run r\(id).", next: "'lathe runs' lists them.")
    }
    run.isPinned = isPinned
    _ = change(id) { $0.run.isPinned = isPinned }
    try catalog.write { [run] in try $0.save(run) }
    try syncDecision()
  }

  /// Moves damaged objects aside that somebody has found, so that what made them runs again.
  ///
  /// Each is read once more: a whole one stays.
  func setAside(
    _ digests: [Digest],
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) {
    let objects = objects
    work { post in
      for digest in digests { objects.setAside(damaged: digest) }
      post { agent in answer(.done, agent) }
    }
  }
}

extension CollectionReport {
  init(of plan: CollectionReport, only runs: Set<Int>) {
    self = plan
    self.runs = plan.runs.filter { runs.contains($0.run) }
  }
}

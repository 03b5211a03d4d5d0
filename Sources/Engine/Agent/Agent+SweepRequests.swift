import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  func launch(
    _ request: SweepRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let token = request.launch.token
    if let sweep = try catalog.write({ try $0.sweep(launchedBy: token) }) {
      // Asked again, as the agent that recorded it died before it could answer.
      answer(.sweep(sweep), self)
      return
    }
    try prepare(request) { prepared, agent in
      do {
        try agent.begin(try prepared.get(), answer)
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  /// Takes the snapshot of a sweep on a thread of its own.
  func prepare(
    _ request: SweepRequest,
    isPlanning: Bool = false,
    _ then: @escaping @Sendable (Result<PreparedSweep, any Error>, Agent) -> Void
  ) throws {
    let (launch, instance, earlier) = try meant(by: request.launch)
    var request = request
    request.launch = launch
    var launcher = launcher
    launcher.isPlanning = isPlanning
    let reader = reader
    work { [request, launcher] post in
      let prepared = Result {
        var prepared = try launcher.prepare(request, instance: instance, earlier: earlier)
        try launcher.select(&prepared.base, from: reader)
        return prepared
      }
      post { agent in
        if let gpus = (try? prepared.get())?.base.gpus { agent.see(gpus) }
        then(prepared, agent)
      }
    }
  }

  // MARK: Stop and remove

  func stop(sweep id: Int) throws {
    let sweep = try known(sweep: id)
    guard recordings[id] == nil else {
      let what = "\(sweep.shortName) was stopped before all of its runs were recorded."
      return giveUp(recording: id, Explanation(what: what, next: "Nothing of it has begun."))
    }
    guard let active = sweeps[id] else {
      throw Explanation(
        what: "\(sweep.shortName) is not running.",
        why: "None of its runs executes or waits.",
        next: "'lathe runs --sweep \(sweep.shortName)' shows them."
      )
    }
    let under = active.queue.active.sorted().filter { runs[$0]?.run.status.isActive ?? false }
    // First what runs: where the catalog cannot be written, they may be what fills the disk.
    for run in under { try stop(run) }
    try stopWaiting(active.queue.waitingRuns, of: id)
  }

  /// Ends runs that were not let in yet; nothing of them is held in memory.
  func stopWaiting(_ ids: [Int], of sweep: Int) throws {
    try catalog.write { transaction in
      try transaction.endQueuedRuns(
        ids,
        as: RunStatus.queued.moved(to: .stopped),
        reason: ExitRecord.stoppedByUser,
        steps: [
          .queued: StepStatus.queued.moved(to: .stopped),
          .waiting: StepStatus.waiting.moved(to: .skipped),
        ],
        stepReason: "the run was stopped",
        at: Date()
      )
    }
    for id in ids { sweeps[sweep]?.queue.withdraw(id) }
    admit(to: sweep)
  }

  /// Removes the runs of a sweep that is over, some a turn of the loop; others are served meanwhile.
  ///
  /// A model's lineage leads to its run: those that made one stay, and so do pinned ones.
  func remove(
    sweep id: Int,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let sweep = try known(sweep: id)
    guard sweeps[id] == nil, recordings[id] == nil else {
      throw Explanation(
        what: "\(sweep.shortName) is running.",
        next: "Stop it first: lathe stop \(sweep.shortName)"
      )
    }
    try remove(try reader.runNumbers(ofSweep: id)[...], of: id, answer)
  }

  private func remove(
    _ runs: ArraySlice<Int>,
    of id: Int,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    // They may have got models or pins, or have been resumed, since the last turn.
    let kept = Set(try reader.models().map(\.run)).union(try reader.pinnedRuns(ofSweep: id))
    let isTime = turnTime()
    var rest = runs
    try catalog.write { transaction in
      while let run = rest.popFirst() {
        guard !kept.contains(run), self.runs[run] == nil, !isWaiting(run),
          try reader.runs(showing: run, besides: id, limit: 1).isEmpty
        else { continue }
        // Where the rows stay after all, the next removal finds the folder gone.
        try moveToTrash(run)
        try transaction.deleteRun(run)
        if !isTime() { break }
      }
    }
    guard !rest.isEmpty else {
      try syncDecision()
      return answer(.done, self)
    }
    loop.post { [rest] agent in
      do {
        try agent.remove(rest, of: id, answer)
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  private func known(sweep id: Int) throws -> SweepRecord {
    guard let sweep = try reader.sweep(id) else {
      throw Explanation(what: "There is no sweep s\(id).", next: "'lathe runs' lists the runs.")
    }
    return sweep
  }

  // MARK: Resume

  /// Continues the failed and stopped runs of a sweep on one snapshot, as many at once as before.
  func resume(
    sweep id: Int,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let sweep = try known(sweep: id)
    let ids = try reader.runNumbers(ofSweep: id, [.failed, .stopped])
      .filter { runs[$0] == nil && !isWaiting($0) }
    guard let first = ids.first else {
      throw Explanation(
        what: "There is nothing to resume in \(sweep.shortName).",
        why: "None of its runs has failed or was stopped.",
        next: sweeps[id] == nil
          ? "'lathe runs --sweep \(sweep.shortName)' shows them."
          : "'lathe watch \(sweep.shortName)' follows those that are under way."
      )
    }
    let earlier = try resumable(first)
    let others = try ids.map { try resumable($0).1.given }
    let request = LaunchRequest(
      instance: sweep.instance,
      what: earlier.1.what,
      environment: earlier.1.environment,
      caching: earlier.1.caching,
      selection: earlier.1.selection
    )
    let instance = try self.instance(sweep.instance)
    let launcher = launcher
    let (reader, objects) = (reader, objects)
    work { post in
      let prepared = Result {
        let prepared = try launcher.prepare(request, instance: instance, earlier: earlier)
        try prepared.check(others)
        let broken = try ids.map { ($0, Agent.broken(try reader.steps(of: $0), in: objects)) }
        return (prepared, Dictionary(uniqueKeysWithValues: broken))
      }
      post { agent in
        do {
          let (launch, broken) = try prepared.get()
          if let gpus = launch.gpus { agent.see(gpus) }
          try agent.goOn(ids, of: id, with: launch, broken)
          agent.reply(.sweep(id), answer)
        } catch {
          answer(.refused(Explanation(error)), agent)
        }
      }
    }
  }

  private func goOn(
    _ ids: [Int],
    of sweep: Int,
    with prepared: PreparedLaunch,
    _ broken: [Int: Set<String>]
  ) throws {
    var rows: [(RunRecord, [StepRecord], LaunchDifference?)] = []
    // Looked at anew: they may have been removed or resumed while the snapshot was taken.
    for (index, id) in ids.enumerated() where runs[id] == nil && !isWaiting(id) {
      guard let run = try reader.run(id), run.status == .failed || run.status == .stopped else {
        continue
      }
      let launch = try launch(of: run).body
      let own = LaunchDifference(
        given: launch.given,
        what: launch.isCommand ? launch.what : nil,
        token: "\(prepared.body.token)/\(index)"
      )
      let (resumed, steps) = try resumed(run, with: prepared, broken[id] ?? [])
      rows.append((resumed, steps, own))
    }
    try queue(rows, of: sweep, with: prepared)
  }

  /// Writes runs that are to be continued and puts them into their sweep's line.
  ///
  /// Those with a launch of their own share the rest of it; a single one has all of it.
  func queue(
    _ rows: [(run: RunRecord, steps: [StepRecord], own: LaunchDifference?)],
    of id: Int,
    with prepared: PreparedLaunch
  ) throws {
    let reason = try reader.sweep(id)?.waitingReason ?? ""
    let encoder = JSONEncoder()
    let body = String(decoding: try encoder.encode(prepared.body), as: UTF8.self)
    let shared = try catalog.write { transaction in
      let shared = rows.contains { $0.own != nil } ? try transaction.addSharedLaunch(body) : nil
      for (run, steps, own) in rows {
        var (run, steps) = (run, steps)
        run.move(to: .queued)
        steps.waitInLine(reason)
        try transaction.save(run)
        try transaction.save(steps)
        try transaction.saveLaunch(
          run: run.id,
          token: own?.token ?? prepared.body.token,
          body: try own.map { String(decoding: try encoder.encode($0), as: UTF8.self) } ?? body,
          shared: own == nil ? nil : shared
        )
      }
      return shared
    }
    try know(sweep: id, of: prepared.pipeline)
    // Also in the place of a launch of this number that is no more.
    if let shared {
      sweeps[id]?.launches[shared] = SharedLaunch(body: prepared.body, pipeline: prepared.pipeline)
    }
    sweeps[id]?.queue.queue(rows.map(\.run.id))
    admit(to: id)
  }
}

extension PreparedLaunch {
  /// Refuses values that the pipeline does not take any more.
  fileprivate func check(_ given: [[String: String]]) throws {
    guard !body.isCommand else { return }
    let declared = Set(pipeline.parameters.map(\.name))
    for values in given {
      _ = try pipeline.values(for: values.filter { declared.contains($0.key) })
    }
  }
}

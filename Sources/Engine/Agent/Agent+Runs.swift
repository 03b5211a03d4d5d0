import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Agent {
  /// Takes up every run that is not over: those of an earlier agent as well.
  ///
  /// Returns whether what was found of each is written down; what is not, the next agent finds again.
  @discardableResult
  func adoptRuns() throws -> Bool {
    var isAll = true
    // On a full disk they go by and by; until then they hold up nothing else.
    let unfinished = try reader.unfinishedSweeps()
    for sweep in unfinished.sorted() { deleteUnfinished(sweep) }
    for run in try reader.activeRuns().reversed() {
      if let sweep = run.sweep, unfinished.contains(sweep) { continue }
      do {
        if let sweep = run.sweep {
          try know(sweep: sweep, of: try? launch(of: run).pipeline)
          // It has not begun: it waits for its turn as before.
          guard run.status != .queued else {
            sweeps[sweep]?.queue.queue([run.id])
            continue
          }
          sweeps[sweep]?.queue.hold(run.id)
        }
        let active = try wake(run)
        add(active)
        for step in active.active { hold(step, of: active) }
        publishAgain(run.id)
      } catch {
        isAll =
          giveUp(run, reason: "It could not be continued: \(Explanation(error).what)") && isAll
        if let sweep = run.sweep { sweeps[sweep]?.queue.end(run.id) }
      }
    }
    // Nothing is started before the ledger knows of all that runs already.
    for id in runs.keys.sorted() {
      for step in runs[id]?.active ?? [] {
        settle(RunnerName(run: id, step: step.name, attempt: step.attempt))
      }
    }
    for id in sweeps.keys.sorted() { admit(to: id) }
    return isAll
  }

  /// A run as the catalog has it, to be gone on with.
  func wake(_ run: RunRecord) throws -> ActiveRun {
    let (launch, pipeline) = try launch(of: run)
    let steps = try reader.steps(of: run.id)
    if isAfterRestart { try checkWhole(run, steps) }
    return ActiveRun(
      run: run,
      steps: steps,
      pipeline: pipeline,
      launch: launch
    )
  }

  /// Ends a run that no agent can continue; false: it cannot be written now, and is found again by the
  /// next agent.
  private func giveUp(_ run: RunRecord, reason: String) -> Bool {
    var lost = run
    lost.move(to: .failed)
    lost.ended = Date()
    lost.reason = reason
    let open = ((try? reader.steps(of: run.id)) ?? []).filter { !$0.status.isEnd }
    let steps = open.map { step in
      var step = step
      step.move(to: step.status.isActive ? .failed : .skipped)
      step.ended = step.started == nil ? nil : lost.ended
      step.reason = reason
      return step
    }
    for step in open where step.status.isActive {
      abandon(home.attempt(run: run.id, step: step.name, attempt: step.attempt))
    }
    do {
      try catalog.write { [lost] transaction in
        try transaction.save(lost)
        for step in steps { try transaction.save(step) }
      }
      return true
    } catch {
      log("\(run.shortName) could not be given up: \(error)")
      return false
    }
  }

  /// Sees to it that nothing runs for a run that nobody knows.
  private func abandon(_ folder: AttemptFolder) {
    if (try? Claim.giveUp(folder)) ?? false { return }
    guard case .alive(let claim) = Claim.state(of: folder), claim.pid != getpid() else { return }
    let descriptor = lathe_pidfd_open(claim.pid)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Its number may have been given to another process since.
    guard Claim.state(of: folder) == .alive(claim) else { return }
    _ = lathe_pidfd_signal(descriptor, SIGTERM)
  }

  /// Takes the share and the cache key of a step that an earlier agent started.
  private func hold(_ step: StepRecord, of active: ActiveRun) {
    guard let declared = active.pipeline.step(step.name), let process = declared.process else {
      return
    }
    let name = RunnerName(run: step.run, step: step.name, attempt: step.attempt)
    shares.hold(
      waiting(declared, process, of: active),
      gpus: step.gpus.map(\.uuid),
      cpuSet: (try? AttemptSpec.read(folder(of: name)))?.cpuSet
    )
    guard process.isCached, let digest = step.key else { return }
    computing[digest] = name
    keys[name] = key(of: name, digest, declared, process, in: active)
  }

  /// The parts of a key that an earlier agent computed; nil when they are not found again.
  func key(
    of name: RunnerName,
    _ digest: Digest,
    _ step: Step,
    _ process: ProcessStep,
    in active: ActiveRun
  ) -> CacheKey? {
    // They explain later misses, and are in the claim.
    let parts = (try? AttemptSpec.read(folder(of: name)))?.keyParts ?? [:]
    let claimed = CacheKey(components: parts)
    if claimed.digest == digest { return claimed }
    guard let plan = try? planner(of: active).plan(step, process, in: active),
      plan.key.digest == digest
    else { return nil }
    return plan.key
  }

  /// Starts a launch that was prepared on a worker thread; returns the run's number.
  func begin(_ prepared: PreparedLaunch) throws -> Int {
    // Asked for twice at once: two snapshots were prepared, and the first one has begun.
    let token = prepared.body.token
    if let begun = runs.values.first(where: { $0.launch.token == token }) { return begun.run.id }
    if let run = try catalog.write({ try $0.run(launchedBy: token) }) { return run }
    try checkIsInService(prepared.run.instance)
    let parent = try prepared.run.parent ?? nearestRun(to: prepared.run)
    var run = prepared.run
    run.id = try catalog.write { try $0.nextRun() }
    run.parent = parent
    var active = ActiveRun(
      run: run,
      steps: prepared.steps.map { step in
        var step = step
        step.run = run.id
        // A result of a reference run has its log there.
        if step.logRun == 0 { step.logRun = run.id }
        return step
      },
      pipeline: prepared.pipeline,
      launch: prepared.body
    )
    active.take(prepared)
    try active.isNew()
    add(active)
    return run.id
  }

  /// A snapshot takes its time: the instance may have been stopped or taken down meanwhile.
  func checkIsInService(_ name: String) throws {
    guard try instance(name).status == .inService else {
      throw Explanation(
        what: "The instance '\(name)' was stopped while the run was prepared.",
        next: "'lathe stacks' shows it."
      )
    }
  }

  /// The run that a new one is told against: of the newest ones of its pipeline the one that it differs
  /// least from, the newest at a tie.
  func nearestRun(to run: RunRecord) throws -> Int? {
    run.nearest(
      among: try reader.runs(
        of: run.pipeline,
        in: run.instance,
        limit: KeyDifference.memory(isSwept: false)
      )
    )?.id
  }
}

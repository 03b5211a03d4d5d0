import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Agent {
  /// Takes up every run that is not over: those of an earlier agent as well.
  func adoptRuns() throws {
    for run in try reader.activeRuns().reversed() {
      do {
        guard let body = try catalog.write({ try $0.launch(of: run.id) }) else {
          throw Explanation(what: "The launch of \(run.shortName) is missing from the catalog.")
        }
        let launch = try JSONDecoder().decode(LaunchBody.self, from: Data(body.utf8))
        let active = ActiveRun(
          run: run,
          steps: try reader.steps(of: run.id),
          pipeline: try launch.pipeline(named: run.pipeline),
          launch: launch
        )
        runs[run.id] = active
        for step in active.active { hold(step, of: active) }
      } catch {
        giveUp(run, reason: "It could not be continued: \(Explanation(error).what)")
      }
    }
    // Nothing is started before the ledger knows of all that runs already.
    for id in runs.keys.sorted() {
      for step in runs[id]?.active ?? [] {
        settle(RunnerName(run: id, step: step.name, attempt: step.attempt))
      }
    }
    for id in runs.keys.sorted() { advance(id) }
  }

  /// Ends a run that no agent can continue; what cannot be written now is found again by the next one.
  private func giveUp(_ run: RunRecord, reason: String) {
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
    do {
      try catalog.write { [lost] transaction in
        try transaction.save(lost)
        for step in steps { try transaction.save(step) }
      }
    } catch {
      log("\(run.shortName) could not be given up: \(error)")
    }
  }

  /// Takes the share and the cache key of a step that an earlier agent started.
  private func hold(_ step: StepRecord, of active: ActiveRun) {
    guard let declared = active.pipeline.step(step.name), let process = declared.process else {
      return
    }
    let name = RunnerName(run: step.run, step: step.name, attempt: step.attempt)
    _ = ledger.take(holding(active.run, step.name, process), instance: nil, force: true)
    guard process.isCached, let digest = step.key else { return }
    computing[digest] = name
    // The parts of the key explain later misses; they are found again as long as they give the same.
    if case .execute(_, let key) = starter(active).start(declared, process), key.digest == digest {
      keys[name] = key
    }
  }

  private func starter(_ active: ActiveRun) -> StepStarter {
    StepStarter(
      home: home,
      objects: objects,
      active: active,
      execution: { [catalog] key in
        // A result of this very run may not be written yet.
        active.executions.first { $0.key == key }
          ?? (try? catalog.write { try $0.execution(key) }) ?? nil
      }
    )
  }

  /// Starts a launch that was prepared on a worker thread; returns the run's number.
  func begin(_ prepared: PreparedLaunch) throws -> Int {
    // Asked for twice at once: two snapshots were prepared, and the first one has begun.
    let token = prepared.body.token
    if let run = try catalog.write({ try $0.run(launchedBy: token) }) { return run }
    // The snapshot takes its time: the instance may have been stopped or taken down meanwhile.
    guard try instance(prepared.run.instance).status == .inService else {
      throw Explanation(
        what: "The instance '\(prepared.run.instance)' was stopped while the run was prepared.",
        next: "'lathe stacks' shows it."
      )
    }
    var prepared = prepared
    let body = String(decoding: try JSONEncoder().encode(prepared.body), as: UTF8.self)
    let earlier = try reader.runs(instance: prepared.run.instance, limit: 50)
      .first { $0.pipeline == prepared.run.pipeline }
    let run = try catalog.write { [prepared] transaction in
      var run = prepared.run
      run.id = try transaction.nextRun()
      run.parent = run.parent ?? earlier?.id
      try transaction.save(run)
      for var step in prepared.steps {
        step.run = run.id
        step.logRun = run.id
        try transaction.save(step)
      }
      try transaction.saveLaunch(run: run.id, token: prepared.body.token, body: body)
      return run
    }
    for index in prepared.steps.indices {
      prepared.steps[index].run = run.id
      prepared.steps[index].logRun = run.id
    }
    runs[run.id] = ActiveRun(
      run: run,
      steps: prepared.steps,
      pipeline: prepared.pipeline,
      launch: prepared.body
    )
    advance(run.id)
    return run.id
  }

  /// Starts everything of a run that can start now, and writes what has changed.
  func advance(_ id: Int) {
    guard var active = runs[id] else { return }
    var waiting: [String] = []
    while let name = active.queue.first {
      active.queue.removeFirst()
      if !start(name, of: &active) { waiting.append(name) }
    }
    active.queue = waiting
    if active.run.started == nil, active.steps.values.contains(where: { $0.started != nil }) {
      active.run.started = Date()
      active.run.move(to: .executing)
    }
    active.conclude(now: Date())
    runs[id] = active
    commit(id)
  }

  /// Starts or ends one step; false when it has to wait for room.
  private func start(_ name: String, of active: inout ActiveRun) -> Bool {
    guard let step = active.pipeline.step(name) else { return true }
    let starter = starter(active)
    switch step.work {
    case .process(let process):
      return start(step, process, starter, of: &active)
    case .condition(let condition):
      do {
        let outcome = try starter.decide(condition)
        finish(step, .condition(outcome), of: &active) { $0.outcome = outcome }
      } catch {
        fail(step, Explanation(error), of: &active)
      }
    case .register(let register):
      do {
        let model = try self.model(of: register, starter, active)
        // Equal bytes are the same model: a rerun from the cache makes no new version.
        let same = try reader.models()
          .first { $0.group == model.group && $0.artifact == model.artifact }
        if same == nil { active.models.append(model) }
        finish(step, .succeeded, of: &active) {
          $0.reason = same.map { "the same as \($0.shortName)" } ?? "model \(model.group)"
        }
      } catch {
        fail(step, Explanation(error), of: &active)
      }
    case .fail(let message):
      let text = (try? starter.references.resolve(message)) ?? "The pipeline failed."
      active.alerts.append(AlertRecord(run: active.run.id, message: text, time: Date()))
      finish(step, .failed(reason: text), of: &active) { $0.reason = text }
    }
    return true
  }

  private func start(
    _ step: Step,
    _ process: ProcessStep,
    _ starter: StepStarter,
    of active: inout ActiveRun
  ) -> Bool {
    switch starter.start(step, process) {
    case .fail(let explanation):
      fail(step, explanation, of: &active)
    case .cached(let hit):
      take(hit, for: step, of: &active)
    case .end(let outcome):
      finish(step, outcome, of: &active) { _ in }
    case .execute(let spec, let key):
      let name = RunnerName(run: spec.run, step: spec.step, attempt: spec.attempt)
      var obstacle: String?
      if process.isCached, let other = computing[key.digest] {
        obstacle = "waits for r\(other.run) \(other.step), which computes the same"
      } else {
        obstacle = ledger.take(
          holding(active.run, step.name, process),
          instance: try? reader.instance(active.run.instance)
        )
      }
      if let obstacle {
        active.change(step.name) {
          $0.move(to: .queued)
          $0.reason = obstacle
        }
        return false
      }
      let earlier = try? catalog.write {
        try $0.newestExecution(pipeline: active.run.pipeline, step: step.name)
      }
      keys[name] = key
      if process.isCached { computing[key.digest] = name }
      active.change(step.name) {
        $0.move(to: .executing)
        $0.attempt = spec.attempt
        $0.logRun = spec.run
        $0.logAttempt = spec.attempt
        $0.started = Date()
        $0.ended = nil
        $0.exitCode = nil
        $0.signal = nil
        $0.reason = nil
        $0.facts = StepFacts()
        $0.key = key.digest
        $0.cacheReason =
          process.isCached ? key.reason(against: earlier?.components) : "caching is off"
      }
      placements.append((name, spec))
    }
    return true
  }

  private func holding(_ run: RunRecord, _ step: String, _ process: ProcessStep) -> Ledger.Holding {
    Ledger.Holding(
      run: run.id,
      step: step,
      instance: run.instance,
      cpus: process.cpus,
      memory: process.memory ?? 0
    )
  }

  private func take(_ hit: ExecutionRecord, for step: Step, of active: inout ActiveRun) {
    let facts = (try? reader.steps(of: hit.run))?.first { $0.name == hit.step }?.facts
    active.change(step.name) {
      $0.move(to: .cached)
      $0.started = Date()
      $0.ended = $0.started
      $0.reason = nil
      $0.key = hit.key
      $0.outputs = hit.outputs
      $0.cachedFrom = hit.run
      $0.savedSeconds = hit.seconds
      $0.logRun = hit.run
      $0.logAttempt = hit.attempt
      $0.facts = facts ?? StepFacts()
    }
    let summaries = ((try? reader.metrics(of: hit.run)) ?? []).filter { $0.step == hit.step }
    let sparkline = (try? reader.run(hit.run))?.sparkline ?? []
    active.take(
      summaries.map { summary in
        var own = summary
        own.run = active.run.id
        own.step = step.name
        return own
      },
      sparkline: sparkline
    )
    active.end(step.name, .cached)
  }

  private func finish(
    _ step: Step,
    _ outcome: Schedule.Outcome,
    of active: inout ActiveRun,
    _ change: (inout StepRecord) -> Void
  ) {
    active.change(step.name) {
      var isFailure = false
      if case .failed = outcome { isFailure = true }
      $0.move(to: isFailure ? .failed : .succeeded)
      $0.started = Date()
      $0.ended = $0.started
      $0.reason = nil
      change(&$0)
    }
    active.end(step.name, outcome)
  }

  private func fail(_ step: Step, _ explanation: Explanation, of active: inout ActiveRun) {
    let reason = [explanation.what, explanation.why].filter { !$0.isEmpty }.joined(separator: " ")
    finish(step, .failed(reason: reason), of: &active) { $0.reason = reason }
  }

  private func model(
    of register: RegisterStep,
    _ starter: StepStarter,
    _ active: ActiveRun
  ) throws -> ModelRecord {
    guard let artifact = active.steps[register.model.step]?.outputs[register.model.output] else {
      throw Explanation(
        what: "Step '\(register.model.step)' made no output '\(register.model.output)'."
      )
    }
    let references = starter.references
    return ModelRecord(
      group: try references.resolve(register.group),
      version: 0,
      approval: Approval(rawValue: register.approval) ?? .pending,
      run: active.run.id,
      step: register.model.step,
      instance: active.run.instance,
      artifact: artifact,
      metrics: register.report.map { references.numbers(step: $0.step, output: $0.output) } ?? [:],
      description: try register.description.map(references.resolve) ?? "",
      created: Date()
    )
  }
}

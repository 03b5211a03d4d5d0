import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// Decides what follows from what has happened, writes it in one transaction, and starts it.
  ///
  /// Called behind each turn of the loop; costs nothing when nothing has happened.
  func wave() {
    guard marked.isEmpty && unwritten.isEmpty || !leaveIfDispossessed() else { return }
    instances = [:]
    checks.budget = ResultChecks.budget
    programs.remember()
    repeat {
      while !marked.isEmpty {
        let ids = takeMarked()
        unwritten.formUnion(ids)
        for id in ids.sorted() { _ = change(id) { decide(&$0) } }
        place()
      }
      if !unwritten.isEmpty || !answers.isEmpty { write() }
      // An attempt that could not be handed over has ended meanwhile, and nothing else may wake the loop.
    } while !marked.isEmpty
    planned = [:]
    programs.forget()
    readResults()
  }

  // MARK: Decide

  /// Looks at every step that is ready: it ends at once, comes from the cache, or waits for room.
  private func decide(_ active: inout ActiveRun) {
    var sources = CachedSources(reader: reader) { [unowned self] in runs[$0] }
    var hand = ResultsAtHand()
    while true {
      let names = active.takeSteps()
      guard !names.isEmpty else { break }
      var plans: [StepPlan] = []
      for name in names {
        guard let step = active.pipeline.step(name) else { continue }
        do {
          let planner = try planner(of: active)
          if let process = step.process {
            plans.append(try planner.plan(step, process, in: active))
          } else {
            try finish(step, planner.references(of: step, in: active), of: &active)
          }
        } catch {
          fail(step, Explanation(error), of: &active)
        }
      }
      let (known, unread) = hits(for: plans, of: active, &hand)
      for plan in plans {
        if let result = unread[plan.key.digest] {
          check(result, for: plan.step.name, of: &active)
        } else if let hit = known[plan.key.digest] {
          let accepted = hit.key == plan.key.digest ? nil : acceptance(of: plan.key.digest)
          active.take(hit, for: plan.step, from: &sources, because: accepted)
        } else if !isAwaited(plan, of: &active) {
          active.waitForRoom(plan.step.name)
          remember(plan, of: active.run.id)
          newWaiting.append(waiting(plan.step, plan.process, of: active))
        }
      }
    }
    active.conclude(now: Date())
  }

  /// What starts in this wave need not be planned again; of many that wait, few do.
  private func remember(_ plan: StepPlan, of run: Int) {
    if planned.count < 64 { planned[Shares.Name(run: run, step: plan.step.name)] = plan }
  }

  func planner(of active: ActiveRun) throws -> StepPlanner {
    if let known = planners[active.run.id] { return known }
    let planner = StepPlanner(
      launch: active.launch,
      code: try code(of: active.run, active.launch),
      home: home,
      objects: objects,
      programs: programs
    )
    planners[active.run.id] = planner
    return planner
  }

  /// Whether an equal step runs already, whose result is waited for.
  private func isAwaited(_ plan: StepPlan, of active: inout ActiveRun) -> Bool {
    guard active.launch.takesResults(of: plan.step), let other = computing[plan.key.digest] else {
      return false
    }
    active.wait(
      plan.step.name,
      "waits for r\(other.run) \(other.step), which computes the same"
    )
    awaiting[plan.key.digest, default: []].append((active.run.id, plan.step.name))
    return true
  }

  /// Ends a step that runs no process.
  private func finish(_ step: Step, _ references: References, of active: inout ActiveRun) throws {
    switch step.work {
    case .process: return
    case .condition(let condition):
      let outcome = try condition.comparisons.allSatisfy { try $0.holds(references) }
      active.finish(step, .condition(outcome)) { $0.outcome = outcome }
    case .register(let register):
      let model = try self.model(of: register, references, active)
      // Equal bytes are the same model: a rerun from the cache makes no new version.
      let same = try reader.models()
        .first { $0.group == model.group && $0.artifact == model.artifact }
      if same == nil { active.models.append(model) }
      active.finish(step, .succeeded) {
        $0.reason = same.map { "the same as \($0.shortName)" } ?? "model \(model.group)"
      }
    case .fail(let message):
      let text = (try? references.resolve(message)) ?? "The pipeline failed."
      active.alerts.append(AlertRecord(run: active.run.id, message: text, time: Date()))
      active.finish(step, .failed(reason: text)) { $0.reason = text }
    }
  }

  private func model(
    of register: RegisterStep,
    _ references: References,
    _ active: ActiveRun
  ) throws -> ModelRecord {
    guard let artifact = active.steps[register.model.step]?.outputs[register.model.output] else {
      throw Explanation(
        what: "Step '\(register.model.step)' made no output '\(register.model.output)'."
      )
    }
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

  private func fail(_ step: Step, _ explanation: Explanation, of active: inout ActiveRun) {
    let reason = [explanation.what, explanation.why].filter { !$0.isEmpty }.joined(separator: " ")
    active.finish(step, .failed(reason: reason)) { $0.reason = reason }
  }

  // MARK: Place

  /// Gives the machine's room to steps that wait for it.
  private func place() {
    for step in newWaiting { shares.queue(step) }
    newWaiting = []
    lookAtGPUs()
    while true {
      let placed = shares.place()
      var hasMore = false
      for placement in placed {
        let isStarted = change(placement.run) { start(placement, of: &$0) } ?? false
        if !isStarted {
          shares.release(run: placement.run, step: placement.step)
          hasMore = true
        }
      }
      guard hasMore else { break }
    }
    if shares.waitingCount == 0 {
      executor.rest()
      publications.nobodyWaits()
    }
    for id in runs.keys { _ = change(id) { tellReasons(&$0, isDue: false) } }
  }

  /// Starts a step that has got its share; false when it does not need it any more.
  private func start(_ placement: Shares.Placement, of active: inout ActiveRun) -> Bool {
    guard active.waiting.contains(placement.step),
      let step = active.pipeline.step(placement.step), let process = step.process
    else { return false }
    do {
      var hand = ResultsAtHand()
      let planner = try planner(of: active)
      let name = Shares.Name(run: active.run.id, step: step.name)
      let plan = try planned[name] ?? planner.plan(step, process, in: active)
      active.stopWaiting(step.name)
      if isAwaited(plan, of: &active) { return false }
      if publications.mayHave(plan.key.digest),
        !hits(for: [plan], of: active, &hand).whole.isEmpty
      {
        // An equal step had its room earlier, and has ended since this one began to wait for its own.
        active.look(at: step.name)
        mark(active.run.id)
        return false
      }
      var spec = try planner.spec(plan, in: active)
      spec.gpus = placement.gpus
      if process.gpus != nil {
        spec.environment[VisibleGPUs.variable] = placement.gpus.joined(separator: ",")
        spec.environment["SM_NUM_GPUS"] = String(placement.gpus.count)
      }
      limit(&spec, to: placement, process, in: instance(of: active.run))
      begin(plan, spec, of: &active)
      return true
    } catch {
      fail(step, Explanation(error), of: &active)
      mark(active.run.id)
      return false
    }
  }

  /// What an instance that is smaller than the machine leaves to a step.
  private func limit(
    _ spec: inout AttemptSpec,
    to placement: Shares.Placement,
    _ process: ProcessStep,
    in instance: InstanceRecord?
  ) {
    guard let instance else { return }
    if instance.cpus != nil {
      spec.cpuSet = placement.cpuSet
      spec.limits.cpus = process.cpus.quota
    }
    guard process.memory == nil, let memory = instance.memory, memory < machine.memory else {
      return
    }
    spec.limits.memory = memory
    spec.limits.memoryOf = instance.instanceType
  }

  /// What a step asks for.
  func waiting(_ step: Step, _ process: ProcessStep, of active: ActiveRun) -> Shares.Waiting {
    let instance = instance(of: active.run)
    return Shares.Waiting(
      run: active.run.id,
      step: step.name,
      instance: active.run.instance,
      wants: Shares.Amounts(
        cpus: process.cpus,
        memory: process.memory ?? 0,
        gpus: process.gpus ?? 0
      ),
      limits: Shares.Limits(
        cpus: instance?.cpus.map { CPUs($0) },
        memory: instance?.memory,
        gpus: instance?.gpus
      ),
      parallel: active.pipeline.maxParallelSteps,
      visible: process.gpus == nil ? nil : VisibleGPUs(active.launch.environment)
    )
  }

  private func begin(_ plan: StepPlan, _ spec: AttemptSpec, of active: inout ActiveRun) {
    let name = RunnerName(spec)
    keys[name] = plan.key
    // One that takes no results may run beside an equal one, on which others wait.
    if plan.process.isCached, computing[plan.key.digest] == nil {
      computing[plan.key.digest] = name
    }
    let reason = reason(of: plan, in: active)
    active.begin(plan.step.name) {
      $0.attempt = spec.attempt
      $0.logRun = spec.run
      $0.logAttempt = spec.attempt
      $0.started = Date()
      $0.ended = nil
      $0.exitCode = nil
      $0.signal = nil
      $0.reason = nil
      $0.facts = StepFacts()
      $0.key = plan.key.digest
      $0.cacheReason = reason
      $0.gpus = shares.machine.assigned(spec.gpus)
    }
    placements.append((name, spec))
  }

  /// What the instance's type allows; looked up once a wave.
  private func instance(of run: RunRecord) -> InstanceRecord? {
    if let known = instances[run.instance] { return known }
    let found = try? catalog.instance(run.instance)
    instances[run.instance] = found
    return found
  }

  /// Tells the steps that wait what they wait for.
  ///
  /// In a run of many steps only now and then: the reasons change with each step that ends.
  private func tellReasons(_ active: inout ActiveRun, isDue: Bool) {
    guard !active.waiting.isEmpty else { return }
    guard isDue || active.waiting.count <= Shares.reasonLimit else { return tellReasonsLater() }
    let told = Dictionary(uniqueKeysWithValues: shares.reasons(of: active.run.id))
    for name in active.waiting { active.wait(name, told[name] ?? "waits for its turn") }
    if !active.unsaved.isEmpty { unwritten.insert(active.run.id) }
  }

  private func tellReasonsLater() {
    guard !isTellingReasons else { return }
    isTellingReasons = true
    loop.after(0.5) { [unowned self] in
      isTellingReasons = false
      for id in runs.keys { _ = change(id) { tellReasons(&$0, isDue: true) } }
    }
  }
}

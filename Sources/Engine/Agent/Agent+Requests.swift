import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Agent {
  /// Answers a request: at once, or from a worker thread by `answer`.
  func handle(_ request: AgentRequest, answer: @escaping @Sendable (AgentReply, Agent) -> Void) {
    if let explanation = dispossession() {
      answer(.refused(explanation), self)
      log("\(explanation.what) \(explanation.why)")
      loop.after(0.05) { [unowned self] in loop.stop() }
      return
    }
    do {
      switch request {
      case .ping: answer((obstacle ?? publicationObstacle).map(AgentReply.waiting) ?? .done, self)
      case .status: answer(.status(status()), self)
      case .shutdown:
        answer(.done, self)
        loop.after(0.05) { [unowned self] in loop.stop() }
      case .launch(let request): try launch(request, answer)
      case .plan(let request): try plan(request, answer)
      case .sweep(let request): try launch(request, answer)
      case .planSweep(let request): try plan(request, answer)
      case .stopSweep(let sweep):
        try stop(sweep: sweep)
        reply(.sweep(sweep), answer)
      case .resumeSweep(let sweep): try resume(sweep: sweep, answer)
      case .removeSweep(let sweep):
        try remove(sweep: sweep, answer)
      case .accept(let request): try accept(request, answer)
      case .resume(let run): try resume(run, answer)
      case .stop(let run):
        try stop(run)
        reply(.run(run), answer)
      case .remove(let run):
        try remove(run)
        answer(.done, self)
      case .annotate(let run, let name, let note):
        try annotate(run, name: name, note: note)
        answer(.run(run), self)
      case .pin(let run, let isPinned):
        try pin(run, isPinned)
        answer(.done, self)
      case .collect(let request): try collect(request, answer)
      case .setAside(let objects): setAside(objects, answer)
      case .decide(let model, let approval, let note):
        try decide(model, approval, note)
        answer(.done, self)
      case .ended(let run, let step, let attempt):
        settle(RunnerName(run: run, step: step, attempt: attempt))
        // Answered once what follows is written down: until then the runner stays, so that somebody is
        // left who would start another agent.
        reply(.done, answer)
      case .watched(let run, let step, let attempt):
        try raise(RunnerName(run: run, step: step, attempt: attempt))
        answer(.done, self)
      case .up, .down, .startInstance, .stopInstance, .adopt, .release:
        try provision(request, answer)
      }
    } catch {
      answer(.refused(Explanation(error)), self)
    }
  }

  /// Answers when what was just decided is in the catalog.
  func reply(
    _ reply: AgentReply,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) {
    answers.append(Answer(reply: reply, newRun: nil, send: answer))
  }

  private func launch(
    _ request: LaunchRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    if let run = try catalog.write({ [token = request.token] in try $0.run(launchedBy: token) }) {
      // Asked again, as the agent that recorded it died before it could answer.
      answer(.run(run), self)
      return
    }
    try prepare(request) { prepared, agent in
      do {
        let run = try agent.begin(try prepared.get())
        agent.answers.append(Answer(reply: .run(run), newRun: run, send: answer))
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  /// Takes the snapshot of a launch on a thread of its own.
  func prepare(
    _ request: LaunchRequest,
    isPlanning: Bool = false,
    _ then: @escaping @Sendable (Result<PreparedLaunch, any Error>, Agent) -> Void
  ) throws {
    let (request, instance, earlier) = try meant(by: request)
    var launcher = launcher
    launcher.isPlanning = isPlanning
    let reader = reader
    work { [launcher] post in
      let prepared = Result {
        var prepared = try launcher.prepare(request, instance: instance, earlier: earlier)
        try launcher.select(&prepared, from: reader)
        return prepared
      }
      post { agent in
        if let gpus = try? prepared.get().gpus { agent.see(gpus) }
        then(prepared, agent)
      }
    }
  }

  /// What takes the snapshot of a launch.
  var launcher: Launcher {
    var launcher = Launcher(home: home, machine: machine, gpuPatience: sight.patience)
    launcher.pipelines = pipelines
    return launcher
  }

  /// A launch with the instance and the earlier run that it names.
  func meant(
    by request: LaunchRequest
  ) throws -> (LaunchRequest, InstanceRecord, (RunRecord, LaunchBody)?) {
    guard case .rerun(let id) = request.what else {
      return (request, try instance(request.instance), nil)
    }
    let found = try earlier(id)
    var request = request
    request.instance = found.0.instance
    return (request, try standingInstance(of: found.0), found)
  }

  private func earlier(_ id: Int) throws -> (RunRecord, LaunchBody) {
    guard let run = try reader.run(id) else {
      throw Explanation(what: "There is no run r\(id).", next: "'lathe runs' lists them.")
    }
    return (run, try launch(of: run).body)
  }

  func instance(_ name: String) throws -> InstanceRecord {
    if let instance = try reader.instance(name) { return instance }
    let names = try reader.instances().map(\.name)
    throw Explanation(
      what: "There is no instance '\(name)'.",
      why: names.isEmpty
        ? "None has been made yet." : "There are \(names.joined(separator: ", ")).",
      next: names.isEmpty
        ? "Make one: lathe up digits; or in a folder of your own: lathe init"
        : nearest(name, among: names).map { "Did you mean '\($0)'?" } ?? "lathe stacks"
    )
  }

  /// Continues a failed or stopped run: what succeeded stays, the rest runs with the code as it is now.
  private func resume(
    _ id: Int,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let (run, body) = try resumable(id)
    let instance = try standingInstance(of: run)
    let launcher = launcher
    let request = LaunchRequest(
      instance: run.instance,
      what: body.what,
      environment: body.environment,
      caching: body.caching,
      selection: body.selection
    )
    let (reader, objects) = (reader, objects)
    work { post in
      let prepared = Result {
        let broken = Agent.broken(try reader.steps(of: id), in: objects)
        return (try launcher.prepare(request, instance: instance, earlier: (run, body)), broken)
      }
      post { agent in
        do {
          let (launch, broken) = try prepared.get()
          if let gpus = launch.gpus { agent.see(gpus) }
          agent.reply(.run(try agent.continueRun(id, with: launch, broken)), answer)
        } catch {
          answer(.refused(Explanation(error)), agent)
        }
      }
    }
  }

  func resumable(_ id: Int) throws -> (RunRecord, LaunchBody) {
    guard runs[id] == nil, !isWaiting(id) else {
      throw Explanation(
        what: "r\(id) is running.",
        why: "Only an ended run can be resumed.",
        next: "lathe watch r\(id)"
      )
    }
    let (run, body) = try earlier(id)
    guard run.status == .failed || run.status == .stopped else {
      throw Explanation(
        what: "r\(id) has succeeded: there is nothing to resume.",
        next: "'lathe rerun r\(id)' runs it again."
      )
    }
    return (run, body)
  }

  private func continueRun(
    _ id: Int,
    with prepared: PreparedLaunch,
    _ broken: Set<String>
  ) throws -> Int {
    guard runs[id] == nil, !isWaiting(id) else { return id }
    // Looked at anew: it may have been removed, or resumed to its end, while the snapshot was taken.
    let (run, _) = try resumable(id)
    var (resumed, steps) = try resumed(run, with: prepared, broken)
    if let sweep = run.sweep {
      try queue([(resumed, steps, nil)], of: sweep, with: prepared)
      return run.id
    }
    resumed.move(to: .executing)
    resumed.started = run.started ?? Date()
    var active = ActiveRun(
      run: resumed,
      steps: steps,
      pipeline: prepared.pipeline,
      launch: prepared.body
    )
    try active.isNew()
    add(active)
    return run.id
  }

  /// The rows of a run that is continued; its status is left as it is.
  func resumed(
    _ run: RunRecord,
    with prepared: PreparedLaunch,
    _ broken: Set<String>
  ) throws -> (RunRecord, [StepRecord]) {
    let edits = edits(from: run.code, to: prepared.run.code)
    var resumed = run
    resumed.idleSeconds = run.ended.map { (run.idleSeconds ?? 0) + Date().seconds(since: $0) }
    (resumed.ended, resumed.reason, resumed.failedStep) = (nil, nil, nil)
    resumed.code = prepared.run.code
    // Parameters that the pipeline declares only now have their defaults.
    resumed.parameters.merge(prepared.run.parameters) { old, _ in old }
    resumed.source = prepared.run.source
    // A run that is one command keeps its own: in a sweep each has another one.
    if !prepared.body.isCommand { resumed.pipelineFile = prepared.run.pipelineFile }
    resumed.stepCount = prepared.run.stepCount
    let old = Dictionary(
      try reader.steps(of: run.id).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return (resumed, prepared.resumedSteps(run: run.id, old: old, edits: edits, broken: broken))
  }

  /// The code files that differ between two snapshots.
  private func edits(from old: Digest, to new: Digest) -> [String] {
    guard old != new, let a = objects.manifest(old)?.entries, let b = objects.manifest(new)?.entries
    else { return [] }
    return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
  }

  private func remove(_ id: Int) throws {
    guard runs[id] == nil, !isWaiting(id) else {
      throw Explanation(what: "r\(id) is running.", next: "Stop it first: lathe stop r\(id)")
    }
    guard let run = try reader.run(id) else {
      throw Explanation(what: "There is no run r\(id).", next: "'lathe runs' lists them.")
    }
    if run.isPinned {
      throw Explanation(
        what: "r\(id) is pinned and is kept.",
        next: "Take the pin off first: lathe pin --remove r\(id)"
      )
    }
    if let model = try reader.models().first(where: { $0.run == id }) {
      throw Explanation(
        what: "r\(id) made the model \(model.shortName) and is kept.",
        why: "A model's lineage leads to its run.",
        next: "Runs without models can be removed."
      )
    }
    let others = try reader.runs(showing: id)
    if let first = others.first {
      let names = others.prefix(3).map { "r\($0)" }.joined(separator: ", ")
      throw Explanation(
        what:
          "Logs and curves of r\(id) are shown by \(names)\(others.count > 3 ? " and more" : "").",
        why: "Steps there were taken from it, and would have none without it.",
        next: "Remove those first: lathe rm r\(first)"
      )
    }
    try moveToTrash(id)
    try catalog.write { try $0.deleteRun(id) }
    try syncDecision()
  }

  /// A run's folder, where it has one.
  func moveToTrash(_ id: Int) throws {
    let folder = home.run(id)
    guard access(folder, F_OK) == 0 else { return }
    try makeFolder(home.trash)
    let target = "\(home.trash)/r\(id)-\(Int(Date().timeIntervalSince1970))"
    guard rename(folder, target) == 0 else { throw SystemFailure("move \(folder)", errno) }
  }

  private func annotate(_ id: Int, name: String?, note: String?) throws {
    guard var run = try runs[id]?.run ?? reader.run(id) else {
      throw Explanation(what: "There is no run r\(id).", next: "'lathe runs' lists them.")
    }
    if let name, !name.isEmpty { try RunRecord.check(name: name) }
    if let name { run.name = name.isEmpty ? nil : name }
    if let note { run.note = note.isEmpty ? nil : note }
    _ = change(id) { active in
      active.run.name = run.name
      active.run.note = run.note
    }
    try catalog.write { [run] in try $0.save(run) }
    try syncDecision()
  }

  private func decide(_ name: String, _ approval: Approval, _ note: String?) throws {
    var model = try reader.model(named: name)
    model.approval = approval
    model.decided = Date()
    model.decidedBy = NSUserName()
    model.note = note ?? model.note
    try catalog.write { [model] in try $0.save(model) }
    try syncDecision()
  }
}

extension PreparedLaunch {
  /// The steps of a run that is continued: what succeeded and still follows from what succeeded stays,
  /// unless its stored result is broken.
  func resumedSteps(
    run: Int,
    old: [String: StepRecord],
    edits: [String],
    broken: Set<String> = []
  ) -> [StepRecord] {
    var kept: Set<String> = []
    var passedOver: Set<String> = []
    let selection = body.selection
    let decided = selection?.decided(in: pipeline) ?? []
    return steps.map { fresh in
      var step = fresh
      step.run = run
      if step.logRun == 0 { step.logRun = run }
      guard let earlier = old[fresh.name] else { return step }
      if let selection, let declared = pipeline.step(fresh.name),
        selection.isTaken(declared, decided: decided)
      {
        if earlier.status.isSuccess { kept.insert(fresh.name) }
        step = earlier
        step.index = fresh.index
        step.dependsOn = fresh.dependsOn
        return step
      }
      let stands = fresh.dependsOn.allSatisfy(kept.contains) && !broken.contains(fresh.name)
      if earlier.status.isSuccess, stands, earlier.type == fresh.type {
        kept.insert(fresh.name)
        step = earlier
        step.index = fresh.index
        step.dependsOn = fresh.dependsOn
        return step
      }
      let branch = pipeline.step(fresh.name)?.branch
      let isOtherBranch =
        branch.map { kept.contains($0.condition) && old[$0.condition]?.outcome != $0.outcome }
        ?? false
      // What depends on a branch that is not taken stays skipped with it.
      if earlier.status == .skipped,
        isOtherBranch || fresh.dependsOn.contains(where: passedOver.contains)
      {
        passedOver.insert(fresh.name)
        step = earlier
        step.index = fresh.index
        step.dependsOn = fresh.dependsOn
        return step
      }
      step.attempt = earlier.attempt
      step.cacheReason =
        edits.isEmpty ? nil : "resumed with edited \(edits.prefix(3).joined(separator: ", "))"
      return step
    }
  }
}

/// An answer that waits until what it tells is written down.
struct Answer {
  let reply: AgentReply
  /// The run that is not in the catalog yet: if it cannot be written there, it was never launched.
  let newRun: Int?
  let send: (AgentReply, Agent) -> Void
}

import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// What a prepared launch would do: decided on a copy of the run, and nothing of it is started.
  ///
  /// `code`: that of the launch, where it was read already.
  func foresee(
    _ prepared: PreparedLaunch,
    code: RunCode? = nil
  ) throws -> (plan: LaunchPlan, keys: [String: CacheKey]) {
    var run = prepared.run
    run.id = ((try reader.runs(limit: 1)).first?.id ?? 0) + 1
    let active = ActiveRun(
      run: run,
      steps: prepared.steps,
      pipeline: prepared.pipeline,
      launch: prepared.body
    )
    let planner = StepPlanner(
      launch: prepared.body,
      code: try code ?? self.code(of: run, prepared.body),
      home: home,
      objects: objects,
      programs: programs
    )
    var foresight = Foresight(active: active, planner: planner, refusals: prepared.refusals)
    // What the next wave may read is not used up by a plan, and the run of this number is yet to come.
    let budget = checks.budget
    defer {
      checks.budget = budget
      failures[run.id] = nil
    }
    foresight.look(with: self)
    var plan = foresight.plan
    plan.refusal = prepared.pipeline.steps.lazy.compactMap { prepared.refusals[$0.name] }.first
    return (plan, foresight.keys)
  }
}

/// Goes through a run in its order without running it.
private struct Foresight {
  var active: ActiveRun
  let planner: StepPlanner
  /// Steps that could never start.
  private let refusals: [String: Explanation]
  /// The keys of those steps whose inputs are known.
  private(set) var keys: [String: CacheKey] = [:]
  private var decisions: [String: PlannedStep.Decision] = [:]
  /// Steps whose outputs are not known before the run.
  private var open: Set<String> = []
  private var sources: CachedSources?

  init(active: ActiveRun, planner: StepPlanner, refusals: [String: Explanation]) {
    self.active = active
    self.planner = planner
    self.refusals = refusals
    for (name, step) in active.steps {
      switch step.status {
      case .cached, .succeeded:
        decisions[name] = .taken(
          run: step.cachedFrom ?? 0,
          seconds: step.savedSeconds,
          reason: step.cacheReason
        )
      case .skipped: decisions[name] = .skipped(reason: step.reason ?? "")
      default: continue
      }
    }
  }

  var plan: LaunchPlan {
    LaunchPlan(
      instance: active.run.instance,
      pipeline: active.run.pipeline,
      steps: active.pipeline.steps.map { step in
        let ended = active.steps[step.name]
        let isSkipped = ended?.status == .skipped
        return PlannedStep(
          name: step.name,
          type: step.type,
          decision: isSkipped
            ? .skipped(reason: ended?.reason ?? "") : decisions[step.name] ?? .decided,
          branch: branch(of: step)
        )
      }
    )
  }

  private func branch(of step: Step) -> String? {
    guard let branch = step.branch, open.contains(branch.condition) else { return nil }
    return "\(branch.condition) is \(branch.outcome)"
  }

  mutating func look(with agent: Agent) {
    var sources = CachedSources(reader: agent.reader) { agent.runs[$0] }
    var hand = ResultsAtHand()
    while true {
      let names = active.takeSteps()
      guard !names.isEmpty else { return }
      var plans: [StepPlan] = []
      for name in names {
        guard let step = active.pipeline.step(name) else { continue }
        let awaited = step.sources.filter(open.contains)
        do {
          guard let process = step.process else {
            try decide(step, awaited)
            continue
          }
          guard awaited.isEmpty else {
            let isCached = active.launch.takesResults(of: step)
            let places = active.pipeline.positions
            let ordered = awaited.sorted { (places[$0] ?? 0) < (places[$1] ?? 0) }
            leave(step, isCached ? .follows(ordered) : .runs(reason: planless(step)))
            continue
          }
          plans.append(try planner.plan(step, process, in: active))
        } catch {
          let told = Explanation(error)
          let reason = [told.what, told.why].filter { !$0.isEmpty }.joined(separator: " ")
          decisions[name] = .fails(reason: reason)
          active.finish(step, .failed(reason: reason)) { $0.reason = reason }
        }
      }
      // What would have to be read for it is taken to be whole.
      let (whole, unread) = agent.hits(for: plans, of: active, &hand)
      for plan in plans {
        let key = plan.key.digest
        settle(plan, whole[key] ?? unread[key], agent, &sources)
      }
    }
  }

  private mutating func settle(
    _ plan: StepPlan,
    _ hit: ExecutionRecord?,
    _ agent: Agent,
    _ sources: inout CachedSources
  ) {
    let name = plan.step.name
    keys[name] = plan.key
    if let hit {
      let isSame = hit.key == plan.key.digest
      let accepted = isSame ? nil : agent.acceptance(of: plan.key.digest)
      decisions[name] = .taken(run: hit.run, seconds: hit.seconds, reason: accepted)
      active.take(hit, for: plan.step, from: &sources)
    } else if active.launch.takesResults(of: plan.step),
      let other = agent.computing[plan.key.digest]
    {
      leave(plan.step, .awaited(run: other.run, step: other.step))
    } else {
      leave(plan.step, .runs(reason: agent.reason(of: plan, in: active)))
    }
  }

  /// Why a step runs that no key is needed for.
  private func planless(_ step: Step) -> String {
    guard step.process?.isCached ?? false else { return "caching is off" }
    guard active.launch.caching == .on, let selection = active.launch.selection else {
      return "nothing is taken from the cache (--no-cache)"
    }
    return "run anew (--\(selection.extent.rawValue) \(step.name))"
  }

  /// A step that runs no process.
  private mutating func decide(_ step: Step, _ awaited: Set<String>) throws {
    guard case .condition(let condition) = step.work, awaited.isEmpty else {
      guard case .fail = step.work else { return leave(step, .decided) }
      let isSure = step.branch.map { !open.contains($0.condition) } ?? true
      decisions[step.name] = isSure ? .fails(reason: "the pipeline says so") : .decided
      open.insert(step.name)
      return active.finish(step, .succeeded) { _ in }
    }
    let references = planner.references(of: step, in: active)
    let outcome = try condition.comparisons.allSatisfy { try $0.holds(references) }
    decisions[step.name] = .decided
    active.finish(step, .condition(outcome)) { $0.outcome = outcome }
  }

  /// Goes on behind a step as if it had succeeded, its outputs unknown.
  private mutating func leave(_ step: Step, _ decision: PlannedStep.Decision) {
    let refusal = refusals[step.name].map {
      PlannedStep.Decision.fails(reason: "it can never start. \($0.why)")
    }
    decisions[step.name] = refusal ?? decision
    open.insert(step.name)
    active.finish(step, .succeeded) { _ in }
  }
}

extension Step {
  /// The steps whose outputs it reads.
  var sources: Set<String> {
    var names: Set<String> = []
    func add(_ texts: [Text]) {
      for reference in texts.flatMap(\.references) {
        switch reference {
        case .stepOutput(let step, _), .stepValue(let step, _, _): names.insert(step)
        case .parameter, .input, .output, .run: continue
        }
      }
    }
    switch work {
    case .process(let process):
      for case .output(let step, _) in process.inputs.values { names.insert(step) }
      add(process.command.texts + process.environment.values)
    case .condition(let condition):
      add(condition.comparisons.flatMap { [$0.left, $0.right] })
    case .register(let register):
      names.insert(register.model.step)
      if let report = register.report { names.insert(report.step) }
    case .fail(let message): add([message])
    }
    return names
  }
}

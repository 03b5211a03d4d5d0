import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// Foresees every run of a sweep without beginning any of them.
  ///
  /// A few runs at a time, so that those that execute meanwhile are served.
  func plan(
    _ request: SweepRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    try prepare(request, isPlanning: true) { prepared, agent in
      do {
        let prepared = try prepared.get()
        let code = try agent.code(of: prepared.base.run, prepared.base.body)
        agent.go(on: SweepForesight(prepared, code: code), answer)
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  private func go(
    on foresight: SweepForesight,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) {
    var foresight = foresight
    do {
      for _ in 0..<SweepForesight.slice where !foresight.isDone { try foresight.lookOn(with: self) }
    } catch {
      return answer(.refused(Explanation(error)), self)
    }
    if foresight.isDone { return answer(.sweepPlan(foresight.plan), self) }
    loop.after(0) { [unowned self, foresight] in go(on: foresight, answer) }
  }
}

/// Goes through the runs of a sweep in their order, and finds the steps that they share.
private struct SweepForesight {
  /// Runs that are looked at in one turn of the loop.
  static let slice = 16

  private let prepared: PreparedSweep
  private let code: RunCode
  private let swept: Set<String>
  private(set) var plan: SweepPlan
  private var next = 0
  /// What is executed in the runs so far.
  private var known: Set<Digest> = []

  init(_ prepared: PreparedSweep, code: RunCode) {
    self.prepared = prepared
    self.code = code
    swept = Set(prepared.axes.map(\.name))
    plan = SweepPlan(
      instance: prepared.base.run.instance,
      pipeline: prepared.base.run.pipeline,
      axes: prepared.record(at: Date()).axesText,
      runs: prepared.count,
      parallel: prepared.parallel,
      steps: prepared.base.pipeline.steps.map { SweptStep(name: $0.name, type: $0.type) }
    )
  }

  var isDone: Bool { next == prepared.count }

  mutating func lookOn(with agent: Agent) throws {
    let launch = try prepared.launch(next)
    next += 1
    let foreseen = try agent.foresee(launch, code: code)
    var identities: [String: Digest] = [:]
    for (index, step) in foreseen.plan.steps.enumerated() {
      guard let declared = launch.pipeline.step(step.name) else { continue }
      let identity =
        foreseen.keys[step.name]?.digest
        ?? identity(of: declared, launch.run.parameters, behind: identities)
      identities[step.name] = identity
      count(step.decision, of: declared, identity, in: launch.body, at: index)
    }
  }

  private mutating func count(
    _ decision: PlannedStep.Decision,
    of step: Step,
    _ identity: Digest,
    in launch: LaunchBody,
    at index: Int
  ) {
    switch decision {
    case .taken: plan.steps[index].cached += 1
    case .awaited: plan.steps[index].shared += 1
    case .skipped: plan.steps[index].skipped += 1
    case .decided: plan.steps[index].open += 1
    case .fails(let reason):
      plan.steps[index].failing += 1
      plan.steps[index].reason = plan.steps[index].reason ?? reason
    case .runs, .follows:
      if launch.takesResults(of: step), !known.insert(identity).inserted {
        plan.steps[index].shared += 1
        return
      }
      plan.steps[index].executed += 1
      if case .runs(let reason) = decision {
        plan.steps[index].reason = plan.steps[index].reason ?? reason
      }
    }
  }

  /// Stands for the key that is not known yet: it follows from the same parameters and the same steps.
  private func identity(
    of step: Step,
    _ parameters: [String: ParameterValue],
    behind others: [String: Digest]
  ) -> Digest {
    var text = "step \(step.name)\n"
    // A step that runs no process is cheap and may name any of them.
    let named = step.process.map(CacheKey.parameters) ?? swept
    for name in named.intersection(swept).sorted() {
      let value = parameters[name]?.description ?? ""
      text += "\(name) \(value.utf8.count) \(value)\n"
    }
    for source in step.sources.sorted() { text += others[source]?.hex ?? source }
    return Digest(of: text)
  }
}

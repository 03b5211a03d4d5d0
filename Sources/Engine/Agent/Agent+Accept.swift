import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// Prepares a launch without beginning it, and answers with what would become of it.
  func plan(
    _ request: LaunchRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    try prepare(request, isPlanning: true) { prepared, agent in
      do {
        answer(.plan(try agent.foresee(try prepared.get()).plan), agent)
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  /// Lets an earlier result count for the key that a step has now.
  func accept(
    _ request: AcceptRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let target = try accepted(request)
    if request.isUndone {
      answer(.accepted(try takeBack(request, target)), self)
      return
    }
    guard let run = try reader.run(request.run) else { return }
    let launch = LaunchRequest(
      instance: run.instance,
      what: .rerun(of: run.id),
      environment: request.environment
    )
    try prepare(launch, isPlanning: true) { prepared, agent in
      do {
        let foreseen = try agent.foresee(try prepared.get())
        answer(.accepted(try agent.declare(request, target, foreseen.plan, foreseen.keys)), agent)
      } catch {
        answer(.refused(Explanation(error)), agent)
      }
    }
  }

  /// The execution whose result is to count.
  private func accepted(_ request: AcceptRequest) throws -> ExecutionRecord {
    guard let run = try reader.run(request.run) else {
      throw Explanation(what: "There is no run r\(request.run).", next: "'lathe runs' lists them.")
    }
    let steps = try reader.steps(of: run.id)
    guard let step = steps.first(where: { $0.name == request.step }) else {
      throw Explanation(
        what: "\(run.shortName) has no step '\(request.step)'.",
        why: "Its steps are \(steps.map(\.name).prefix(12).joined(separator: ", ")).",
        next: nearest(request.step, among: steps.map(\.name)).map { "Did you mean '\($0)'?" } ?? ""
      )
    }
    guard let key = step.key, step.status.isSuccess, let execution = try reader.execution(key)
    else {
      throw Explanation(
        what: "\(run.shortName) has no result of '\(step.name)' that could be accepted.",
        why: step.status.isSuccess
          ? "Its result was not kept for the cache." : "It is \(step.status.rawValue).",
        next: "Name a run in which the step succeeded."
      )
    }
    return execution
  }

  private func declare(
    _ request: AcceptRequest,
    _ target: ExecutionRecord,
    _ plan: LaunchPlan,
    _ keys: [String: CacheKey]
  ) throws -> Acceptance {
    let name = "r\(request.run) \(request.step)"
    guard let planned = plan.steps.first(where: { $0.name == request.step }) else {
      throw Explanation(what: "The pipeline has no step '\(request.step)' any more.")
    }
    guard let key = keys[request.step] else {
      var next = "'lathe run --plan' shows what would become of each step."
      if case .follows(let steps) = planned.decision, let first = steps.first {
        next = "If that change is cosmetic as well: lathe accept r\(request.run) \(first)"
      }
      throw Explanation(
        what: "What '\(request.step)' would take is not known yet.",
        why: "It \(planned.words).",
        next: next
      )
    }
    if key.digest == target.key {
      throw Explanation(
        what: "There is nothing to accept: nothing that '\(request.step)' sees has changed.",
        next: "The next run takes \(name) from the cache."
      )
    }
    if let own = try reader.execution(key.digest) {
      throw Explanation(
        what: "There is nothing to accept: '\(request.step)' has been run as it is now.",
        why: "r\(own.run) has its result.",
        next: "The next run takes that from the cache."
      )
    }
    let alias = AliasRecord(
      key: key.digest,
      target: target.key,
      step: request.step,
      pipeline: target.pipeline,
      time: Date(),
      reason: String(request.reason.prefix(1000))
    )
    let before = try reader.aliases().first { $0.key == alias.key }
    try catalog.write { try $0.add(alias) }
    do {
      try syncDecision()
    } catch {
      // Refused is not accepted: no run may take it. The next agent would, had its row stayed.
      try catalog.write { transaction in
        if let before {
          try transaction.add(before)
        } else {
          try transaction.deleteAlias(alias.key)
        }
      }
      throw error
    }
    publications.take(alias)
    let difference = KeyDifference(from: target.components, to: key.components, in: objects)
    return Acceptance(aliases: [alias], changes: difference.items.map(\.words))
  }

  private func takeBack(_ request: AcceptRequest, _ target: ExecutionRecord) throws -> Acceptance {
    let aliases = try reader.aliases().filter {
      $0.target == target.key && $0.step == request.step
    }
    guard !aliases.isEmpty else {
      throw Explanation(
        what: "Nothing was accepted for r\(request.run) \(request.step).",
        next: "'lathe why r\(request.run) \(request.step)' tells why it ran or did not."
      )
    }
    try catalog.write { for alias in aliases { try $0.deleteAlias(alias.key) } }
    for alias in aliases { publications.takeBack(alias) }
    try syncDecision()
    return Acceptance(aliases: aliases, changes: [])
  }
}

import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// The earlier executions that count for some planned steps, by the keys that were planned.
  ///
  /// `unread` are those of which too much would have to be read now to know whether they are whole.
  func hits(
    for plans: [StepPlan],
    of active: ActiveRun,
    _ hand: inout ResultsAtHand
  ) -> (whole: [Digest: ExecutionRecord], unread: [Digest: ExecutionRecord]) {
    let asking = plans.filter { active.launch.takesResults(of: $0.step) }
    if hand.isDue(asking.count), let last = active.run.parent {
      hand.take((try? catalog.results(ofRun: last)) ?? [:])
    }
    let known = executions(of: asking.map(\.key.digest), hand)
    var whole: [Digest: ExecutionRecord] = [:]
    var unread: [Digest: ExecutionRecord] = [:]
    for plan in asking {
      let key = plan.key.digest
      guard whole[key] == nil, unread[key] == nil, let hit = known[key],
        !isExpired(hit, for: plan.process.cache)
      else { continue }
      switch standing(of: hit) {
      case .whole: whole[key] = hit
      case .unknown: unread[key] = hit
      case .faulty: continue
      }
    }
    return (whole, unread)
  }

  /// Earlier executions by key: those of this moment as well, which the catalog does not have yet.
  ///
  /// Most are without the parts of their keys, which only explain.
  func executions(
    of keys: [Digest],
    _ hand: ResultsAtHand = ResultsAtHand()
  ) -> [Digest: ExecutionRecord] {
    guard !keys.isEmpty else { return [:] }
    var found: [Digest: ExecutionRecord] = [:]
    var others: [Digest] = []
    for key in keys {
      if let known = publications[key] ?? hand[key] {
        found[key] = known
      } else {
        others.append(key)
      }
    }
    guard !others.isEmpty else { return found }
    let stored = (try? catalog.results(others, aliases: publications.aliases)) ?? [:]
    return found.merging(stored) { own, _ in own }
  }

  private func isExpired(_ hit: ExecutionRecord, for policy: CachePolicy) -> Bool {
    policy.isExpired(age: Date().timeIntervalSince(hit.ended))
  }

  /// Why a result with the right key was not taken.
  private func obstacle(to hit: ExecutionRecord, for policy: CachePolicy) -> String {
    let age = Date().timeIntervalSince(hit.ended)
    if let limit = policy.expiresAfter, policy.isExpired(age: age) {
      if age < 0 { return "its result of r\(hit.run) was made when the clock was wrong" }
      return "its result of r\(hit.run) is older than \(briefDuration(limit))"
    }
    return fault(of: hit)
  }

  /// Why a step is not taken from the cache.
  func reason(of plan: StepPlan, in active: ActiveRun) -> String {
    let launch = active.launch
    guard plan.process.isCached else { return "caching is off" }
    if launch.caching == .off { return "nothing is taken from the cache (--no-cache)" }
    if let selection = launch.selection, selection.steps.contains(plan.step.name) {
      return "run anew (--\(selection.extent.rawValue) \(plan.step.name))"
    }
    let key = plan.key.digest
    let earlier =
      publications[key].map { [$0] }
      ?? (try? catalog.executions(
        nearest: key,
        pipeline: active.run.pipeline,
        step: plan.step.name,
        limit: KeyDifference.memory(isSwept: active.run.sweep != nil),
        // Nothing else lies nearer than what differs in one part.
        until: { KeyDifference.differing($0.components, plan.key.components) <= 1 }
      )) ?? []
    if let same = earlier.first, same.key == key {
      return obstacle(to: same, for: plan.process.cache)
    }
    guard let nearest = KeyDifference.nearest(to: plan.key.components, among: earlier) else {
      return failure(before: plan, in: active).map { "the first after it failed in r\($0)" }
        ?? "first execution"
    }
    let difference = KeyDifference(from: nearest.components, to: plan.key.components, in: objects)
    guard plan.process.code == nil, difference.isAboutNeighbours else { return difference.summary }
    return difference.summary + " (counts, as the step has no 'code:')"
  }

  /// The newest run before this one in which the step failed or was stopped: its result was not kept.
  private func failure(before plan: StepPlan, in active: ActiveRun) -> Int? {
    let run = active.run
    if failures[run.id] == nil {
      failures[run.id] = try? reader.failures(of: run.pipeline, in: run.instance, before: run.id)
    }
    return failures[run.id]?[plan.step.name]
  }

  /// How the user accepted a key, in words.
  func acceptance(of key: Digest) -> String? {
    let alias = try? reader.aliases().first { $0.key == key }
    return alias?.words
  }
}

extension AliasRecord {
  /// "accepted: only a comment on 2026-11-22".
  package var words: String {
    let day = time.formatted(Date.ISO8601FormatStyle().year().month().day())
    return (reason.isEmpty ? "accepted" : "accepted: \(reason)") + " on \(day)"
  }
}

/// "7d", "1h30m", "90s": as pipelines write it.
func briefDuration(_ seconds: Double) -> String {
  guard seconds >= 1, seconds < 1e12 else { return "\(seconds)s" }
  var rest = Int(seconds)
  var text = ""
  for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] where rest >= size {
    text += "\(rest / size)\(unit)"
    rest %= size
  }
  return text
}

/// Results that were read together, as a chain of steps asks for one after the other.
///
/// A look at each costs several times what it finds. Good while nothing else is written: for one decision.
struct ResultsAtHand {
  private var known: [Digest: ExecutionRecord] = [:]
  private var asked = 0
  private var isRead = false

  /// So many are asked for one by one: a run that goes on with little is not made to read all of another.
  private static let few = 64

  subscript(key: Digest) -> ExecutionRecord? { known[key] }

  /// Whether it is time to read what the run before had; asked with each number of keys, true once.
  mutating func isDue(_ count: Int) -> Bool {
    asked += count
    // Where many are asked for at once, they are read together anyway.
    guard !isRead, asked > ResultsAtHand.few, count <= ResultsAtHand.few else { return false }
    isRead = true
    return true
  }

  mutating func take(_ results: [Digest: ExecutionRecord]) { known = results }
}

import Documents
import Foundation
import Pipelines
import Store

/// What is known of stored results that a step could take, and who waits to learn it.
struct ResultChecks {
  /// Bytes of stored results that one wave may read on the loop's thread: some milliseconds.
  static let budget = 4 << 20

  /// What is left of them.
  var budget = ResultChecks.budget
  /// Steps that wait until a stored result was read, by the result's key.
  private var waiting: [Digest: [(run: Int, step: String)]] = [:]
  /// What is to be read, while another lot is.
  private var queue: [ExecutionRecord] = []
  private var isReading = false
  /// What was found, until those who waited have looked.
  private var found: [Digest: Standing] = [:]

  mutating func add(_ result: ExecutionRecord, run: Int, step: String) {
    if waiting[result.key] == nil { queue.append(result) }
    waiting[result.key, default: []].append((run, step))
  }

  /// What is to be read now; empty while another lot is read.
  mutating func begin() -> [ExecutionRecord] {
    guard !isReading, !queue.isEmpty else { return [] }
    isReading = true
    defer { queue = [] }
    return queue
  }

  mutating func end() { isReading = false }

  /// A result was read: those who wait look again.
  mutating func end(_ key: Digest, _ standing: Standing) -> [(run: Int, step: String)] {
    found[key] = standing
    return waiting.removeValue(forKey: key) ?? []
  }

  /// What was found of a result; a plan may ask as well, and takes nothing away from those who waited.
  subscript(key: Digest) -> Standing? { found[key] }

  /// Who waited has looked: what was found is not for later steps.
  mutating func forget() { found = [:] }
}

extension Agent {
  /// How a stored result stands: as far as a look and a little reading tell.
  func standing(of result: ExecutionRecord) -> Standing {
    if let found = checks[result.key] { return found }
    for (_, artifact) in result.outputs.sorted(by: { $0.key < $1.key }) {
      let standing = objects.standing(of: artifact, budget: &checks.budget)
      guard standing == .whole else { return standing }
    }
    return .whole
  }

  /// A step waits until a stored result was read, which it would take.
  ///
  /// Only what was touched since it was stored comes here: the rest is known by its stamp.
  func check(_ result: ExecutionRecord, for step: String, of active: inout ActiveRun) {
    active.wait(step, "its stored result is read, whether it is whole")
    checks.add(result, run: active.run.id, step: step)
  }

  /// Reads the stored results that are waited for, on a thread of its own.
  func readResults() {
    checks.forget()
    let results = checks.begin()
    guard !results.isEmpty else { return }
    let objects = objects
    work { post in
      for result in results {
        let standing = objects.standing(of: Array(result.outputs.values))
        post { agent in
          for (run, step) in agent.checks.end(result.key, standing) {
            _ = agent.change(run) { $0.look(at: step) }
            agent.mark(run)
          }
        }
      }
      post { $0.checks.end() }
    }
  }

  /// What is wrong with a stored result, in words: its damaged objects were moved aside.
  func fault(of result: ExecutionRecord) -> String {
    let damaged = result.outputs.sorted { $0.key < $1.key }.first { objects.wasDamaged($0.value) }
    return damaged.map { "its stored result '\($0.key)' of r\(result.run) was damaged" }
      ?? "its stored result is gone"
  }

  /// The steps of an ended run whose results are not whole any more: reads what nobody vouches for.
  static func broken(_ steps: [StepRecord], in objects: ObjectStore) -> Set<String> {
    let broken = steps.filter { step in
      step.status.isSuccess && objects.standing(of: Array(step.outputs.values)) != .whole
    }
    return Set(broken.map(\.name))
  }
}

extension ObjectStore {
  /// How some artifacts stand together, whatever has to be read for it.
  func standing(of artifacts: [Artifact]) -> Standing {
    // All of them are looked at, so that all that is damaged is moved aside at once.
    artifacts.map { standing(of: $0) }.first { $0 != .whole } ?? .whole
  }
}

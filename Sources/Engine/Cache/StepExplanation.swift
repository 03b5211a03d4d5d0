package import Foundation
import Pipelines
package import Store

/// Why a step of a run was executed or not: the source of a hit, or what a miss was due to.
package struct StepExplanation: Sendable, Equatable {
  package enum Verdict: Sendable, Equatable {
    /// An earlier result counted for it.
    case taken(Taken)
    /// It was executed, or is; compared with the nearest earlier execution, where there is one.
    case ran(Comparison?)
    /// It runs no process, or has not been looked at.
    case none
  }

  package struct Taken: Sendable, Equatable {
    package var run: Int
    /// When the result was made; nil where the cache does not have it any more.
    package var made: Date?
    package var savedSeconds: Double?

    package init(run: Int, made: Date?, savedSeconds: Double?) {
      self.run = run
      self.made = made
      self.savedSeconds = savedSeconds
    }
  }

  package struct Comparison: Sendable, Equatable {
    package var run: Int
    package var ended: Date
    package var changes: [Change]
    /// The run was removed: of what differs only the keys are left.
    package var isRemoved: Bool

    package init(run: Int, ended: Date, changes: [Change], isRemoved: Bool = false) {
      self.run = run
      self.ended = ended
      self.changes = changes
      self.isRemoved = isRemoved
    }
  }

  /// One part of the key that differs.
  package struct Change: Sendable, Equatable {
    package var item: KeyDifference.Item
    /// A parameter's or variable's values, a package's versions.
    package var old: String?
    package var new: String?
    /// Whether it is a variable that was not set, or is not.
    package var wasUnset = false
    package var isUnset = false

    package init(item: KeyDifference.Item) {
      self.item = item
      (old, new) = (item.from, item.to)
    }
  }

  package var step: StepRecord
  /// In a sentence: "train.py changed", "waits for prepare", "accepted: a comment on 2026-11-22".
  package var reason: String?
  package var verdict: Verdict

  package init(step: StepRecord, reason: String?, verdict: Verdict) {
    self.step = step
    self.reason = reason
    self.verdict = verdict
  }
}

extension StepExplanation {
  /// Explains a step as the catalog, the object store and its attempt's folder tell it.
  package init(
    _ step: StepRecord,
    of run: RunRecord,
    catalog: Catalog,
    objects: ObjectStore
  ) throws {
    self.step = step
    reason = step.cacheReason
    if step.status == .cached || step.cachedFrom != nil {
      let execution = try step.key.flatMap { try catalog.execution($0) }
      let taken = Taken(
        run: step.cachedFrom ?? step.logRun,
        made: execution?.ended,
        savedSeconds: step.savedSeconds
      )
      verdict = .taken(taken)
    } else if step.attempt > 0 {
      verdict = .ran(try StepExplanation.comparison(step, of: run, catalog, objects))
    } else {
      verdict = .none
      reason = step.reason ?? step.cacheReason
    }
  }

  private static func comparison(
    _ step: StepRecord,
    of run: RunRecord,
    _ catalog: Catalog,
    _ objects: ObjectStore
  ) throws -> Comparison? {
    let spec = spec(catalog.home, run: run.id, step: step.name, attempt: step.attempt)
    var parts = spec?.keyParts ?? [:]
    if parts.isEmpty, let key = step.key { parts = try catalog.components(of: key) ?? [:] }
    guard !parts.isEmpty else { return nil }
    let executions = try catalog.executions(
      pipeline: run.pipeline,
      step: step.name,
      until: step.started ?? Date(),
      limit: KeyDifference.memory(isSwept: run.sweep != nil)
    )
    let others = executions.filter { $0.run != run.id }
      .map { (record: $0, distance: KeyDifference.differing($0.components, parts)) }
    let least = others.map(\.distance).min()
    // At a tie one of a run that is still there: its values can be told.
    let near = others.filter { $0.distance == least }.map(\.record)
    guard var nearest = near.first else { return nil }
    var otherRun: RunRecord?
    for candidate in near where otherRun == nil {
      otherRun = try catalog.run(candidate.run)
      if otherRun != nil { nearest = candidate }
    }
    let difference = KeyDifference(from: nearest.components, to: parts, in: objects)
    let before = otherRun?.parameters ?? [:]
    let other = self.spec(
      catalog.home,
      run: nearest.run,
      step: nearest.step,
      attempt: nearest.attempt
    )
    return Comparison(
      run: nearest.run,
      ended: nearest.ended,
      changes: difference.items.map { item in
        var change = Change(item: item)
        if let name = item.name(behind: "parameter ") {
          change.old = before[name]?.description
          change.new = run.parameters[name]?.description
        } else if let name = item.name(behind: "variable ") {
          // What it was for these two attempts; a claim keeps no secret's value.
          change.old = other?.environment[name]
          change.new = spec?.environment[name]
          change.wasUnset = nearest.components[item.part] == CacheKey.unset
          change.isUnset = parts[item.part] == CacheKey.unset
        } else if item.file == nil, let name = item.name(behind: "input ") {
          // A file's key is not its content's: that is known from the two attempts.
          change.item.old = other?.content(of: name)
          change.item.new = spec?.content(of: name)
        }
        return change
      },
      isRemoved: otherRun == nil
    )
  }

  private static func spec(_ home: Home, run: Int, step: String, attempt: Int) -> AttemptSpec? {
    try? AttemptSpec.read(home.attempt(run: run, step: step, attempt: attempt))
  }
}

extension StepExplanation.Change {
  /// The text's differences as `diff -u` prints them; nil where there are not two texts.
  package func diff(_ objects: ObjectStore) -> [String]? {
    guard let old = item.old, let new = item.new, let before = text(old, objects),
      let after = text(new, objects)
    else { return nil }
    return LineDiff(from: before, to: after).unified()
  }

  private func text(_ digest: Digest, _ objects: ObjectStore) -> String? {
    guard let data = objects.data(digest, limit: 2 << 20), !data.contains(0) else { return nil }
    return String(data: data, encoding: .utf8)
  }
}

extension KeyDifference.Item {
  fileprivate func name(behind prefix: String) -> String? {
    part.hasPrefix(prefix) ? String(part.dropFirst(prefix.count)) : nil
  }
}

extension AttemptSpec {
  fileprivate func content(of input: String) -> Digest? {
    inputs.first { $0.name == input && $0.artifact.kind == .file }?.artifact.digest
  }
}

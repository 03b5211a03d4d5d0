import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// Writes what has changed of all runs in one transaction, then hands the attempts over that start.
  ///
  /// A catalog that cannot be written (a full disk) loses nothing: it is tried again every two seconds,
  /// and nothing is started that is not written down.
  func write() {
    guard !isRetrying else { return }
    let ids = unwritten.sorted()
    do {
      try catalog.write { transaction in
        for id in ids { if let active = runs[id] { try transaction.save(active) } }
      }
    } catch {
      let explanation = Explanation(error)
      // Once, not every two seconds: a full disk may stay so for days.
      if obstacle != explanation { log("the catalog cannot be written: \(error)") }
      obstacle = explanation
      refuseLaunches(explanation)
      retryLater()
      return
    }
    obstacle = nil
    later.subtract(ids)
    unwritten = []
    var alerts: [(RunRecord, [AlertRecord], [[String]])] = []
    for id in ids {
      _ = change(id) { active in
        let notify = active.run.status == .failed ? active.pipeline.notify : []
        alerts.append((active.run, active.alerts, notify))
        active.isWritten()
      }
    }
    for (run, raised, notify) in alerts { send(raised, of: run, notify: notify) }
    handOver()
    let due = answers
    answers = []
    for answer in due { answer.send(answer.reply, self) }
    for id in ids where runs[id]?.run.status.isActive == false {
      let sweep = runs[id]?.run.sweep
      forget(id)
      if let sweep { end(id, ofSweep: sweep) }
    }
    // Told so, an idle runner does not take this agent's end for a death that nobody else has seen.
    if runs.isEmpty { executor.end() }
    publish()
  }

  /// Writes what nothing depends on with whatever is written next, a tenth of a second later at the latest.
  ///
  /// Who has an attempt is told by its folder; most short steps end before the catalog hears of it.
  func writeLater(_ id: Int) {
    later.insert(id)
    guard !isWritingLater else { return }
    isWritingLater = true
    loop.after(0.1) { [unowned self] in
      isWritingLater = false
      unwritten.formUnion(later)
      later = []
    }
  }

  /// What could not be written down was never launched.
  private func refuseLaunches(_ explanation: Explanation) {
    let refused = answers.filter { $0.newRun != nil }
    answers.removeAll { $0.newRun != nil }
    for answer in refused {
      if let id = answer.newRun {
        for (name, _) in placements where name.run == id { release(name) }
        placements.removeAll { $0.name.run == id }
        forget(id)
      }
      answer.send(.refused(explanation), self)
    }
  }

  private func retryLater() {
    isRetrying = true
    loop.after(retryPause) { [unowned self] in
      isRetrying = false
      write()
    }
  }

  private func handOver() {
    let due = placements
    placements = []
    for (name, spec) in due {
      do {
        if let pid = try executor.run(spec, in: folder(of: name)) { note(runner: pid, of: name) }
      } catch {
        let refusal = Refusal(error)
        lose(name, reason: refusal.reason, cause: refusal.cause)
      }
    }
  }

  /// Puts results into the cache, once they are safely on the disk.
  ///
  /// Where that fails it is tried again every two seconds, whatever is written meanwhile.
  private func publish() {
    guard !isPublicationPaused else { return }
    let now = monotonicSeconds()
    let isAwaited = runs.values.contains { $0.awaitsPublication }
    guard let rest = publications.rest(at: now, isAwaited: isAwaited) else { return }
    guard rest == 0 else { return publishLater(rest) }
    let entries = publications.begin(at: now)
    let sync = sync
    work { post in
      let failure = Result { try sync() }
      post { agent in agent.publish(entries, failure) }
    }
  }

  private func publishLater(_ rest: Double) {
    guard !isPublishingLater else { return }
    isPublishingLater = true
    loop.after(rest) { [unowned self] in
      isPublishingLater = false
      publish()
    }
  }

  private func publish(_ entries: [Publications.Entry], _ synced: Result<Void, any Error>) {
    do {
      try synced.get()
      let objects = objects
      let warnings = try catalog.write { transaction in
        try transaction.publish(entries, isStored: objects.isComplete)
      }
      publications.end(entries)
      publicationObstacle = nil
      for (entry, text) in warnings { warn(entry, text) }
      clearWork(of: entries.compactMap(\.attempt))
      for (run, entries) in Dictionary(grouping: entries, by: \.run) {
        _ = change(run) { $0.unpublished -= entries.count }
        mark(run)
      }
      publish()
    } catch {
      let explanation = Explanation(error)
      // Once, not every two seconds.
      if publicationObstacle != explanation {
        log("results cannot be kept: \(explanation.what)")
        publicationObstacle = explanation
      }
      publications.fail(entries)
      isPublicationPaused = true
      loop.after(retryPause) { [unowned self] in
        isPublicationPaused = false
        publish()
      }
    }
  }
}

extension Agent {
  /// Notes at a step what is wrong with its result.
  private func warn(_ execution: ExecutionRecord, _ text: String) {
    _ = change(execution.run) { active in
      active.change(execution.step) {
        guard $0.attempt == execution.attempt else { return }
        $0.warning = [$0.warning, text].compactMap { $0 }.joined(separator: " ")
      }
    }
  }
}

extension CatalogWriter.Transaction {
  /// Puts results into the cache: the first of a key counts, as long as it can be taken.
  ///
  /// Returns those that are other bytes than an earlier result of the same key, each with a sentence.
  func publish(
    _ entries: [Publications.Entry],
    isStored: (Artifact) -> Bool
  ) throws -> [(ExecutionRecord, String)] {
    var known = try executions(entries.compactMap(\.execution?.key))
    var warnings: [(ExecutionRecord, String)] = []
    for entry in entries {
      guard let new = entry.execution else { continue }
      // Under an alias another key's result is found: this one is the first of its own.
      guard let first = known[new.key], first.key == new.key else {
        try add(new)
        known[new.key] = new
        continue
      }
      if first.run == new.run, first.step == new.step, first.attempt == new.attempt { continue }
      let policy = CachePolicy(expiresAfter: entry.expiresAfter)
      let isExpired = policy.isExpired(age: new.ended.timeIntervalSince(first.ended))
      if isExpired || !first.outputs.values.allSatisfy(isStored) {
        try replace(new)
        known[new.key] = new
      } else if first.outputs != new.outputs {
        let name = "r\(first.run) \(first.step)"
        warnings.append(
          (new, "made other bytes than \(name) with the same key: it is not deterministic")
        )
      }
    }
    return warnings
  }

  /// Writes what has changed of a run.
  func save(_ active: ActiveRun) throws {
    if active.run != active.savedRun {
      if let saved = active.savedRun, active.run.hasOnlyAdvanced(since: saved) {
        try saveCounts(of: active.run)
      } else {
        try save(active.run)
      }
    }
    for name in active.unsaved {
      if let step = active.steps[name] { try save(step) }
    }
    if let launch = active.unsavedLaunch {
      try saveLaunch(run: active.run.id, token: active.launch.token, body: launch)
    }
    for metric in active.metrics { try save(metric) }
    for alert in active.alerts { try add(alert) }
    for var model in active.models {
      model.version = try nextVersion(of: model.group)
      try save(model)
    }
  }
}

extension RunRecord {
  /// Whether nothing differs but how many steps are done.
  fileprivate func hasOnlyAdvanced(since earlier: RunRecord) -> Bool {
    var same = earlier
    same.stepsDone = stepsDone
    same.stepsCached = stepsCached
    return same == self
  }
}

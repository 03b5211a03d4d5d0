import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Agent {
  /// Writes what has changed of a run in one transaction, then places the runners that it starts.
  ///
  /// A catalog that cannot be written (a full disk) loses nothing: it is tried again every two seconds,
  /// and nothing is started that is not written down.
  func commit(_ id: Int) {
    guard let active = runs[id] else { return }
    // Specs come first: an agent that ends right behind the transaction leaves all that the next one
    // needs to place the runners. One that cannot be written is tried again when its runner is placed.
    for (name, spec) in placements where name.run == id {
      do { try write(spec, for: folder(of: name)) } catch { unlink(folder(of: name).spec) }
    }
    do {
      try catalog.write { transaction in
        try transaction.save(active.run)
        for name in active.unsaved {
          if let step = active.steps[name] { try transaction.save(step) }
        }
        for metric in active.metrics { try transaction.save(metric) }
        for execution in active.executions { try transaction.add(execution) }
        for alert in active.alerts { try transaction.add(alert) }
        for var model in active.models {
          model.version = try transaction.nextVersion(of: model.group)
          try transaction.save(model)
        }
      }
    } catch {
      log("the catalog cannot be written: \(error)")
      retryLater()
      return
    }
    runs[id]?.unsaved = []
    runs[id]?.metrics = []
    runs[id]?.executions = []
    runs[id]?.alerts = []
    runs[id]?.models = []
    send(active.alerts, of: active.run)
    placeRunners()
    if !active.run.status.isActive { runs[id] = nil }
  }

  private func retryLater() {
    guard !isRetrying else { return }
    isRetrying = true
    loop.after(2) { [unowned self] in
      isRetrying = false
      for id in runs.keys.sorted() { commit(id) }
      placeRunners()
    }
  }

  private func placeRunners() {
    let due = placements.filter { runs[$0.0.run]?.unsaved.isEmpty ?? false }
    placements.removeAll { entry in due.contains { $0.0 == entry.0 } }
    for (name, spec) in due {
      do {
        if access(folder(of: name).spec, F_OK) != 0 { try write(spec, for: folder(of: name)) }
        watch(try executor.place(folder(of: name)), for: name)
      } catch {
        lose(name, reason: "\(Explanation(error).what) \(Explanation(error).why)")
      }
    }
  }

  private func write(_ spec: AttemptSpec, for folder: AttemptFolder) throws {
    try makeFolder(folder.path)
    let data = try JSONEncoder.keepingNaN.encode(spec)
    let temporary = folder.spec + ".\(getpid())"
    guard
      FileManager.default.createFile(
        atPath: temporary,
        contents: data,
        attributes: [.posixPermissions: 0o600]
      ),
      rename(temporary, folder.spec) == 0
    else { throw SystemFailure("write \(folder.spec)", errno) }
  }

  func folder(of name: RunnerName) -> AttemptFolder {
    home.attempt(run: name.run, step: name.step, attempt: name.attempt)
  }

  /// Waits for the end of a runner process, without using any time until then.
  private func watch(_ pid: Int32, for name: RunnerName) {
    let descriptor = lathe_pidfd_open(pid)
    guard descriptor >= 0 else {
      if errno == ESRCH {
        // It is gone already.
        loop.post { agent in agent.settle(name) }
      } else {
        // Too many open files, perhaps: looked at again when some may have been closed.
        log("runner \(pid) cannot be watched: \(String(cString: strerror(errno)))")
        loop.after(1) { [unowned self] in settle(name) }
      }
      return
    }
    watched[name] = descriptor
    loop.watch(descriptor) { [unowned self] _ in
      unwatch(name)
      var status: Int32 = 0
      waitpid(pid, &status, WNOHANG)
      settle(name)
    }
  }

  private func unwatch(_ name: RunnerName) {
    guard let descriptor = watched.removeValue(forKey: name) else { return }
    loop.unwatch(descriptor)
    close(descriptor)
  }

  /// Looks at an attempt that may have ended, and takes note of what became of it.
  ///
  /// Asked as often as one likes: an end is taken once.
  func settle(_ name: RunnerName) {
    guard let active = runs[name.run], let step = active.steps[name.step],
      step.attempt == name.attempt, step.status.isActive
    else { return }
    let folder = folder(of: name)
    if let record = ExitRecord.read(folder) {
      end(name, record)
      return
    }
    switch Claim.state(of: folder) {
    case .alive(let claim):
      if watched[name] == nil { watch(claim.pid, for: name) }
      if step.pid != Int(claim.pid) {
        runs[name.run]?.change(name.step) { $0.pid = Int(claim.pid) }
      }
    case .unclaimed:
      guard watched[name] == nil else { return }
      if step.status == .stopping {
        lose(name, reason: "Stopped before it began.")
      } else {
        place(again: name, folder)
      }
    case .dead(let claim):
      // The record may have come between the two looks.
      if let record = ExitRecord.read(folder) {
        end(name, record)
      } else if let claim, claim.bootID != Claim.currentBootID {
        recover(
          name,
          reason: "The machine was restarted while the step ran; 'resume' runs it again."
        )
      } else {
        killProcesses(marked: folder.path)
        recover(name, reason: "Its step runner was killed; 'resume' runs it again.")
      }
    }
  }

  /// The agent that wrote the spec died before it placed the runner, or the runner before its claim.
  private func place(again name: RunnerName, _ folder: AttemptFolder) {
    guard FileManager.default.fileExists(atPath: folder.spec) else {
      lose(name, reason: "Its start was interrupted; 'resume' runs it again.")
      return
    }
    // A runner that cannot even claim its attempt (a full disk) would come back for ever.
    guard placedAgain[name, default: 0] < 3 else {
      lose(name, reason: "Its step runner ends before it begins; is there space in the home?")
      return
    }
    placedAgain[name, default: 0] += 1
    do {
      watch(try executor.place(folder), for: name)
    } catch {
      lose(name, reason: "\(Explanation(error).what) \(Explanation(error).why)")
    }
  }

  /// Takes in what the attempt has acknowledged and its runner has not, then records its end.
  private func recover(_ name: RunnerName, reason: String) {
    guard recovering.insert(name).inserted else { return }
    let (folder, objects) = (folder(of: name), objects)
    work { post in
      var logged: Logged?
      var failure: String?
      do { logged = try Ingest.recover(folder) } catch { failure = Explanation(error).what }
      let (result, words) = (logged ?? Logged(), failure)
      let facts = result.facts(storing: objects, in: folder)
      post { agent in
        if let words { agent.log("the metrics of \(folder.path) are not whole: \(words)") }
        agent.recovering.remove(name)
        guard let step = agent.runs[name.run]?.steps[name.step], step.attempt == name.attempt,
          step.status.isActive
        else { return }
        agent.lose(name, reason: reason, result, facts)
      }
    }
  }

  /// Records an end that no runner could record.
  private func lose(
    _ name: RunnerName,
    reason: String,
    _ logged: Logged = Logged(),
    _ facts: StepFacts? = nil
  ) {
    let now = Date()
    let started = runs[name.run]?.steps[name.step]?.started ?? now
    let isStopping = runs[name.run]?.steps[name.step]?.status == .stopping
    let record = ExitRecord(
      status: isStopping ? .stopped : .failed,
      reason: reason,
      started: started,
      ended: now,
      outputs: [:],
      metrics: logged.metrics,
      sparkline: logged.sparkline,
      peakMemory: 0,
      cpuSeconds: 0,
      facts: facts
    )
    let folder = folder(of: name)
    do {
      try makeFolder(folder.path)
      try record.publish(in: folder)
    } catch {
      log("no exit record for \(folder.path): \(error)")
    }
    end(name, ExitRecord.read(folder) ?? record)
  }

  private func end(_ name: RunnerName, _ record: ExitRecord) {
    do { try raise(name) } catch { log("an alert was not raised: \(Explanation(error).what)") }
    // The runner stays watched until it has ended as well, so that it is reaped.
    placedAgain[name] = nil
    ledger.release(run: name.run, step: name.step)
    let key = keys.removeValue(forKey: name)
    for (digest, other) in computing where other == name { computing[digest] = nil }
    guard var active = runs[name.run] else { return }
    let isCached = active.pipeline.step(name.step)?.process?.isCached ?? false
    if record.status == .succeeded, isCached, let digest = active.steps[name.step]?.key {
      active.executions.append(
        ExecutionRecord(
          key: digest,
          run: name.run,
          step: name.step,
          pipeline: active.run.pipeline,
          attempt: name.attempt,
          seconds: record.ended.timeIntervalSince(record.started),
          components: key?.components ?? [:],
          outputs: record.outputs,
          ended: record.ended
        )
      )
    }
    active.settle(name.step, record)
    runs[name.run] = active
    if active.run.status == .stopping { endRunners(of: name.run) }
    advance(name.run)
    // Room has become free, or a result that others wait for is there.
    for id in runs.keys.sorted() where id != name.run && !(runs[id]?.queue.isEmpty ?? true) {
      advance(id)
    }
  }

  func stop(_ id: Int) throws {
    // One that has ended stays here until the catalog could be written.
    guard var active = runs[id], active.run.status.isActive else {
      throw Explanation(
        what: "r\(id) is not running.",
        why: (try reader.run(id)).map { "It is \($0.status.rawValue)." } ?? "There is no such run.",
        next: "'lathe runs' lists what runs."
      )
    }
    if active.run.status != .stopping { active.stop() }
    runs[id] = active
    // What was never placed has no runner that could end it.
    let unplaced = placements.filter { $0.0.run == id }.map(\.0)
    placements.removeAll { $0.0.run == id }
    for name in unplaced { lose(name, reason: "Stopped before it began.") }
    endRunners(of: id)
    advance(id)
  }

  /// Tells every runner of a run to stop its script.
  private func endRunners(of id: Int) {
    for step in runs[id]?.active ?? [] {
      let name = RunnerName(run: id, step: step.name, attempt: step.attempt)
      guard let descriptor = watched[name] else { continue }
      // Tells the runner that it is the user who wishes it.
      let mark = open(folder(of: name).stop, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      if mark >= 0 { close(mark) }
      _ = lathe_pidfd_signal(descriptor, SIGTERM)
    }
  }
}

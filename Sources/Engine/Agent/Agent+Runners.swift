import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Agent {
  func folder(of name: RunnerName) -> AttemptFolder {
    home.attempt(run: name.run, step: name.step, attempt: name.attempt)
  }

  /// Takes what an executor tells of an attempt.
  func take(_ report: ExecutorReport) {
    switch report {
    case .ended(let name, let record):
      guard isUnderWay(name) else { return }
      // On a full disk it may be missing there; later agents and a resumption look for it.
      let folder = folder(of: name)
      if access(folder.exit, F_OK) != 0 { try? record.publish(in: folder) }
      end(name, record)
    case .watched(let name):
      do { try raise(name) } catch { log("an alert was not raised: \(Explanation(error).what)") }
    case .lost(let name):
      settle(name)
    case .refused(let name, let refusal):
      guard isUnderWay(name) else { return }
      unclaimed[name.ofStep, default: (0, nil)].refusal = refusal
      settle(name)
    }
  }

  /// Notes which process has an attempt, or will claim it next.
  func note(runner pid: Int32, of name: RunnerName) {
    guard isUnderWay(name) else { return }
    _ = change(name.run) { $0.change(name.step) { $0.pid = Int(pid) } }
    writeLater(name.run)
  }

  private func isUnderWay(_ name: RunnerName) -> Bool {
    guard let step = runs[name.run]?.steps[name.step] else { return false }
    return step.attempt == name.attempt && step.status.isActive
  }

  /// Looks at an attempt that may have ended, and takes note of what became of it.
  ///
  /// Asked as often as one likes: an end is taken once.
  func settle(_ name: RunnerName) {
    guard isUnderWay(name), let step = runs[name.run]?.steps[name.step] else { return }
    let folder = folder(of: name)
    if let record = ExitRecord.read(folder) {
      settle(name, record)
      return
    }
    switch Claim.state(of: folder) {
    case .alive(let claim):
      if adopted[name] == nil {
        // A process of another machine or container is known by its lock alone.
        if claim.isProcess(on: site.host) { watch(claim.pid, for: name) } else { lookAgain(name) }
      }
      if step.pid != Int(claim.pid) { note(runner: claim.pid, of: name) }
    case .unclaimed: giveUp(name)
    case .givenUp:
      if step.status == .stopping {
        lose(name, reason: "Stopped before it began.")
      } else {
        place(again: name)
      }
    case .dead(let claim):
      // The record may have come between the two looks.
      if let record = ExitRecord.read(folder) {
        settle(name, record)
      } else if let claim, claim.bootID != site.host.boot {
        let boot = HostIdentity.bootTime()
        recover(name, reason: claim.loss(on: site.host, since: boot), ended: boot)
      } else {
        if let claim, let site = CgroupSite.own {
          AttemptCgroup.end(ofRunner: claim.pid, startTime: claim.startTime, at: site)
        }
        killProcesses(marked: folder.path)
        recover(name, reason: "Its step runner was killed; 'resume' runs it again.")
      }
    }
  }

  /// Waits for the end of a runner that is not this agent's child, without using any time until then.
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
    adopted[name] = descriptor
    loop.watch(descriptor) { [unowned self] _ in
      unwatch(name)
      settle(name)
    }
  }

  /// Looks at an attempt each second that nobody tells of.
  private func lookAgain(_ name: RunnerName) {
    guard unwatchable.insert(name).inserted else { return }
    loop.after(1) { [unowned self] in
      unwatchable.remove(name)
      settle(name)
    }
  }

  private func unwatch(_ name: RunnerName) {
    guard let descriptor = adopted.removeValue(forKey: name) else { return }
    loop.unwatch(descriptor)
    close(descriptor)
  }

  /// Its runner ended before its claim, or an agent died before it handed the attempt over.
  ///
  /// A runner that comes late, with an order of an agent that died, finds the claim taken: what follows
  /// is decided only when no runner can begin the attempt any more.
  private func giveUp(_ name: RunnerName) {
    guard !placements.contains(where: { $0.name == name }) else { return }
    do {
      // False: a runner was first, and has it.
      _ = try Claim.giveUp(folder(of: name))
      settle(name)
    } catch {
      log("\(folder(of: name).path) cannot be given up: \(Explanation(error).what)")
      loop.after(2) { [unowned self] in settle(name) }
    }
  }

  /// Decides a step anew whose attempt was given up.
  private func place(again name: RunnerName) {
    // A runner that cannot even claim its attempt would come back for ever.
    let (count, refusal) = unclaimed[name.ofStep] ?? (0, nil)
    guard count < 3 else {
      let refusal = refusal ?? Refusal(reason: "Its step runner ends before it begins.")
      lose(name, reason: refusal.reason, cause: refusal.cause ?? .lost)
      return
    }
    unclaimed[name.ofStep] = (count + 1, nil)
    release(name)
    _ = change(name.run) { $0.takeBack(name.step) }
    mark(name.run)
  }

  /// Gives back what an attempt held; those that waited for its result look again.
  func release(_ name: RunnerName) {
    shares.release(run: name.run, step: name.step)
    guard let key = keys.removeValue(forKey: name)?.digest, computing[key] == name else { return }
    computing[key] = nil
    for (run, step) in awaiting.removeValue(forKey: key) ?? [] {
      _ = change(run) { $0.look(at: step) }
      mark(run)
    }
  }

  /// Takes in what the attempt has acknowledged and its runner has not, then records its end.
  func recover(_ name: RunnerName, reason: String, ended: Date? = nil) {
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
        agent.lose(name, reason: reason, cause: .lost, ended: ended, result, facts)
      }
    }
  }

  /// Records an end that no runner could record; `ended` when that was known to be earlier than now.
  func lose(
    _ name: RunnerName,
    reason: String,
    cause: ExitRecord.Cause? = nil,
    ended: Date? = nil,
    _ logged: Logged = Logged(),
    _ facts: StepFacts? = nil
  ) {
    let now = Date()
    let started = runs[name.run]?.steps[name.step]?.started ?? now
    let isStopping = runs[name.run]?.steps[name.step]?.status == .stopping
    let record = ExitRecord(
      status: isStopping ? .stopped : .failed,
      reason: reason,
      cause: isStopping ? nil : cause,
      started: started,
      ended: max(started, min(ended ?? now, now)),
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

  func end(_ name: RunnerName, _ record: ExitRecord) {
    do { try raise(name) } catch { log("an alert was not raised: \(Explanation(error).what)") }
    unclaimed[name.ofStep] = nil
    unwatch(name)
    let key = keys[name]
    if retry(name, record) { return }
    _ = change(name.run) { active in
      let step = active.pipeline.step(name.step)
      if record.status == .succeeded {
        // What is not beyond doubt is kept for the user and never reused.
        let isCached = step?.process?.isCached ?? false && record.warning == nil
        active.unpublished += 1
        publications.add(
          Publications.Entry(
            run: name.run,
            execution: isCached ? key.map { execution(name, $0, record, of: active.run) } : nil,
            expiresAfter: step?.process?.cache.expiresAfter,
            attempt: record.outputs.isEmpty ? nil : folder(of: name)
          )
        )
      }
      active.settle(name.step, record)
    }
    // Behind the result: an equal step that looks again finds it.
    release(name)
    if runs[name.run]?.run.status == .stopping { endRunners(of: name.run) }
    mark(name.run)
    // Room has become free.
    for id in runs.keys where !(runs[id]?.waiting.isEmpty ?? true) { mark(id) }
  }

  /// Tries a failed attempt again, where a retry policy of the step says so.
  private func retry(_ name: RunnerName, _ record: ExitRecord) -> Bool {
    guard record.status == .failed, runs[name.run]?.run.status == .executing,
      let delay = change(name.run, { $0.retry(name.step, record, now: monotonicSeconds()) }) ?? nil
    else { return false }
    release(name)
    mark(name.run)
    loop.after(delay) { [unowned self] in
      _ = change(name.run) { $0.look(at: name.step) }
      mark(name.run)
    }
    return true
  }

  func execution(
    _ name: RunnerName,
    _ key: CacheKey,
    _ record: ExitRecord,
    of run: RunRecord
  ) -> ExecutionRecord {
    ExecutionRecord(
      key: key.digest,
      run: name.run,
      step: name.step,
      pipeline: run.pipeline,
      attempt: name.attempt,
      seconds: record.ended.seconds(since: record.started),
      components: key.components,
      outputs: record.outputs,
      ended: record.ended
    )
  }

  func stop(_ id: Int) throws {
    if let sweep = sweeps.first(where: { $0.value.queue.isWaiting(id) })?.key {
      try stopWaiting([id], of: sweep)
      return
    }
    // One that has ended stays here until the catalog could be written.
    guard let active = runs[id], active.run.status.isActive else {
      throw Explanation(
        what: "r\(id) is not running.",
        why: (try reader.run(id)).map { "It is \($0.status.rawValue)." } ?? "There is no such run.",
        next: "'lathe runs' lists what runs."
      )
    }
    if active.run.status != .stopping { _ = change(id) { $0.stop() } }
    shares.withdraw(run: id)
    // What was never handed over has no runner that could end it.
    let unplaced = placements.filter { $0.name.run == id }.map(\.name)
    placements.removeAll { $0.name.run == id }
    for name in unplaced { lose(name, reason: "Stopped before it began.") }
    endRunners(of: id)
    mark(id)
  }

  /// Tells every runner of a run to stop its script.
  private func endRunners(of id: Int) {
    for step in runs[id]?.active ?? [] {
      let name = RunnerName(run: id, step: step.name, attempt: step.attempt)
      if executor.stop(name) { continue }
      guard let descriptor = adopted[name] else { continue }
      // Tells the runner that it is the user who wishes it.
      let mark = open(folder(of: name).stop, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      if mark >= 0 { close(mark) }
      _ = lathe_pidfd_signal(descriptor, SIGTERM)
    }
  }
}

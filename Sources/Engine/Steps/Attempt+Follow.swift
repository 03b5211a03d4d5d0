import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

extension Attempt {
  /// Starts the script and follows it to its end, writing log and metrics as they come.
  borrowing func follow() throws -> ScriptEnd {
    let rules = spec.watch.isEmpty ? nil : StepWatch(spec.watch, start: started)
    // Before the log: where there is one, what the script did not write is noted as such.
    var ingest = try Ingest(folder: folder, spec: spec, isNew: true, watchedBy: rules)
    var log = try StepLog(folder: folder)
    let child = try ChildProcess.start(
      spec.arguments,
      environment: spec.environment,
      folder: folder.work
    )
    defer { close(child.output) }
    let pidfd = lathe_pidfd_open(child.pid)
    guard pidfd >= 0 else { throw SystemFailure("watch the script", errno) }
    defer { close(pidfd) }
    var end = ScriptEnd()
    var pace = Pace()
    var hasExited = false
    /// False when the script closed its output; it may go on without.
    var isOpen = true
    var killAt: Double?
    /// Whether files hold more than was taken at once; at first nobody knows, and a fifo waits to be
    /// opened.
    var hasMore = true
    /// When files are looked at that nobody tells of.
    var lookAt = 0.0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// When to stop waiting for grandchildren that hold the script's output open.
    var drainUntil: Double?
    while true {
      let inputs = ingest.descriptors
      let rest = hasMore ? nil : pace.rest(at: monotonicSeconds())
      let (isAwake, events) = (rest == nil, Int16(POLLIN))
      var entries = [
        pollfd(fd: isOpen && isAwake ? child.output : -1, events: events, revents: 0),
        pollfd(fd: hasExited ? -1 : pidfd, events: events, revents: 0),
        pollfd(fd: stop.signals, events: events, revents: 0),
        pollfd(fd: isAwake ? inputs.files : -1, events: events, revents: 0),
        pollfd(fd: isAwake ? inputs.fifo : -1, events: events, revents: 0),
      ]
      let deadlines = [killAt, drainUntil].compactMap(\.self).map { $0 - monotonicSeconds() }
      let look = ingest.isBlind ? lookAt - monotonicSeconds() : nil
      let silence = hasExited ? nil : rules?.pause(at: Date().timeIntervalSince1970)
      let pauses = [rest, hasMore ? 0 : nil, look, silence]
        .compactMap(\.self)
      let wait = (deadlines + pauses).min().map { Int32((max(0, $0) * 1000).rounded(.up)) } ?? -1
      _ = poll(&entries, nfds_t(entries.count), wait)
      if entries[2].revents != 0, stop.arrives(), !end.wasStopped {
        end.wasStopped = true
        kill(-child.pid, SIGTERM)
        killAt = monotonicSeconds() + StopRequest.graceOfScript
      }
      if let due = killAt, monotonicSeconds() >= due {
        killSession(child.pid)
        killAt = nil
      }
      do {
        if entries[0].revents != 0 {
          let count = read(child.output, &buffer, buffer.count)
          if count > 0 {
            rules?.hear(at: Date().timeIntervalSince1970)
            try buffer.withUnsafeBytes {
              try log.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &ingest)
            }
            // A pipe that fills up would stop the script: then there is no rest.
            if count < buffer.count / 2 { pace.took(at: monotonicSeconds()) }
          } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            isOpen = false
          }
        }
        if hasMore || entries[3].revents != 0 || entries[4].revents != 0
          || (ingest.isBlind && monotonicSeconds() >= lookAt)
        {
          hasMore = try ingest.drain()
          if entries[3].revents != 0 { rules?.hear(at: Date().timeIntervalSince1970) }
          try log.say(ingest.takeWarnings())
          lookAt = monotonicSeconds() + 0.1
          pace.took(at: monotonicSeconds())
        }
        if let rules, try judge(rules, &log, &end), !hasExited {
          kill(-child.pid, SIGTERM)
          killAt = monotonicSeconds() + StopRequest.graceOfScript
        }
      } catch {
        // A full disk: the script ends, and says why in its reason.
        end.fail(error)
        hasMore = false
        killSession(child.pid)
      }
      if !hasExited, entries[1].revents != 0 || isReadable(pidfd) {
        hasExited = true
        end.take(child.pid)
        drainUntil = monotonicSeconds() + 0.5
      }
      if hasExited, !isOpen { break }
      if let until = drainUntil, monotonicSeconds() >= until { break }
    }
    // Outputs are hashed when nothing can change them any more: what left the session ends as well.
    killSession(child.pid)
    killProcesses(marked: folder.path)
    stop.scriptEnded()
    do {
      try log.finish(into: &ingest)
      try ingest.finish { stop.isOver }
      if let rules { _ = try judge(rules, &log, &end) }
      try ingest.seal()
      try log.sayAll(ingest.takeWarnings())
    } catch {
      end.fail(error)
    }
    end.logged = ingest.result(spec)
    end.lastLine = log.lastLine
    return end
  }

  /// Tells of what watch rules found: in the log, in the marks, and to the agent.
  ///
  /// Returns whether the script is to be stopped for it.
  private borrowing func judge(
    _ rules: StepWatch,
    _ log: inout StepLog,
    _ end: inout ScriptEnd
  ) throws -> Bool {
    let findings = rules.takeFindings(at: Date().timeIntervalSince1970)
    guard !findings.isEmpty else { return false }
    try WatchMarks.add(findings, in: folder)
    nudge(.watched(run: spec.run, step: spec.step, attempt: spec.attempt))
    try log.say(findings.map(\.words))
    guard !end.wasStopped, end.exitCode == nil, end.signal == nil,
      let stop = findings.first(where: { $0.action == .stop })
    else { return false }
    end.wasStopped = true
    end.stopReason = "Stopped by watch rule \(stop.words)"
    return true
  }
}

import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store

/// Follows a script that was started to its end, writing log and metrics as they come.
struct ScriptFollow: ~Copyable {
  private let spec: AttemptSpec
  private let folder: AttemptFolder
  private let request: StopRequest
  private let isReaper: Bool
  private let nudge: (AgentRequest) -> Void
  private let rules: StepWatch?
  private let clock: StepClock
  private let child: ChildProcess
  private let pidfd: Int32
  /// Holds the script's limits, where the kernel does.
  private let group: AttemptCgroup?
  private var ingest: Ingest
  private var log: StepLog
  private var end = ScriptEnd()
  private var pace = Pace()
  private var hasExited = false
  /// False when the script closed its output; it may go on without.
  private var isOpen = true
  /// Whether files hold more than was taken at once.
  private var hasMore = false
  /// When files begin to be followed; nil from then on.
  private var followAt: Double?
  /// When files are looked at that nobody tells of.
  private var lookAt = 0.0
  private var killAt: Double?
  /// When to stop waiting for grandchildren that hold the script's output open.
  private var drainUntil: Double?
  private var timeoutAt: Double?
  private var sampler: Sampler
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// Seconds: what a script needs that lives no longer is not made for it.
  private static let youth = 0.02

  /// Takes over the child's descriptors.
  init(
    attempt: borrowing Attempt,
    child: ChildProcess,
    pidfd: Int32,
    group: AttemptCgroup?,
    ingest: consuming Ingest,
    log: consuming StepLog,
    rules: StepWatch?
  ) {
    spec = attempt.spec
    folder = attempt.folder
    request = attempt.stop
    isReaper = attempt.isReaper
    nudge = attempt.nudge
    clock = attempt.clock
    self.child = child
    self.pidfd = pidfd
    self.group = group
    self.ingest = ingest
    self.log = log
    self.rules = rules
    let now = monotonicSeconds()
    followAt = now + ScriptFollow.youth
    timeoutAt = attempt.spec.limits.timeout.map { now + $0 }
    sampler = Sampler(
      attempt.spec,
      root: child.pid,
      isReaper: attempt.isReaper,
      group: group,
      start: now
    )
  }

  deinit {
    close(child.output)
    if pidfd >= 0 { close(pidfd) }
  }

  mutating func run() -> ScriptEnd {
    if pidfd < 0 {
      end.fail(SystemFailure("watch the script", errno))
      killAll()
      end.take(child.pid)
    } else {
      while !hasExited || isOpen {
        turn()
        if let drainUntil, monotonicSeconds() >= drainUntil { break }
      }
    }
    finish()
    return end
  }

  // MARK: Waiting

  /// Sleeps until something has come, or is due, and deals with it.
  private mutating func turn() {
    let inputs = ingest.descriptors
    let now = monotonicSeconds()
    let rest = hasMore || hasExited ? nil : pace.rest(at: now)
    let (isAwake, events) = (rest == nil, Int16(POLLIN))
    var entries = [
      pollfd(fd: isOpen && isAwake ? child.output : -1, events: events, revents: 0),
      pollfd(fd: hasExited ? -1 : pidfd, events: events, revents: 0),
      pollfd(fd: request.signals, events: events, revents: 0),
      pollfd(fd: isAwake ? inputs.files : -1, events: events, revents: 0),
      pollfd(fd: isAwake ? inputs.fifo : -1, events: events, revents: 0),
      pollfd(fd: request.descriptor, events: events, revents: 0),
      pollfd(fd: sampler.descriptor, events: events, revents: 0),
    ]
    let silence = hasExited ? nil : rules?.pause(at: clock.now)
    let dues = [
      killAt, drainUntil, ingest.isBlind ? lookAt : nil, hasExited ? nil : timeoutAt,
      hasExited ? nil : sampler.due, hasExited ? nil : followAt,
    ]
    let pauses =
      dues.compactMap { $0.map { $0 - now } }
      + [rest, hasMore ? 0 : nil, silence]
      .compactMap(\.self)
    let wait = pauses.min().map { Int32(clamping: Int((max(0, $0) * 1000).rounded(.up))) } ?? -1
    _ = poll(&entries, nfds_t(entries.count), wait)
    if entries[2].revents != 0 || entries[5].revents != 0, request.arrives(),
      let reason = request.reason
    {
      stop(reason)
    }
    keepTime()
    do {
      if entries[0].revents != 0 { try readOutput() }
      if !hasExited { try begin() }
      if hasMore || entries[3].revents != 0 || entries[4].revents != 0
        || (ingest.isBlind && monotonicSeconds() >= lookAt)
      {
        try readFiles(isNews: entries[3].revents != 0)
      }
      if entries[6].revents != 0 {
        try take(sampler.readGPUs(at: monotonicSeconds()))
      }
      try sample()
      if let rule = try judge() { stop(.rule(rule)) }
    } catch {
      // A full disk: the script ends, and says why in its reason.
      end.fail(error)
      hasMore = false
      killAll()
    }
    if !hasExited, entries[1].revents != 0 || isReadable(pidfd) {
      hasExited = true
      end.take(child.pid)
      if end.signal == Int(SIGKILL) || end.exitCode == 128 + Int(SIGKILL) {
        end.ranOutOfMemory = sampler.hasMemoryRunOut()
      }
      drainUntil = monotonicSeconds() + 0.5
    }
  }

  /// Follows files and sets space aside, once the script is not one of the short ones.
  private mutating func begin() throws {
    guard let due = followAt, monotonicSeconds() >= due else { return }
    followAt = nil
    try StepLog.setAside(folder)
    ingest.start()
    sampler.begin()
    // Nobody knows what is there already, and a fifo waits to be opened.
    hasMore = true
  }

  private mutating func keepTime() {
    let now = monotonicSeconds()
    if let due = timeoutAt, now >= due {
      timeoutAt = nil
      stop(.timeout(spec.limits.timeout ?? 0))
    }
    if let due = killAt, now >= due {
      killAt = nil
      killAll()
    }
  }

  /// Ends the script in good manners: SIGTERM, then a time of grace.
  private mutating func stop(_ reason: ScriptEnd.Ending) {
    guard !hasExited, end.end(reason) else { return }
    kill(-child.pid, SIGTERM)
    killAt = monotonicSeconds() + spec.limits.grace
  }

  private func killAll() {
    group?.end()
    if isReaper {
      for process in ProcessTable.descendants(of: getpid()) { kill(process.pid, SIGKILL) }
    } else {
      killSession(child.pid)
    }
  }

  // MARK: What comes

  private mutating func readOutput() throws {
    let count = read(child.output, &buffer, buffer.count)
    if count > 0 {
      rules?.hear(at: clock.now)
      try buffer.withUnsafeBytes {
        try log.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &ingest)
      }
      // A pipe that fills up would stop the script: then there is no rest.
      if count < buffer.count / 2 { pace.took(at: monotonicSeconds()) }
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      isOpen = false
    }
  }

  private mutating func readFiles(isNews: Bool) throws {
    hasMore = try ingest.drain()
    if isNews { rules?.hear(at: clock.now) }
    try log.say(ingest.takeWarnings())
    lookAt = monotonicSeconds() + 0.1
    pace.took(at: monotonicSeconds())
  }

  private mutating func sample() throws {
    guard !hasExited, monotonicSeconds() >= sampler.due else { return }
    if isReaper {
      // What lost its parent and ended is not left as a zombie while the script goes on.
      Descendants.reap(but: child.pid) { if !sampler.isOwn($0) { end.take($1) } }
    }
    try take(sampler.sample(at: monotonicSeconds()))
    switch sampler.excess {
    case .bytes(let used)?: endForMemory(used)
    case .killed?: endForMemory(nil)
    case nil: break
    }
  }

  private mutating func take(_ sampled: [(name: String, value: Double)]) throws {
    guard !sampled.isEmpty else { return }
    try ingest.take(sampled: sampled, now: clock.now)
  }

  private mutating func endForMemory(_ used: Int?) {
    let limits = spec.limits
    guard let limit = limits.memory else { return }
    if end.end(.memory(used: used, limit: limit, of: limits.memoryOf)) { killAll() }
  }

  /// Tells of what watch rules found: in the log, in the marks, and to the agent.
  ///
  /// Returns the sentence of a rule that the script is to be stopped for.
  private mutating func judge() throws -> String? {
    guard let rules else { return nil }
    let findings = rules.takeFindings(at: clock.now)
    guard !findings.isEmpty else { return nil }
    try WatchMarks.add(findings, in: folder)
    nudge(.watched(run: spec.run, step: spec.step, attempt: spec.attempt))
    try log.say(findings.map { $0.line(of: spec.step) })
    return findings.first { $0.action == .stop }?.words
  }

  // MARK: The end

  private mutating func finish() {
    sampler.end()
    // Outputs are hashed when nothing can change them any more: what left the session ends as well.
    if isReaper {
      Descendants.end { if !sampler.isOwn($0) { end.take($1) } }
    } else {
      group?.end()
      killSession(child.pid)
      killProcesses(marked: folder.path)
    }
    request.scriptEnded()
    let sentences = leaveGroup()
    do {
      try log.finish(into: &ingest)
      try ingest.finish(isWhole: end.exitCode == 0) { [request] in request.isOver }
      if rules != nil { _ = try judge() }
      try ingest.seal()
      try log.sayAll(ingest.takeWarnings() + sentences)
    } catch {
      end.fail(error)
    }
    end.logged = ingest.result(spec)
    end.lastLine = log.lastLine
  }

  /// Takes what the kernel says of the script's group, and removes it; returns what the log is to tell.
  private mutating func leaveGroup() -> [String] {
    guard let group else { return [] }
    if group.hasKilled { endForMemory(nil) }
    end.take(group)
    defer { group.remove() }
    guard group.hasHitProcessLimit else { return [] }
    return [
      "The step reached its limit of \(AttemptCgroup.processLimit) processes and threads; no more could start."
    ]
  }
}

import CSystem
import Documents
import Foundation
import Glibc
import Store

/// Step runners of this machine: each takes attempt after attempt, so that starting one is paid once.
///
/// Talks with them over their channels; what an attempt's folder says is the truth wherever a runner
/// ends without a word. A class, because it owns processes.
final class RunnerPool: Executor {
  private var runners: [Int32: Runner] = [:]
  private var idle: [Int32] = []
  private var busy: [RunnerName: Int32] = [:]
  private weak var loop: EventLoop?
  private var report: (ExecutorReport) -> Void = { _ in }
  private var isResting = false
  /// Attempts that were ever handed to a runner.
  private var placed = 0

  /// Idle runners stay this long, in seconds, for what may come next.
  private static let patience = 2.0

  func begin(on loop: EventLoop, report: @escaping (ExecutorReport) -> Void) {
    self.loop = loop
    self.report = report
  }

  func run(_ spec: AttemptSpec, in attempt: AttemptFolder) throws -> Int32? {
    try RunnerPool.make(attempt.path)
    // One that is too long is refused, before a runner waits for it.
    let order = try Wire.frame(.run(PackedSpec(spec), folder: attempt.path))
    let channel = try idle.popLast() ?? start()
    let name = RunnerName(spec)
    placed += 1
    runners[channel]?.current = (name, attempt.path)
    busy[name] = channel
    send(order, to: channel)
    return runners[channel]?.pid
  }

  /// Makes an attempt's folder in its step's: two calls, where looking for all folders above takes many.
  private static func make(_ path: String) throws {
    guard mkdir(parent(of: path), 0o700) == 0 || errno == EEXIST else {
      return try makeFolder(path)
    }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw SystemFailure("make the folder \(path)", errno)
    }
  }

  func stop(_ name: RunnerName) -> Bool {
    guard let channel = busy[name], let path = runners[channel]?.current?.path else { return false }
    send(.stop(attempt: path), to: channel)
    return true
  }

  func rest() {
    guard !isResting, !idle.isEmpty else { return }
    isResting = true
    let before = placed
    loop?.after(RunnerPool.patience) { [weak self] in
      guard let self else { return }
      isResting = false
      // Where something came meanwhile, more may follow.
      guard placed == before else { return rest() }
      // While a run waits with no step at work, as before a retry, nobody else would notice this agent's
      // death.
      let witness = busy.isEmpty ? idle.popLast() : nil
      for channel in idle { dismiss(channel) }
      idle = [witness].compactMap { $0 }
    }
  }

  // MARK: Runners

  private struct Runner {
    let pid: Int32
    var current: (name: RunnerName, path: String)?
    var received: [UInt8] = []
    var toSend: [UInt8] = []
    var isDismissed = false
  }

  private func start() throws -> Int32 {
    let (pid, channel) = try LocalRunner.start()
    _ = fcntl(channel, F_SETFL, O_NONBLOCK)
    runners[channel] = Runner(pid: pid)
    loop?.watch(channel) { [weak self] events in self?.serve(channel, events) }
    return channel
  }

  private func dismiss(_ channel: Int32) {
    runners[channel]?.isDismissed = true
    send(.end, to: channel)
  }

  private func send(_ order: RunnerOrder, to channel: Int32) {
    guard let bytes = try? Wire.frame(order) else { return }
    send(bytes, to: channel)
  }

  private func send(_ order: [UInt8], to channel: Int32) {
    runners[channel]?.toSend += order
    flush(channel)
  }

  private func flush(_ channel: Int32) {
    guard var rest = runners[channel]?.toSend[...] else { return }
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Glibc.send(channel, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      // A runner that is gone closes its end, which `serve` sees.
      guard sent > 0 else { break }
      rest = rest.dropFirst(sent)
    }
    runners[channel]?.toSend = Array(rest)
    loop?.wantsToWrite(channel, !rest.isEmpty)
  }

  private func serve(_ channel: Int32, _ events: Int16) {
    if events & Int16(POLLOUT) != 0 { flush(channel) }
    guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return }
    var isOpen = true
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(channel, &chunk, chunk.count)
    if count > 0 {
      runners[channel]?.received += chunk[..<count]
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      isOpen = false
    }
    do {
      while var buffer = runners[channel]?.received,
        let told = try Wire.takeReport(from: &buffer)
      {
        runners[channel]?.received = buffer
        take(told, from: channel)
      }
    } catch {
      // What follows cannot be told from the rest of it.
      isOpen = false
    }
    if !isOpen { end(channel) }
  }

  private func take(_ told: RunnerReport, from channel: Int32) {
    guard let runner = runners[channel], let (name, path) = runner.current else { return }
    switch told {
    case .watched(path): report(.watched(name))
    case .ended(path, let record):
      isFree(channel, of: name)
      report(.ended(name, record))
    case .refused(path, let refusal):
      isFree(channel, of: name)
      report(.refused(name, refusal))
    default: break
    }
  }

  private func isFree(_ channel: Int32, of name: RunnerName) {
    runners[channel]?.current = nil
    if busy[name] == channel { busy[name] = nil }
    idle.append(channel)
  }

  func end() {
    for channel in idle { dismiss(channel) }
    idle = []
  }

  /// Takes a runner's end: at once, as it closes its channel last, or when it comes.
  private func reap(_ pid: Int32) {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == 0 else { return }
    let descriptor = lathe_pidfd_open(pid)
    guard descriptor >= 0 else { return }
    loop?.watch(descriptor) { [weak self] _ in
      var status: Int32 = 0
      waitpid(pid, &status, WNOHANG)
      self?.loop?.unwatch(descriptor)
      close(descriptor)
    }
  }

  /// A runner is gone.
  private func end(_ channel: Int32) {
    loop?.unwatch(channel)
    close(channel)
    idle.removeAll { $0 == channel }
    guard let runner = runners.removeValue(forKey: channel) else { return }
    reap(runner.pid)
    guard let (name, _) = runner.current else { return }
    if busy[name] == channel { busy[name] = nil }
    report(.lost(name))
  }
}

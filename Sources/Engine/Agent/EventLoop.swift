import CSystem
import Glibc
import Store
import Synchronization

/// The agent's one thread: sleeps in `poll`, and wakes for messages, ended processes and finished work.
///
/// Everything that decides runs here, one thing after the other; what takes long runs on `work` and
/// comes back through `post`. With nothing to do it sleeps without a time limit.
final class EventLoop {
  typealias Handler = (Int16) -> Void

  private var handlers: [Int32: Handler] = [:]
  private var writers: Set<Int32> = []
  private var timers: [(due: Double, action: () -> Void)] = []
  private let mailbox: Mailbox
  private(set) var isRunning = true

  init() throws {
    mailbox = try Mailbox()
    handlers[mailbox.descriptor] = { [mailbox] _ in mailbox.drain() }
  }

  /// Where other threads leave work for this one.
  var post: Mailbox { mailbox }

  func watch(_ descriptor: Int32, _ handler: @escaping Handler) { handlers[descriptor] = handler }

  func unwatch(_ descriptor: Int32) {
    handlers[descriptor] = nil
    writers.remove(descriptor)
  }

  func wantsToWrite(_ descriptor: Int32, _ wants: Bool) {
    if wants { writers.insert(descriptor) } else { writers.remove(descriptor) }
  }

  /// Runs an action after some seconds.
  func after(_ seconds: Double, _ action: @escaping () -> Void) {
    timers.append((EventLoop.now() + seconds, action))
  }

  func stop() { isRunning = false }

  /// Serves the agent until `stop`, or until `isDone`, which is asked between two events.
  func run(for agent: Agent, until isDone: () -> Bool = { false }) {
    while isRunning {
      agent.wave()
      if isDone() || !isRunning { return }
      var entries = handlers.keys.map { descriptor in
        pollfd(
          fd: descriptor,
          events: Int16(POLLIN) | (writers.contains(descriptor) ? Int16(POLLOUT) : 0),
          revents: 0
        )
      }
      let due = timers.map(\.due).min()
      let wait = due.map {
        Int32(clamping: Int((max(0, $0 - EventLoop.now()) * 1000).rounded(.up)))
      }
      let ready = poll(&entries, nfds_t(entries.count), wait ?? -1)
      if ready < 0 && errno != EINTR { return }
      for entry in entries where ready > 0 && entry.revents != 0 {
        handlers[entry.fd]?(entry.revents)
      }
      for action in mailbox.take() { action(agent) }
      let now = EventLoop.now()
      let fired = timers.filter { $0.due <= now }
      timers.removeAll { $0.due <= now }
      for timer in fired { timer.action() }
    }
  }

  /// Seconds of a clock that never steps.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Work from other threads for the loop's thread.
final class Mailbox: Sendable {
  typealias Action = @Sendable (Agent) -> Void

  /// Readable when there is work.
  let descriptor: Int32
  private let wakeUp: Int32
  private let actions = Mutex<[Action]>([])

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard lathe_pipe(&ends) == 0 else { throw SystemFailure("make a pipe", errno) }
    descriptor = ends[0]
    wakeUp = ends[1]
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    close(descriptor)
    close(wakeUp)
  }

  func callAsFunction(_ action: @escaping Action) {
    actions.withLock { $0.append(action) }
    // A full pipe is fine: it is readable, which is all that is wanted.
    _ = write(wakeUp, [1], 1)
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 512)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }

  func take() -> [Action] {
    actions.withLock { actions in
      defer { actions = [] }
      return actions
    }
  }
}

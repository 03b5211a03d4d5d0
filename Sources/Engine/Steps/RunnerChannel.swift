import Foundation
import Glibc
import Store

/// A runner's end of the stream socket between it and its agent.
///
/// Used by one thread. A message that is none ends the channel, as its closing does.
final class RunnerChannel {
  let descriptor: Int32
  /// Whether the agent is there.
  private(set) var isOpen = true
  /// The agent wants no more of this runner than what it has.
  private(set) var isEnding = false
  /// An attempt that the agent, before it went, had given to this runner, which has not begun it.
  private(set) var dropped: AttemptSpec?
  private var buffer: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)
  private var queue: [Order] = []
  private var stopped: Set<String> = []

  /// An attempt to be run.
  struct Order {
    let spec: AttemptSpec
    let packed: PackedSpec
    let folder: AttemptFolder
  }

  /// Closes `descriptor` when it goes away.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Takes what has arrived, without waiting.
  func take() {
    while isOpen {
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else {
        shut()
        return
      }
      buffer += chunk[..<count]
      do {
        while let order = try Wire.takeOrder(from: &buffer) { try take(order) }
      } catch {
        shut()
      }
    }
  }

  private func take(_ order: RunnerOrder) throws {
    switch order {
    case .run(let packed, let path):
      queue.append(
        Order(spec: try packed.spec(), packed: packed, folder: AttemptFolder(path: path))
      )
    case .stop(let path):
      if queue.contains(where: { $0.folder.path == path }) {
        queue.removeAll { $0.folder.path == path }
        report(.refused(folder: path, Refusal(reason: "Stopped before it began.")))
      } else {
        stopped.insert(path)
      }
    case .end: isEnding = true
    }
  }

  /// The next attempt to run; none once the agent is gone, as another one decides then.
  func next() -> Order? {
    stopped = []
    return isOpen && !queue.isEmpty ? queue.removeFirst() : nil
  }

  /// Whether the agent has asked to stop an attempt that runs.
  func isStopped(_ folder: AttemptFolder) -> Bool { stopped.contains(folder.path) }

  /// Tells the agent; false when it is gone.
  @discardableResult
  func report(_ report: RunnerReport) -> Bool {
    guard let message = try? Wire.frame(report) else { return false }
    return send(message)
  }

  /// Tells the agent of an attempt's end, with its record in JSON; false when it is gone.
  func report(ended folder: String, _ record: Data) -> Bool {
    guard let message = try? Wire.frame(ended: folder, record) else { return false }
    return send(message)
  }

  private func send(_ message: [UInt8]) -> Bool {
    guard isOpen else { return false }
    var rest = message[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        shut()
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private func shut() {
    isOpen = false
    dropped = queue.first?.spec
    queue = []
    buffer = []
  }
}

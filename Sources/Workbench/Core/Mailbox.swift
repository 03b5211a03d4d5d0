import Glibc
import Synchronization

/// What background work hands to the main thread: events, and a byte in a pipe that wakes `poll`.
final class Mailbox: Sendable {
  private let events = Mutex<[WorkbenchEvent]>([])
  /// Readable when there may be events; -1 when the system has no more descriptors.
  let descriptor: Int32
  private let wake: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    descriptor = ends[0]
    wake = ends[1]
  }

  deinit {
    close(descriptor)
    close(wake)
  }

  func post(_ event: WorkbenchEvent) {
    let isFirst = events.withLock { events in
      events.append(event)
      return events.count == 1
    }
    if isFirst {
      var byte: UInt8 = 1
      _ = write(wake, &byte, 1)
    }
  }

  func take() -> [WorkbenchEvent] {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
    return events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}

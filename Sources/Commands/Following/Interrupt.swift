import Foundation
import Store
import Synchronization

/// Ctrl-C and the request to end, as something that `poll` can wait for.
///
/// A handler that writes the signal's number into a pipe, so that waits end at once and nothing
/// happens inside of the handler.
enum Interrupt {
  /// Readable once a signal has come; catching begins with the first use.
  static let descriptor: Int32 = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = saved
      }
    }
    return ends[0]
  }()

  /// The signal that has come; nil when none has.
  static func taken() -> Int32? {
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
  }
}

private let writeEnd = Atomic<Int32>(-1)

/// Why a wait ended.
enum Wake: Equatable {
  case changed, time
  case signal(Int32)
}

/// Waits for changes in files and for Ctrl-C at once.
struct Waiter {
  let watch = FileWatch()

  /// Sleeps until something changes, a signal comes or the time is over.
  ///
  /// Where changes are not told of, the time is cut to a second.
  func wait(milliseconds: Int) -> Wake {
    var entries = [
      pollfd(fd: Interrupt.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let isBlind = watch.descriptor < 0 || !watch.blindPaths.isEmpty
    let time = isBlind ? min(milliseconds, 1000) : milliseconds
    // A signal that interrupts poll is in the pipe by then.
    _ = poll(&entries, nfds_t(entries.count), Int32(time))
    if let number = Interrupt.taken() { return .signal(number) }
    guard entries[1].revents != 0 else { return .time }
    _ = watch.changes()
    return .changed
  }

  /// Lets a burst of changes pass, so that frames stay `milliseconds` apart; a signal ends it.
  static func rest(milliseconds: Int) -> Int32? {
    var entry = pollfd(fd: Interrupt.descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&entry, 1, Int32(milliseconds))
    return Interrupt.taken()
  }
}

import Glibc

/// A moment on the monotonic clock until which something is awaited.
struct Deadline {
  private let end: Double

  init(_ seconds: Double) { end = Deadline.now + seconds }

  var isOver: Bool { Deadline.now >= end }

  /// What is left, for `poll`.
  var milliseconds: Int32 { Int32(max(0, (end - Deadline.now) * 1000).rounded(.up)) }

  /// Seconds on a clock that never goes back.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Asks again and again until there is an answer; nil when there is none in time.
func awaited<Answer>(
  within seconds: Double = 30,
  _ answer: () throws -> Answer?
) rethrows -> Answer? {
  let deadline = Deadline(seconds)
  while true {
    if let found = try answer() { return found }
    if deadline.isOver { return nil }
    // What is awaited happens in other processes, which have no way to tell: it is looked at again.
    poll(nil, 0, 15)
  }
}

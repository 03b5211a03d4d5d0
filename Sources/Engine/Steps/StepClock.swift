import Foundation
import Glibc

/// The time of one attempt, in seconds since 1970, by a clock that never steps.
///
/// It is the system's time when the attempt begins and goes on with the time since the machine's start,
/// suspended hours included. So the times of a log are in order, a curve over time has no fold, no
/// duration is negative, and no rule takes a clock that was set for a silence.
struct StepClock: Sendable {
  /// When the attempt began.
  let start: Double
  private let origin: Double
  private let steady: @Sendable () -> Double

  init(
    start: Double = Date().timeIntervalSince1970,
    steady: @escaping @Sendable () -> Double = bootSeconds
  ) {
    self.start = start
    self.steady = steady
    origin = steady()
  }

  var now: Double { start + max(0, steady() - origin) }
}

/// Seconds since the machine's start, of a clock that is never set.
@Sendable func bootSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

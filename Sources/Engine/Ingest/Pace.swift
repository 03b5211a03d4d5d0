/// How often a runner looks at what comes in: at once when it was quiet, then every 8 ms at most.
///
/// So a script that logs without a pause wakes it 125 times a second, and not with each value.
struct Pace {
  static let interval = 0.008

  private var until = -Double.infinity

  /// How long what comes in is left waiting, in seconds; nil when it is looked at at once.
  func rest(at now: Double) -> Double? {
    now < until ? until - now : nil
  }

  /// Something was taken in.
  mutating func took(at now: Double) { until = now + Pace.interval }
}

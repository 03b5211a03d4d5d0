import CSystem

/// Whether this process was asked to stop, and how long it may go on with what it does then.
///
/// A class, because a process has one: what follows the script, reads files or hashes asks it.
final class StopRequest {
  /// Readable when the agent asks this process to stop (SIGTERM); -1 where nobody does.
  let signals: Int32
  /// When it was asked, in seconds of the monotonic clock; nil before.
  private(set) var asked: Double?
  /// Seconds that are left for what is not the script.
  private let grace: Double
  /// When the script had ended.
  private var ended = -Double.infinity

  /// Seconds that a script has between SIGTERM and SIGKILL.
  static let graceOfScript = 10.0

  init(signals: Int32, grace: Double = 5) {
    self.signals = signals
    self.grace = grace
  }

  /// Takes a signal that has arrived; returns whether it is the first one.
  func arrives() -> Bool {
    guard signals >= 0, lathe_take_signal(signals) != 0, asked == nil else { return false }
    asked = monotonicSeconds()
    return true
  }

  /// The script is dead: from here on a stop is waited for no longer than the grace.
  func scriptEnded() { ended = monotonicSeconds() }

  /// Whether a stop has waited long enough: what goes on is given up.
  var isOver: Bool {
    _ = arrives()
    guard let asked else { return false }
    return monotonicSeconds() >= max(asked, ended) + grace
  }
}

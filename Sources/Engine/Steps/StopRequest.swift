import CSystem
import Glibc
import Store

/// Whether an attempt was asked to stop, by whom, and how long what goes on may go on then.
///
/// A class, because an attempt has one: what follows the script, reads files or hashes asks it.
final class StopRequest {
  /// Readable when this process is told to end; -1 where nobody does.
  let signals: Int32
  private let folder: AttemptFolder
  /// From the agent that placed the attempt.
  private let channel: RunnerChannel?
  /// Who asked first; nil while nobody has.
  private(set) var reason: ScriptEnd.Ending?
  /// When it was asked, in seconds of the monotonic clock.
  private var asked = Double.infinity
  /// Seconds that are left for what is not the script.
  private let grace: Double
  /// When the script had ended.
  private var ended = -Double.infinity

  init(
    signals: Int32,
    folder: AttemptFolder,
    channel: RunnerChannel? = nil,
    grace: Double = 5
  ) {
    self.signals = signals
    self.folder = folder
    self.channel = channel
    self.grace = grace
  }

  /// What to wait for beside the signals; -1 for nothing.
  var descriptor: Int32 { channel.map { $0.isOpen ? $0.descriptor : -1 } ?? -1 }

  /// Takes what has arrived, without waiting; returns whether it is the first request.
  ///
  /// A signal is the user's wish where the agent has left the attempt a mark, which it does before it
  /// sends one to a runner that it has no channel to.
  func arrives() -> Bool {
    channel?.take()
    let signal = signals >= 0 ? lathe_take_signal(signals) : 0
    guard reason == nil else { return false }
    if channel?.isStopped(folder) ?? false {
      reason = .user
    } else if signal != 0 {
      reason = access(folder.stop, F_OK) == 0 ? .user : .told(Int(signal))
    }
    if reason != nil { asked = monotonicSeconds() }
    return reason != nil
  }

  /// The script is dead: from here on a stop is waited for no longer than the grace.
  func scriptEnded() { ended = monotonicSeconds() }

  /// Whether a stop has waited long enough: what goes on is given up.
  var isOver: Bool {
    _ = arrives()
    return monotonicSeconds() >= max(asked, ended) + grace
  }
}

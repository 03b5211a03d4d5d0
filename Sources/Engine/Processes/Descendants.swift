import CSystem
import Glibc

/// The processes that descend from this one, also those that left their session or lost their parent.
///
/// For a process that has no other children than a script's: it becomes their reaper.
enum Descendants {
  /// From now on what loses its parent becomes this process's child; false where that is not possible.
  static func adopt() -> Bool { lathe_adopt_orphans(1) == 0 }

  /// What is started from now on is not this process's when it loses its parent.
  static func release() { _ = lathe_adopt_orphans(0) }

  /// Reaps children that have ended, but for one; calls `body` for each.
  ///
  /// Returns whether there are children left.
  @discardableResult
  static func reap(but kept: Int32? = nil, _ body: (Int32, rusage) -> Void) -> Bool {
    while true {
      let pid = lathe_ended_child()
      if pid < 0 { return errno != ECHILD }
      if pid == 0 || pid == kept { return true }
      var status: Int32 = 0
      var usage = rusage()
      if wait4(pid, &status, WNOHANG, &usage) == pid { body(pid, usage) }
    }
  }

  /// Kills all that descend from this process and reaps them; costs one call where there are none.
  ///
  /// What does not die in ten seconds is left: a process that waits for a broken disk cannot be ended.
  static func end(_ body: (Int32, rusage) -> Void) {
    var pause: UInt32 = 100
    var waited: UInt32 = 0
    while reap(body), waited < 10_000_000 {
      for process in ProcessTable.descendants(of: getpid()) { kill(process.pid, SIGKILL) }
      usleep(pause)
      waited += pause
      pause = min(2 * pause, 20_000)
    }
  }
}

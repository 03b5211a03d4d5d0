import CSystem
import Documents
import Glibc

/// How a script ended, as the system tells it.
struct ScriptEnd {
  var exitCode: Int?
  var signal: Int?
  var wasStopped = false
  /// The watch rule that stopped it.
  var stopReason: String?
  /// What went wrong around the script.
  var failure: String?
  var peakMemory = 0
  var cpuSeconds = 0.0
  var logged = Logged()
  /// Such as a traceback's "ValueError: bad shape".
  var lastLine = ""

  /// Records the first thing that went wrong around the script.
  mutating func fail(_ error: any Error) {
    guard failure == nil else { return }
    failure = Explanation(error).what + " " + Explanation(error).why
  }

  /// Reaps the process.
  mutating func take(_ pid: Int32) {
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
    let low = status & 0x7f
    if low == 0 { exitCode = Int(status >> 8 & 0xff) } else { signal = Int(low) }
    peakMemory = usage.ru_maxrss * 1024
    cpuSeconds =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}

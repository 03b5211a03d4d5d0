import CSystem
import Documents
import Glibc
import Store

/// How a script ended, as the system tells it, and what Lathe had to do with it.
struct ScriptEnd {
  /// Why Lathe ended the script.
  enum Ending: Equatable {
    case user
    /// The sentence of a watch rule.
    case rule(String)
    /// This process got a signal that no user's wish came before.
    case told(Int)
    /// Seconds.
    case timeout(Double)
    /// Bytes; nil: not known, as the kernel killed it. The limit is the pipeline's, or an instance type's.
    case memory(used: Int?, limit: Int, of: String?)
  }

  var exitCode: Int?
  var signal: Int?
  /// The first reason stays.
  private(set) var ending: Ending?
  /// What went wrong around the script.
  private(set) var failure: String?
  private(set) var failureCause = ExitRecord.Cause.setUp
  var peakMemory = 0
  var cpuSeconds = 0.0
  var traffic = Traffic()
  /// Whether the system killed something for want of memory meanwhile.
  var ranOutOfMemory = false
  var logged = Logged()
  /// Empty where no line tells anything; such as a traceback's "ValueError: bad shape".
  var lastLine = ""

  /// Notes why the script is ended; false when it is being ended already.
  mutating func end(_ reason: Ending) -> Bool {
    guard ending == nil else { return false }
    ending = reason
    return true
  }

  /// Records the first thing that went wrong around the script.
  mutating func fail(_ error: any Error) {
    guard failure == nil else { return }
    let explanation = Explanation(error)
    failure = [explanation.what, explanation.why].filter { !$0.isEmpty }.joined(separator: " ")
    if SystemFailure.isFullDisk(error) { failureCause = .diskFull }
  }

  /// Takes what the kernel has counted of all that ran.
  mutating func take(_ group: AttemptCgroup) {
    // A process's own peak begins with that of the one that started it.
    peakMemory = group.peakMemory ?? peakMemory
    cpuSeconds = max(cpuSeconds, group.cpuSeconds ?? 0)
    if let counted = group.traffic {
      traffic.read = counted.read ?? traffic.read
      traffic.written = counted.written ?? traffic.written
    }
  }

  /// Reaps the script.
  mutating func take(_ pid: Int32) {
    traffic = Traffic(of: pid)
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
    let low = status & 0x7f
    if low == 0 { exitCode = Int(status >> 8 & 0xff) } else { signal = Int(low) }
    take(usage)
  }

  /// Adds what a process has used that is no child of the script any more.
  mutating func take(_ usage: rusage) {
    peakMemory = max(peakMemory, usage.ru_maxrss * 1024)
    cpuSeconds +=
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}

import Documents
import Foundation
import Glibc
import Synchronization

/// What `nvidia-smi` told, and when: seconds of the monotonic clock.
struct GPUAnswer: Sendable {
  var report: GPUReport
  var asked: Double
  var answered: Double

  /// Asks it as `GPUReport.ask` does.
  static func ask(home: String, path: String?, patience: Double) -> GPUAnswer {
    let asked = monotonicSeconds()
    let report = GPUReport.ask(home: home, path: path, patience: patience)
    return GPUAnswer(report: report, asked: asked, answered: monotonicSeconds())
  }
}

/// What `nvidia-smi` told of the machine's GPUs at one moment.
package struct GPUReport: Sendable, Equatable {
  package var gpus: [GPU]
  /// Why it told nothing, one sentence; nil where it answered, or is not there.
  package var fault: String?

  package init(gpus: [GPU] = [], fault: String? = nil) {
    self.gpus = gpus
    self.fault = fault
  }

  /// How long an answer is waited for, in seconds; a driver that wakes its GPUs first takes some.
  package static let patience = 10.0

  /// Asks `nvidia-smi`, if it is on the path; blocks until it has answered, `patience` seconds at most.
  ///
  /// Processes whose environment carries the mark of an attempt in `home` are Lathe's. One that hangs in
  /// a broken driver cannot even be killed: its thread is left waiting for it, and nobody else is.
  package static func ask(
    home: String,
    path: String?,
    patience: Double = GPUReport.patience
  ) -> GPUReport {
    let path = path ?? "/usr/local/bin:/usr/bin:/bin"
    guard
      let program = ChildProcess.executable(
        "nvidia-smi",
        environment: ["PATH": path],
        folder: "/"
      )
    else { return GPUReport() }
    let answer = Answer()
    // Each that hangs holds a thread and a process that nobody can end.
    let mayAsk = asking.withLock { asking in
      guard asking < mostAsking else { return false }
      asking += 1
      return true
    }
    guard mayAsk else {
      return GPUReport(fault: "nvidia-smi still has not answered what it was asked before.")
    }
    Thread.detachNewThread {
      let report = Query(program: program, path: path, patience: patience).report(home: home)
      asking.withLock { $0 -= 1 }
      answer.report.withLock { $0 = report }
      answer.isThere.signal()
    }
    _ = answer.isThere.wait(timeout: .now() + patience)
    return answer.report.withLock { $0 }
      ?? GPUReport(fault: "nvidia-smi has not answered for \(Amount.time(patience)).")
  }

  /// Questions that are not answered yet.
  private static let asking = Mutex(0)
  private static let mostAsking = 8

  private final class Answer: Sendable {
    let report = Mutex<GPUReport?>(nil)
    let isThere = DispatchSemaphore(value: 0)
  }
}

private struct Query: Sendable {
  let program: String
  let path: String
  let patience: Double

  func report(home: String) -> GPUReport {
    do {
      let list = try ask(GPU.listQuery)
      // An old driver that does not know one of these has neither MIG devices nor names for processes.
      let devices = (try? ask(GPU.deviceQuery)) ?? ""
      let processes = (try? ask(GPU.processQuery)) ?? ""
      let gpus = GPU.parse(list: list, devices: devices, processes: processes) { pid in
        GPUUser.foreign(pid, home: home)
      }
      return GPUReport(gpus: gpus)
    } catch {
      return GPUReport(fault: Explanation(error).what)
    }
  }

  private func ask(_ query: [String]) throws -> String {
    let (exit, output) = try ChildProcess.collect(
      [program] + query,
      environment: ["PATH": path, "LC_ALL": "C"],
      folder: "/",
      timeout: patience,
      limit: 131_072
    )
    // A machine without a GPU may have the program: that is no fault.
    if exit == .code(0) || output.hasPrefix("No devices were found") { return output }
    let first = output.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
    let how =
      switch exit {
      case .code(let code): "exit code \(code)"
      case .signal(let signal): signalName(Int(signal))
      case .timedOut: "no answer for \(Amount.time(patience))"
      }
    throw Explanation(what: "nvidia-smi failed (\(how))\(first.isEmpty ? "." : first)")
  }
}

/// Whose a process on a GPU is.
enum GPUUser {
  /// The user of a process that no attempt in `home` started; nil when it is one's own or gone.
  static func foreign(_ pid: Int32, home: String) -> String? {
    var status = stat()
    guard stat("/proc/\(pid)", &status) == 0 else { return hidden(pid) }
    // The server of CUDA's Multi-Process Service computes for those who ask it, of whom Lathe may be one.
    if smallFile("/proc/\(pid)/comm")?.hasPrefix("nvidia-cuda-mps") ?? false { return nil }
    let mark = Data("LATHE_ATTEMPT=\(home)/".utf8)
    if let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
      environment.range(of: mark) != nil
    {
      return nil
    }
    return name(of: status.st_uid)
  }

  /// A process that lives and is not shown: another user's where /proc hides those, or one outside of
  /// this container.
  private static func hidden(_ pid: Int32) -> String? {
    if kill(pid, 0) != 0, errno == EPERM { return "another user" }
    return isInContainer ? "a process outside this container" : nil
  }

  /// Whether process numbers here are not the machine's own.
  private static let isInContainer: Bool = {
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    // The kernel's PROC_PID_INIT_INO.
    return target != "pid:[4026531836]"
  }()

  private static func name(of user: uid_t) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "user \(user)" }
    return String(cString: name)
  }
}

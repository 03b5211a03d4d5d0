import CSystem
import Documents
import Foundation
import Glibc
import Store

/// Measures what attempts cost a runner, in a home of its own that is removed again.
enum RunnerBench {
  /// Has one runner process run a command many times.
  ///
  /// Returns CPU seconds (user and system, of the runner and all that it started) and the time it took.
  static func run(_ count: Int, _ arguments: [String]) throws -> (cpu: Double, seconds: Double) {
    let root = FileManager.default.temporaryDirectory.path + "/lathe-bench-" + UUID().uuidString
    try makeFolder(root)
    defer { try? FileManager.default.removeItem(atPath: root) }
    let home = Home(folder: root)
    let code = try ObjectStore(home: home, isDurable: false).put(Data(Manifest().text.utf8))
    let runner = try LocalRunner.start()
    let start = monotonicSeconds()
    var buffer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    for number in 1...max(1, count) {
      let folder = home.attempt(run: 1, step: "s\(number)", attempt: 1)
      let spec = AttemptSpec(
        run: 1,
        step: "s\(number)",
        attempt: 1,
        home: home.folder,
        state: home.state,
        arguments: arguments,
        environment: [
          "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", "LATHE_ATTEMPT": folder.path,
          "LATHE_SDK": folder.sdk, "LATHE_METRICS": folder.metricLines,
        ],
        code: code,
        inputs: [],
        outputs: [:],
        metrics: []
      )
      let order = try Wire.frame(.run(PackedSpec(spec), folder: folder.path))
      try order.withUnsafeBytes { try writeAll($0, to: runner.channel, "the runner's channel") }
      var isOver = false
      while !isOver {
        if let report = try Wire.takeReport(from: &buffer) {
          switch report {
          case .ended(_, let record):
            guard record.status == .succeeded else {
              throw Explanation(what: "An attempt failed.", why: record.reason ?? "")
            }
            isOver = true
          case .refused(_, let refusal):
            throw Explanation(what: "An attempt failed.", why: refusal.reason)
          case .watched: break
          }
        } else {
          let count = read(runner.channel, &chunk, chunk.count)
          guard count > 0 else { throw Explanation(what: "The runner has ended.") }
          buffer += chunk[..<count]
        }
      }
    }
    let seconds = monotonicSeconds() - start
    let end = try Wire.frame(RunnerOrder.end)
    try end.withUnsafeBytes { try writeAll($0, to: runner.channel, "the runner's channel") }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(runner.pid, &status, 0, &usage) < 0 && errno == EINTR {}
    close(runner.channel)
    var all = ScriptEnd()
    all.take(usage)
    return (all.cpuSeconds, seconds)
  }
}

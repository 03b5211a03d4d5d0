import CSystem
import Documents
import Foundation
import Glibc
import Series
import Store

/// The step runner: a process of its own that runs one attempt and writes nothing but the attempt's
/// folder and the object store.
///
/// It survives the workbench, the terminal and the agent. What it leaves behind is the exit record;
/// afterwards it tells the agent, and starts one where none lives, so that a run goes on whoever died.
package enum StepRunner {
  /// Runs the attempt in a folder to its end.
  ///
  /// - Parameter path: the attempt's folder, with its spec.
  /// - Returns: the exit status of the runner process: 0 when there is an exit record.
  package static func run(attempt path: String) -> Int32 {
    // From here on a stop is kept until the script is there to be stopped.
    run(attempt: path, signals: lathe_signal_descriptor(), tellingAgent: tellAgent)
  }

  /// Runs the attempt as `run(attempt:)` does; `signals` is readable when it shall stop, and
  /// `tellingAgent` is called when the exit record is in place.
  static func run(
    attempt path: String,
    signals: Int32,
    tellingAgent: (AttemptSpec) -> Void
  ) -> Int32 {
    let attempt = AttemptFolder(path: path)
    do {
      let data = try Data(contentsOf: URL(filePath: attempt.spec))
      let spec = try JSONDecoder().decode(AttemptSpec.self, from: data)
      guard let lock = try Claim.take(attempt) else { return 0 }
      defer { close(lock) }
      // An attempt that was given up before it was claimed is over.
      guard access(attempt.exit, F_OK) != 0 else { return 0 }
      let record = Attempt(spec: spec, folder: attempt, signals: signals).run()
      // Whether there is a record or not: without an agent, nobody would see that this has ended.
      defer { tellingAgent(spec) }
      try record.publish(in: attempt)
      return 0
    } catch {
      let words = "\(Explanation(error).what) \(error)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 1
    }
  }

  /// The agent answers when it has started what follows: until then this process stays, so that there
  /// is always somebody left who starts an agent.
  private static func tellAgent(of spec: AttemptSpec) {
    let client = AgentClient(home: Home(folder: spec.home, state: spec.state))
    _ = try? client.send(.ended(run: spec.run, step: spec.step, attempt: spec.attempt))
  }
}

/// One attempt while it runs.
private struct Attempt: ~Copyable {
  let spec: AttemptSpec
  let folder: AttemptFolder
  /// Readable when the agent asks this process to stop (SIGTERM).
  let signals: Int32
  let started = Date()
  let store: ObjectStore

  init(spec: AttemptSpec, folder: AttemptFolder, signals: Int32) {
    self.spec = spec
    self.folder = folder
    self.signals = signals
    store = ObjectStore(home: Home(folder: spec.home, state: spec.state))
  }

  borrowing func run() -> ExitRecord {
    var end = ScriptEnd()
    do {
      try prepare()
      end = try follow()
    } catch {
      let explanation = Explanation(error)
      end.failure =
        explanation.why.isEmpty
        ? explanation.what : "\(explanation.what) \(explanation.why)"
      StepLog.append("lathe: \(end.failure ?? "")\n", in: folder)
    }
    return record(end)
  }

  /// Brings code and inputs into the work folder.
  private borrowing func prepare() throws {
    guard let code = store.manifest(spec.code) else {
      throw Explanation(what: "The code of this run is missing from the object store.")
    }
    try makeFolder(folder.work)
    try store.materialise(code, in: folder.work)
    // One input may lie in another (data and data/train.csv): the outer one brings it along.
    for input in spec.inputs where !spec.inputs.contains(where: { input.isInside($0) }) {
      let path = folder.work + "/" + input.path
      try makeFolder(URL(filePath: path).deletingLastPathComponent().path)
      try store.materialise(input.artifact, at: path)
    }
    for output in spec.outputs.values where output.contains("/") {
      try makeFolder(URL(filePath: folder.work + "/" + output).deletingLastPathComponent().path)
    }
  }

  /// Starts the script and follows it to its end, writing log and metrics as they come.
  private borrowing func follow() throws -> ScriptEnd {
    var log = try StepLog(folder: folder, metrics: spec.metrics)
    let child = try ChildProcess.start(
      spec.arguments,
      environment: spec.environment,
      folder: folder.work
    )
    defer { close(child.output) }
    let pidfd = lathe_pidfd_open(child.pid)
    guard pidfd >= 0 else { throw SystemFailure("watch the script", errno) }
    defer { close(pidfd) }
    var end = ScriptEnd()
    var hasExited = false
    /// False when the script closed its output; it may go on without.
    var isOpen = true
    var killAt: Double?
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// When to stop waiting for grandchildren that hold the script's output open.
    var drainUntil: Double?
    while true {
      var entries = [
        pollfd(fd: isOpen ? child.output : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasExited ? -1 : pidfd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      ]
      let deadline = [killAt, drainUntil].compactMap(\.self).min()
      let wait = deadline.map { Int32(max(0, ($0 - monotonicSeconds()) * 1000).rounded(.up)) } ?? -1
      _ = poll(&entries, 3, wait)
      if entries[2].revents != 0, lathe_take_signal(signals) != 0, !end.wasStopped {
        end.wasStopped = true
        kill(-child.pid, SIGTERM)
        killAt = monotonicSeconds() + 10
      }
      if let due = killAt, monotonicSeconds() >= due {
        killSession(child.pid)
        killAt = nil
      }
      if entries[0].revents != 0 {
        let count = read(child.output, &buffer, buffer.count)
        if count > 0 {
          do {
            try buffer.withUnsafeBytes {
              try log.add(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
          } catch {
            // A full disk: the script ends, and says why in its reason.
            if end.failure == nil {
              end.failure = Explanation(error).what + " " + Explanation(error).why
            }
            killSession(child.pid)
          }
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
          isOpen = false
        }
      }
      if !hasExited, entries[1].revents != 0 || isReadable(pidfd) {
        hasExited = true
        end.take(child.pid)
        drainUntil = monotonicSeconds() + 0.5
      }
      if hasExited, !isOpen { break }
      if let until = drainUntil, monotonicSeconds() >= until { break }
    }
    // Outputs are hashed when nothing can change them any more: what left the session ends as well.
    killSession(child.pid)
    killProcesses(marked: folder.path)
    try log.finish()
    end.series = try log.series()
    end.lastLine = log.lastLine
    return end
  }

  private borrowing func record(_ end: ScriptEnd) -> ExitRecord {
    var record = ExitRecord(
      status: .succeeded,
      exitCode: end.exitCode,
      signal: end.signal,
      reason: nil,
      started: started,
      ended: Date(),
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: end.peakMemory,
      cpuSeconds: end.cpuSeconds
    )
    record.metrics = summaries(of: end.series)
    let logged = spec.metrics.filter { end.series[$0.name] != nil }
    if let main = logged.first(where: \.isMain) ?? logged.first {
      record.sparkline = end.series[main.name]?.sparkline(32).filter { $0.isFinite } ?? []
    }
    if end.wasStopped {
      record.status = .stopped
      record.reason = "Stopped by the user."
    } else if let failure = end.failure {
      record.status = .failed
      record.reason = failure
    } else if let signal = end.signal {
      record.status = .failed
      record.reason =
        signal == Int(SIGKILL)
        ? "The script was killed (SIGKILL): often the system, out of memory."
        : "The script was ended by \(signalName(signal))."
    } else if let code = end.exitCode, code != 0 {
      record.status = .failed
      record.reason = "Exit code \(code)" + (end.lastLine.isEmpty ? "." : ": \(end.lastLine)")
    } else {
      takeOutputs(into: &record)
    }
    record.ended = Date()
    return record
  }

  /// Stores the outputs once all of the step's processes are dead.
  private borrowing func takeOutputs(into record: inout ExitRecord) {
    for (name, path) in spec.outputs.sorted(by: { $0.key < $1.key }) {
      let full = folder.work + "/" + path
      guard access(full, F_OK) == 0 else {
        record.status = .failed
        record.reason = "The script ended well but did not make its output '\(name)' (\(path))."
        return
      }
      do {
        record.outputs[name] = try store.put(artifact: full)
      } catch {
        let explanation = Explanation(error)
        record.status = .failed
        record.reason =
          "The output '\(name)' could not be stored: \(explanation.what) \(explanation.why)"
        return
      }
    }
  }

  private borrowing func summaries(of series: [String: SeriesData]) -> [MetricSummary] {
    var summaries: [MetricSummary] = []
    for metric in spec.metrics {
      guard let summary = series[metric.name]?.summary else { continue }
      summaries.append(
        MetricSummary(
          run: spec.run,
          step: spec.step,
          name: metric.name,
          goal: metric.goal,
          isMain: metric.isMain,
          count: summary.count,
          last: summary.last,
          lastStep: summary.lastStep,
          min: summary.min ?? .nan,
          minStep: summary.minStep ?? .nan,
          max: summary.max ?? .nan,
          maxStep: summary.maxStep ?? .nan
        )
      )
    }
    return summaries
  }
}

/// How a script ended, as the system tells it.
private struct ScriptEnd {
  var exitCode: Int?
  var signal: Int?
  var wasStopped = false
  /// What went wrong around the script.
  var failure: String?
  var peakMemory = 0
  var cpuSeconds = 0.0
  var series: [String: SeriesData] = [:]
  /// Such as a traceback's "ValueError: bad shape".
  var lastLine = ""

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

extension ExitRecord {
  /// Puts the record in place; the first one stays.
  func publish(in attempt: AttemptFolder) throws {
    // The space set aside at the start is given back first: the record fits even on a full disk.
    unlink(attempt.path + "/reserve")
    let bytes = try JSONEncoder.keepingNaN.encode(self)
    let temporary = attempt.exit + ".\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(temporary)", errno) }
    defer {
      close(descriptor)
      unlink(temporary)
    }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count, fsync(descriptor) == 0 else {
      throw SystemFailure("write \(attempt.exit)", errno)
    }
    guard link(temporary, attempt.exit) == 0 || errno == EEXIST else {
      throw SystemFailure("write \(attempt.exit)", errno)
    }
  }

  /// The record of an attempt that has ended; nil while there is none.
  static func read(_ attempt: AttemptFolder) -> ExitRecord? {
    guard let data = try? Data(contentsOf: URL(filePath: attempt.exit)) else { return nil }
    return try? JSONDecoder.keepingNaN.decode(ExitRecord.self, from: data)
  }
}

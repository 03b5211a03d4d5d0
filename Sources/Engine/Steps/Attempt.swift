import Documents
import Foundation
import Glibc
import Store

/// One attempt while it runs.
struct Attempt: ~Copyable {
  let spec: AttemptSpec
  let folder: AttemptFolder
  let stop: StopRequest
  let started = Date()
  let store: ObjectStore
  /// Tells the agent that there is something new, from a thread of its own.
  let nudge: @Sendable (AgentRequest) -> Void

  init(
    spec: AttemptSpec,
    folder: AttemptFolder,
    stop: StopRequest,
    nudge: @escaping @Sendable (AgentRequest) -> Void
  ) {
    self.spec = spec
    self.folder = folder
    self.stop = stop
    self.nudge = nudge
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
    record.metrics = end.logged.metrics
    record.sparkline = end.logged.sparkline
    record.facts = end.logged.facts(storing: store, in: folder) { !stop.isOver }
    if end.wasStopped {
      record.status = .stopped
      record.reason = end.stopReason ?? "Stopped by the user."
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
  ///
  /// A stop gives them up: then there are none.
  private borrowing func takeOutputs(into record: inout ExitRecord) {
    for (name, path) in spec.outputs.sorted(by: { $0.key < $1.key }) {
      let full = folder.work + "/" + path
      guard access(full, F_OK) == 0 else {
        record.status = .failed
        record.reason = "The script ended well but did not make its output '\(name)' (\(path))."
        return
      }
      do {
        record.outputs[name] = try store.put(artifact: full) { !stop.isOver }
      } catch is StoringGivenUp {
        record.outputs = [:]
        record.status = .stopped
        record.reason = "Stopped by the user."
        return
      } catch {
        let explanation = Explanation(error)
        record.status = .failed
        record.reason =
          "The output '\(name)' could not be stored: \(explanation.what) \(explanation.why)"
        return
      }
    }
  }
}

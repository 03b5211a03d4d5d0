import Documents
import Foundation
import Glibc
import Store

@testable import Engine

/// An executor that runs nothing: it notes what was started, and writes the exit records itself.
final class ScriptedExecutor: Executor {
  enum Answer {
    /// Ends well; the outputs' texts by name.
    case succeed([String: String])
    case fail(String)
    /// Goes on until `finish`, with a live claim.
    case hold
    /// No runner can be started.
    case refuse
    /// The runner ends before its claim.
    case vanish
  }

  private(set) var started: [String] = []
  private(set) var specs: [AttemptSpec] = []
  private var held: [String: (lock: Int32, folder: AttemptFolder, spec: AttemptSpec)] = [:]
  private weak var loop: EventLoop?
  private let answer: (AttemptSpec) -> Answer

  /// Without an answer every step makes its outputs of its name.
  init(_ answer: @escaping (AttemptSpec) -> Answer = { .succeed($0.outputs.mapValues { $0 }) }) {
    self.answer = answer
  }

  deinit { for entry in held.values { close(entry.lock) } }

  func start() throws -> (pid: Int32, channel: Int32) { throw SystemFailure("start", ENOTSUP) }

  func begin(on loop: EventLoop, report: @escaping (ExecutorReport) -> Void) {
    self.loop = loop
  }

  func run(_ spec: AttemptSpec, in attempt: AttemptFolder) throws -> Int32? {
    started.append(spec.step)
    specs.append(spec)
    try makeFolder(attempt.path)
    try JSONEncoder.keepingNaN.encode(spec).write(to: URL(filePath: attempt.spec))
    switch answer(spec) {
    case .vanish: break
    case .refuse: throw SystemFailure("start a step runner", EAGAIN)
    case .hold:
      guard let lock = try Claim.take(attempt, for: PackedSpec(spec)) else { break }
      held["r\(spec.run) \(spec.step)"] = (lock, attempt, spec)
      return nil
    case .succeed(let texts): try publish(.succeeded, texts, of: spec, in: attempt)
    case .fail(let reason): try publish(.failed, [:], reason, of: spec, in: attempt)
    }
    // The agent looks at the attempt at once.
    loop?.post { [name = RunnerName(spec)] agent in agent.take(.lost(name)) }
    return nil
  }

  func stop(_ name: RunnerName) -> Bool { held["r\(name.run) \(name.step)"] != nil }

  func rest() {}
  func end() {}

  /// Ends a step that was held, as its runner would.
  func finish(
    _ step: String,
    of run: Int = 1,
    _ status: ExitRecord.Status = .succeeded,
    for agent: Agent
  ) throws {
    guard let entry = held.removeValue(forKey: "r\(run) \(step)") else { return }
    let texts = status == .succeeded ? entry.spec.outputs : [:]
    try publish(status, texts, of: entry.spec, in: entry.folder)
    close(entry.lock)
    agent.settle(RunnerName(run: entry.spec.run, step: step, attempt: entry.spec.attempt))
    agent.wave()
  }

  /// The runner of a held step dies without a word.
  func kill(_ step: String, of run: Int = 1) {
    if let entry = held.removeValue(forKey: "r\(run) \(step)") { close(entry.lock) }
  }

  private func publish(
    _ status: ExitRecord.Status,
    _ texts: [String: String],
    _ reason: String? = nil,
    of spec: AttemptSpec,
    in attempt: AttemptFolder
  ) throws {
    let store = ObjectStore(home: Home(folder: spec.home, state: spec.state), isDurable: false)
    let outputs = try texts.mapValues { text in
      Artifact(kind: .file, digest: try store.put(Data(text.utf8)), size: text.utf8.count)
    }
    let record = ExitRecord(
      status: status,
      exitCode: status == .succeeded ? 0 : 1,
      reason: reason,
      started: Date(),
      ended: Date(),
      outputs: outputs,
      metrics: [],
      sparkline: [],
      peakMemory: 0,
      cpuSeconds: 0
    )
    try record.publish(in: attempt)
  }
}

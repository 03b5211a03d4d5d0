import CSystem
import Documents
import Foundation
import Glibc
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
    run(attempt: path, signals: lathe_signal_descriptor(), telling: tell)
  }

  /// Runs the attempt as `run(attempt:)` does; `signals` is readable when it shall stop.
  ///
  /// After a stop, what is not the script goes on for `grace` seconds. `telling` gets what the agent is to know: that watch rules found something, and at last that the
  /// exit record is in place.
  static func run(
    attempt path: String,
    signals: Int32,
    grace: Double = 5,
    telling tell: @escaping @Sendable (AgentRequest, AttemptSpec) -> Void
  ) -> Int32 {
    let attempt = AttemptFolder(path: path)
    do {
      let data = try Data(contentsOf: URL(filePath: attempt.spec))
      let spec = try JSONDecoder().decode(AttemptSpec.self, from: data)
      guard let lock = try Claim.take(attempt) else { return 0 }
      defer { close(lock) }
      // An attempt that was given up before it was claimed is over.
      guard access(attempt.exit, F_OK) != 0 else { return 0 }
      let nudge: @Sendable (AgentRequest) -> Void = { request in
        // An agent may have to be started first, and the script is followed meanwhile.
        Thread.detachNewThread { tell(request, spec) }
      }
      let record = Attempt(
        spec: spec,
        folder: attempt,
        stop: StopRequest(signals: signals, grace: grace),
        nudge: nudge
      ).run()
      // Whether there is a record or not: without an agent, nobody would see that this has ended.
      defer {
        tell(.ended(run: spec.run, step: spec.step, attempt: spec.attempt), spec)
      }
      try record.publish(in: attempt)
      return 0
    } catch {
      let words = "\(Explanation(error).what) \(error)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 1
    }
  }

  /// The agent answers `ended` when it has started what follows: until then this process stays, so that
  /// there is always somebody left who starts an agent.
  private static func tell(_ request: AgentRequest, _ spec: AttemptSpec) {
    _ = try? AgentClient(home: Home(folder: spec.home, state: spec.state)).send(request)
  }
}

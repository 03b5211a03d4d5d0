import CSystem
import Documents
import Foundation
import Glibc
import Store

/// The step runner of one attempt: a process of its own that writes nothing but the attempt's folder
/// and the object store.
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
    let signals = lathe_signal_descriptor()
    let site = RunnerSite(
      signals: signals,
      isReaper: Descendants.adopt(),
      tell: tell,
      groups: { CgroupSite.own }
    )
    return run(attempt: path, site)
  }

  /// Runs the attempt as `run(attempt:)` does, beside other work of this process; `signals` is readable
  /// when it shall stop.
  ///
  /// After a stop, what is not the script goes on for `grace` seconds. `telling` gets what the agent is
  /// to know: that watch rules found something, and at last that the exit record is in place.
  static func run(
    attempt path: String,
    signals: Int32,
    grace: Double = 5,
    telling tell: @escaping @Sendable (AgentRequest, AttemptSpec) -> Void
  ) -> Int32 {
    run(attempt: path, RunnerSite(signals: signals, isReaper: false, tell: tell), grace: grace)
  }

  private static func run(
    attempt path: String,
    _ site: RunnerSite,
    grace: Double = 5
  ) -> Int32 {
    let folder = AttemptFolder(path: path)
    do {
      let data = try Data(contentsOf: URL(filePath: folder.spec))
      let spec = try JSONDecoder.keepingNaN.decode(AttemptSpec.self, from: data)
      guard let lock = try Claim.take(folder) else { return 0 }
      defer { close(lock) }
      let record = Attempt(
        spec: spec,
        folder: folder,
        stop: StopRequest(signals: site.signals, folder: folder, grace: grace),
        isReaper: site.isReaper,
        groups: site.groups,
        nudge: { request in site.nudge(request, spec) }
      ).run()
      // Whether there is a record or not: without an agent, nobody would see that this has ended.
      defer {
        if site.isReaper { Descendants.release() }
        site.tell(.ended(run: spec.run, step: spec.step, attempt: spec.attempt), spec)
      }
      try record.publish(in: folder)
      return 0
    } catch {
      let words = "\(Explanation(error).what) \(error)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 1
    }
  }

  /// Tells the agent, and starts one where none lives.
  ///
  /// It answers `ended` when it has started what follows: until then this process stays, so that
  /// there is always somebody left who starts an agent. One that a full disk keeps from starting is
  /// started once there is space again.
  @Sendable static func tell(_ request: AgentRequest, _ spec: AttemptSpec) {
    let home = Home(folder: spec.home, state: spec.state)
    var pause: UInt32 = 1
    while (try? AgentClient(home: home).send(request)) == nil {
      guard home.spaces().contains(where: \.isFull) else { return }
      sleep(pause)
      pause = min(2 * pause, 30)
    }
  }
}

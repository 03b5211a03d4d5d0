import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

/// Follows a sweep to its end on standard error, and hands its last state over.
///
/// What it reads does not grow with the runs: the catalog counts them.
struct SweepFollower {
  let session: Session
  let sweep: SweepRecord
  let onInterrupt: RunFollower.OnInterrupt

  private var watched: Set<String> = []
  private let waiter = Waiter()

  init(session: Session, sweep: SweepRecord, onInterrupt: RunFollower.OnInterrupt = .detach) {
    self.session = session
    self.sweep = sweep
    self.onInterrupt = onInterrupt
  }

  /// Follows until all runs have ended.
  ///
  /// Throws `ExitCode` 130 when Ctrl-C detached or stopped it.
  mutating func follow() throws -> SweepState {
    watch(session.home.state)
    watch(session.home.catalog)
    var progress = SweepProgress()
    var live = LiveLines(output: session.errors)
    var metrics = LiveMetrics(session.catalog)
    let isLive = session.errors.isTerminal && !session.isJSON
    var stopped = false
    var pause = 10
    while true {
      let state = try read()
      if isLive {
        let executing = try session.catalog.executingRuns(
          ofSweep: sweep.id,
          limit: SweepProgress.mostRows
        )
        let told = try metrics.told(executing)
        live.show(SweepProgress.frame(state, executing: told, at: Date()))
      } else if !session.isJSON {
        session.errors.print(progress.changes(state, at: Date()))
      }
      if !state.isActive {
        if isLive { live.clear() }
        if stopped { throw ExitCode(130) }
        return state
      }
      var signal = Waiter.rest(milliseconds: pause)
      pause = min(pause * 2, 160)
      if signal == nil, case .signal(let number) = waiter.wait(milliseconds: isLive ? 1000 : 10_000)
      {
        signal = number
      }
      guard let signal else { continue }
      if onInterrupt == .detach || stopped {
        if isLive { live.clear() }
        session.errors.print(RunFollower.detached(sweep.shortName))
        throw ExitCode(128 + signal)
      }
      stopped = true
      try session.agent.send(.stopSweep(sweep.id))
    }
  }

  private mutating func read() throws -> SweepState {
    // The log of the WAL comes and goes with its writers.
    watch(session.home.catalog + "-wal")
    let state = try session.catalog.state(of: sweep)
    guard state.total > 0 else {
      throw Explanation(
        what: "\(sweep.shortName) is no longer there.",
        why: "Its runs were removed.",
        next: "'lathe runs' lists the runs."
      )
    }
    return state
  }

  private mutating func watch(_ path: String) {
    guard !watched.contains(path), FileManager.default.fileExists(atPath: path) else { return }
    watched.insert(path)
    waiter.watch.add(path)
  }
}

import ArgumentParser
import Documents
import Engine
import Foundation
import Series
import Store
import Terminal

/// Follows a run to its end on standard error, and hands its last state over.
struct RunFollower {
  enum OnInterrupt { case detach, stop }

  let session: Session
  let run: Int
  let onInterrupt: OnInterrupt

  /// Whether a block is redrawn, and not a line written for each change.
  private var isLive: Bool { session.errors.isTerminal && !session.isJSON }
  private var readings: [String: Reading] = [:]
  private var seen: [String: LiveMetric] = [:]
  /// What is waited for once the run takes longer than a moment, and what of it is watched.
  private var waiter: Waiter?
  private var watched: Set<String> = []
  private var steps: [StepRecord] = []
  private var places: [String: Int] = [:]
  private var revision = 0
  private var alerts: [AlertRecord] = []

  /// How long a run is only looked at again and again: closing a watch takes the kernel some 15 ms, which
  /// a run that comes from the cache is not to take.
  private static let moment = Duration.milliseconds(300)
  /// Milliseconds between two looks for the end in that time.
  private static let instant = 4

  init(session: Session, run: Int, onInterrupt: OnInterrupt = .detach) {
    self.session = session
    self.run = run
    self.onInterrupt = onInterrupt
  }

  /// Follows until the run has ended.
  ///
  /// Throws `ExitCode` 130 when Ctrl-C detached or stopped it.
  mutating func follow() throws -> RunSnapshot {
    var progress = RunProgress()
    var live = LiveLines(output: session.errors)
    var stopped = false
    let start = ContinuousClock.now
    // Short runs are told of at once; frames of longer ones stay apart.
    var pause = RunFollower.instant
    while true {
      // Before the look, so that nothing is missed between the two.
      if waiter == nil, ContinuousClock.now - start > RunFollower.moment { beginToWatch() }
      let snapshot = try read()
      if isLive {
        live.keep(progress.alerts(snapshot))
        live.show(RunProgress.frame(snapshot, at: Date()))
      } else if !session.isJSON {
        session.errors.print(progress.changes(snapshot, at: Date()))
      }
      if !snapshot.run.status.isActive {
        if isLive {
          let width = session.errors.size?.width ?? 80
          live.keep(RunProgress.frame(snapshot, at: Date()).flatMap { $0.broken(to: width) })
          live.clear()
        }
        if stopped { throw ExitCode(130) }
        return snapshot
      }
      var signal = try rest(milliseconds: pause)
      pause = min(pause * 2, waiter == nil ? 32 : isLive ? 80 : 160)
      if signal == nil, let waiter,
        case .signal(let number) = waiter.wait(milliseconds: isLive ? 1000 : 10_000)
      {
        signal = number
      }
      guard let signal else { continue }
      if onInterrupt == .detach || stopped {
        if isLive { live.clear() }
        session.errors.print(Self.detached(snapshot.run.shortName))
        throw ExitCode(128 + signal)
      }
      stopped = true
      try session.agent.send(.stop(run: run))
    }
  }

  /// Waits between two looks; the end of a short run is seen at once.
  private func rest(milliseconds: Int) throws -> Int32? {
    guard waiter == nil else { return Waiter.rest(milliseconds: milliseconds) }
    for _ in 0..<(milliseconds / RunFollower.instant) {
      if let signal = Waiter.rest(milliseconds: RunFollower.instant) { return signal }
      guard try session.catalog.status(of: run)?.isActive == true else { break }
    }
    return nil
  }

  /// What is said when Ctrl-C leaves a run going.
  static func detached(_ name: String) -> [Line] {
    [
      Line("\(name) goes on without this terminal.", .bold),
      Line("  watch: ", .dim) + Line("lathe watch \(name)"),
      Line("   stop: ", .dim) + Line("lathe stop \(name)"),
    ]
  }

  private mutating func read() throws -> RunSnapshot {
    guard let record = try session.catalog.run(run) else {
      throw Explanation(what: "r\(run) is no longer there.", next: "'lathe runs' lists the runs.")
    }
    // The log of the WAL comes and goes with its writers.
    watch(session.home.catalog + "-wal")
    let changed = try readSteps()
    for step in due(changed) where tells(step, of: record) {
      try refresh(step, main: record.mainMetric)
    }
    let parent = try record.parent.flatMap { try session.catalog.run($0) }
    alerts += try session.catalog.watchAlerts(of: run, after: alerts.last?.id ?? 0)
    return RunSnapshot(run: record, parent: parent, steps: steps, live: seen, alerts: alerts)
  }

  /// The steps whose curves may have grown: those at work, and those that were written since the last look.
  private func due(_ changed: [StepRecord]) -> [StepRecord] {
    let names = Set(changed.map(\.name))
    return (changed + steps.filter { $0.status.isActive && !names.contains($0.name) })
      .filter { $0.logAttempt > 0 }
  }

  /// Where no metric is declared, steps that came from the cache, or were over before they were seen, are not looked
  /// into: there may be thousands that log nothing.
  private func tells(_ step: StepRecord, of record: RunRecord) -> Bool {
    if record.mainMetric != nil || step.status.isActive { return true }
    return step.status != .cached && (isLive || readings[step.name] != nil)
  }

  /// Reads the steps that were written since the last look, and returns them.
  private mutating func readSteps() throws -> [StepRecord] {
    let (changed, newest) = try session.catalog.steps(of: run, after: revision)
    revision = newest
    let isFirst = places.isEmpty
    if isFirst || !changed.allSatisfy({ places[$0.name] != nil }) {
      steps = isFirst ? changed : try session.catalog.steps(of: run)
      places = Dictionary(uniqueKeysWithValues: steps.indices.map { (steps[$0].name, $0) })
      return steps
    }
    for step in changed { if let place = places[step.name] { steps[place] = step } }
    return changed
  }

  private mutating func refresh(_ step: StepRecord, main: String?) throws {
    let folder = session.home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
    if readings[step.name]?.path != folder.metrics {
      readings[step.name] = Reading(path: folder.metrics)
      seen[step.name] = nil
    }
    if step.status.isActive {
      watch(FileManager.default.fileExists(atPath: folder.metrics) ? folder.metrics : folder.path)
    }
    guard var reading = readings.removeValue(forKey: step.name) else { return }
    defer { readings[step.name] = reading }
    if let metric = try reading.refresh(main: main) { seen[step.name] = metric }
  }

  private mutating func beginToWatch() {
    waiter = Waiter()
    watch(session.home.state)
    watch(session.home.catalog)
  }

  private mutating func watch(_ path: String) {
    guard let waiter, !watched.contains(path), FileManager.default.fileExists(atPath: path) else {
      return
    }
    watched.insert(path)
    waiter.watch.add(path)
  }
}

/// The curves of one attempt as they grow, and which of them is told of.
private struct Reading {
  let path: String
  private var reader: SeriesReader
  /// The most important name among so many: thousands are not sorted each time.
  private var known: (count: Int, name: String?) = (0, nil)

  init(path: String) {
    self.path = path
    reader = SeriesReader(folder: path)
  }

  /// Reads on; nil where nothing has come of the metric that tells most.
  mutating func refresh(main: String?) throws -> LiveMetric? {
    guard try reader.refresh() else { return nil }
    if let main, let track = reader[main] { return LiveMetric(track) }
    let names = reader.names
    if names.count != known.count { known = (names.count, names.told(main: nil)) }
    return known.name.flatMap { name in reader[name].flatMap { LiveMetric($0, name: name) } }
  }
}

import Foundation
import Pipelines
package import Series
package import Store

/// What the steps of runs that execute have logged so far, as their records will have it.
///
/// The catalog has a step's figures when the step has ended. Files are opened once: asked again, only
/// what has been written since is read.
package struct LiveMetrics: Sendable {
  private let catalog: Catalog
  private var attempts: [AttemptFolder: Attempt] = [:]

  private struct Attempt: Sendable {
    var reader: SeriesReader
    /// As the pipeline declares them; nil until the attempt's claim tells.
    var told: [AttemptSpec.Metric]?
    var declared: [AttemptSpec.Metric] { told ?? [] }
  }

  /// So many steps of a run are looked at, and so many runs of a list.
  package static let most = 16
  private static let mostAttempts = 256
  /// How many points of attempts that have ended are not finite: those do not change.
  private var counted: [AttemptFolder: Int] = [:]
  private static let mostCounted = 4096

  package init(_ catalog: Catalog) {
    self.catalog = catalog
  }

  /// A run's metrics, of steps that execute as far as they have come: the one that it is judged by first.
  package mutating func metrics(of run: RunRecord) throws -> [MetricSummary] {
    let recorded = try catalog.metrics(of: run.id)
    let all = recorded + (try logged(by: run, besides: recorded))
    return try judging(run, all).ordered(all)
  }

  /// What is compared of runs, as far as they have logged it.
  package mutating func sides(of runs: [RunRecord]) throws -> [RunComparison.Side] {
    let alerts = try catalog.alertCounts()
    let saved = try catalog.savedSeconds(of: runs, at: Date())
    return try runs.map { run in
      var side = RunComparison.Side(run: run, metrics: try metrics(of: run))
      side.alerts = alerts[run.id] ?? 0
      side.saved = saved[run.id] ?? 0
      side.notFinite = try notFinite(of: run)
      return side
    }
  }

  /// How many points of a run are NaN or infinite, of its first steps that have begun.
  private mutating func notFinite(of run: RunRecord) throws -> Int {
    let begun = try catalog.steps(of: run.id).lazy.filter { $0.logAttempt > 0 }
    return begun.prefix(64).reduce(0) { $0 + notFinite(of: $1) }
  }

  private mutating func notFinite(of step: StepRecord) -> Int {
    guard step.status.isEnd else { return attempt(of: step).reader.notFinite }
    let folder = catalog.home.attempt(of: step)
    if let known = counted[folder] { return known }
    var reader = SeriesReader(folder: folder.metrics)
    _ = try? reader.refresh()
    if counted.count >= LiveMetrics.mostCounted { counted = [:] }
    counted[folder] = reader.notFinite
    return reader.notFinite
  }

  /// Runs with their main metric as it is now, where no step that logs it has ended: the first `most`
  /// that execute.
  package mutating func told(_ runs: [RunRecord]) throws -> [RunRecord] {
    var left = LiveMetrics.most
    return try runs.map { run in
      guard left > 0, LiveMetrics.isToldLive(run) else { return run }
      left -= 1
      return try told(run)
    }
  }

  /// Whether a run has begun and has no figures of its main metric yet; one that is being stopped has some
  /// to tell as well.
  package static func isToldLive(_ run: RunRecord) -> Bool {
    run.status.isActive && run.started != nil && run.mainBest == nil && run.mainLast == nil
  }

  /// Where the steps of some runs that execute log their metrics: what changes as `told` and `metrics` do.
  ///
  /// Of the catalog alone, so that nobody waits for answers that are being made.
  package static func folders(of runs: [Int], in catalog: Catalog) throws -> [String] {
    try runs.prefix(most).flatMap { run in
      try catalog.executingSteps(of: run, limit: most).map { catalog.home.attempt(of: $0).metrics }
    }
  }

  private mutating func told(_ recorded: RunRecord) throws -> RunRecord {
    let metrics = try logged(by: recorded, besides: [])
    var run = try judging(recorded, metrics)
    guard let judged = run.judged(by: metrics),
      let step = try steps(of: run.id).first(where: { $0.name == judged.step })
    else { return recorded }
    run.mainMetric = judged.name
    run.mainGoal = run.mainGoal ?? judged.goal
    run.mainBest = judged.best.value.isFinite ? judged.best.value : nil
    run.mainLast = judged.last.isFinite ? judged.last : nil
    let track = attempts[catalog.home.attempt(of: step)]?.reader[judged.name]
    run.sparkline = track?.sparkline(32).filter(\.isFinite) ?? []
    return run
  }

  /// A run with the main metric that it will have: of a command, whose metrics are guessed, as far as it
  /// has logged any.
  private mutating func judging(_ run: RunRecord, _ metrics: [MetricSummary]) throws -> RunRecord {
    guard run.status.isActive, !metrics.contains(where: { $0.name == run.mainMetric }),
      let step = try steps(of: run.id).first, let guessed = attempt(of: step).declared.first,
      guessed.isGuess == true
    else { return run }
    var run = run
    let main = metrics.first { $0.goal != nil }
    run.mainMetric = main?.name ?? run.mainMetric
    run.mainGoal = main?.goal ?? run.mainGoal
    return run
  }

  private func steps(of run: Int) throws -> [StepRecord] {
    try catalog.executingSteps(of: run, limit: LiveMetrics.most)
  }

  private mutating func logged(
    by run: RunRecord,
    besides recorded: [MetricSummary]
  ) throws -> [MetricSummary] {
    guard run.status.isActive else { return [] }
    let known = Set(recorded.map(\.step))
    var logged: [MetricSummary] = []
    for step in try steps(of: run.id) where !known.contains(step.name) {
      let attempt = attempt(of: step)
      // In the order of the step's record: what is declared first.
      let declared = attempt.declared.map(\.name)
      let others = attempt.reader.names.filter { !declared.contains($0) }
      for name in declared + others.byImportance(of: { $0 }) {
        guard let summary = attempt.reader[name]?.summary else { continue }
        let declared = attempt.declared.first { $0.name == name }
        var metric = MetricSummary(summary, of: name, declared: declared, in: step, of: run)
        // Another step's stays the main one where that is declared.
        let isTaken = recorded.contains { $0.name == name && $0.isMain }
        if declared == nil, isTaken { metric.isMain = false }
        logged.append(metric)
      }
    }
    return logged
  }

  private mutating func attempt(of step: StepRecord) -> Attempt {
    let folder = catalog.home.attempt(of: step)
    var attempt =
      attempts.removeValue(forKey: folder) ?? Attempt(reader: SeriesReader(folder: folder.metrics))
    if attempt.told == nil { attempt.told = (try? AttemptSpec.read(folder))?.metrics }
    if attempts.count >= LiveMetrics.mostAttempts { attempts = [:] }
    defer { attempts[folder] = attempt }
    // What was read before a damage is told all the same, and what is whole beside it.
    _ = try? attempt.reader.refresh()
    return attempt
  }
}

extension MetricSummary {
  /// What a step that executes has logged so far of a metric: its goal is the declared one, else told by
  /// its name.
  package init(
    _ summary: SeriesSummary,
    of name: String,
    declared: AttemptSpec.Metric? = nil,
    in step: StepRecord,
    of run: RunRecord
  ) {
    let isNamed = name == run.mainMetric
    self.init(
      run: run.id,
      step: step.name,
      name: name,
      goal: declared?.goal ?? (isNamed ? run.mainGoal : nil) ?? Goal.guessed(for: name),
      isMain: declared?.isMain ?? isNamed,
      summary: summary
    )
  }
}

extension SeriesReader {
  /// How many points of all series are NaN or infinite.
  fileprivate var notFinite: Int {
    names.lazy.compactMap { self[$0]?.summary }.reduce(0) { $0 + $1.count - $1.finiteCount }
  }
}

extension Home {
  /// Where a step's log and metrics lie.
  fileprivate func attempt(of step: StepRecord) -> AttemptFolder {
    attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
  }
}

import Pipelines
import Store

/// Whose log and curves a run view shows: decided from the run's facts and the user's choice.
struct RunSources: Sendable, Equatable {
  /// The step whose log is shown.
  var step: String?
  var instance: String?
  var log: AttemptFolder?
  /// The shown step's attempt while it runs: its parameters and summaries are not recorded yet.
  var running: AttemptFolder?
  /// The step whose metrics are drawn, and where they lie.
  var metricStep: String?
  var series: AttemptFolder?
  /// The same step's metrics in the parent run.
  var parentSeries: AttemptFolder?

  /// Whether the run's metrics are those that its steps log, not those that are recorded.
  var isActive = false

  init() {}

  init(_ facts: RunFacts, chosen: String?, home: Home) {
    instance = facts.run.instance
    isActive = facts.run.status.isActive
    let shown = RunSources.shownStep(facts, chosen: chosen)
    step = shown?.name
    log = shown.flatMap { RunSources.attempt(of: $0, in: home) }
    running = shown?.status.isActive == true ? log : nil
    let drawn = RunSources.metricStep(facts, shown: shown)
    metricStep = drawn?.name
    series = drawn.flatMap { RunSources.attempt(of: $0, in: home) }
    let earlier = facts.parentSteps.first { $0.name == drawn?.name }
    parentSeries = earlier.flatMap { RunSources.attempt(of: $0, in: home) }
    if parentSeries == series { parentSeries = nil }
  }

  /// The user's choice; else what failed; else what runs; else what the run is judged by; else the last
  /// one that has a curve; else the last one with metrics.
  private static func shownStep(_ facts: RunFacts, chosen: String?) -> StepRecord? {
    let steps = facts.steps
    if let own = steps.first(where: { $0.name == chosen }) { return own }
    let failed = failedStep(facts)
    if let failed, !facts.run.status.isActive { return failed }
    if let met = steps.last(where: \.status.isActive) ?? failed { return met }
    return lastStep(facts, with: \.isMain)
      ?? lastStep(facts, with: { $0.count > 1 && !$0.name.isSampledMetric })
      ?? lastStep(facts, with: { _ in true })
      ?? steps.last { $0.logAttempt > 0 }
      ?? steps.first
  }

  /// The last step that has started and has such a metric.
  private static func lastStep(
    _ facts: RunFacts,
    with isMeant: (MetricSummary) -> Bool
  ) -> StepRecord? {
    facts.steps.last { step in
      step.logAttempt > 0 && facts.metrics.contains { $0.step == step.name && isMeant($0) }
    }
  }

  static func failedStep(_ facts: RunFacts) -> StepRecord? {
    // A Fail step fails on purpose, so a step with a log that failed before it tells more.
    facts.steps.first { $0.status == .failed && $0.logAttempt > 0 }
      ?? facts.steps.first { $0.name == facts.run.failedStep }
      ?? facts.steps.first { $0.status == .failed }
  }

  /// The shown step when it has metrics, else the newest training step that has started.
  private static func metricStep(_ facts: RunFacts, shown: StepRecord?) -> StepRecord? {
    func hasMetrics(_ step: StepRecord) -> Bool {
      facts.metrics.contains { $0.step == step.name }
    }
    if let shown, hasMetrics(shown) || shown.type == .training && shown.logAttempt > 0 {
      return shown
    }
    let started = facts.steps.filter { $0.logAttempt > 0 }
    return started.last { $0.type == .training && hasMetrics($0) }
      ?? started.last { hasMetrics($0) }
      ?? started.last { $0.type == .training }
  }

  static func attempt(of step: StepRecord, in home: Home) -> AttemptFolder? {
    guard step.logAttempt > 0 else { return nil }
    return home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
  }
}

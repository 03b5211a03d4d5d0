import Documents
import Foundation
import Pipelines
import Store

/// A run that is not over: what is known of it, and what follows from what happens.
///
/// A value: it decides, and collects what has to be written and started; the agent does both.
struct ActiveRun {
  var run: RunRecord
  var steps: [String: StepRecord]
  let pipeline: Pipeline
  let launch: LaunchBody
  var schedule: Schedule
  /// Named by the schedule, but not started: the machine is full.
  var queue: [String] = []
  /// Rows that differ from the catalog's.
  var unsaved: Set<String> = []
  var metrics: [MetricSummary] = []
  var executions: [ExecutionRecord] = []
  var alerts: [AlertRecord] = []
  var models: [ModelRecord] = []

  init(run: RunRecord, steps: [StepRecord], pipeline: Pipeline, launch: LaunchBody) {
    self.run = run
    for declaration in pipeline.parameters where declaration.kind == .float {
      // In the catalog's JSON a Float of 1.0 is 1, which is read as an Integer.
      if case .integer(let value)? = run.parameters[declaration.name] {
        self.run.parameters[declaration.name] = .float(Double(value))
      }
    }
    self.pipeline = pipeline
    self.launch = launch
    self.steps = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
    var ended: [String: Schedule.Outcome] = [:]
    for step in steps where step.status.isEnd { ended[step.name] = step.scheduleOutcome }
    schedule = Schedule(pipeline, ended: ended)
    // The schedule names what is under way again; those are settled, not started.
    let underWay = Set(steps.filter { $0.status.isActive }.map(\.name))
    queue = schedule.ready().filter { !underWay.contains($0) }
    // A step that an edit put behind what failed or into the branch not taken has never been told so.
    let passedOver = schedule.restored.skipped.filter { skipped in
      [.waiting, .queued].contains(self.steps[skipped.step]?.status)
    }
    skip(Schedule.Consequence(skipped: passedOver))
    if run.status == .stopping { skip(schedule.stop()) }
  }

  var outputs: [String: [String: Artifact]] { steps.mapValues(\.outputs) }

  /// Steps whose runner is at work.
  var active: [StepRecord] { steps.values.filter { $0.status.isActive } }

  mutating func change(_ name: String, _ body: (inout StepRecord) -> Void) {
    guard var step = steps[name] else { return }
    body(&step)
    guard step != steps[name] else { return }
    steps[name] = step
    unsaved.insert(name)
  }

  /// Tells the schedule how a step ended and records what is skipped in consequence.
  mutating func end(_ name: String, _ outcome: Schedule.Outcome) {
    queue.removeAll { $0 == name }
    skip(schedule.end(name, outcome))
    queue += schedule.ready()
    if case .failed(let reason) = outcome, run.failedStep == nil {
      run.failedStep = name
      run.reason = "\(name): \(reason)"
    }
    // A runner that somebody else told to end stops the run as a whole.
    if outcome == .stopped, run.status.isActive, run.status != .stopping { stop() }
  }

  private mutating func skip(_ consequence: Schedule.Consequence) {
    for skipped in consequence.skipped {
      queue.removeAll { $0 == skipped.step }
      change(skipped.step) {
        $0.move(to: .skipped)
        $0.reason = skipped.reason
      }
    }
  }

  mutating func stop() {
    run.move(to: .stopping)
    run.reason = "Stopped by the user."
    skip(schedule.stop())
    for name in queue {
      change(name) {
        $0.move(to: .stopped)
        $0.reason = "the run was stopped"
      }
      _ = schedule.end(name, .stopped)
    }
    queue = []
    for step in active { change(step.name) { $0.move(to: .stopping) } }
  }

  /// Takes an attempt's exit record.
  mutating func settle(_ name: String, _ record: ExitRecord) {
    change(name) { step in
      step.ended = record.ended
      step.exitCode = record.exitCode
      step.signal = record.signal
      step.reason = record.reason
      step.outputs = record.outputs
      step.peakMemory = record.peakMemory
      step.cpuSeconds = record.cpuSeconds
      step.facts = record.facts ?? StepFacts()
      step.pid = nil
      switch record.status {
      case .succeeded: step.move(to: .succeeded)
      case .failed: step.move(to: .failed)
      case .stopped: step.move(to: .stopped)
      }
    }
    take(record.metrics, sparkline: record.sparkline)
    switch record.status {
    case .succeeded: end(name, .succeeded)
    case .failed: end(name, .failed(reason: record.reason ?? "failed"))
    case .stopped: end(name, .stopped)
    }
  }

  /// Metric summaries of a step that has ended, or whose result was taken from the cache.
  mutating func take(_ summaries: [MetricSummary], sparkline: [Double]) {
    metrics += summaries
    var main = summaries.first { $0.name == run.mainMetric }
    var isCommand = false
    if case .command = launch.what { isCommand = true }
    if main == nil, isCommand || run.mainMetric == nil {
      // Nothing is declared: the first that a run can be judged by is its main metric.
      main = summaries.first { $0.goal != nil } ?? (isCommand ? summaries.first : nil)
      run.mainMetric = main?.name ?? run.mainMetric
      run.mainGoal = main?.goal ?? run.mainGoal
    }
    guard let main else { return }
    run.mainBest = main.best.value.isFinite ? main.best.value : nil
    run.mainLast = main.last.isFinite ? main.last : nil
    run.sparkline = sparkline
  }

  /// Ends the run when everything has; counts what is done in any case.
  mutating func conclude(now: Date) {
    run.stepsDone = steps.values.filter { $0.status.isSuccess }.count
    run.stepsCached = steps.values.filter { $0.status == .cached }.count
    guard schedule.isDone, active.isEmpty, run.status.isActive else { return }
    run.ended = now
    switch schedule.result {
    case .succeeded, nil:
      run.move(to: .succeeded)
      run.reason = nil
    case .failed(let step, let reason):
      run.move(to: .failed)
      run.failedStep = step
      run.reason = "\(step): \(reason)"
      alerts.append(
        AlertRecord(run: run.id, message: "\(run.shortName) failed: \(step): \(reason)", time: now)
      )
    case .stopped:
      run.move(to: .stopped)
    }
  }
}

extension StepRecord {
  /// What the schedule has to know of a step that has ended.
  var scheduleOutcome: Schedule.Outcome? {
    switch status {
    case .succeeded: outcome.map { .condition($0) } ?? .succeeded
    case .cached: .cached
    case .failed: .failed(reason: reason ?? "failed")
    case .stopped: .stopped
    case .skipped: .skipped
    case .waiting, .queued, .starting, .executing, .stopping: nil
    }
  }
}

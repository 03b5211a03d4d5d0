import Documents
import Foundation
import Pipelines
import Store

/// A run that is not over: what is known of it, and what follows from what happens.
///
/// A value: it decides, and collects what has to be written and started; the agent does both. What it
/// does costs what changes, not the number of its steps.
struct ActiveRun {
  var run: RunRecord
  private(set) var steps: [String: StepRecord]
  let pipeline: Pipeline
  /// Whether one metric is marked as the main one, and not only the first of them.
  private let marksMain: Bool
  /// Whether the metric that the run is judged by has come, whatever its values are.
  private var hasMain: Bool
  /// What the run is judged by instead, should it succeed without its main metric.
  private var substitute: (summary: MetricSummary, sparkline: [Double])?
  let launch: LaunchBody
  var schedule: Schedule
  /// Named by the schedule, and not looked at yet.
  private(set) var ready = StepQueue()
  /// To be executed, once there is room on the machine.
  private(set) var waiting = StepQueue()
  /// Steps whose runner is at work.
  private(set) var activeNames: Set<String> = []
  /// The run's row as the catalog has it.
  private(set) var savedRun: RunRecord?
  /// Rows that differ from the catalog's.
  var unsaved: Set<String> = []
  var metrics: [MetricSummary] = []
  var alerts: [AlertRecord] = []
  var models: [ModelRecord] = []
  /// The launch as it is to be written with the run's first rows.
  private(set) var unsavedLaunch: String?
  /// What failed attempts of steps were tried again for: how often by which policy, and since when.
  ///
  /// Seconds of a clock that never steps.
  private var retries: [String: [Int: (count: Int, first: Double)]] = [:]
  /// The step that stopped the run, by a watch rule; nil where the user did.
  private var stopper: String?
  /// Results that are not safely on the disk yet: the run is not over before they are.
  var unpublished = 0

  init(run: RunRecord, steps: [StepRecord], pipeline: Pipeline, launch: LaunchBody) {
    self.run = run
    for declaration in pipeline.parameters where declaration.kind == .float {
      // In the catalog's JSON a Float of 1.0 is 1, which is read as an Integer.
      if case .integer(let value)? = run.parameters[declaration.name] {
        self.run.parameters[declaration.name] = .float(Double(value))
      }
    }
    self.pipeline = pipeline
    marksMain = pipeline.mainMetric?.metric.isMain ?? false
    hasMain = run.mainBest != nil || run.mainLast != nil || !run.sparkline.isEmpty
    self.launch = launch
    self.steps = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
    var ended: [String: Schedule.Outcome] = [:]
    for step in steps where step.status.isEnd { ended[step.name] = step.scheduleOutcome }
    schedule = Schedule(pipeline, ended: ended)
    self.run.stepsDone = 0
    self.run.stepsCached = 0
    for step in self.steps.values {
      count(step.status, by: 1)
      // The schedule names what is under way again; those are settled, not started.
      if step.status.isActive { activeNames.insert(step.name) }
    }
    takeReady()
    // A step that an edit put behind what failed or into the branch not taken has never been told so.
    let passedOver = schedule.restored.skipped.filter { skipped in
      [.waiting, .queued].contains(self.steps[skipped.step]?.status)
    }
    skip(Schedule.Consequence(skipped: passedOver))
    if run.status == .stopping {
      if run.reason != ExitRecord.stoppedByUser {
        stopper = steps.first { $0.status == .stopped && $0.stopSentence != nil }?.name
      }
      skip(schedule.stop())
    }
  }

  /// Steps whose runner is at work.
  var active: [StepRecord] { activeNames.compactMap { steps[$0] } }

  /// What the steps that a step depends on have made, by step and name.
  func outputs(before step: Step) -> [String: [String: Artifact]] {
    Dictionary(uniqueKeysWithValues: step.dependsOn.map { ($0, steps[$0]?.outputs ?? [:]) })
  }

  mutating func change(_ name: String, _ body: (inout StepRecord) -> Void) {
    guard let before = steps[name] else { return }
    var step = before
    body(&step)
    guard step != before else { return }
    if step.status != before.status {
      count(before.status, by: -1)
      count(step.status, by: 1)
      if step.status.isActive { activeNames.insert(name) } else { activeNames.remove(name) }
    }
    steps[name] = step
    unsaved.insert(name)
  }

  private mutating func count(_ status: StepStatus, by number: Int) {
    if status.isSuccess { run.stepsDone += number }
    if status == .cached { run.stepsCached += number }
  }

  private mutating func takeReady() {
    ready.append(schedule.ready().filter { !activeNames.contains($0) })
  }

  /// The steps that are to be looked at now; each is named once.
  mutating func takeSteps() -> [String] { ready.removeAll() }

  /// A step is to be executed once there is room; what it waits for is told by `wait`.
  mutating func waitForRoom(_ name: String) { waiting.append(name) }

  /// Tells what a step waits for: for room, or for an equal one that runs already.
  mutating func wait(_ name: String, _ reason: String) {
    change(name) {
      if $0.status != .queued { $0.move(to: .queued) }
      $0.reason = reason
    }
  }

  /// A step that waited is to be decided anew.
  mutating func look(at name: String) {
    waiting.remove(name)
    if let status = steps[name]?.status, status == .queued || status == .waiting {
      ready.append(name)
    }
  }

  /// A step's attempt is about to be started.
  mutating func begin(_ name: String, _ body: (inout StepRecord) -> Void) {
    waiting.remove(name)
    change(name) {
      $0.move(to: .executing)
      body(&$0)
    }
    guard run.started == nil || run.status == .queued else { return }
    run.started = run.started ?? steps[name]?.started
    run.move(to: .executing)
  }

  /// Its attempt was given up before it was claimed: it is to be decided anew, with another number.
  mutating func takeBack(_ name: String) {
    change(name) {
      $0.move(to: .queued)
      $0.started = nil
      $0.pid = nil
    }
    ready.append(name)
  }

  /// Seconds until a failed attempt is tried again; nil where no policy of the step says so.
  ///
  /// `now` is in seconds of a clock that never steps.
  mutating func retry(_ name: String, _ record: ExitRecord, now: Double) -> Double? {
    guard let exception = record.exception, let process = pipeline.step(name)?.process,
      let index = process.retry.firstIndex(where: { $0.exceptions.contains(exception) })
    else { return nil }
    let before = retries[name]?[index]
    let (count, first) = ((before?.count ?? 0) + 1, before?.first ?? now)
    let policy = process.retry[index]
    guard let delay = policy.delay(afterFailures: count, elapsed: now - first)
    else { return nil }
    retries[name, default: [:]][index] = (count, first)
    change(name) {
      $0.note(record)
      $0.move(to: .queued)
      let again = delay < 1 ? "again at once" : "again in \(Int(delay.rounded())) s"
      $0.reason = "attempt \($0.attempt) failed (\(record.reason ?? exception.rawValue)); \(again)"
    }
    return delay
  }

  /// A step that waited for room has to wait for another step instead.
  mutating func stopWaiting(_ name: String) { waiting.remove(name) }

  /// Nothing of the run is in the catalog yet: all of it is to be written at once.
  mutating func isNew() throws {
    unsaved = Set(steps.keys)
    unsavedLaunch = String(decoding: try JSONEncoder().encode(launch), as: UTF8.self)
  }

  mutating func isWritten() {
    unsaved = []
    savedRun = run
    unsavedLaunch = nil
    metrics = []
    alerts = []
    models = []
  }

  /// Tells the schedule how a step ended and records what is skipped in consequence.
  mutating func end(_ name: String, _ outcome: Schedule.Outcome) {
    ready.remove(name)
    waiting.remove(name)
    skip(schedule.end(name, outcome))
    takeReady()
    if case .failed(let reason) = outcome, run.failedStep == nil {
      run.failedStep = name
      run.reason = "\(name): \(reason)"
    }
    // A watch rule, or a runner that somebody else told to end, stops the run as a whole.
    if outcome == .stopped, run.status.isActive, run.status != .stopping { stop(by: name) }
  }

  private mutating func skip(_ consequence: Schedule.Consequence) {
    for skipped in consequence.skipped {
      ready.remove(skipped.step)
      waiting.remove(skipped.step)
      change(skipped.step) {
        $0.move(to: .skipped)
        $0.reason = skipped.reason
      }
    }
  }

  /// Ends what waits and tells what runs; `step` has stopped before all others.
  mutating func stop(by step: String? = nil) {
    run.move(to: .stopping)
    stopper = nil
    run.reason = ExitRecord.stoppedByUser
    if let step, let sentence = steps[step]?.stopSentence {
      stopper = step
      run.reason = "\(step): \(sentence)"
    }
    skip(schedule.stop())
    ready.append(
      steps.values.filter { $0.status == .queued }.sorted { $0.index < $1.index }.map(\.name)
    )
    for name in ready.removeAll() {
      waiting.remove(name)
      change(name) {
        $0.move(to: .stopped)
        $0.reason = "the run was stopped"
      }
      _ = schedule.end(name, .stopped)
    }
    for name in activeNames { change(name) { $0.move(to: .stopping) } }
  }

  /// Takes an attempt's exit record.
  mutating func settle(_ name: String, _ record: ExitRecord) {
    let stopper = stopper.flatMap { steps[$0] }
    change(name) { step in
      step.note(record)
      // Its runner was told to stop, and not why.
      if record.isStoppedByUser, let stopper, let sentence = stopper.stopSentence {
        step.reason = "Stopped because \(stopper.name) was \(sentence)"
      }
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

  /// Whether the run is judged by a step's metric: where one is marked as main, by no other step's of
  /// the same name.
  func isMain(_ metric: String, of step: String) -> Bool {
    guard metric == run.mainMetric else { return false }
    guard marksMain, let process = pipeline.step(step)?.process else { return true }
    return process.metrics.contains { $0.name == metric && $0.isMain }
  }

  /// Metric summaries of a step that has ended, or whose result was taken from the cache.
  mutating func take(_ summaries: [MetricSummary], sparkline: [Double]) {
    metrics += summaries
    var main = summaries.first { isMain($0.name, of: $0.step) }
    let isCommand = launch.isCommand
    let other = summaries.first { $0.goal != nil }
    let any = other ?? summaries.first { !$0.name.isSampledMetric }
    if main == nil, isCommand || run.mainMetric == nil {
      // Nothing is declared: the first that a run can be judged by is its main metric.
      main = isCommand ? any : other
    }
    if let main {
      judge(by: main, sparkline)
    } else if let any {
      substitute = (any, sparkline)
    }
  }

  private mutating func judge(by main: MetricSummary, _ sparkline: [Double]) {
    hasMain = true
    if run.mainMetric != main.name { (run.mainMetric, run.mainGoal) = (main.name, main.goal) }
    run.mainBest = main.best.value.isFinite ? main.best.value : nil
    run.mainLast = main.last.isFinite ? main.last : nil
    run.sparkline = sparkline
  }

  /// Whether everything of it has ended, and it waits for the disk to have what it made.
  var awaitsPublication: Bool { isDone && unpublished > 0 }

  private var isDone: Bool { schedule.isDone && activeNames.isEmpty && run.status.isActive }

  /// Ends the run when everything has, and when what it made is safely on the disk.
  mutating func conclude(now: Date) {
    guard isDone, unpublished == 0 else { return }
    run.started = run.started ?? steps.values.compactMap(\.started).min()
    // A clock that was set back does not end a run before its steps.
    run.ended = steps.values.compactMap(\.ended).max().map { max($0, now) } ?? now
    if let started = run.started { run.ended = max(started, run.ended ?? now) }
    switch schedule.result {
    case .succeeded, nil:
      run.move(to: .succeeded)
      run.reason = nil
      // A run that failed may get it yet, when it is resumed.
      if !hasMain, let substitute { judge(by: substitute.summary, substitute.sparkline) }
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

import Documents
import Pipelines
import Store
package import Terminal

/// One run: its steps, its curves, its figures and the log of one step.
///
/// Opens a failed run at what failed: the step is chosen, the reason stands above the log, the log
/// shows the traceback and Enter leads to its line.
package struct RunView: View {
  package let run: Int
  /// The step that the user chose; nil: the one that tells most.
  var chosen: String?
  var focus = RunPane.log
  var isZoomed = false
  var curves = RunCurves()
  var log = LogPane()
  /// Asks before a stop.
  var asksToStop = false
  /// What the last answers said about where to look next.
  var sources = RunSources()
  var tailFirst = 0

  /// The line of the log that the view was opened for.
  var openingLine: Int?

  package init(run: Int) {
    self.run = run
  }

  /// A run whose step's log is read at a line, from 0.
  init(run: Int, step: String, line: Int) {
    self.run = run
    chosen = step
    openingLine = line
  }

  package var title: SafeText { "r\(run)" }

  package var takesText: Bool { log.field != nil }

  package var queries: Set<Query> {
    var queries: Set<Query> = [.run(run), .instances, .models]
    if let log = sources.log { queries.formUnion(self.log.windows(of: log, tailFirst: tailFirst)) }
    if let running = sources.running { queries.insert(.logged(running)) }
    if sources.isActive { queries.insert(.liveMetrics(run)) }
    if let series = sources.series { queries.insert(.metrics(series)) }
    if let query = curves.plot.query { queries.formUnion(curves.plot.markQueries.union([query])) }
    if let instance = sources.instance { queries.insert(.pipeline(instance: instance)) }
    return queries
  }
}

extension RunView {
  /// With the metrics as they are by now, while the run is active.
  func facts(_ context: Context) -> RunFacts? {
    guard case .run(var facts)? = context.answers[.run(run)] else { return nil }
    if facts.run.status.isActive, case .summaries(let live)? = context.answers[.liveMetrics(run)] {
      facts.metrics = live
    }
    return facts
  }

  /// The newest model that the run registered.
  func model(_ context: Context) -> ModelRecord? {
    context.models?.filter { $0.run == run }.max { $0.created < $1.created }
  }

  func logFacts(_ context: Context) -> LogFacts? {
    guard var found = sources.log.flatMap({ log.facts(context, of: $0) }) else { return nil }
    // A traceback that a script caught and logged is no failure: the log goes on being followed.
    if facts(context).flatMap(shownStep)?.status != .failed { found.failure = nil }
    return found
  }

  func shownStep(_ facts: RunFacts) -> StepRecord? {
    facts.steps.first { $0.name == sources.step }
  }

  /// The folder of the run's instance; nil until it is known.
  func instanceFolder(_ context: Context) -> String? {
    guard case .instances(let instances)? = context.answers[.instances] else { return nil }
    return instances.first { $0.name == sources.instance }?.folder
  }

  func pipeline(_ context: Context) -> PipelineFacts? {
    guard let instance = sources.instance,
      case .pipeline(let facts)? = context.answers[.pipeline(instance: instance)]
    else { return nil }
    return facts
  }

  /// The folder that `y` copies: the shown step's attempt, else the run's.
  func path(_ context: Context) -> String { sources.log?.path ?? context.home.run(run) }

  func layout(_ facts: RunFacts, _ context: Context, in area: Rect) -> RunLayout {
    RunLayout(
      area: area,
      steps: facts.steps.count,
      headerRows: RunHeader(facts: facts, now: context.now).rowCount(width: area.width, most: 2),
      sideRows: side(facts, context).rowCount(width: area.width - 2),
      zoomed: isZoomed ? focus : nil
    )
  }

  func side(_ facts: RunFacts, _ context: Context) -> RunSide {
    RunSide(
      facts: facts,
      step: shownStep(facts),
      metricStep: sources.metricStep,
      logged: logged(facts, context),
      path: path(context),
      now: context.now
    )
  }

  /// What the shown step has logged about itself, recorded at its end and read while it runs.
  private func logged(_ facts: RunFacts, _ context: Context) -> StepFacts {
    if let running = sources.running, case .logged(let all)? = context.answers[.logged(running)] {
      return all
    }
    return shownStep(facts)?.facts ?? StepFacts()
  }

  /// What stands in red above the log: of the shown step when it failed, else of the run.
  func failure(_ facts: RunFacts, _ context: Context) -> LogPane.Failure? {
    guard let step = shownStep(facts), step.status == .failed else { return nil }
    let reason = step.reason ?? facts.run.reason ?? "The step failed."
    let place = failingLine(context)
    let hint: SafeText =
      place.map { place in
        "Enter opens \(SafeText(hostile: place.file)):\(place.line)"
      } ?? ""
    return LogPane.Failure(reason: SafeText(hostile: reason), hint: hint)
  }

  /// Where the shown step's traceback points, when that is a file of the instance.
  func failingLine(_ context: Context) -> LogFailure? {
    guard let failure = logFacts(context)?.failure, isInside(failure.file) else { return nil }
    return failure
  }

  /// The shown step's script in the instance's folder, else the pipeline file at the step's line.
  func script(_ context: Context) -> (file: String, line: Int)? {
    guard let facts = pipeline(context) else { return nil }
    let step = facts.pipeline?.step(sources.step ?? "")
    if let script = step?.process?.script { return (script, 0) }
    return isInside(facts.file) ? (facts.file, step?.place.line ?? 0) : nil
  }
}

import Curves
import Engine
import Pipelines
import Store
package import Terminal

/// Two or more runs side by side: what differs, whose metrics are better, and their curves.
package struct CompareView: View {
  enum Pane: Sendable, Equatable, CaseIterable { case differences, metrics, chart }

  /// Which of a metric's values stand in the table.
  enum Moment: Sendable, Equatable, CaseIterable {
    case best, last, sameStep

    var word: SafeText {
      switch self {
      case .best: "best"
      case .last: "last"
      case .sameStep: "same step"
      }
    }

    var next: Moment {
      switch self {
      case .best: .last
      case .last: .sameStep
      case .sameStep: .best
      }
    }
  }

  package var followsPointer: Bool { diffOffset == nil }

  /// In the order in which they were chosen; colours are those of their marks.
  package let runs: [Int]
  var base: Int
  var selected: Int
  var moment = Moment.best
  /// Where all runs' values are read, on the x axis; nil: the last step that all of them have.
  var crosshair: Double?
  var showsAllParameters = false
  /// Which metric is drawn, counted around.
  var metric = 0
  var axis = CurveAxis.step
  var plot = CurvePlot()
  /// What the table and the chart's edge tell of one step: the last answer.
  var readings = StepReadings()
  var isLogarithmic = false
  var focus = Pane.metrics
  var isZoomed = false
  /// The first row shown of the two tables.
  var offsets: [Pane: Int] = [:]
  /// The first line shown of the diff page while it is open.
  var diffOffset: Int?
  /// Where the curves of each run lie, from the last answers.
  var series: [Int: AttemptFolder] = [:]
  /// Where each run's metrics come from, from the last answers.
  var origins: [Int: Origin] = [:]

  struct Origin: Sendable, Equatable {
    var instance: String
    var step: String?
  }

  /// So many are laid side by side, or over each other in charts; more could not be told apart.
  ///
  /// Whoever opens either with more says which ones they are.
  static let mostRuns = 6

  package init(runs: [Int]) {
    var unique: [Int] = []
    for run in runs where !unique.contains(run) && unique.count < CompareView.mostRuns {
      unique.append(run)
    }
    self.runs = unique
    base = unique.first ?? 0
    selected = unique.last ?? 0
  }

  package var title: SafeText {
    runs.prefix(3).map { "r\($0)" as SafeText }.joined(separator: " / ")
  }

  /// The base first, as the comparison wants it.
  var ordered: [Int] { [base] + runs.filter { $0 != base } }

  package var queries: Set<Query> {
    var queries: Set<Query> = [.comparison(ordered), .models]
    for run in runs { queries.insert(.run(run)) }
    for folder in series.values { queries.insert(.metrics(folder)) }
    for origin in origins.values { queries.insert(.pipeline(instance: origin.instance)) }
    queries.formUnion([plot.query, readings.query].compactMap { $0 })
    return queries
  }
}

extension CompareView {
  /// The comparison by the shown base; after `=` none until the new one is there.
  func comparison(_ context: Context) -> RunComparison? {
    if case .comparison(let all)? = context.answers[.comparison(ordered)] { all } else { nil }
  }

  func facts(of run: Int, _ context: Context) -> RunFacts? {
    if case .run(let facts)? = context.answers[.run(run)] { facts } else { nil }
  }

  /// What x counts: the word that all runs have for a step, else "step"; or "seconds".
  func axisWord(_ context: Context) -> SafeText {
    let axis = drawnAxis(context)
    guard axis == .step else { return axis.word }
    let words = runs.compactMap { run -> SafeText? in
      guard let origin = origins[run], let facts = facts(of: run, context) else { return nil }
      let pipeline = context.pipelineFacts(origin.instance)?.pipeline
      return facts.stepWord(of: origin.step, in: pipeline)
    }
    return Set(words).count == 1 ? words.first ?? axis.word : axis.word
  }

  func color(of run: Int, _ context: Context) -> Color { .series(place(of: run, context)) }

  /// Which colour, stroke and sign a run has.
  func place(of run: Int, _ context: Context) -> Int {
    zip(runs, context.marks.places(of: runs)).first { $0.0 == run }?.1 ?? 0
  }

  func marker(of run: Int, _ context: Context) -> SafeText {
    RunMarks.sign(place(of: run, context), context.glyphs)
  }

  /// The model that a run registered and nobody has decided about yet.
  func pendingModel(of run: Int, _ context: Context) -> ModelRecord? {
    models(of: run, context).last { $0.approval == .pending }
  }

  func models(of run: Int, _ context: Context) -> [ModelRecord] {
    guard case .models(let models)? = context.answers[.models] else { return [] }
    return models.filter { $0.run == run }.sorted { $0.version < $1.version }
  }

  /// The metrics that can be drawn: those that any of the runs logged.
  func metricNames(_ context: Context) -> [String] {
    let logged = runs.flatMap { metricsLogged(by: $0, context) }
    let first = comparison(context)?.metrics.map(\.name) ?? []
    var names: [String] = []
    for name in first.filter(logged.contains) + logged where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  func shownMetric(_ context: Context) -> String? {
    let names = metricNames(context)
    return names.isEmpty ? nil : names[((metric % names.count) + names.count) % names.count]
  }

  func metricsLogged(by run: Int, _ context: Context) -> [String] {
    guard let folder = series[run],
      case .metrics(let metrics)? = context.answers[.metrics(folder)]
    else { return [] }
    return metrics.map(\.name)
  }
}

import Curves
import Pipelines
import Series
import Store
package import Terminal

/// Every metric of some runs in a grid; one of them fills the screen on Enter.
package struct ChartsView: View {
  /// What stands in the place of a chart that fills the screen.
  enum Page: Sendable, Equatable { case curves, table, bars, histogram }

  /// In the order in which they were chosen; colours are those of their marks.
  package let runs: [Int]
  var items = ChartItems()
  var overlays = ChartOverlays()
  /// Those of the runs: their pipelines tell what steps count.
  var instances: Set<String> = []
  /// Whether there is anything to pair.
  var hasPairs = false
  /// What the metrics and overlays make.
  var charts: [ChartItem] = []
  /// What the filter leaves of these.
  var shown: [ChartItem] = []
  var selected: ChartItem.ID?
  /// Whether the user has selected it; until then it is the first one, also when others come before it.
  var isChosen = false
  /// As they are kept for the next screen of charts; nil until the first event.
  var habits: ChartHabits?
  /// As they were kept when they were looked at last.
  var seenHabits: ChartHabits?
  /// The first band of the grid in view.
  var top = 0
  var isFull = false
  var page = Page.curves
  /// Every point of the selected chart, as its table, its histogram and its copy need them.
  var points = ChartPoints()
  var filter = ""
  /// While `/` takes the filter.
  var field: TextField?
  /// While another metric for the selected chart is sought.
  var picker: MetricPicker?
  var view = ChartViewport()
  /// What the window is a part of.
  var viewAxis = CurveAxis.step
  var look = CurvePlot.Look()
  /// Where all charts tell their values.
  var crosshair: Double?
  /// What it is a place of.
  var crosshairAxis = CurveAxis.step
  /// Whether it was moved to where no points are known yet: it goes to a logged place with the answer.
  var isCrosshairLoose = false
  /// Whether only the mouse's passing has put it there: then Esc leaves the screen all the same.
  var isHovering = false
  /// While the mouse draws a box.
  var drag: ChartDrag?
  /// The place whose line in the log is looked for, to go there.
  var jump: (place: LogPlace, part: ChartItem.Part)?
  /// The glyphs that were chosen with a key.
  var glyphs: GlyphSet?
  /// Whether runs have line styles of their own, as chosen with a key.
  ///
  /// Nil: those of several runs where there are no colours, those of one run's metrics always.
  var strokes: Bool?
  var plots: [ChartItem.ID: CurvePlot] = [:]
  /// What was asked for last while the window follows.
  var asked: ClosedRange<Double>?
  /// All of what the full chart shows a part of.
  var map = CurvePlot()
  /// The range of all points on an axis that has no summary: x by another metric.
  var wholeOnAxis: ClosedRange<Double>?

  package init(runs: [Int]) {
    var unique: [Int] = []
    for run in runs where !unique.contains(run) && unique.count < CompareView.mostRuns {
      unique.append(run)
    }
    self.runs = unique
  }

  package var title: SafeText {
    "Charts " + runs.prefix(3).map { "r\($0)" as SafeText }.joined(separator: " / ")
  }

  package var takesText: Bool { field != nil || picker != nil }

  package var followsPointer: Bool { picker == nil && (!isFull || page == .curves) }

  package var queries: Set<Query> {
    var queries = Set(runs.map { Query.run($0) })
    for source in items.sources {
      queries.insert(.metricNames(source.folder))
    }
    for plot in plots.values {
      queries.formUnion(plot.markQueries.union([plot.query].compactMap(\.self)))
    }
    queries.formUnion(points.queries)
    queries.formUnion(instances.map { .pipeline(instance: $0) })
    if let jump { queries.insert(.logLine(jump.place)) }
    if isFull, let query = map.query { queries.insert(query) }
    return queries
  }
}

/// A box that the mouse draws in a chart.
struct ChartDrag: Sendable, Equatable {
  var chart: ChartItem.ID
  var from: Point
  var to: Point

  var isBox: Bool { abs(from.x - to.x) > 1 || abs(from.y - to.y) > 1 }
}

extension ChartsView {
  static let smoothings: [Smoothing] = [
    .none, .average(weight: 0.6), .average(weight: 0.9), .average(weight: 0.99), .median(width: 9),
  ]

  func glyphs(_ context: Context) -> GlyphSet { glyphs ?? context.glyphs }

  var selectedIndex: Int { shown.firstIndex { $0.id == selected } ?? 0 }

  var selectedItem: ChartItem? {
    shown.indices.contains(selectedIndex) ? shown[selectedIndex] : nil
  }

  var severalSteps: Bool { Set(items.sources.map(\.step)).count > 1 }

  /// "train: val/"; the step only where there are several.
  func heading(_ item: ChartItem) -> String {
    guard severalSteps else { return item.prefix }
    return item.prefix.isEmpty ? item.id.step : item.id.step + ": " + item.prefix
  }

  /// What the steps of a chart count, where all runs that are shown in it agree: "epoch".
  func stepWord(of item: ChartItem, _ context: Context) -> SafeText {
    let words = item.parts.map { part -> SafeText in
      guard let facts = context.runFacts(runs[part.run]) else { return "step" }
      let pipeline = context.pipelineFacts(facts.run.instance)?.pipeline
      return facts.stepWord(of: part.metric.step, in: pipeline)
    }
    return Set(words).count == 1 ? words[0] : "step"
  }

  /// What x of the selected chart is: "epoch", "seconds".
  func axisWord(_ context: Context) -> SafeText {
    guard axis == .step, let item = selectedItem else { return axis.word }
    return stepWord(of: item, context)
  }

  /// What x is in a chart: by steps what Lathe has sampled has none, and is shown by the time.
  func axis(of item: ChartItem) -> CurveAxis { look.axis.fitting(item.metrics.map(\.name)) }

  /// That of the selected chart, and of all that share its window.
  var axis: CurveAxis { selectedItem.map { axis(of: $0) } ?? look.axis }

  /// What x may be besides steps and times: first what counts epochs and the like, and nothing that the
  /// selected chart shows itself.
  var xMetrics: [String] {
    let own = ownNames
    let names = items.all.filter { $0.id.step == selected?.step && !own.contains($0.id.name) }
      .map { (name: $0.id.name, progress: CurveAxis.progress(of: $0.id.name) ?? .max) }
    return names.enumerated()
      .sorted { ($0.element.progress, $0.offset) < ($1.element.progress, $1.offset) }
      .map(\.element.name)
  }

  /// Whether there are any, which is asked with every frame.
  var hasXMetrics: Bool {
    let own = ownNames
    return items.all.contains { $0.id.step == selected?.step && !own.contains($0.id.name) }
  }

  private var ownNames: Set<String> { Set(selectedItem?.metrics.map(\.name) ?? []) }

  /// Where a chart tells its values; nil also where it has no such place.
  func crosshair(of item: ChartItem) -> Double? {
    axis(of: item) == crosshairAxis ? crosshair : nil
  }

  /// From the first to the last x of the charts in view that have the selected one's axis; nil before
  /// the first answer.
  var whole: ClosedRange<Double>? {
    let axis = axis
    if case .metric = axis { return wholeOnAxis }
    // Answers of another axis have its origins.
    let facts = plots.values.compactMap(\.shown).filter { $0.look.axis == axis }
      .flatMap(\.facts.curves)
    let ranges = facts.compactMap { curve -> ClosedRange<Double>? in
      guard let summary = curve.summary else { return nil }
      switch axis {
      case .step, .metric: return summary.stepRange
      case .relativeTime, .clock:
        return summary.timeRange.map {
          $0.lowerBound - curve.origin...max($0.lowerBound, $0.upperBound) - curve.origin
        }
      }
    }
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else {
      return nil
    }
    return LineChart.fittedX(low...high, kind: .linear, since: axis == .relativeTime)
  }

  /// Why there is nothing to see; empty while it is not known yet.
  func emptyText(_ context: Context) -> SafeText {
    let sought = field?.text ?? filter
    if !sought.isEmpty, !items.all.isEmpty {
      return ChartItems.isPattern(sought)
        ? "No metric's name has a match of this filter."
        : "The filter is no regular expression, and no metric's name holds its text."
    }
    guard runs.allSatisfy({ context.runFacts($0) != nil }) else { return "Reading the runs..." }
    let isActive = runs.contains { context.runFacts($0)?.run.status.isActive == true }
    return isActive ? "No metrics yet." : "These runs have logged no metrics."
  }
}

import Curves
import Documents
import Series
import Terminal

/// The curves of one chart: what is asked for, and the last answer, shown until the next one is
/// there.
struct CurvePlot: Sendable, Equatable {
  struct Line: Sendable, Equatable {
    var key: SeriesKey
    /// The run's own name: "r12"; empty where nobody asks.
    var run: SafeText = ""
    /// What tells the metric from the chart's others; empty where nobody asks.
    var metric: SafeText = ""
    var label: SafeText
    /// Whose marks they are where there are several; nil: the label says so.
    var owner: SafeText?
    var color: Color
    /// Told apart without colours too.
    var stroke = LineChart.Stroke.solid
    /// What it is drawn with in ASCII; nil for that of its place.
    var mark: Character?
    /// Whether what happened beside the points is marked.
    var isMarked = true
  }

  /// How the curves are drawn.
  struct Look: Sendable, Equatable {
    var axis = CurveAxis.step
    /// Written at the end of the x axis; nil for the axis's own word.
    var xLabel: SafeText?
    var y = AxisKind.linear
    var isRobust = false
    var smoothing = Smoothing.none
    /// What is shown; nil for everything.
    var window: ClosedRange<Double>?
    /// What is shown of y; nil for what fits the points.
    var yRange: ClosedRange<Double>?
    var hasEndLabels = true
    /// Whether the log's warnings and errors are marked.
    var hasLogMarks = true
  }

  /// An answer with what it was asked for.
  struct Shown: Sendable, Equatable {
    var lines: [Line]
    var look: Look
    var facts: CurvesFacts
  }

  private(set) var lines: [Line] = []
  private(set) var look = Look()
  private(set) var request: CurvesRequest?
  private(set) var shown: Shown?
  /// The last request that was answered, by curves or by a failure.
  private var answered: CurvesRequest?

  /// Asks for curves as they fit a part of the screen; nothing where there is no room.
  mutating func ask(_ lines: [Line], _ look: Look, in area: Rect, glyphs: GlyphSet) {
    let columns = Self.chart(lines, look, nil).geometry(in: area, glyphs: glyphs).dotColumns
    ask(lines, look, columns: columns)
  }

  /// By steps what Lathe has sampled is shown by the time, as it has no steps.
  mutating func ask(_ lines: [Line], _ look: Look, columns: Int) {
    (self.lines, self.look) = (lines, look)
    self.look.axis = look.axis.fitting(lines.map(\.key.name))
    if self.look.axis != look.axis { self.look.xLabel = nil }
    guard !lines.isEmpty, columns > 0 else {
      request = nil
      if lines.isEmpty { shown = nil }
      return
    }
    request = CurvesRequest(
      series: lines.map(\.key),
      axis: self.look.axis,
      window: look.window,
      columns: columns,
      floor: look.y == .logarithmic ? 0 : nil,
      smoothing: look.smoothing
    )
  }

  /// Takes the answer over, if it has come.
  mutating func look(at context: Context) {
    guard let request else { return }
    switch context.answers[.curves(request)] {
    case .curves(let facts): shown = Shown(lines: lines, look: look, facts: facts)
    case .failed: shown = nil
    default: return
    }
    answered = request
  }

  /// Whether the answer to what is asked now has yet to come.
  var isWaiting: Bool { request != nil && request != answered }

  var query: Query? { request.map { .curves($0) } }

  /// Why nothing can be shown.
  func failure(_ context: Context) -> Explanation? { query.flatMap(context.failure) }

  /// The chart of the last answer; one without points where there is none.
  var chart: LineChart {
    guard let shown else { return Self.chart(lines, look, nil) }
    return Self.chart(shown.lines, shown.look, shown.facts)
  }

  /// What happened beside the points of the last answer.
  func marks(
    _ context: Context,
    crosshair: Double?,
    glyphs: GlyphSet,
    hasLabels: Bool
  ) -> [LineChart.Mark] {
    guard let shown, let range = shown.facts.range, let request else { return [] }
    let columns = DotColumns(range: range, kind: .linear, count: request.columns)
    let isAlone = Set(shown.lines.filter(\.isMarked).map(\.key.folder)).count < 2
    return marked(shown.lines).flatMap { index, line, isFirst -> [LineChart.Mark] in
      let marks = CurveMarks(
        curve: index,
        key: line.key,
        axis: shown.look.axis,
        origin: shown.facts.curves[index].origin,
        owner: isAlone ? "" : line.owner ?? line.label,
        context: context
      )
      guard isFirst else { return marks.ownFindings }
      guard look.hasLogMarks else { return marks.findings }
      return marks.findings
        + marks.messages(
          columns,
          cell: glyphs.dots.width,
          crosshair: crosshair,
          hasLabels: hasLabels
        )
    }
  }

  /// The lines that have marks; what is about a whole attempt stands on the one in front.
  private func marked(_ lines: [Line]) -> [(index: Int, line: Line, isFirst: Bool)] {
    lines.enumerated().filter { $0.element.isMarked }.map { index, line in
      let isFirst = !lines[(index + 1)...].contains { $0.key.folder == line.key.folder }
      return (index, line, isFirst)
    }
  }

  /// What `marks` is made from.
  var markQueries: Set<Query> {
    guard look.axis.hasTimes else { return [] }
    return Set(
      marked(lines).flatMap { _, line, isFirst -> [Query] in
        isFirst && look.hasLogMarks
          ? [.marks(line.key.folder), .messages(line.key)] : [.marks(line.key.folder)]
      }
    )
  }

  /// Values of the last answer that a logarithmic axis has no place for.
  var unplaced: Int { shown?.facts.curves.reduce(0) { $0 + $1.unplaced } ?? 0 }

  /// What is said of them behind the word for the axis: ", 3 left out"; empty where there is none.
  var leftOut: SafeText { unplaced > 0 ? ", " + grouped(unplaced) + " left out" : "" }

  /// Whether the last answer has any point.
  var hasPoints: Bool { shown?.facts.range != nil }

  static func chart(_ lines: [Line], _ look: Look, _ facts: CurvesFacts?) -> LineChart {
    var series: [LineChart.Series] = []
    for (index, line) in lines.enumerated() {
      let curve = facts.flatMap { $0.curves.indices.contains(index) ? $0.curves[index] : nil }
      series += (curve ?? CurveFacts(points: CurvePoints())).series(
        label: line.label,
        smoothing: look.smoothing,
        color: line.color,
        stroke: line.stroke,
        unit: SampledMetric.unit(of: line.key.name)
      ).map { series in
        var series = series
        series.mark = line.mark
        return series
      }
    }
    // What lies behind must not hide another run's curve.
    series = series.filter { $0.role == .behind } + series.filter { $0.role == .curve }
    var x = look.axis.localAxis(range: facts?.range ?? look.window)
    if let label = look.xLabel { x.label = label }
    let y = ChartAxis(
      look.y,
      unit: SampledMetric.unit(of: lines.map(\.key.name)),
      range: look.yRange
    )
    var chart = LineChart(series: series, x: x, y: y)
    chart.showsEndLabels = look.hasEndLabels
    chart.isRobust = look.isRobust
    return chart
  }

  /// Where a chart with axes stands in a pane.
  static func area(in rect: Rect) -> Rect {
    rect.width < 30 ? rect : rect.left(1).1.right(1).0
  }
}

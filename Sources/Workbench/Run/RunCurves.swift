import Series
import Store
import Terminal

/// One line of a chart, before it is thinned to dots.
struct Curve: Sendable, Equatable {
  var label: SafeText
  var color: Color
  /// Told apart without colours too; dotted: only there to be compared with.
  var stroke: LineChart.Stroke
  var x: [Double]
  var y: [Double]
}

/// What x stands for.
enum StepOrTime: Sendable, Equatable, CaseIterable {
  case step, time

  var word: SafeText { self == .step ? "step" : "seconds" }

  func x(_ data: SeriesData) -> [Double] {
    switch self {
    case .step: data.steps
    case .time: data.times.map { $0 - (data.times.first ?? 0) }
    }
  }
}

/// What the chart pane of a run shows: which metrics, and how.
struct RunCurves: Sendable, Equatable {
  /// Which group of metrics, counted around.
  var group = 0
  var isLogarithmic = false
  var axis = StepOrTime.step

  static let mostCurves = 6

  func groups(_ series: [NamedSeries], main: String?) -> [MetricGroup] {
    MetricGroup.groups(of: series.map(\.name), main: main)
  }

  func shownGroup(_ series: [NamedSeries], main: String?) -> MetricGroup? {
    let groups = groups(series, main: main)
    guard !groups.isEmpty else { return nil }
    return groups[((group % groups.count) + groups.count) % groups.count]
  }

  /// The run's curves of the shown group, and the parent's first metric of it, dotted, behind them.
  func curves(
    _ series: [NamedSeries],
    main: String?,
    parent: (name: SafeText, series: [NamedSeries])?
  ) -> [Curve] {
    guard let group = shownGroup(series, main: main) else { return [] }
    var curves: [Curve] = []
    if let parent, let old = parent.series.first(where: { $0.name == group.primary }) {
      let label: SafeText = parent.name + " " + SafeText(hostile: old.name)
      curves.append(curve(old, label, .dim, stroke: .dotted))
    }
    // The main metric last, so that it lies in front.
    for (index, name) in group.names.prefix(RunCurves.mostCurves).enumerated().reversed() {
      guard let own = series.first(where: { $0.name == name }) else { continue }
      curves.append(curve(own, SafeText(hostile: name), .series(index), stroke: .solid))
    }
    return curves
  }

  private func curve(
    _ named: NamedSeries,
    _ label: SafeText,
    _ color: Color,
    stroke: LineChart.Stroke
  ) -> Curve {
    Curve(
      label: label,
      color: color,
      stroke: stroke,
      x: axis.x(named.data),
      y: named.data.values
    )
  }
}

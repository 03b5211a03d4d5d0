import Curves
import Store
import Terminal

/// What the chart pane of a run shows: which metrics, and how.
struct RunCurves: Sendable, Equatable {
  /// Which group of metrics, counted around.
  var group = 0
  var isLogarithmic = false
  var axis = CurveAxis.step
  var plot = CurvePlot()
  /// Of the step that is drawn.
  var order = MetricOrder()

  static let mostCurves = 6

  var shownGroup: MetricGroup? {
    let groups = order.groups
    guard !groups.isEmpty else { return nil }
    return groups[((group % groups.count) + groups.count) % groups.count]
  }

  /// The run's curves of a group, and the parent's first metric of it, dotted, behind them.
  ///
  /// The first metric has the run's own `place` among colours and signs, as in charts.
  func lines(
    _ group: MetricGroup?,
    in folder: AttemptFolder,
    parent: (name: SafeText, folder: AttemptFolder)?,
    from place: Int = 0,
    hasColors: Bool = true
  ) -> [CurvePlot.Line] {
    guard let group else { return [] }
    var lines: [CurvePlot.Line] = []
    if let parent {
      lines.append(
        CurvePlot.Line(
          key: SeriesKey(folder: parent.folder, name: group.primary),
          label: parent.name + " " + SafeText(hostile: group.primary),
          color: .dim,
          stroke: hasColors ? .dotted : .sparse,
          mark: "-",
          isMarked: false
        )
      )
    }
    // The main metric last, so that it lies in front.
    for (index, name) in group.names.prefix(RunCurves.mostCurves).enumerated().reversed() {
      let line = ChartsView.line(index, from: place)
      lines.append(
        CurvePlot.Line(
          key: SeriesKey(folder: folder, name: name),
          label: SafeText(hostile: name),
          color: .series(line),
          stroke: hasColors ? .solid : .series(line),
          mark: LineChart.mark(line)
        )
      )
    }
    return lines
  }
}

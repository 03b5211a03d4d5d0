import Curves
import Store
import Terminal

extension RunView {
  /// The metrics that the drawn step has logged.
  func metricFacts(_ context: Context) -> [MetricFacts] {
    guard let folder = sources.series, case .metrics(let all)? = context.answers[.metrics(folder)]
    else { return [] }
    return all
  }

  /// Asks for the curves of the shown group as they fit the chart's pane.
  mutating func askCurves(_ facts: RunFacts, _ context: Context) {
    guard let folder = sources.series else {
      curves.plot = CurvePlot()
      return
    }
    let group = curves.shownGroup
    let lines = curves.lines(
      group,
      in: folder,
      parent: parent(facts, of: group),
      from: context.marks.places(of: [run]).first ?? 0,
      hasColors: context.hasColors
    )
    let look = CurvePlot.Look(
      axis: curves.axis,
      xLabel: curves.axis == .step ? stepWord(facts, context) : nil,
      y: curves.isLogarithmic ? .logarithmic : .linear
    )
    let pane = layout(facts, context, in: context.area).chart
    curves.plot.ask(lines, look, in: CurvePlot.area(in: pane.inset()), glyphs: context.glyphs)
    curves.plot.look(at: context)
  }

  /// The parent run, if the same step of it logged the group's first metric.
  private func parent(
    _ facts: RunFacts,
    of group: MetricGroup?
  ) -> (name: SafeText, folder: AttemptFolder)? {
    guard let parent = facts.parent, let folder = sources.parentSeries, let group,
      facts.parentMetrics.contains(where: { metric in
        metric.name == group.primary && metric.step == sources.metricStep
      })
    else { return nil }
    return (name: "\(parent.shortName)", folder: folder)
  }

  func drawChart(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let names = curves.shownGroup?.names ?? []
    let title = names.prefix(RunCurves.mostCurves).map { SafeText(hostile: $0) }
      .joined(separator: "  ")
    let groups = curves.order.groups.count
    var right: SafeText = groups > 1 ? "m: \(groups) groups  " : ""
    right = right + "x: " + (curves.plot.look.xLabel ?? curves.plot.look.axis.word)
    right = right + (curves.isLogarithmic ? "  y: log" + curves.plot.leftOut : "  y: linear")
    let frame = Frame(
      title.isEmpty ? "Metrics" : title,
      right: names.isEmpty ? "" : right,
      focused: focus == .chart,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: rect)
    if let failure = curves.plot.failure(context) {
      drawExplanation(failure, on: &screen, in: inside)
    } else if !names.isEmpty {
      guard curves.plot.shown != nil else { return }
      var chart = curves.plot.chart
      chart.marks = curves.plot.marks(
        context,
        crosshair: nil,
        glyphs: context.glyphs,
        hasLabels: false
      )
      chart.draw(on: &screen, in: CurvePlot.area(in: inside), glyphs: context.glyphs)
    } else {
      let place = inside.left(1).1
      screen.write(emptyChart(facts), x: place.x, y: place.y, style: .dim, width: place.width)
    }
  }

  private func emptyChart(_ facts: RunFacts) -> SafeText {
    facts.run.status.isActive
      ? "No metrics yet." : "No step of this run logged a metric."
  }
}

import Store
import Terminal

extension RunView {
  func drawChart(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let own = series(sources.series, context)
    let main = facts.run.mainMetric
    let parent = facts.parent.map { parent in
      (name: "\(parent.shortName)" as SafeText, series: series(sources.parentSeries, context))
    }
    let shown = curves.curves(own, main: main, parent: parent)
    let names = curves.shownGroup(own, main: main)?.names ?? []
    let title = names.prefix(RunCurves.mostCurves).map { SafeText(hostile: $0) }
      .joined(separator: "  ")
    let groups = curves.groups(own, main: main).count
    var right: SafeText = groups > 1 ? "m: \(groups) groups  " : ""
    let word = curves.axis == .step ? stepWord(facts, context) : curves.axis.word
    right = right + "x: " + word
    right = right + (curves.isLogarithmic ? "  y: log" : "  y: linear")
    let frame = Frame(
      title.isEmpty ? "Metrics" : title,
      right: shown.isEmpty ? "" : right,
      focused: focus == .chart,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: rect)
    guard !shown.isEmpty else {
      screen.write(
        emptyChart(facts),
        x: inside.x + 1,
        y: inside.y,
        style: .dim,
        width: inside.width - 1
      )
      return
    }
    drawCurves(
      shown,
      xLabel: word,
      isLogarithmic: curves.isLogarithmic,
      on: &screen,
      in: inside,
      glyphs: context.glyphs
    )
  }

  private func emptyChart(_ facts: RunFacts) -> SafeText {
    facts.run.status.isActive
      ? "No metrics yet." : "No step of this run logged a metric."
  }
}

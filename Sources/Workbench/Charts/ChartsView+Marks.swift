import Curves
import Foundation
import Store
import Terminal

extension ChartsView {
  private static let mostLabelsInCell = 2

  /// What happened beside the points: findings of watch rules, messages of the log, and where other
  /// steps began.
  func marks(of item: ChartItem, _ plot: CurvePlot, _ context: Context) -> [LineChart.Mark] {
    guard let shown = plot.shown else { return [] }
    var marks: [LineChart.Mark] = []
    // Beside the chart's own metric: what is laid over it began elsewhere.
    if let part = item.parts.first {
      let place = shown.lines.firstIndex { $0.key.folder == part.folder }
      let origin = place.map { shown.facts.curves[$0].origin } ?? 0
      marks += borders(item, part, shown.look.axis, origin, context)
    }
    marks += plot.marks(
      context,
      crosshair: crosshair(of: item),
      glyphs: glyphs(context),
      hasLabels: isFull
    )
    if !isFull, marks.count(where: { !$0.label.isEmpty }) > Self.mostLabelsInCell {
      // They would cover the curves of a small chart.
      for index in marks.indices { marks[index].label = "" }
    }
    return marks
  }

  var hasLogMarks: Bool { habits?.hasLogMarks ?? true }

  /// By time only: steps of a pipeline share no other axis.
  private func borders(
    _ item: ChartItem,
    _ part: ChartItem.Part,
    _ axis: CurveAxis,
    _ origin: Double,
    _ context: Context
  ) -> [LineChart.Mark] {
    guard axis == .relativeTime || axis == .clock, runs.count == 1,
      let facts = context.runFacts(runs[part.run])
    else { return [] }
    return facts.steps.filter { $0.name != item.id.step }.compactMap { step in
      guard let start = step.started?.timeIntervalSince1970,
        let x = axis.place(step: .nan, time: start, origin: origin)
      else { return nil }
      return LineChart.Mark(x: x, label: SafeText(hostile: step.name, limit: 40), color: .dim)
    }
  }
}

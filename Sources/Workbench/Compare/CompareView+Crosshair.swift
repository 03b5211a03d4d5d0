import Curves
import Engine
import Pipelines
import Series
import Store
import Terminal

extension CompareView {
  /// The last point at or before an x; nil before the first one.
  static func reading(_ x: [Double], _ y: [Double], at wanted: Double) -> (
    x: Double, value: Double
  )? {
    var found: (x: Double, value: Double)?
    for (at, value) in zip(x, y) where at <= wanted && at >= found?.x ?? -.infinity {
      found = (at, value)
    }
    return found
  }

  /// The only run with the best finite value; nil without a goal and where two share it.
  static func winner(_ values: [Double?], _ goal: Goal?) -> Int? {
    guard let goal else { return nil }
    let known = values.enumerated().compactMap { index, value in
      value.flatMap { $0.isFinite ? (index: index, value: $0) : nil }
    }
    guard known.count > 1 else { return nil }
    let best = known.filter { one in
      !known.contains { goal.isBetter($0.value, than: one.value) }
    }
    return best.count == 1 ? best[0].index : nil
  }

  // MARK: What is asked for

  /// The runs that logged the drawn metric, in the order of their colours.
  func drawnRuns(_ context: Context) -> [(run: Int, key: SeriesKey)] {
    guard let name = shownMetric(context) else { return [] }
    return runs.compactMap { run in
      guard let folder = series[run], metricsLogged(by: run, context).contains(name) else {
        return nil
      }
      return (run: run, key: SeriesKey(folder: folder, name: name))
    }
  }

  mutating func askCurves(_ context: Context) {
    let lines = drawnRuns(context).map { run, key in
      CurvePlot.Line(
        key: key,
        // In ASCII its letter stands before it anyway.
        label: context.glyphs == .ascii && runs.count > 1
          ? "r\(run)" : marker(of: run, context) + " r\(run)",
        color: color(of: run, context),
        // With colours the mark at its end is enough: gaps look torn where a curve is noisy.
        stroke: context.hasColors ? .solid : .series(place(of: run, context)),
        mark: LineChart.mark(place(of: run, context))
      )
    }
    let look = CurvePlot.Look(
      axis: axis,
      xLabel: axisWord(context),
      y: isLogarithmic ? .logarithmic : .linear
    )
    let pane = layout(context, in: context.area).chart
    plot.ask(lines, look, in: CurvePlot.area(in: pane.inset()), glyphs: context.glyphs)
    plot.look(at: context)
  }

  /// What x is in the chart: what Lathe has sampled has no steps.
  func drawnAxis(_ context: Context) -> CurveAxis {
    axis.fitting([shownMetric(context)].compactMap(\.self))
  }

  /// Asks for what the table shows at one step, and for what the drawn metric says there.
  mutating func askReadings(_ context: Context) {
    let chosen = drawnAxis(context) == .step ? crosshair : nil
    var places: [ReadingsRequest.Place] = []
    if let chosen {
      places += drawnRuns(context).map { .init(series: $0.key, step: chosen) }
    }
    if moment == .sameStep, let all = comparison(context) {
      for row in all.metrics {
        // Behind the end of the shortest run there is no step that all of them have.
        guard let common = row.values.compactMap({ $0?.lastStep }).min() else { continue }
        // What Lathe has sampled has seconds there and no steps.
        let asked = SampledMetric.isSampled(row.name) ? nil : chosen
        let step = min(asked ?? common, common)
        places += all.runs.compactMap { run in
          series[run.id].map {
            ReadingsRequest.Place(series: SeriesKey(folder: $0, name: row.name), step: step)
          }
        }
      }
    }
    readings.ask(places, context)
  }

  // MARK: The crosshair

  /// The x values of the drawn curves, each once, in their order.
  private var places: [Double] {
    let all = plot.shown?.facts.curves.flatMap(\.points.x) ?? []
    return Set(all.filter(\.isFinite)).sorted()
  }

  /// One place further, or as many as a hundred presses need from end to end.
  mutating func moveCrosshair(by direction: Int) {
    let places = places
    guard let last = places.last else { return }
    guard let crosshair else {
      self.crosshair = last
      return
    }
    let index = places.firstIndex { $0 >= crosshair } ?? places.count - 1
    let step = max(1, places.count / 100)
    self.crosshair = places[min(max(0, index + direction * step), places.count - 1)]
  }

  /// To the logged place next to a cell of the chart.
  mutating func moveCrosshair(to point: Point, _ context: Context) {
    let pane = layout(context, in: context.area).chart
    guard diffOffset == nil, plot.hasPoints, !pane.isEmpty else { return }
    let area = CurvePlot.area(in: pane.inset())
    let geometry = plot.chart.geometry(in: area, glyphs: context.glyphs)
    guard geometry.plot.contains(point) else { return }
    let wanted = geometry.x(atColumn: point.x)
    crosshair = places.min { abs($0 - wanted) < abs($1 - wanted) } ?? crosshair
  }

  /// "step 210: ● 0.0912  ■ 0.318": each run's value at the crosshair; empty without one.
  func readings(_ context: Context) -> StyledText {
    guard let crosshair, let shown = plot.shown else { return StyledText() }
    let axis = drawnAxis(context)
    let unit = SampledMetric.unit(of: shownMetric(context) ?? "")
    var text = StyledText(
      axisWord(context) + " "
        + (axis == .step ? stepText(crosshair) : valueText(crosshair, .duration)) + ":",
      .dim
    )
    for (run, key) in drawnRuns(context) {
      let curve = shown.lines.firstIndex { $0.key == key }.map { shown.facts.curves[$0].points }
      let drawn = curve.flatMap { CompareView.reading($0.x, $0.y, at: crosshair)?.value }
      let value = axis == .step ? readings[key]?.value ?? drawn : drawn
      guard let value else { continue }
      text.append("  " + marker(of: run, context) + " ", Style(color(of: run, context)))
      text.append(valueText(value, unit), value.isFinite ? .normal : .bad)
    }
    return text
  }
}

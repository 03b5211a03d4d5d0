/// A whole series in a few rows, and in it the window that a chart beside it shows.
package struct Minimap: Sendable, Equatable {
  package var series: [LineChart.Series]
  package var x: ChartAxis
  package var y: ChartAxis
  /// The part that the chart shows; nil: all of it.
  package var window: ClosedRange<Double>?

  package init(
    series: [LineChart.Series],
    x: ChartAxis = ChartAxis(),
    y: ChartAxis = ChartAxis(),
    window: ClosedRange<Double>? = nil
  ) {
    self.series = series
    self.x = x
    self.y = y
    self.window = window
  }

  /// Where the map draws what: for thinning, and to move the window with the mouse.
  package func geometry(in rect: Rect, glyphs: GlyphSet) -> ChartGeometry {
    let chart = LineChart(series: series, x: x, y: y)
    let scales = chart.scales()
    let plot = rect.height >= 2 ? rect.bottom(1).0 : rect
    return ChartGeometry(plot: plot, x: scales.x, y: scales.y, glyphs: glyphs)
  }

  /// Draws the curves, bright in the window and dim outside, and a slider below them.
  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    let area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    let geometry = geometry(in: area, glyphs: glyphs)
    let plot = geometry.plot
    let layout = ChartLayout(
      LineChart(series: series, x: x, y: y),
      geometry: geometry,
      in: area,
      glyphs: glyphs
    )
    layout.ink().draw(on: &screen, at: Point(x: plot.x, y: plot.y), series: series)
    let columns = columns(geometry)
    if area.height >= 2 {
      let (thin, thick): (Character, Character) = glyphs == .ascii ? ("-", "=") : ("─", "━")
      for column in plot.x..<plot.maxX {
        let isShown = columns.contains(column)
        screen[column, area.maxY - 1] = Cell(isShown ? thick : thin, isShown ? .accent : .dim)
      }
    } else if window != nil {
      screen.restyle(area) { $0.underline = false }
      let shown = Rect(x: columns.lowerBound, y: area.y, width: columns.count, height: 1)
      screen.restyle(shown) { $0.underline = true }
    }
    for column in plot.x..<plot.maxX where !columns.contains(column) {
      let rows = Rect(x: column, y: plot.y, width: 1, height: plot.height)
      screen.restyle(rows) { $0.color = .dim }
    }
  }

  /// The screen's columns of the window, never none of them.
  private func columns(_ geometry: ChartGeometry) -> ClosedRange<Int> {
    let plot = geometry.plot
    let last = max(plot.x, plot.maxX - 1)
    guard let window else { return plot.x...last }
    let dots = max(1, geometry.dotColumns / max(1, plot.width))
    func column(_ x: Double) -> Int {
      let dot = min(max(geometry.columns.column(of: x), 0), max(0, geometry.dotColumns - 1))
      return min(plot.x + dot / dots, last)
    }
    let left = column(window.lowerBound)
    return left...max(left, column(window.upperBound))
  }
}

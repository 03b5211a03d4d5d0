/// Where a chart draws what: from values to cells and back, for the mouse, crosshairs and zoom.
package struct ChartGeometry: Sendable, Hashable {
  /// The cells of the curves; does not depend on the points' values.
  package let plot: Rect
  /// The columns of dots in the plot, for thinning.
  package let columns: DotColumns
  package let dotRows: Int
  let y: AxisScale
  private let dotsAcross: Int
  private let dotsDown: Int

  init(plot: Rect, x: AxisScale, y: AxisScale, glyphs: GlyphSet) {
    self.plot = plot
    self.y = y
    let dots = glyphs.dots
    dotsAcross = dots.width
    dotsDown = dots.height
    columns = DotColumns(range: x.range, kind: x.kind, count: plot.width * dots.width)
    dotRows = plot.height * dots.height
  }

  package var dotColumns: Int { columns.count }
  package var xRange: ClosedRange<Double> { columns.range }
  package var yRange: ClosedRange<Double> { y.range }

  /// The x value at the middle of a column of the screen; those outside the plot are its edges.
  package func x(atColumn column: Int) -> Double {
    let cell = min(max(column - plot.x, 0), max(0, plot.width - 1))
    let dot = Double(cell * dotsAcross) + Double(dotsAcross - 1) / 2
    return columns.scale.value(at: dot / Double(max(1, dotColumns - 1)))
  }

  /// The y value at the middle of a row of the screen; those outside the plot are its edges.
  package func y(atRow row: Int) -> Double {
    let cell = min(max(row - plot.y, 0), max(0, plot.height - 1))
    let dot = Double(cell * dotsDown) + Double(dotsDown - 1) / 2
    return y.value(at: 1 - dot / Double(max(1, dotRows - 1)))
  }

  /// The screen's column of a value, nil where the plot does not show it.
  package func column(of x: Double) -> Int? {
    let column = columns.column(of: x)
    guard column >= 0, column < dotColumns else { return nil }
    return plot.x + column / dotsAcross
  }

  /// The screen's row of a value, nil where the plot does not show it.
  package func row(of y: Double) -> Int? {
    let dot = dotRow(of: y).rounded()
    guard dot >= 0, dot < Double(dotRows) else { return nil }
    return plot.y + Int(dot) / dotsDown
  }

  /// The place of a value in units of dots from the top, NaN where it has none.
  func dotRow(of value: Double) -> Double { (1 - y.unit(value)) * Double(max(0, dotRows - 1)) }

  /// The screen's row of a value; what lies outside is put to the nearest edge.
  func nearestRow(of value: Double) -> Int {
    if value == .infinity { return plot.y }
    let dot = dotRow(of: value).rounded()
    let last = Double(max(0, dotRows - 1))
    return plot.y + Int(dot.isNaN ? last : min(max(dot, 0), last)) / dotsDown
  }
}

/// Lines over common axes, drawn in braille dots, half blocks or ASCII.
///
/// A value: what it draws depends on its fields and the rectangle alone. The dots are those of every
/// segment between two points that follow each other, clipped at the plot's edges; see
/// `DotGrid.drawLine`. What is NaN or infinite breaks the line and is marked "!" at an edge: at the
/// top for +∞, else at the bottom.
package struct LineChart: Sendable, Equatable {
  package struct Series: Sendable, Equatable {
    package var label: SafeText
    /// In any order, of the length of `y`; what is longer is not drawn.
    package var x: [Double]
    package var y: [Double]
    package var color: Color
    package var stroke: Stroke

    package init(
      label: SafeText,
      x: [Double],
      y: [Double],
      color: Color,
      stroke: Stroke = .solid
    ) {
      self.label = label
      self.x = x
      self.y = y
      self.color = color
      self.stroke = stroke
    }

    var count: Int { min(x.count, y.count) }
  }

  /// How a line is told apart where there are no colours; in ASCII by its mark.
  package enum Stroke: Sendable, CaseIterable {
    case solid
    case dashed
    case dotted
  }

  package var series: [Series]
  package var title: SafeText?
  package var xLabel: SafeText?
  /// What is shown; nil for all points.
  package var xRange: ClosedRange<Double>?
  /// What is shown; nil for the points that lie in the x range.
  package var yRange: ClosedRange<Double>?
  /// Whether y is drawn by its logarithm; values of 0 or less are marked as not drawable then.
  package var isLogarithmic: Bool
  /// Where an upright line is drawn behind the curves.
  package var crosshair: Double?
  /// Shown where there is no point at all.
  package var emptyText: SafeText = "no points yet"

  package init(
    series: [Series],
    title: SafeText? = nil,
    xLabel: SafeText? = nil,
    xRange: ClosedRange<Double>? = nil,
    yRange: ClosedRange<Double>? = nil,
    isLogarithmic: Bool = false,
    crosshair: Double? = nil
  ) {
    self.series = series
    self.title = title
    self.xLabel = xLabel
    self.xRange = xRange
    self.yRange = yRange
    self.isLogarithmic = isLogarithmic
    self.crosshair = crosshair
  }

  /// Draws the chart over a part of a screen; what does not fit is left out, the curves last.
  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    let area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    guard let scales = scales() else {
      let text = emptyText.cut(to: area.width)
      screen.write(
        text,
        x: area.x + (area.width - text.width) / 2,
        y: area.y + area.height / 2,
        style: .dim,
        width: area.width
      )
      return
    }
    let layout = ChartLayout(self, in: area, x: scales.x, y: scales.y, glyphs: glyphs)
    layout.drawAxes(on: &screen)
    drawCrosshair(on: &screen, layout)
    for index in series.indices { layout.drawCurve(of: series[index], index, on: &screen) }
    layout.drawMarks(on: &screen)
    layout.drawEndLabels(on: &screen)
  }

  private func drawCrosshair(on screen: inout Screen, _ layout: ChartLayout) {
    guard let crosshair, layout.x.contains(crosshair) else { return }
    let column = layout.cellColumn(crosshair)
    for row in layout.plot.y..<layout.plot.maxY {
      screen[column, row] = Cell(layout.glyphs == .ascii ? ":" : "┊", .dim)
    }
  }
}

// MARK: Ranges

extension LineChart {
  /// The scales of both axes; nil when no point has a place in x.
  private func scales() -> (x: AxisScale, y: AxisScale)? {
    var (left, right) = (Double.infinity, -Double.infinity)
    for line in series {
      for index in 0..<line.count where line.x[index].isFinite {
        left = min(left, line.x[index])
        right = max(right, line.x[index])
      }
    }
    guard left <= right else { return nil }
    // An axis that begins near 0 begins at 0: the first step is 1 as often as not.
    if left > 0, left < right, left <= max(1, right / 10) { left = 0 }
    let shown = Self.usable(xRange)
    let x = AxisScale(shown?.lowerBound ?? left, shown?.upperBound ?? right, padding: 0.5)
    if let range = Self.usable(yRange), !isLogarithmic || range.lowerBound > 0 {
      return (
        x, AxisScale(range.lowerBound, range.upperBound, isLogarithmic: isLogarithmic)
      )
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for line in series {
      for index in 0..<line.count {
        let (at, value) = (line.x[index], line.y[index])
        guard value.isFinite, at >= x.low, at <= x.high, !isLogarithmic || value > 0
        else { continue }
        low = min(low, value)
        high = max(high, value)
      }
    }
    if low > high { (low, high) = isLogarithmic ? (0.1, 10) : (0, 1) }
    if !isLogarithmic, low > 0, low <= high * 0.3 { low = 0 }
    return (x, AxisScale(low, high, isLogarithmic: isLogarithmic))
  }

  private static func usable(_ range: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let range, range.lowerBound.isFinite, range.upperBound.isFinite else { return nil }
    return range
  }
}

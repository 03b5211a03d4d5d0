import Terminal

/// A metric's value in at most 9 cells.
func metricText(_ value: Double) -> SafeText { numberText(value) }

/// Draws curves over common axes; the first ones lie behind the others.
func drawCurves(
  _ curves: [Curve],
  xLabel: SafeText,
  isLogarithmic: Bool,
  crosshair: Double? = nil,
  on screen: inout Screen,
  in rect: Rect,
  glyphs: GlyphSet
) {
  LineChart(
    series: curves.map { curve in
      LineChart.Series(
        label: curve.label,
        x: curve.x,
        y: curve.y,
        color: curve.color,
        stroke: curve.stroke
      )
    },
    x: ChartAxis(label: xLabel),
    y: ChartAxis(isLogarithmic ? .logarithmic : .linear),
    crosshair: crosshair
  ).draw(on: &screen, in: rect.width < 30 ? rect : rect.left(1).1.right(1).0, glyphs: glyphs)
}

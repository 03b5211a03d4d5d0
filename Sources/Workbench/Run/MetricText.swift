import Terminal

/// A metric's value in few cells.
func metricText(_ value: Double) -> SafeText {
  SafeText(hostile: "\(value)").cut(to: 8)
}

func drawCurves(
  _ curves: [Curve],
  isLogarithmic: Bool,
  on screen: inout Screen,
  in rect: Rect,
  glyphs: GlyphSet
) {
}

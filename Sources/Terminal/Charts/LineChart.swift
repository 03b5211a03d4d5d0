/// Lines over common axes, drawn in braille dots, sextants, half blocks or ASCII.
///
/// A value: what it draws depends on its fields and the rectangle alone, and where the plot lies not
/// even on the points. The dots are those of every segment between two points that follow each
/// other, clipped at the plot's edges; see `DotGrid.drawLine`. What is NaN or infinite breaks the line
/// and is marked "!" at an edge: at the top for +∞, else at the bottom.
package struct LineChart: Sendable, Equatable {
  package var series: [Series]
  package var x: ChartAxis
  package var y: ChartAxis
  package var title: SafeText?
  /// Whether single far outliers are left outside of a y range that is not given.
  package var isRobust = false
  /// Events on the x axis, drawn behind the curves.
  package var marks: [Mark] = []
  /// Where an upright line is drawn and the values of all series are told.
  package var crosshair: Double?
  /// Whether the crosshair's values are told in the plot.
  package var showsReadings = true
  /// Whether names and last values stand right of the plot.
  package var showsEndLabels = true
  /// The part of the plot that a zoom would show.
  package var box: Box?
  /// Shown where there is no point at all, and where nothing of the lines is within the axes.
  package var emptyText: SafeText = "no points yet"

  package init(
    series: [Series],
    x: ChartAxis = ChartAxis(),
    y: ChartAxis = ChartAxis(),
    title: SafeText? = nil,
    crosshair: Double? = nil
  ) {
    self.series = series
    self.x = x
    self.y = y
    self.title = title
    self.crosshair = crosshair
  }

  /// Draws the chart over a part of a screen; what does not fit is left out, the curves last.
  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    let area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    let layout = ChartLayout(self, in: area, glyphs: glyphs)
    guard hasPlaces else {
      writeEmpty(on: &screen, in: area)
      return
    }
    let ink = layout.ink()
    layout.drawAxes(on: &screen)
    layout.drawMarkLines(on: &screen)
    layout.drawCrosshair(on: &screen)
    ink.draw(
      on: &screen,
      at: Point(x: layout.plot.x, y: layout.plot.y),
      series: series
    )
    let signs = layout.drawUndrawable(on: &screen)
    // A window between two points, or beside all values.
    if ink.isEmpty, signs.isEmpty { writeEmpty(on: &screen, in: layout.plot) }
    layout.drawEndLabels(on: &screen)
    guard !marks.isEmpty || crosshair != nil || box != nil else { return }
    let columns = marks.filter { $0.kind == .line }.map(\.x) + [crosshair].compactMap { $0 }
    var places = LabelPlaces(
      layout.plot,
      ink,
      columns: columns.compactMap { layout.geometry.column(of: $0) },
      signs: signs + layout.markSigns
    )
    layout.drawMarkSigns(on: &screen)
    layout.drawReadings(on: &screen, &places)
    layout.drawMarkLabels(on: &screen, &places)
    layout.drawBox(on: &screen)
  }

  private func writeEmpty(on screen: inout Screen, in area: Rect) {
    guard !area.isEmpty else { return }
    let text = emptyText.cut(to: area.width)
    screen.write(
      text,
      x: area.x + (area.width - text.width) / 2,
      y: area.y + area.height / 2,
      style: .dim,
      width: area.width
    )
  }

  /// Where the chart would draw what: for the mouse, crosshairs and zoom.
  ///
  /// The plot and the dots depend on the rectangle, the glyphs, the title and the labels alone, so
  /// that they can be asked for before there are points.
  package func geometry(in rect: Rect, glyphs: GlyphSet) -> ChartGeometry {
    ChartLayout(self, in: rect, glyphs: glyphs).geometry
  }
}

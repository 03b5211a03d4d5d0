/// Where the parts of one chart lie on the screen.
struct ChartLayout {
  let chart: LineChart
  let geometry: ChartGeometry
  let glyphs: GlyphSet
  let area: Rect
  /// The columns right of the plot for names and last values; 0 where there are none.
  let endWidth: Int
  private let hasXAxis: Bool
  private let hasYAxis: Bool

  /// The cells left of the plot: seven of a label, one of the axis.
  static let gutter = 8

  init(_ chart: LineChart, in area: Rect, glyphs: GlyphSet) {
    self.chart = chart
    self.glyphs = glyphs
    self.area = area
    var plot = area
    if chart.title != nil, plot.height >= 4 { plot = plot.top(1).1 }
    hasXAxis = plot.height >= 4
    if hasXAxis { plot = plot.bottom(2).0 }
    hasYAxis = plot.width >= Self.gutter + 12
    if hasYAxis { plot = plot.left(Self.gutter).1 }
    let labelled = chart.series.filter { chart.showsEndLabels && $0.role == .curve }
    let widest = labelled.map(\.label.width).max()
    let sample = Self.sampleWidth(chart, glyphs)
    // An amount may have its unit behind a blank.
    let hasUnit = labelled.contains { ($0.unit ?? chart.y.unit).isAmount }
    let value = hasUnit ? 12 : 9
    let room = min((widest ?? 0) + sample + value, plot.width * 2 / 5)
    endWidth = widest != nil && room >= 8 && plot.width - room >= 10 ? room : 0
    plot = plot.right(endWidth).0
    let scales = chart.scales()
    geometry = ChartGeometry(plot: plot, x: scales.x, y: scales.y, glyphs: glyphs)
  }

  /// Curves without axes or labels.
  init(_ chart: LineChart, geometry: ChartGeometry, in area: Rect, glyphs: GlyphSet) {
    self.chart = chart
    self.geometry = geometry
    self.area = area
    self.glyphs = glyphs
    (endWidth, hasXAxis, hasYAxis) = (0, false, false)
  }

  /// The cells of the curves.
  var plot: Rect { geometry.plot }
  var x: AxisScale { geometry.columns.scale }
  var y: AxisScale { geometry.y }
}

// MARK: Axes

extension ChartLayout {
  func drawAxes(on screen: inout Screen) {
    if let title = chart.title, plot.y > area.y {
      screen.write(title, x: plot.x, y: area.y, style: .bold, width: area.maxX - plot.x)
    }
    let y = hasYAxis ? yTicks : nil
    if hasXAxis { drawXAxis(on: &screen, behind: y?.base) }
    if let y { drawYAxis(on: &screen, y) }
  }

  private func drawYAxis(on screen: inout Screen, _ fitted: (ticks: [AxisTick], base: String?)) {
    let isASCII = glyphs == .ascii
    for row in plot.y..<plot.maxY { screen[plot.x - 1, row] = Cell(isASCII ? "|" : "│", .dim) }
    for tick in fitted.ticks {
      let row = geometry.nearestRow(of: tick.value)
      screen[plot.x - 1, row] = Cell(isASCII ? "+" : "┤", .dim)
      let text = SafeText(trusted: tick.label)
      screen.write(text, x: plot.x - 1 - text.width, y: row, style: .dim)
    }
    guard let base = fitted.base, hasXAxis else { return }
    let text = SafeText(trusted: base)
    let start = max(area.x, plot.x - 1 - text.width)
    screen.write(text, x: start, y: plot.maxY + 1, style: .dim, width: area.maxX - start)
  }

  private var yTicks: (ticks: [AxisTick], base: String?) {
    y.valueTicks(max(2, plot.height / 2), width: Self.gutter - 1, unit: chart.y.unit)
  }

  /// Where the labels below the x axis may begin: behind the base of y, which stands before them.
  private func labelStart(behind base: String?) -> Int {
    guard hasYAxis else { return area.x }
    guard let base else { return plot.x - 1 }
    return max(plot.x - 1, max(area.x, plot.x - 1 - base.count) + base.count + 1)
  }

  private func drawXAxis(on screen: inout Screen, behind base: String?) {
    let isASCII = glyphs == .ascii
    let row = plot.maxY
    for column in plot.x..<plot.maxX { screen[column, row] = Cell(isASCII ? "-" : "─", .dim) }
    if hasYAxis { screen[plot.x - 1, row] = Cell(isASCII ? "+" : "└", .dim) }
    let room = if case .clock = chart.x.unit { 12 } else { 8 }
    let fitted = x.ticks(across: plot.width, room: room, unit: chart.x.unit)
    var label = chart.x.label ?? ""
    // Without the base the ticks would be wrong; without the word they are not.
    if let base = fitted.base {
      let text = SafeText(trusted: base)
      let isRoom = label.width + 1 + text.width + 6 <= plot.width + endWidth
      label = label.isEmpty || !isRoom ? text : label + " " + text
    }
    let wordStart = label.isEmpty ? area.maxX : area.maxX - label.width
    let hasLabel = wordStart >= plot.x + (fitted.base == nil ? 12 : 1)
    if hasLabel { screen.write(label, x: wordStart, y: row + 1, style: .dim) }
    let end = hasLabel ? wordStart - 1 : area.maxX
    var free = labelStart(behind: base)
    for tick in fitted.ticks where hasLabel || fitted.base == nil {
      guard let column = geometry.column(of: tick.value) else { continue }
      let text = SafeText(trusted: tick.label)
      let start = min(max(column - (text.width - 1) / 2, free), end - text.width)
      guard start >= free, abs(start + (text.width - 1) / 2 - column) <= text.width / 2 + 1
      else { continue }
      screen[column, row] = Cell(isASCII ? "+" : "┬", .dim)
      screen.write(text, x: start, y: row + 1, style: .dim)
      free = start + text.width + 1
    }
  }
}

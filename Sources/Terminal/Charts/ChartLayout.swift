/// Where the parts of one chart lie on the screen.
struct ChartLayout {
  let chart: LineChart
  let x: AxisScale
  let y: AxisScale
  let glyphs: GlyphSet
  /// The cells of the curves.
  let plot: Rect
  let area: Rect
  private let yTicks: [AxisTick]
  private let endWidth: Int
  private let hasXAxis: Bool
  private let hasYAxis: Bool

  init(_ chart: LineChart, in area: Rect, x: AxisScale, y: AxisScale, glyphs: GlyphSet) {
    self.chart = chart
    self.x = x
    self.y = y
    self.glyphs = glyphs
    self.area = area
    var plot = area
    if chart.title != nil, plot.height >= 4 { plot = plot.top(1).1 }
    hasXAxis = plot.height >= 4
    if hasXAxis { plot = plot.bottom(2).0 }
    yTicks = y.ticks(max(2, plot.height / 2)).filter { y.contains($0.value) }
    let labels = yTicks.map(\.label.count).max() ?? 0
    hasYAxis = plot.width >= labels + 9
    if hasYAxis { plot = plot.left(labels + 1).1 }
    let widest = chart.series.map { Self.endLabel($0).width }.max() ?? 0
    let room = min(widest + 1, plot.width * 2 / 5)
    endWidth = room >= 8 || room > widest ? room : 0
    if plot.width - endWidth >= 10 { plot = plot.right(endWidth).0 }
    self.plot = plot
  }

  var dotColumns: Int { plot.width * (glyphs == .braille ? 2 : 1) }
  var dotRows: Int { plot.height * (glyphs == .braille ? 4 : glyphs == .halfBlocks ? 2 : 1) }

  /// The screen's column of a value that lies in the x range.
  func cellColumn(_ value: Double) -> Int {
    let dot = (x.unit(value) * Double(dotColumns - 1)).rounded()
    let clamped = min(max(dot, 0), Double(max(0, dotColumns - 1)))
    return plot.x + Int(clamped) / (glyphs == .braille ? 2 : 1)
  }

  /// The screen's row of a value; what lies outside is put to the nearest edge.
  func cellRow(_ value: Double) -> Int {
    if value == .infinity { return plot.y }
    let dot = ((1 - y.unit(value)) * Double(dotRows - 1)).rounded()
    let clamped = dot.isNaN ? Double(dotRows - 1) : min(max(dot, 0), Double(max(0, dotRows - 1)))
    return plot.y + Int(clamped) * plot.height / max(1, dotRows)
  }

  static func endLabel(_ series: LineChart.Series) -> SafeText {
    guard series.count > 0 else { return series.label }
    return series.label + " " + numberText(series.y[series.count - 1])
  }
}

// MARK: Axes

extension ChartLayout {
  func drawAxes(on screen: inout Screen) {
    let isASCII = glyphs == .ascii
    if let title = chart.title, plot.y > area.y {
      screen.write(title, x: plot.x, y: area.y, style: .bold, width: area.maxX - plot.x)
    }
    if hasYAxis {
      for row in plot.y..<plot.maxY { screen[plot.x - 1, row] = Cell(isASCII ? "|" : "│", .dim) }
      for tick in yTicks {
        let row = cellRow(tick.value)
        screen[plot.x - 1, row] = Cell(isASCII ? "+" : "┤", .dim)
        let text = SafeText(trusted: tick.label)
        screen.write(text, x: plot.x - 1 - text.width, y: row, style: .dim)
      }
    }
    if hasXAxis { drawXAxis(on: &screen, isASCII: isASCII) }
  }

  private func drawXAxis(on screen: inout Screen, isASCII: Bool) {
    let row = plot.maxY
    for column in plot.x..<plot.maxX { screen[column, row] = Cell(isASCII ? "-" : "─", .dim) }
    if hasYAxis { screen[plot.x - 1, row] = Cell(isASCII ? "+" : "└", .dim) }
    let label = chart.xLabel ?? ""
    let labelStart = label.isEmpty ? area.maxX : area.maxX - label.width
    let hasLabel = labelStart >= plot.x + 12
    if hasLabel { screen.write(label, x: labelStart, y: row + 1, style: .dim) }
    let end = hasLabel ? labelStart - 1 : area.maxX
    var free = area.x
    for tick in x.ticks(max(1, plot.width / 8)) where x.contains(tick.value) {
      let column = cellColumn(tick.value)
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

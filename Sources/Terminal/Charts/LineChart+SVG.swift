extension LineChart {
  /// Stands near the beginning of each picture, and tells it from what others drew.
  package static let svgMark = "<desc>drawn by lathe plot</desc>"

  /// The pixels that axes, labels and a curve need.
  package static let leastPicture = Size(width: 120, height: 80)

  /// The chart as a standalone SVG 1.1 document of a size in pixels.
  ///
  /// Without a background, in colours that read on white and on dark. Curves are drawn through every
  /// point, in the order of the points; where a point has no place the line is broken and marked.
  package func svg(size: Size) -> String {
    let size = Size(
      width: min(max(size.width, LineChart.leastPicture.width), 20_000),
      height: min(max(size.height, LineChart.leastPicture.height), 20_000)
    )
    let scales = scales()
    var picture = SVGPicture(self, size: size, x: scales.x, y: scales.y)
    picture.drawAxes()
    if hasPlaces {
      picture.drawMarks()
      picture.drawCurves()
      picture.drawEndLabels()
    } else {
      picture.drawEmpty()
    }
    return picture.document()
  }
}

/// The parts of one SVG document, while it is written.
private struct SVGPicture {
  private let chart: LineChart
  private let size: Size
  private let x: AxisScale
  private let y: AxisScale
  /// The pixels of the curves.
  private let plot: Rect
  private var body = ""

  /// A glyph of the font is taken to be this wide, in pixels.
  private static let glyphWidth = 7

  init(_ chart: LineChart, size: Size, x: AxisScale, y: AxisScale) {
    self.chart = chart
    self.size = size
    self.x = x
    self.y = y
    let names = chart.series.filter { $0.role == .curve }.map(\.label.width).max()
    let end = names.map { min(($0 + 9) * Self.glyphWidth + 30, size.width * 2 / 5) } ?? 12
    let top = chart.title == nil ? 12 : 34
    plot = Rect(x: 64, y: top, width: size.width - 64 - end, height: size.height - top - 44)
  }

  func document() -> String {
    let (width, height) = (size.width, size.height)
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="ui-monospace, monospace" font-size="12">
      <title>\(escaped(chart.title ?? "chart"))</title>
      \(LineChart.svgMark)
      <defs><clipPath id="plot"><rect x="\(plot.x)" y="\(plot.y)" width="\(max(1, plot.width))" \
      height="\(max(1, plot.height))"/></clipPath></defs>
      \(body)</svg>

      """
  }

  // MARK: Axes

  mutating func drawAxes() {
    if let title = chart.title {
      text(title, x: Double(plot.x), y: 22, fill: "#808080", extra: " font-weight=\"bold\"")
    }
    let fitted = y.valueTicks(max(2, plot.height / 44), width: 8, unit: chart.y.unit)
    for tick in fitted.ticks {
      let at = pixel(y: tick.value)
      line(Double(plot.x), at, Double(plot.maxX), at, "#808080", " stroke-opacity=\"0.25\"")
      let label = SafeText(trusted: tick.label)
      text(label, x: Double(plot.x - 6), y: at + 4, fill: "#808080", extra: Self.atEnd)
    }
    if let base = fitted.base {
      text(SafeText(trusted: base), x: 4, y: Double(plot.maxY + 34), fill: "#808080")
    }
    var free = 0.0
    // In glyphs, of which a tick has room for ten.
    let across = x.ticks(
      across: max(1, plot.width / 90) * 10,
      room: 10,
      unit: chart.x.unit
    )
    for tick in across.ticks where x.contains(tick.value) {
      let at = pixel(x: tick.value)
      let half = Double(tick.label.count * Self.glyphWidth) / 2
      guard at - half >= free else { continue }
      line(at, Double(plot.maxY), at, Double(plot.maxY + 5), "#808080")
      let label = SafeText(trusted: tick.label)
      text(label, x: at, y: Double(plot.maxY + 18), fill: "#808080", extra: Self.centred)
      free = at + half + 8
    }
    let (left, right) = (Double(plot.x), Double(plot.maxX))
    let (top, bottom) = (Double(plot.y), Double(plot.maxY))
    line(left, bottom, right, bottom, "#808080")
    line(left, top, left, bottom, "#808080")
    let base = across.base.map { SafeText(trusted: $0) }
    if let label = [chart.x.label, base].compactMap(\.self).joined(separator: " ").nonEmpty {
      text(label, x: right, y: bottom + 34, fill: "#808080", extra: Self.atEnd)
    }
  }

  mutating func drawEmpty() {
    let middle = (Double(plot.x + plot.width / 2), Double(plot.y + plot.height / 2))
    text(chart.emptyText, x: middle.0, y: middle.1, fill: "#808080", extra: Self.centred)
  }

  // MARK: Curves

  mutating func drawCurves() {
    body += "<g clip-path=\"url(#plot)\" fill=\"none\" stroke-linejoin=\"round\">\n"
    for role in [LineChart.Role.behind, .curve] {
      for line in chart.series where line.role == role { drawCurve(line) }
    }
    body += "</g>\n"
    for line in chart.series { drawUndrawable(of: line) }
  }

  private mutating func drawCurve(_ line: LineChart.Series) {
    var path = ""
    var dots: [(Double, Double)] = []
    var run: [(Double, Double)] = []
    func finish() {
      if run.count == 1 { dots.append(run[0]) }
      for (index, point) in run.enumerated() where run.count > 1 {
        path += (index == 0 ? "M" : "L") + number(point.0) + " " + number(point.1)
      }
      run = []
    }
    for index in 0..<line.count {
      if x.kind.hasPlace(for: line.x[index]), y.kind.hasPlace(for: line.y[index]) {
        run.append((pixel(x: line.x[index]), pixel(y: line.y[index])))
      } else {
        finish()
      }
    }
    finish()
    let opacity = line.role == .behind ? " stroke-opacity=\"0.3\"" : ""
    let color = line.color.hex
    if !path.isEmpty {
      body += "<path d=\"\(path)\" stroke=\"\(color)\" stroke-width=\"1.5\"\(line.stroke.dashes)"
      body += "\(opacity)/>\n"
    }
    for dot in dots {
      body += "<circle cx=\"\(number(dot.0))\" cy=\"\(number(dot.1))\" r=\"2.5\""
      body += " fill=\"\(color)\"\(opacity)/>\n"
    }
  }

  /// Signs at the edges for what has no place in y, one a pixel.
  private mutating func drawUndrawable(of line: LineChart.Series) {
    var last = -1
    for index in 0..<line.count where !y.kind.hasPlace(for: line.y[index]) {
      guard x.contains(line.x[index]) else { continue }
      let at = pixel(x: line.x[index])
      guard Int(at) != last else { continue }
      last = Int(at)
      let value = line.y[index]
      let sign: SafeText = value.isNaN ? "!" : value == .infinity ? "▲" : "▼"
      let row = value == .infinity ? plot.y + 10 : plot.maxY - 2
      text(sign, x: at, y: Double(row), fill: "#d62f2f", extra: Self.centred)
    }
  }

  mutating func drawEndLabels() {
    let ends = chart.series.filter { $0.role == .curve }.compactMap { line in
      (0..<line.count).last { x.contains(line.x[$0]) }.map { index in
        (line: line, value: line.y[index], at: edge(line.y[index]))
      }
    }.sorted { $0.at < $1.at }
    var rows: [Double] = []
    for end in ends { rows.append(max(end.at, (rows.last ?? 0) + 15)) }
    var limit = Double(plot.maxY)
    for index in rows.indices.reversed() {
      rows[index] = min(rows[index], limit)
      limit = rows[index] - 15
    }
    for (end, row) in zip(ends, rows) {
      let left = Double(plot.maxX) + 6
      let color = end.line.color.hex
      line(left, row, left + 18, row, color, " stroke-width=\"2\"" + end.line.stroke.dashes)
      let room = (size.width - plot.maxX - 30) / Self.glyphWidth
      let value = valueText(end.value, end.line.unit ?? chart.y.unit)
      let name = end.line.label.cut(to: max(1, room - value.width - 1))
      text(name + " " + value, x: left + 23, y: row + 4, fill: color)
    }
  }

  private func edge(_ value: Double) -> Double {
    guard y.kind.hasPlace(for: value) else {
      return Double(value == .infinity ? plot.y : plot.maxY)
    }
    return min(max(pixel(y: value), Double(plot.y)), Double(plot.maxY))
  }

  // MARK: Marks

  mutating func drawMarks() {
    var free: [Double] = []
    for mark in chart.marks.sorted(by: { $0.x < $1.x }) where x.contains(mark.x) {
      let at = pixel(x: mark.x)
      let dashes = " stroke-dasharray=\"2 3\""
      line(at, Double(plot.y), at, Double(plot.maxY), mark.color.hex, dashes)
      let label = mark.label.cut(to: 40)
      // The first of four rows in which the label before has ended; without one it is left out.
      guard let row = (0..<4).first(where: { $0 >= free.count || free[$0] <= at }) else { continue }
      let end = at + Double(label.width * Self.glyphWidth) + 10
      if row < free.count { free[row] = end } else { free.append(end) }
      text(label, x: at + 4, y: Double(plot.y + 11 + row * 14), fill: mark.color.hex)
    }
  }

  // MARK: Elements

  private static let atEnd = " text-anchor=\"end\""
  private static let centred = " text-anchor=\"middle\""

  /// Pixels far outside are as good as farther: viewers compute in single precision.
  private func pixel(x value: Double) -> Double {
    min(max(Double(plot.x) + x.unit(value) * Double(plot.width), -1e5), 1e5)
  }

  private func pixel(y value: Double) -> Double {
    min(max(Double(plot.y) + (1 - y.unit(value)) * Double(plot.height), -1e5), 1e5)
  }

  private mutating func line(
    _ x0: Double,
    _ y0: Double,
    _ x1: Double,
    _ y1: Double,
    _ color: String,
    _ extra: String = ""
  ) {
    body += "<line x1=\"\(number(x0))\" y1=\"\(number(y0))\" x2=\"\(number(x1))\""
    body += " y2=\"\(number(y1))\" stroke=\"\(color)\"\(extra)/>\n"
  }

  private mutating func text(
    _ text: SafeText,
    x: Double,
    y: Double,
    fill: String,
    extra: String = ""
  ) {
    body += "<text x=\"\(number(x))\" y=\"\(number(y))\" fill=\"\(fill)\"\(extra)>"
    body += "\(escaped(text))</text>\n"
  }

  private func number(_ value: Double) -> String { trimmed(decimal(value, places: 2)) }

  /// Text as XML 1.0 allows it.
  private func escaped(_ text: SafeText) -> String {
    var escaped = ""
    for scalar in text.string.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      case let scalar where scalar.value < 0x20: escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension LineChart.Stroke {
  fileprivate var dashes: String {
    switch self {
    case .solid: ""
    case .dashed: " stroke-dasharray=\"8 4\""
    case .dotted: " stroke-dasharray=\"2 3\""
    case .dashDotted: " stroke-dasharray=\"8 3 2 3\""
    case .sparse: " stroke-dasharray=\"2 7\""
    case .longDashed: " stroke-dasharray=\"18 4\""
    }
  }
}

extension Color {
  /// Of middle brightness: read on white and on dark.
  fileprivate var hex: String {
    switch self {
    case .series1, .faded1, .accent, .function: "#2a82d8"
    case .series2, .faded2, .number: "#dd6b00"
    case .series3, .faded3, .running: "#17956f"
    case .series4, .faded4, .keyword: "#bf4fbf"
    case .series5, .faded5: "#9c7a00"
    case .series6, .faded6: "#3a96a5"
    case .good, .string: "#2e9440"
    case .warning: "#c77700"
    case .bad: "#d62f2f"
    case .normal, .dim, .selection, .onSelection, .comment: "#808080"
    }
  }
}

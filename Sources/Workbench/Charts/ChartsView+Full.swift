import Curves
import Documents
import Series
import Store
import Terminal

/// One chart that fills the screen, and what may stand in its place.
extension ChartsView {
  func drawFull(_ layout: ChartsLayout, on screen: inout Screen, _ context: Context) {
    guard let item = selectedItem else { return }
    let right: SafeText = pageWord + "\(selectedIndex + 1)/\(shown.count)"
    let frame = Frame(
      title: title(of: item, isBold: true, width: layout.body.width - 9 - right.width, context),
      right: StyledText(right, .dim),
      focused: true,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: layout.body)
    let plot = plots[item.id]
    switch page {
    case .curves:
      drawPlot(item, plot, on: &screen, in: layout.chart, context)
      if let area = layout.minimap, plot?.shown != nil {
        minimap(context).draw(on: &screen, in: area, glyphs: glyphs(context))
      }
    case .table: drawTable(on: &screen, in: CurvePlot.area(in: inside), context)
    case .bars:
      var chart = BarChart(bars, title: "last values")
      chart.isSpaced = true
      chart.draw(
        on: &screen,
        in: CurvePlot.area(in: inside),
        glyphs: glyphs(context)
      )
    case .histogram:
      drawHistogram(on: &screen, in: CurvePlot.area(in: inside), context)
    }
  }

  private var pageWord: SafeText {
    switch page {
    case .curves: ""
    case .table:
      points.table.map { table in
        let count = grouped(table.facts.total) + (table.facts.total == 1 ? " point" : " points")
        // The others stand beside them only where they have the same x.
        guard table.lines.count > 1, let first = table.lines.first else { return count + "  " }
        return count + " of " + first.label.shortened(to: 20) + "  "
      } ?? "numbers  "
    case .bars: "last values  "
    case .histogram: "histogram  "
    }
  }

  func minimap(_ context: Context) -> Minimap {
    let chart = map.chart
    return Minimap(
      series: chart.series,
      x: chart.x,
      y: chart.y,
      window: view.window(whole)
    )
  }

  private var bars: [BarChart.Bar] {
    guard let shown = selectedItem.flatMap({ plots[$0.id]?.shown }) else { return [] }
    return zip(shown.lines, shown.facts.curves).reversed().compactMap { line, curve in
      curve.summary.map {
        let unit = SampledMetric.unit(of: line.key.name)
        return BarChart.Bar(label: line.label, value: $0.last, color: line.color, unit: unit)
      }
    }
  }

  private func drawHistogram(on screen: inout Screen, in area: Rect, _ context: Context) {
    if let failure = points.failure(context) {
      drawExplanation(failure, on: &screen, in: area)
      return
    }
    guard let found = points.histogram else {
      screen.write("Counting the values...", x: area.x, y: area.y, style: .dim)
      return
    }
    var histogram = Histogram([], title: nil)
    if let first = found.counted.first {
      let all = found.counted.reduce(0) { $0 + $1.counts.reduce(0, +) }
      let values: SafeText = all == 1 ? " value" : " values"
      let place: SafeText = view.isWhole ? ", of all points" : " in the window, of all points"
      histogram = Histogram(
        parts: zip(found.lines, found.counted).enumerated().map { place, part in
          Histogram.Part(
            label: part.0.label,
            color: part.0.color,
            counts: part.1.counts,
            fill: fill(place, part.0, context)
          )
        },
        range: first.range,
        notFinite: found.counted.reduce(0) { $0 + $1.notFinite },
        title: grouped(all) + values + place
      )
    }
    histogram.unit = SampledMetric.unit(of: found.lines.map(\.key.name))
    histogram.emptyText = "no finite value"
    histogram.draw(on: &screen, in: area, glyphs: glyphs(context))
  }

  /// What bars are drawn with where their colours do not tell them apart.
  private func fill(_ place: Int, _ line: CurvePlot.Line, _ context: Context) -> Character? {
    if glyphs(context) == .ascii { return line.mark }
    let fills: [Character] = ["█", "░", "▓", "▒"]
    let isTold = context.hasColors && strokes != true && place < 6
    return isTold ? nil : fills[place % fills.count]
  }

  // MARK: Numbers

  /// Columns of a table for x, and the least for a value.
  private static let placeWidth = 14

  private func drawTable(on screen: inout Screen, in area: Rect, _ context: Context) {
    if let failure = points.failure(context) {
      drawExplanation(failure, on: &screen, in: area)
      return
    }
    guard let table = points.table else {
      screen.write("Reading the points...", x: area.x, y: area.y, style: .dim)
      return
    }
    let (head, body) = area.top(1)
    let rows = points.rows(body.height)
    // As they were logged; only where that has no room in four digits.
    let exact = rows.map { $0.values.map { $0.map(PointText.plain) } }
    let widest = exact.joined().compactMap { $0?.count }.max() ?? 0
    let isExact = (widest + 2) * table.lines.count + Self.placeWidth <= area.width
    let width = isExact ? max(Self.placeWidth, widest + 2) : Self.placeWidth
    let most = max(1, (area.width - Self.placeWidth) / width)
    screen.write(
      axisWord(context),
      x: head.x,
      y: head.y,
      style: .bold,
      width: Self.placeWidth - 1
    )
    for (column, line) in table.lines.prefix(most).enumerated() {
      let x = head.x + Self.placeWidth + column * width
      var style = Style(line.color, bold: true)
      // Whose points the rows are; the others' values stand beside them where they are at the same x.
      style.underline = table.lines.count > 1 && column == 0
      let unit = SampledMetric.unit(of: line.key.name)
      let word: SafeText = isExact ? unit.exactWord : ""
      let label = line.label.shortened(to: width - 1 - word.width) + word
      screen.write(label, x: x, y: head.y, style: style)
    }
    for (line, row) in rows.enumerated() {
      let y = body.y + line
      screen.write(xText(row.x, by: axis), x: body.x, y: y, style: .dim, width: Self.placeWidth - 1)
      for (column, value) in row.values.prefix(most).enumerated() {
        guard let value else { continue }
        let style: Style = value.isFinite ? .normal : .bad
        let text =
          isExact
          ? SafeText(hostile: PointText.plain(value))
          : valueText(value, SampledMetric.unit(of: table.lines[column].key.name))
        screen.write(text, x: body.x + Self.placeWidth + column * width, y: y, style: style)
      }
    }
    screen.drawScrollIndicator(
      in: area,
      offset: points.top,
      count: points.total,
      glyphs: context.glyphs
    )
  }

  func xText(_ x: Double, by axis: CurveAxis) -> SafeText {
    switch axis {
    case .clock: clockText(x, now: x, seconds: true)
    case .relativeTime: valueText(x, .duration)
    case .step: stepText(x)
    case .metric: numberText(x)
    }
  }

  // MARK: Copying

  /// Asks for the points in the window; they are copied as CSV when they are there.
  mutating func copy(_ context: Context) -> [Effect] {
    guard let item = selectedItem else { return [] }
    let lines = Array(self.lines(of: item, context).reversed())
    points.copy(lines, axis, view.window(whole))
    points.look(at: context)
    return points.takeCopy()
  }
}

extension AxisUnit {
  /// Behind the name of a column that has values with all of their digits: " bytes", " %".
  fileprivate var exactWord: SafeText {
    switch self {
    case .number, .duration, .clock: ""
    case .bytes: " bytes"
    case .suffixed(let word): " " + word
    }
  }
}

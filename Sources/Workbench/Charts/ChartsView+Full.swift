import Curves
import Series
import Store
import Terminal

/// One chart that fills the screen, and what may stand in its place.
extension ChartsView {
  func drawFull(_ layout: ChartsLayout, on screen: inout Screen, _ context: Context) {
    guard let item = selectedItem else { return }
    let place: SafeText = "\(selectedIndex + 1)/\(shown.count)"
    let frame = Frame(
      SafeText(hostile: severalSteps ? item.id.step + ": " + item.id.name : item.id.name),
      right: pageWord + place,
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
      BarChart(bars, title: "last values").draw(
        on: &screen,
        in: CurvePlot.area(in: inside),
        glyphs: glyphs(context)
      )
    case .histogram:
      Histogram(windowValues, title: "values in the window, as drawn").draw(
        on: &screen,
        in: CurvePlot.area(in: inside),
        glyphs: glyphs(context)
      )
    }
  }

  private var pageWord: SafeText {
    switch page {
    case .curves: ""
    case .table: "numbers  "
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
      curve.summary.map { BarChart.Bar(label: line.label, value: $0.last, color: line.color) }
    }
  }

  private var windowValues: [Double] {
    guard let shown = selectedItem.flatMap({ plots[$0.id]?.shown }) else { return [] }
    let range = shown.facts.range
    return shown.facts.curves.flatMap { curve in
      zip(curve.points.x, curve.points.y).filter { range?.contains($0.0) == true }.map(\.1)
    }
  }

  // MARK: Numbers

  /// A row of the table: a place on the x axis, and what each run's curve says there.
  struct TableRow: Equatable {
    var x: Double
    var values: [Double?]
  }

  /// The points in the window as they are drawn: first, least, greatest and last of each column.
  var table: [TableRow] {
    guard let shown = selectedItem.flatMap({ plots[$0.id]?.shown }), let range = shown.facts.range
    else { return [] }
    var rows: [Double: [Double?]] = [:]
    let count = shown.facts.curves.count
    for (column, curve) in shown.facts.curves.enumerated() {
      for (x, y) in zip(curve.points.x, curve.points.y) where range.contains(x) {
        rows[x, default: Array(repeating: nil, count: count)][column] = y
      }
    }
    return rows.keys.sorted().map { TableRow(x: $0, values: rows[$0] ?? []) }
  }

  private func drawTable(on screen: inout Screen, in area: Rect, _ context: Context) {
    guard let shown = selectedItem.flatMap({ plots[$0.id]?.shown }) else { return }
    let (head, body) = area.top(1)
    let width = 14
    let most = max(1, (area.width - width) / width)
    screen.write(look.axis.word, x: head.x, y: head.y, style: .bold, width: width - 1)
    for (column, line) in shown.lines.prefix(most).enumerated() {
      let x = head.x + (column + 1) * width
      screen.write(
        line.label,
        x: x,
        y: head.y,
        style: Style(line.color, bold: true),
        width: width - 1
      )
    }
    let rows = table
    let top = min(tableTop, max(0, rows.count - body.height))
    for (line, row) in rows.dropFirst(top).prefix(body.height).enumerated() {
      let y = body.y + line
      screen.write(xText(row.x), x: body.x, y: y, style: .dim, width: width - 1)
      for (column, value) in row.values.prefix(most).enumerated() {
        guard let value else { continue }
        let style: Style = value.isFinite ? .normal : .bad
        screen.write(numberText(value), x: body.x + (column + 1) * width, y: y, style: style)
      }
    }
    screen.drawScrollIndicator(in: area, offset: top, count: rows.count, glyphs: context.glyphs)
  }

  func xText(_ x: Double) -> SafeText {
    switch look.axis {
    case .clock: clockText(x, now: x, seconds: true)
    case .relativeTime: durationText(x)
    case .step, .metric: numberText(x)
    }
  }

  // MARK: Copying

  /// The chart's points as CSV, as they are drawn.
  func copy() -> [Effect] {
    guard let shown = selectedItem.flatMap({ plots[$0.id]?.shown }) else { return [] }
    let labels = shown.lines.map(\.label.string)
    var text = ([look.axis.word.string] + labels).map(csv).joined(separator: ",") + "\n"
    for row in table {
      // What a terminal takes at once is limited.
      guard text.utf8.count < 70_000 else { break }
      let values = row.values.map { $0.map { "\($0)" } ?? "" }
      text += (["\(row.x)"] + values).joined(separator: ",") + "\n"
    }
    return [.copy(text)]
  }

  private func csv(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

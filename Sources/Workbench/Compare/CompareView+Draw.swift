import Curves
import Engine
import Pipelines
import Series
import Store
package import Terminal

/// Where the parts of the compare view stand.
struct CompareLayout: Equatable {
  var header: Rect
  var differences: Rect
  var metrics: Rect
  var chart: Rect
  var bottom: Rect

  init(area: Rect, differences: Int, metrics: Int, zoomed: CompareView.Pane?) {
    var rest: Rect
    (header, rest) = area.top(1)
    (rest, bottom) = rest.bottom(1)
    let nothing = Rect(x: rest.x, y: rest.y, width: 0, height: 0)
    (self.differences, self.metrics, chart) = (nothing, nothing, nothing)
    switch zoomed {
    case .differences: self.differences = rest
    case .metrics: self.metrics = rest
    case .chart: chart = rest
    case nil:
      // The tables take what they need and leave the curves a third of the room.
      // Where even that is too little, the curves are a zoom away.
      let curves = rest.height < 16 ? 0 : max(8, rest.height / 3)
      let room = max(0, rest.height - curves)
      let wanted = (differences + 3, metrics + 2)
      var first = min(wanted.0, room / 2)
      let second = min(wanted.1, room - first)
      first = min(wanted.0, room - second)
      (self.differences, rest) = rest.top(first)
      (self.metrics, chart) = rest.top(second)
    }
  }

  func rect(of pane: CompareView.Pane) -> Rect {
    switch pane {
    case .differences: differences
    case .metrics: metrics
    case .chart: chart
    }
  }
}

extension CompareView {
  /// The columns of the runs in a table, the base first; those that do not fit are left out, the
  /// selected one never.
  func columns(in rect: Rect) -> [(run: Int, index: Int, place: Rect)] {
    let label = labelWidth(rect)
    let room = max(0, rect.width - label)
    let most = max(1, room / 20)
    var shown = Array(ordered.enumerated().prefix(most))
    if !shown.contains(where: { $0.element == selected }), most > 1,
      let index = ordered.firstIndex(of: selected)
    {
      shown[shown.count - 1] = (offset: index, element: selected)
    }
    // Wider columns would only pull the figures apart.
    let width = min(36, room / max(1, shown.count))
    return shown.enumerated().map { column, run in
      let x = rect.x + label + column * width
      let place = Rect(x: x, y: rect.y, width: width, height: rect.height)
      return (run: run.element, index: run.offset, place: place)
    }
  }

  /// Enough for "data, env, pipeline" and for a metric with its goal.
  func labelWidth(_ rect: Rect) -> Int {
    min(28, max(16, min(20, rect.width / 4 + 1), rect.width / 5 + 1))
  }

  func layout(_ context: Context, in area: Rect) -> CompareLayout {
    CompareLayout(
      area: area,
      differences: max(1, rows(of: .differences, context).count),
      metrics: max(1, rows(of: .metrics, context).count),
      zoomed: isZoomed ? focus : nil
    )
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    screen.fill(area)
    if case .failed(let explanation)? = context.answers[.comparison(ordered)] {
      drawExplanation(explanation, on: &screen, in: area)
      return
    }
    guard let all = comparison(context) else {
      screen.write("Comparing...", x: area.x + 1, y: area.y, style: .dim)
      return
    }
    if let diffOffset {
      drawDiff(on: &screen, in: area, offset: diffOffset, context)
      return
    }
    let layout = layout(context, in: area)
    drawHeader(all, context, on: &screen, in: layout.header)
    drawDifferences(all, context, on: &screen, in: layout.differences)
    drawMetrics(all, context, on: &screen, in: layout.metrics)
    drawChart(all, context, on: &screen, in: layout.chart)
    drawBottom(context, on: &screen, in: layout.bottom)
  }

  private func drawHeader(
    _ all: RunComparison,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    var left = StyledText("Compare \(all.runs.count) runs", .bold)
    for run in all.runs {
      left.append("   ")
      left.append(marker(of: run.id, context) + " ", Style(color(of: run.id, context)))
      left.append("\(run.shortName)", Style(color(of: run.id, context), bold: true))
      if let name = run.name, !name.isEmpty {
        left.append(" \"" + SafeText(hostile: name).cut(to: 20) + "\"")
      }
    }
    var right: SafeText = ""
    if let main = all.metrics.first(where: \.isMain), let goal = main.goal {
      let winner: SafeText = main.best.map { "r\(all.runs[$0].id)" } ?? "undecided"
      right =
        "best by " + SafeText(hostile: main.name) + " (" + SafeText(hostile: goal.rawValue) + "): "
        + winner
    }
    let room = rect.width - 2 - (right.isEmpty ? 0 : right.width + 2)
    if room < 24 { right = "" }
    screen.write(left, x: rect.x + 1, y: rect.y, width: right.isEmpty ? rect.width - 1 : room)
    if !right.isEmpty {
      let style: Style = all.metrics.first(where: \.isMain)?.best == nil ? .dim : .good
      screen.write(right, x: rect.maxX - 1 - right.width, y: rect.y, style: style)
    }
  }

  private func drawDifferences(
    _ all: RunComparison,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let equal = all.parameters.count { !$0.differs }
    let hidden: SafeText =
      showsAllParameters || equal == 0
      ? "" : "\(equal) equal " + (equal == 1 ? "parameter" : "parameters") + " hidden, a shows all"
    let frame = Frame(
      "What differs",
      right: hidden,
      focused: focus == .differences,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: rect).left(1).1
    let (head, body) = inside.top(1)
    for column in columns(in: inside) {
      let isBase = column.run == base
      var name = StyledText(
        marker(of: column.run, context) + " ",
        Style(color(of: column.run, context))
      )
      let style = Style(color(of: column.run, context), bold: true, reverse: column.run == selected)
      name.append("r\(column.run)", style)
      if isBase { name.append(" (base)", .dim) }
      screen.write(name, x: column.place.x, y: head.y, width: column.place.width)
    }
    let rows = rows(of: .differences, context)
    if rows.isEmpty {
      screen.write("Nothing: the same parameters and code.", x: body.x, y: body.y, style: .dim)
    }
    draw(rows, .differences, on: &screen, in: body, context)
  }

  private func drawMetrics(
    _ all: RunComparison,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let frame = Frame(
      "Metrics",
      right: "at: " + moment.word + "  (b shows " + moment.next.word + ")",
      focused: focus == .metrics,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: rect).left(1).1
    draw(rows(of: .metrics, context), .metrics, on: &screen, in: inside, context)
  }

  private func draw(
    _ rows: [CompareRow],
    _ pane: Pane,
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    guard rect.height > 0 else { return }
    let offset = min(offsets[pane] ?? 0, max(0, rows.count - rect.height))
    let columns = columns(in: rect)
    for (line, row) in rows.dropFirst(offset).prefix(rect.height).enumerated() {
      let y = rect.y + line
      screen.write(row.label, x: rect.x, y: y, width: labelWidth(rect) - 1)
      for column in columns where row.cells.indices.contains(column.index) {
        let room = column.place.width - 1
        screen.write(fitting(row.cells[column.index], room), x: column.place.x, y: y, width: room)
      }
    }
    screen.drawScrollIndicator(in: rect, offset: offset, count: rows.count, glyphs: context.glyphs)
  }

  /// Leaves out what does not fit whole: the word "best" first (its value is coloured), then the
  /// step, so that value and difference stay.
  private func fitting(_ cell: StyledText, _ room: Int) -> StyledText {
    var cell = cell
    if cell.width > room, cell.runs.count > 3 { cell.runs.removeLast() }
    if cell.width > room, cell.runs.count > 2 { cell.runs.remove(at: 1) }
    return cell
  }

  private func drawChart(
    _ all: RunComparison,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let names = metricNames(context)
    let name = shownMetric(context)
    let index = name.flatMap { names.firstIndex(of: $0) } ?? 0
    var right: SafeText = names.count > 1 ? "\(index + 1)/\(names.count) metrics  " : ""
    right =
      right + "x: " + axisWord(context)
      + (isLogarithmic ? "  y: log" + plot.leftOut : "  y: linear")
    let read = readings(context)
    var frame = Frame(
      name.map { SafeText(hostile: $0) } ?? "Curves",
      right: right,
      focused: focus == .chart,
      glyphs: context.glyphs
    )
    if !read.isEmpty { frame.right = read }
    let inside = frame.draw(on: &screen, in: rect)
    if let failure = plot.failure(context) {
      drawExplanation(failure, on: &screen, in: inside)
    } else if name == nil {
      screen.write("No metric was logged.", x: inside.x, y: inside.y, style: .dim)
    } else if plot.shown != nil {
      var chart = plot.chart
      chart.crosshair = crosshair
      // They stand in the frame's upper edge, all of them.
      chart.showsReadings = false
      chart.draw(on: &screen, in: CurvePlot.area(in: inside), glyphs: context.glyphs)
    }
  }

  private func drawBottom(
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    var text: SafeText = "One run each: small differences may be noise."
    if let model = pendingModel(of: selected, context) {
      text = "r\(selected): model " + SafeText(hostile: model.shortName) + " needs your approval."
    }
    // As wide as a table's inside is.
    let shown = Set(columns(in: rect.inset().left(1).1).map(\.run))
    let hidden = runs.filter { !shown.contains($0) }.map { "r\($0)" }
    if !hidden.isEmpty {
      let verb = hidden.count == 1 ? "has" : "have"
      text =
        "\(hidden.joined(separator: ", ")) \(verb) no room beside the others: ← → turn to them."
    }
    screen.write(text, x: rect.x + 1, y: rect.y, style: .dim, width: rect.width - 1)
  }
}

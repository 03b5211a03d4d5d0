import Curves
import Series
import Store
package import Terminal

extension ChartsView {
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    screen.fill(area)
    let layout = layout(context)
    drawHeader(on: &screen, in: layout.header, context)
    if let line = layout.filter { drawFilter(on: &screen, in: line) }
    for run in runs {
      if let failure = context.failure(.run(run)) {
        drawExplanation(failure, on: &screen, in: layout.body)
        return
      }
    }
    guard !shown.isEmpty else {
      let place = layout.body.inset()
      screen.write(emptyText(context), x: place.x, y: place.y, style: .dim, width: place.width)
      return
    }
    isFull
      ? drawFull(layout, on: &screen, context) : drawGrid(on: &screen, in: layout.body, context)
    drawPicker(on: &screen, context)
  }

  private func drawHeader(on screen: inout Screen, in rect: Rect, _ context: Context) {
    let isOverlaid = shown.contains { $0.metrics.count > 1 }
    let word: SafeText = isOverlaid ? " chart" : " metric"
    let count = StyledText(grouped(shown.count) + word + (shown.count == 1 ? "" : "s"), .bold)
    var left = count
    if runs.count == 1 {
      // A long name gives way to how everything is drawn.
      let used = count.width + state(isShort: true, context).width + 2 * 2 + 2
      left = name(of: runs[0], width: rect.width - used, context) + StyledText("  ") + count
    }
    let legend = legend(context)
    let whole = legend.text(width: .max / 2).width
    // What is as ever is said last, and the runs are told before it.
    let states = [state(isShort: false, context), state(isShort: true, context)]
    let right =
      states.first { left.width + 2 + whole + 2 + $0.width <= rect.width - 2 } ?? states[1]
    let room = rect.width - 2 - right.width - 2
    let isTold = room >= left.width + (runs.count > 1 ? 10 : 0)
    let width = max(12, isTold ? room : rect.width - 2)
    if runs.count > 1 {
      left.append("  ")
      left = left + legend.text(width: max(0, width - left.width))
    }
    screen.write(left, x: rect.x + 1, y: rect.y, width: width)
    guard isTold else { return }
    screen.write(right, x: rect.maxX - 1 - right.width, y: rect.y, style: .dim)
  }

  /// "r12 "wide"": where there is one run, what its charts are of; without the name where it has no room.
  private func name(of run: Int, width: Int, _ context: Context) -> StyledText {
    var text = StyledText("r\(run)", Style(.accent, bold: true))
    // A blank and two quotes; what is left of a name by less says nothing.
    let room = min(24, width - text.width - 3)
    if let name = context.runFacts(run)?.run.name, !name.isEmpty, room >= 6 {
      text.append(" \"" + SafeText(hostile: name).shortened(to: room) + "\"")
    }
    return text
  }

  /// Which line is which run's; of one run the name says it.
  private func legend(_ context: Context) -> Legend {
    guard runs.count > 1 else { return Legend([]) }
    return Legend(
      zip(runs, context.marks.places(of: runs)).map { run, place in
        let stroke = hasStrokes(context) ? LineChart.Stroke.series(place) : .solid
        return Legend.Entry(
          sample: Self.sample(stroke, place, glyphs(context)) + " ",
          label: "r\(run)",
          style: Style(.series(place), bold: true)
        )
      }
    )
  }

  /// How everything is drawn: "x: step  y: log  smooth: 0.9  follows"; the short form leaves out what
  /// is as ever.
  private func state(isShort: Bool, _ context: Context) -> SafeText {
    var parts: [SafeText] = []
    if let crosshair {
      let word = crosshairAxis == axis ? axisWord(context) : crosshairAxis.word
      parts.append("x: " + word + " " + xText(crosshair, by: crosshairAxis))
    } else if !isShort || axis != .step {
      parts.append("x: " + axisWord(context))
    }
    if !isShort || look.y != .linear {
      let count = unplaced
      let words: SafeText =
        isShort ? " left out" : count == 1 ? " value has no place" : " values have no place"
      parts.append("y: " + look.y.word + (count > 0 ? ", " + grouped(count) + words : ""))
    }
    if let curves = sharing, Self.differ(curves) {
      let isTold = curves.allSatisfy { $0.lowerBound > 0 }
      parts.append("scales differ" + (isShort || !isTold ? "" : ", L tells them apart"))
    }
    if look.isRobust { parts.append(isShort ? "robust" : "without outliers") }
    if look.smoothing != .none {
      if case .metric = axis {
        parts.append(isShort ? "not smoothed" : "not smoothed by another metric")
      } else {
        parts.append(isShort ? look.smoothing.mark : "smooth: " + look.smoothing.word)
      }
    }
    if view.followed != nil {
      parts.append("follows")
    } else if !view.isWhole {
      parts.append(isShort ? "zoomed" : "zoomed, 0 shows all")
    }
    return parts.joined(separator: "  ")
  }

  /// What each curve takes of the linear axis of the full chart where metrics share it, by the points that
  /// are drawn; nil where none do.
  private var sharing: [ClosedRange<Double>]? {
    guard isFull, page == .curves, look.y == .linear, let item = selectedItem,
      item.metrics.count > 1, let plot = plots[item.id], let facts = plot.shown?.facts
    else { return nil }
    return Self.shares(of: facts.curves, on: plot.chart.yRange)
  }

  /// From the least to the greatest value of each curve that lies in a range; those that have none there are
  /// left out.
  static func shares(
    of curves: [CurveFacts],
    on axis: ClosedRange<Double>
  ) -> [ClosedRange<Double>] {
    curves.compactMap { curve in
      let drawn = curve.points.y.filter(axis.contains)
      guard let low = drawn.min(), let high = drawn.max() else { return nil }
      return low...high
    }
  }

  /// A curve that has less than this part of an axis is a line, whatever it does.
  private static let leastShare = 0.01

  /// Whether the values of one of several curves have hardly any room on an axis of all of them.
  static func differ(_ curves: [ClosedRange<Double>]) -> Bool {
    guard let low = curves.map(\.lowerBound).min(), let high = curves.map(\.upperBound).max()
    else { return false }
    // What never changes is a line in any case.
    let spans = curves.map { $0.upperBound - $0.lowerBound }.filter { $0 > 0 }
    return curves.count > 1 && spans.contains { $0 < (high - low) * leastShare }
  }

  /// Values of the charts in view that a logarithmic axis has no place for.
  private var unplaced: Int {
    guard look.y == .logarithmic else { return 0 }
    return plots.values.reduce(0) { $0 + $1.unplaced }
  }

  /// A short piece of a run's line, so that it is known without colours.
  static func sample(_ stroke: LineChart.Stroke, _ index: Int, _ glyphs: GlyphSet) -> SafeText {
    if glyphs == .ascii {
      return SafeText(hostile: String(repeating: LineChart.mark(index), count: 2))
    }
    return switch stroke {
    case .solid: "━━"
    case .dashed: "╍╍"
    case .dotted: "┅┅"
    case .dashDotted: "━╍"
    case .sparse: "┄┄"
    case .longDashed: "━─"
    }
  }

  private func drawFilter(on screen: inout Screen, in line: Rect) {
    screen.write("/", x: line.x + 1, y: line.y, style: Style(.accent, bold: true))
    let room = line.left(3).1.right(1).0
    if let field {
      field.draw(on: &screen, in: room, focused: true)
    } else {
      screen.write(SafeText(hostile: filter), x: room.x, y: room.y, width: room.width)
    }
  }

  // MARK: The grid

  private func drawGrid(on screen: inout Screen, in area: Rect, _ context: Context) {
    let grid = grid(context)
    for heading in grid.headings {
      drawHeading(grid.groups[heading.group], on: &screen, in: heading.rect, context)
    }
    for cell in grid.cells { drawCell(shown[cell.index], on: &screen, in: cell.rect, context) }
    guard grid.shown < grid.bands else { return }
    let bar: Character = glyphs(context) == .ascii ? "#" : "┃"
    let first = grid.top * area.height / grid.bands
    let last = max(first + 1, (grid.top + grid.shown) * area.height / grid.bands)
    for row in first..<last { screen[area.maxX - 1, area.y + row] = Cell(bar, .accent) }
  }

  /// "▾ train/ 4", or of a folded group "▸ train/ 4 hidden".
  private func drawHeading(
    _ group: ChartGrid.Group,
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    let text = SafeText(hostile: heading(shown[group.charts.lowerBound]))
    let isSelected = group.isFolded && group.charts.contains(selectedIndex)
    let isASCII = context.glyphs == .ascii
    let sign: SafeText = group.isFolded ? isASCII ? "+ " : "▸ " : isASCII ? "- " : "▾ "
    let name: SafeText = text.isEmpty ? "without a group" : text
    let style = isSelected ? .selected : Style.bold
    let count: SafeText = grouped(group.charts.count) + (group.isFolded ? " hidden" : "")
    let room = max(4, rect.width - 2 - count.width - 1)
    let drawn = screen.write(
      (sign + name).shortened(to: room),
      x: rect.x + 1,
      y: rect.y,
      style: style,
      width: rect.width - 1
    )
    guard drawn + 1 + count.width < rect.width else { return }
    screen.write(count, x: rect.x + drawn + 2, y: rect.y, style: .dim)
  }

  private func drawCell(
    _ item: ChartItem,
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    let isSelected = item.id == selected
    let plot = plots[item.id]
    var frame = Frame(
      title: title(of: item, isBold: isSelected, width: rect.width - 6, context),
      focused: isSelected,
      glyphs: context.glyphs
    )
    // A corner, a line and two blanks at each side, and one between both titles.
    frame.right = values(of: item, width: rect.width - 9 - frame.title.width)
    frame.draw(on: &screen, in: rect)
    drawPlot(item, plot, on: &screen, in: Self.plotArea(in: rect), context)
  }

  /// Each run's last value, or that at the crosshair; only the first ones where not all have room.
  func values(of item: ChartItem, width: Int) -> StyledText {
    guard let shown = plots[item.id]?.shown else { return StyledText() }
    var text = StyledText()
    // In the order of the runs: the first one's line is the last, so that it lies in front.
    for (line, curve) in zip(shown.lines, shown.facts.curves).reversed() {
      guard let value = value(of: curve, at: crosshair(of: item)) else { continue }
      let word = valueText(value, SampledMetric.unit(of: line.key.name))
      guard text.width + (text.isEmpty ? 0 : 2) + word.width <= width else { break }
      if !text.isEmpty { text.append("  ") }
      text.append(word, shown.lines.count > 1 ? Style(line.color) : .dim)
    }
    return text
  }

  private func value(of curve: CurveFacts, at crosshair: Double?) -> Double? {
    guard let crosshair else { return curve.summary?.last }
    let points = curve.smoothed ?? curve.points
    return CompareView.reading(points.x, points.y, at: crosshair)?.value
  }

  func drawPlot(
    _ item: ChartItem,
    _ plot: CurvePlot?,
    on screen: inout Screen,
    in area: Rect,
    _ context: Context
  ) {
    guard let plot else { return }
    if let failure = plot.failure(context) {
      drawExplanation(failure, on: &screen, in: area)
      return
    }
    guard plot.shown != nil else { return }
    var chart = plot.chart
    chart.crosshair = crosshair(of: item)
    chart.showsReadings = isFull
    chart.marks = marks(of: item, plot, context)
    if let drag, drag.chart == item.id, drag.isBox, let box = box(drag, context) {
      chart.box = box
      // It stands where the box began, and its values would only lie under the box.
      chart.crosshair = nil
    }
    chart.emptyText = view.isWhole ? "no points yet" : "no points in this window, 0 shows all"
    chart.draw(on: &screen, in: area, glyphs: glyphs(context))
  }
}

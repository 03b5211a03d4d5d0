import Curves
import Series
import Store
import Terminal

/// Where the parts of the charts screen stand.
struct ChartsLayout {
  var header: Rect
  var filter: Rect?
  var body: Rect
  /// Of the chart that fills the screen.
  var minimap: Rect?

  init(area: Rect, hasFilter: Bool, isFull: Bool) {
    var rest: Rect
    (header, rest) = area.top(1)
    if hasFilter {
      let (line, below) = rest.top(1)
      (filter, rest) = (line, below)
    }
    body = rest
    guard isFull else { return }
    let inside = rest.inset()
    guard inside.height >= 14 else { return }
    let map = inside.bottom(inside.height >= 24 ? 4 : 3).1
    minimap = CurvePlot.area(in: map)
  }

  /// Where the full chart stands.
  var chart: Rect {
    let inside = body.inset()
    return CurvePlot.area(in: minimap.map { inside.bottom($0.height).0 } ?? inside)
  }
}

extension ChartsView {
  func layout(_ context: Context) -> ChartsLayout {
    ChartsLayout(
      area: context.area,
      hasFilter: field != nil || !filter.isEmpty,
      isFull: isFull
    )
  }

  func grid(_ context: Context) -> ChartGrid {
    ChartGrid(groups, selected: selectedIndex, top: top, in: layout(context).body)
  }

  /// The charts in view, and where their axes and curves stand.
  func places(_ context: Context) -> [(item: ChartItem, area: Rect)] {
    if isFull {
      return selectedItem.map { [(item: $0, area: layout(context).chart)] } ?? []
    }
    return grid(context).cells.map { (item: shown[$0.index], area: Self.plotArea(in: $0.rect)) }
  }

  /// The inside of a cell, less a column that parts the axis from the frame.
  static func plotArea(in cell: Rect) -> Rect { cell.inset().right(1).0 }

  /// Asks for the curves in view, and only for these.
  mutating func ask(_ context: Context) {
    if !isChosen || !shown.contains(where: { $0.id == selected }) {
      selected = shown.first?.id
    }
    settleAxis()
    if !isFull { top = grid(context).top }
    var window = view.window(whole)
    // New points must not take back a question before it is answered, or a slow answer never comes.
    if view.followed != nil, asked != nil, plots.values.contains(where: \.isWaiting) {
      window = asked
    }
    asked = view.followed == nil ? nil : window
    let shared = axis
    var kept: [ChartItem.ID: CurvePlot] = [:]
    let glyphs = glyphs(context)
    for (item, area) in places(context) {
      var plot = plots[item.id] ?? CurvePlot()
      var look = look
      look.window = axis(of: item) == shared ? window : nil
      look.yRange = isFull ? view.place.y : nil
      look.hasLogMarks = hasLogMarks
      look.xLabel = look.axis == .step ? stepWord(of: item, context) : nil
      let lines = lines(of: item, context)
      look.hasEndLabels = isFull || lines.count > 1 && area.width >= 52
      plot.ask(lines, look, in: area, glyphs: glyphs)
      plot.look(at: context)
      kept[item.id] = plot
      if window == nil, let range = plot.shown?.facts.range { wholeOnAxis = range }
    }
    plots = kept
    settleCrosshair(context)
    askMap(context)
    askPoints(window, context)
  }

  private mutating func askPoints(_ window: ClosedRange<Double>?, _ context: Context) {
    let item = isFull ? selectedItem : nil
    // In the order of the runs, not in that in which they are drawn.
    let lines: [CurvePlot.Line] = item.map { self.lines(of: $0, context).reversed() } ?? []
    points.ask(lines, axis, window, page: page, height: tableHeight(context))
    points.look(at: context)
  }

  private mutating func askMap(_ context: Context) {
    guard isFull, page == .curves, let item = selectedItem, let area = layout(context).minimap
    else {
      map = CurvePlot()
      return
    }
    var look = look
    (look.window, look.smoothing, look.hasEndLabels) = (nil, .none, false)
    let glyphs = glyphs(context)
    // Strokes with gaps would look torn in a few rows.
    let lines = lines(of: item, context).map { line in
      var line = line
      line.stroke = .solid
      return line
    }
    let columns = Minimap(series: []).geometry(in: area, glyphs: glyphs).dotColumns
    map.ask(lines, look, columns: columns)
    map.look(at: context)
  }
}

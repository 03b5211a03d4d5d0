import Curves
import Series
import Store
import Terminal

extension ChartsView {
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    takeHabits(context)
    switch event {
    case .answered(.curves(let request)) where view.followed == nil && whole != nil:
      // The others are as they were; only where nothing was known yet has anything to be asked anew.
      take(request, context)
      return []
    case .answered(.run), .answered(.metricNames): learn(context)
    case .answered(.table) where points.copying != nil:
      points.look(at: context)
      return points.takeCopy()
    case .answered(.logLine(let place)): return arrive(place, context)
    case .answered, .saved, .replied: break
    case .action(let action):
      let effects = act(action, context)
      ask(context)
      return effects
    case .terminal(.mouse(let mouse)) where picker != nil:
      let effects = pickerMouse(mouse, context)
      ask(context)
      return effects
    case .terminal(.mouse(let mouse)) where pressedHeading(mouse, context) != nil:
      let effects = fold(pressedHeading(mouse, context))
      ask(context)
      return effects
    case .terminal(.mouse(let mouse)) where mouse.action == .move:
      // Asks for nothing: all that is told of a place is there already.
      hover(mouse.at, context)
      return []
    case .terminal(let event): take(event, context)
    }
    ask(context)
    return []
  }

  private mutating func take(_ request: CurvesRequest, _ context: Context) {
    for id in plots.keys where plots[id]?.request == request { plots[id]?.look(at: context) }
    if map.request == request { map.look(at: context) }
    settleCrosshair(context)
    guard view.place.x == nil, let first = plots.values.first?.shown else { return }
    wholeOnAxis = first.facts.range ?? wholeOnAxis
  }

  private mutating func learn(_ context: Context) {
    items.findSources(runs, context)
    instances = Set(runs.compactMap { context.runFacts($0)?.run.instance })
    guard items.findNames(runs, context) else { return }
    hasPairs = ChartOverlays.hasPairs(items.all)
    arrange()
  }

  /// Makes the charts of what is known, of what is laid over what, and of the filter.
  mutating func arrange() {
    charts = overlays.charts(of: items.all)
    find()
    // What was selected, or has another metric sought for it, may be within another chart now.
    if let selected, let chart = shown.chart(of: selected), chart.id != selected {
      // Its curves are shown until those of the other one have been answered.
      if plots[chart.id] == nil { plots[chart.id] = plots[selected] }
      self.selected = chart.id
    }
    if let picker {
      let chart = charts.chart(of: picker.chart)
      if let chart { self.picker?.chart = chart.id } else { self.picker = nil }
    }
  }

  /// Shows what the filter finds of the charts.
  mutating func find() { shown = ChartItems.matching(charts, field?.text ?? filter) }

  // MARK: Actions

  mutating func act(_ action: String, _ context: Context) -> [Effect] {
    switch action {
    case "open" where isSelectedFolded: return fold(selectedItem?.group)
    case "open": (isFull, isChosen, page) = (true, true, .curves)
    case "fold": return fold(selectedItem?.group)
    case "fold all": return foldAll()
    case "close": close()
    case "next chart": step(places: 1, context)
    case "last chart": step(places: -1, context)
    case "row down": step(rows: 1, context)
    case "row up": step(rows: -1, context)
    case "crosshair left" where isFull && page == .table: points.turn(by: -1)
    case "crosshair right" where isFull && page == .table: points.turn(by: 1)
    case "crosshair left": moveCrosshair(by: -1, context)
    case "crosshair right": moveCrosshair(by: 1, context)
    case "drop crosshair": crosshair = nil
    case "zoom in": zoom(by: 0.5)
    case "zoom out": zoom(by: 2)
    case "pan left": if let whole { view.pan(by: -0.25, in: whole) }
    case "pan right": if let whole { view.pan(by: 0.25, in: whole) }
    case "undo": view.undo()
    case "whole": view.showAll()
    case "follow": if let whole { view.toggleFollowing(whole) }
    case "y axis": look.y = look.y.next
    case "outliers": look.isRobust.toggle()
    case "smooth":
      let index = Self.smoothings.firstIndex(of: look.smoothing) ?? 0
      look.smoothing = Self.smoothings[(index + 1) % Self.smoothings.count]
    case "x axis": turnAxis()
    case "x metric": turnMetricAxis()
    case "line styles": strokes = !hasStrokes(context)
    case "glyphs": glyphs = glyphs(context).next
    case "log marks":
      habits?.hasLogMarks.toggle()
      return keepHabits()
    case "filter": field = TextField(filter, limit: 200)
    case "filtered": (filter, field) = (field?.text ?? "", nil)
    case "unfilter":
      (filter, field) = ("", nil)
      find()
    case "pairs": return togglePairs()
    case "add metric": picker = selectedItem.map { MetricPicker(chart: $0.id) }
    case "pick": return pick(context)
    case "unpick": picker = nil
    case "table": turn(.table)
    case "bars": turn(.bars)
    case "histogram": turn(.histogram)
    case "copy": return copy(context)
    case "log": return goToLog()
    case "compare": return [.open(.compare(runs))]
    case "open run": return [.open(.run(selectedRun))]
    default: break
    }
    return []
  }

  /// The first run that logged the selected metric.
  var selectedRun: Int { selectedItem?.parts.first.map { runs[$0.run] } ?? runs.first ?? 0 }

  private mutating func close() {
    if page != .curves {
      page = .curves
    } else {
      isFull = false
      view.leaveChart()
    }
  }

  private mutating func turn(_ other: Page) {
    (isFull, isChosen) = (true, true)
    points.top = 0
    page = page == other ? .curves : other
  }

  mutating func select(_ index: Int) {
    guard !shown.isEmpty else { return }
    let id = shown[min(max(0, index), shown.count - 1)].id
    if id != selected { view.leaveChart() }
    (selected, isChosen) = (id, true)
    settleAxis()
    points.top = 0
  }

  private mutating func step(rows: Int, _ context: Context) {
    if isFull {
      page == .table ? scrollTable(by: rows, context) : select(selectedIndex + rows)
    } else {
      select(grid(context).neighbour(of: selectedIndex, rows: rows))
    }
  }

  private mutating func step(places: Int, _ context: Context) {
    select(
      isFull
        ? selectedIndex + places : grid(context).neighbour(of: selectedIndex, places: places)
    )
  }

  mutating func scrollTable(by rows: Int, _ context: Context) {
    let most = max(0, points.total - tableHeight(context))
    points.top = min(max(0, points.top + rows), most)
  }

  /// The rows of numbers in view.
  func tableHeight(_ context: Context) -> Int {
    max(1, layout(context).body.inset().height - 1)
  }

  private mutating func zoom(by factor: Double) {
    guard let whole else { return }
    let window = view.window(whole) ?? whole
    let middle = (window.lowerBound + window.upperBound) / 2
    let place = selectedItem.flatMap(crosshair(of:)) ?? middle
    view.zoom(by: factor, around: place, in: whole)
  }

  private mutating func turnAxis() {
    switch look.axis {
    // What is shown by the time already is not shown so again.
    case .step: look.axis = axis == .relativeTime ? .clock : .relativeTime
    case .relativeTime: look.axis = .clock
    case .clock:
      look.axis = .step
      forgetX()
      turnMetricAxis()
      return
    case .metric: look.axis = .step
    }
    forgetX()
  }

  /// The next metric of the selected chart's step as x.
  private mutating func turnMetricAxis() {
    let names = xMetrics
    guard !names.isEmpty else { return }
    let index = names.firstIndex { look.axis == .metric($0) } ?? -1
    look.axis = .metric(names[(index + 1) % names.count])
    forgetX()
  }

  /// Drops the window where the selected chart has another axis than before, by another selection or by
  /// what is laid over it.
  mutating func settleAxis() {
    guard viewAxis != axis else { return }
    viewAxis = axis
    forgetX()
  }

  /// On another axis no window and no place means the same.
  private mutating func forgetX() {
    (view, crosshair, drag, wholeOnAxis) = (ChartViewport(), nil, nil, nil)
  }

  // MARK: The log

  /// Asks for the line that was printed when the first curve was at the crosshair.
  private mutating func goToLog() -> [Effect] {
    guard let item = selectedItem, let crosshair = crosshair(of: item), let part = item.parts.first,
      let shown = plots[item.id]?.shown
    else { return [] }
    let key = SeriesKey(folder: part.folder, name: part.metric.name)
    let origin = shown.lines.firstIndex { $0.key == key }.map { shown.facts.curves[$0].origin } ?? 0
    switch axis {
    case .step: jump = (LogPlace(series: key, at: .step(crosshair)), part)
    case .relativeTime, .clock:
      jump = (LogPlace(series: key, at: .time(crosshair + origin)), part)
    case .metric: return [.tell(Notice(.information, "By another metric there is no time: x."))]
    }
    return []
  }

  private mutating func arrive(_ place: LogPlace, _ context: Context) -> [Effect] {
    guard let jump, jump.place == place else { return [] }
    switch context.answers[.logLine(place)] {
    case .logLine(let line?):
      self.jump = nil
      let part = jump.part
      return [.open(.runLog(runs[part.run], step: part.metric.step, line: line))]
    case .logLine(nil):
      self.jump = nil
      return [.tell(Notice(.information, "Nothing had been printed by then."))]
    case .failed(let explanation):
      self.jump = nil
      return [.tell(Notice(.failure, explanation.sentence))]
    default: return []
    }
  }
}

extension AxisKind {
  fileprivate var next: AxisKind {
    switch self {
    case .linear: .logarithmic
    case .logarithmic: .symlog
    case .symlog: .linear
    }
  }

  var word: SafeText {
    switch self {
    case .linear: "linear"
    case .logarithmic: "log"
    case .symlog: "symlog"
    }
  }
}

extension GlyphSet {
  fileprivate var next: GlyphSet {
    let all = GlyphSet.allCases.reversed().map { $0 }
    let index = all.firstIndex(of: self) ?? 0
    return all[(index + 1) % all.count]
  }
}

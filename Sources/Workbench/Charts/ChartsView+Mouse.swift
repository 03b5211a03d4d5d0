import Curves
import Terminal

extension ChartsView {
  mutating func take(_ event: TerminalEvent, _ context: Context) {
    switch event {
    case .key(let key):
      if picker != nil { return pickerKey(key, context) }
      guard field != nil else { return move(key, context) }
      _ = field?.handle(key)
      find()
    case .paste(let text):
      picker?.paste(text)
      field?.insert(text)
      find()
    case .mouse(let mouse): take(mouse, context)
    case .resize, .focus, .hangup: break
    }
  }

  private mutating func move(_ key: Key, _ context: Context) {
    let page = max(1, layout(context).body.height - 3)
    let isTable = isFull && self.page == .table
    switch key {
    case .pageDown, Key(" "):
      isTable ? scrollTable(by: page, context) : scroll(pages: 1, context)
    case .pageUp: isTable ? scrollTable(by: -page, context) : scroll(pages: -1, context)
    case .home: isTable ? scrollTable(by: -.max / 2, context) : select(0)
    case .end: isTable ? scrollTable(by: .max / 2, context) : select(shown.count - 1)
    default: break
    }
  }

  private mutating func scroll(pages: Int, _ context: Context) {
    guard !isFull else { return select(selectedIndex + pages) }
    let grid = grid(context)
    let rows = Set(grid.cells.map(\.rect.y)).count
    select(grid.neighbour(of: selectedIndex, rows: pages * max(1, rows)))
  }

  /// The group whose heading a press has hit.
  func pressedHeading(_ mouse: Mouse, _ context: Context) -> ChartGroup? {
    guard mouse.action == .press(.left), !isFull, unfoldable == nil else { return nil }
    let grid = grid(context)
    return grid.headings.first { $0.rect.contains(mouse.at) }
      .map { shown[grid.groups[$0.group].charts.lowerBound].group }
  }

  private mutating func take(_ mouse: Mouse, _ context: Context) {
    if isFull, page != .curves {
      switch mouse.action {
      case .wheelUp: scrollTable(by: -3, context)
      case .wheelDown: scrollTable(by: 3, context)
      default: break
      }
      return
    }
    if takeMap(mouse, context) { return }
    switch mouse.action {
    case .press(.left): press(mouse, context)
    case .drag: drag?.to = mouse.at
    case .release: release(context)
    case .wheelUp, .wheelDown: wheel(mouse, context)
    case .press(.right): view.undo()
    case .press, .move: break
    }
  }

  /// The crosshair is where the mouse is while that is over a plot, and stays where it has left.
  mutating func hover(_ point: Point, _ context: Context) {
    guard drag == nil, followsPointer, let place = place(at: point, context),
      let geometry = geometry(of: place.item.id, context), geometry.plot.contains(point)
    else { return }
    let x = crosshairPlace(atColumn: point.x, of: place.item.id, in: geometry)
    let axis = axis(of: place.item)
    guard x != crosshair || axis != crosshairAxis else { return }
    (crosshair, crosshairAxis, isHovering, isCrosshairLoose) = (x, axis, true, false)
  }

  private mutating func press(_ mouse: Mouse, _ context: Context) {
    drag = nil
    guard let place = place(at: mouse.at, context) else { return }
    select(shown.firstIndex { $0.id == place.item.id } ?? 0)
    if mouse.clicks == 2, !isFull {
      (isFull, page) = (true, .curves)
      return
    }
    guard let geometry = geometry(of: place.item.id, context), geometry.plot.contains(mouse.at)
    else { return }
    let x = crosshairPlace(atColumn: mouse.at.x, of: place.item.id, in: geometry)
    (crosshair, crosshairAxis, isHovering, isCrosshairLoose) = (x, axis, false, false)
    drag = ChartDrag(chart: place.item.id, from: mouse.at, to: mouse.at)
  }

  private mutating func release(_ context: Context) {
    defer { drag = nil }
    guard let drag, drag.isBox, let box = box(drag, context) else { return }
    crosshair = nil
    view.show(x: box.x, y: isFull && abs(drag.from.y - drag.to.y) > 1 ? box.y : nil)
  }

  private mutating func wheel(_ mouse: Mouse, _ context: Context) {
    let place = place(at: mouse.at, context)
    let geometry = place.flatMap { self.geometry(of: $0.item.id, context) }
    // A window is that of the selected chart and of those that share its axis.
    if geometry != nil, let item = place?.item, axis(of: item) != axis {
      select(shown.firstIndex { $0.id == item.id } ?? 0)
    }
    let x = geometry.flatMap { $0.plot.contains(mouse.at) ? $0.x(atColumn: mouse.at.x) : nil }
    guard let x, let whole else {
      // Beside the plots the wheel scrolls the grid.
      guard !isFull else { return }
      select(grid(context).neighbour(of: selectedIndex, rows: mouse.action == .wheelUp ? -1 : 1))
      return
    }
    view.zoom(by: mouse.action == .wheelUp ? 0.8 : 1.25, around: x, in: whole)
  }

  /// A press or drag on the minimap moves the window there.
  private mutating func takeMap(_ mouse: Mouse, _ context: Context) -> Bool {
    guard let area = layout(context).minimap, area.contains(mouse.at), drag == nil, let whole
    else { return false }
    switch mouse.action {
    case .press(.left), .drag:
      let map = minimap(context)
      view.center(
        at: map.geometry(in: area, glyphs: glyphs(context)).x(atColumn: mouse.at.x),
        in: whole
      )
    default: return false
    }
    return true
  }

  // MARK: Places

  private func place(at point: Point, _ context: Context) -> (item: ChartItem, area: Rect)? {
    places(context).first { ($0.area.inset(-1)).contains(point) }
  }

  func geometry(of id: ChartItem.ID, _ context: Context) -> ChartGeometry? {
    guard let place = places(context).first(where: { $0.item.id == id }), let plot = plots[id],
      plot.hasPoints
    else { return nil }
    return plot.chart.geometry(in: place.area, glyphs: glyphs(context))
  }

  /// What a drag has drawn, in the values of its chart.
  func box(_ drag: ChartDrag, _ context: Context) -> LineChart.Box? {
    guard let geometry = geometry(of: drag.chart, context) else { return nil }
    let (x1, x2) = (geometry.x(atColumn: drag.from.x), geometry.x(atColumn: drag.to.x))
    let (y1, y2) = (geometry.y(atRow: drag.from.y), geometry.y(atRow: drag.to.y))
    let range = geometry.yRange
    return LineChart.Box(
      x: min(x1, x2)...max(x1, x2),
      y: isFull ? min(y1, y2)...max(y1, y2) : range
    )
  }
}

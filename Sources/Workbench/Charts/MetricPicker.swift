import Terminal

/// Finds a metric that is to be laid over a chart, by a part of its name.
struct MetricPicker: Sendable, Equatable {
  var chart: ChartItem.ID
  private(set) var field = TextField(placeholder: "Type a part of a metric's name", limit: 200)
  private(set) var list = ListState()

  init(chart: ChartItem.ID) { self.chart = chart }

  /// What may be chosen: what the chart shows, then its own step's, then the others'.
  func matches(_ items: [ChartItem], shown: [ChartItem.ID]) -> [ChartItem.ID] {
    let found = ChartItems.matching(items, field.text).map(\.id).filter { !shown.contains($0) }
    let here = shown.dropFirst().filter { id in
      items.contains { $0.id == id } && ChartItems.isFound(id, by: field.text)
    }
    return here + found.filter { $0.step == chart.step } + found.filter { $0.step != chart.step }
  }

  mutating func paste(_ text: String) {
    field.insert(text)
    list = ListState()
  }

  mutating func handle(_ key: Key, count: Int, height: Int) {
    switch key {
    case .up, .backTab: list.move(by: -1, count: count, height: height)
    case .down, .tab: list.move(by: 1, count: count, height: height)
    case .pageUp: list.move(by: -height, count: count, height: height)
    case .pageDown: list.move(by: height, count: count, height: height)
    default:
      let before = field.text
      _ = field.handle(key)
      if field.text != before { list = ListState() }
    }
  }

  mutating func scroll(by rows: Int, count: Int, height: Int) {
    list.scroll(by: rows, count: count, height: height)
  }

  mutating func select(_ index: Int, count: Int, height: Int) {
    list.select(index, count: count, height: height)
  }
}

extension ChartsView {
  var pickerBindings: [Binding] {
    [
      Binding(
        [.enter],
        "Enter",
        "overlay or take off",
        action: "pick",
        help: "Lays the metric over the chart, or takes it off."
      ),
      Binding([.escape], "Esc", "close", action: "unpick", help: "Leaves the chart as it is."),
    ]
  }

  /// What the picker offers now.
  private var offered: [ChartItem.ID] {
    guard let picker, let chart = charts.first(where: { $0.id == picker.chart }) else { return [] }
    return picker.matches(items.all, shown: chart.metrics)
  }

  private func pickerPlace(_ context: Context) -> (box: Rect, field: Rect, rows: Rect) {
    let area = context.area
    let width = min(64, area.width - 4)
    let height = min(16, area.height - 4)
    let box = Rect(x: area.maxX - width - 2, y: area.y + 2, width: width, height: height)
    let (field, rows) = box.inset().left(1).1.right(1).0.top(1)
    return (box, field, rows)
  }

  /// Lays the chosen metric over the chart, or takes it off.
  mutating func pick(_ context: Context) -> [Effect] {
    let all = offered
    guard let picker, all.indices.contains(picker.list.selected),
      let chart = charts.first(where: { $0.id == picker.chart })
    else { return [] }
    self.picker = nil
    guard overlays.toggle(all[picker.list.selected], on: chart, of: items.all) else {
      let most = ChartOverlays.mostMetrics
      return [.tell(Notice(.information, "A chart has at most \(most) metrics: take one off."))]
    }
    arrange()
    return []
  }

  mutating func pickerKey(_ key: Key, _ context: Context) {
    let (count, height) = (offered.count, pickerPlace(context).rows.height)
    picker?.handle(key, count: count, height: height)
  }

  mutating func pickerMouse(_ mouse: Mouse, _ context: Context) -> [Effect] {
    let (box, _, rows) = pickerPlace(context)
    let count = offered.count
    switch mouse.action {
    case .wheelUp: picker?.scroll(by: -3, count: count, height: rows.height)
    case .wheelDown: picker?.scroll(by: 3, count: count, height: rows.height)
    case .press(.left):
      guard box.contains(mouse.at) else {
        picker = nil
        return []
      }
      guard let row = picker?.list.index(at: mouse.at, in: rows, count: count) else { return [] }
      picker?.select(row, count: count, height: rows.height)
      return pick(context)
    case .press, .release, .drag, .move: break
    }
    return []
  }

  func drawPicker(on screen: inout Screen, _ context: Context) {
    guard let picker, let chart = charts.first(where: { $0.id == picker.chart }) else { return }
    let (box, field, rows) = pickerPlace(context)
    guard rows.height > 0 else { return }
    let title: SafeText = "Over " + SafeText(hostile: chart.id.name)
    Frame(title, focused: true, glyphs: context.glyphs).draw(on: &screen, in: box)
    picker.field.draw(on: &screen, in: field, focused: true)
    let all = offered
    if all.isEmpty {
      screen.write("No other metric has such a name.", x: rows.x, y: rows.y, style: .dim)
    }
    var list = picker.list
    list.fit(count: all.count, height: rows.height)
    for index in list.visible(count: all.count, height: rows.height) {
      let (id, y) = (all[index], rows.y + index - list.offset)
      let isOver = chart.metrics.contains(id)
      let tick: SafeText = isOver ? context.glyphs == .ascii ? "x " : "✓ " : "  "
      let name = SafeText(hostile: severalSteps ? id.step + "/" + id.name : id.name)
      let style: Style = index == list.selected ? .selected : .normal
      screen.write((tick + name).padded(to: rows.width), x: rows.x, y: y, style: style)
    }
    screen.drawScrollIndicator(
      in: rows,
      offset: list.offset,
      count: all.count,
      glyphs: context.glyphs
    )
  }
}

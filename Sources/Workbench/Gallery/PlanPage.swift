import Engine
import Terminal

/// What a stack would make, the scripts that would run, and the boxes that have to be ticked first.
struct PlanPage: Sendable {
  enum Outcome: Sendable, Equatable {
    case stays
    case back
    case create
    case refused(SafeText)
  }

  let plan: StackPlan
  private let warnings: [String]
  private var ticked: Set<String> = []
  private var list = ListState()
  /// The script that is being read, and how far.
  private var reading: (id: String, text: String, offset: Int)?

  init(_ plan: StackPlan, warnings: [String]) {
    self.plan = plan
    self.warnings = warnings + plan.warnings
  }

  private var count: Int { plan.entries.count + plan.capabilities.count }

  private var selectedEntry: StackPlan.Entry? {
    plan.entries.indices.contains(list.selected) ? plan.entries[list.selected] : nil
  }

  /// The selected entry where it has a script, else the first one that has.
  private var scripted: StackPlan.Entry? {
    selectedEntry?.script == nil ? plan.entries.first { $0.script != nil } : selectedEntry
  }

  private var openCapabilities: [String] {
    plan.capabilities.map(\.name).filter { !ticked.contains($0) }
  }

  var bindings: [Binding] {
    if reading != nil {
      return [
        Binding(
          [.escape, .enter, Key("v"), Key("q")],
          "Esc",
          "close script",
          action: "close",
          help: "Back to the plan."
        ),
        Binding([.down, Key("j")], "Down", "read on", action: "on", help: "Scroll down."),
        Binding([.up, Key("k")], "Up", "back", action: "back up", help: "Scroll up."),
      ]
    }
    var bindings = [
      Binding([.enter], "Enter", "create", action: "create", help: "Make it.")
    ]
    if !plan.capabilities.isEmpty {
      bindings.append(
        Binding(
          [Key(" ")],
          "Space",
          "tick",
          action: "tick",
          help: "Tick the selected box, or all of them: you have read what it says."
        )
      )
    }
    return bindings + [
      Binding(
        [Key("v")],
        "v",
        "script",
        action: "read",
        help: "Read the setup script before it runs: the selected one, else the first.",
        unavailable: scripted == nil ? "No script will run." : nil
      ),
      Binding(
        [.escape, Key("q")],
        "Esc",
        "back",
        action: "back",
        help: "Back to the form; what was typed is still there."
      ),
    ]
  }

  mutating func update(_ event: ViewEvent, in area: Rect) -> Outcome {
    switch event {
    case .action("create"):
      guard openCapabilities.isEmpty else {
        list.select(plan.entries.count, count: count, height: rows(area).height)
        return .refused("Tick the box with Space first: it says what you agree to.")
      }
      return .create
    case .action("back"): return .back
    case .action("close"): reading = nil
    case .action("read"):
      if let entry = scripted, let script = entry.script {
        reading = (entry.logicalID, script, 0)
      }
    case .action("tick"): tick()
    case .action("on"): scroll(by: 1, in: area)
    case .action("back up"): scroll(by: -1, in: area)
    case .terminal(.key(let key)):
      if reading != nil {
        switch key {
        case .pageUp: scroll(by: 3 - area.height, in: area)
        case .pageDown, Key(" "): scroll(by: area.height - 3, in: area)
        default: break
        }
      } else {
        _ = list.handle(key, count: count, height: rows(area).height)
      }
    case .terminal(.mouse(let mouse)): return click(mouse, in: area)
    default: break
    }
    return .stays
  }

  private mutating func scroll(by rows: Int, in area: Rect) {
    guard let reading else { return }
    let rect = scriptRect(area)
    let lines = scriptBlock(reading.text).wrapped(to: rect.width).count
    self.reading?.offset = min(max(0, reading.offset + rows), max(0, lines - rect.height))
  }

  private mutating func tick() {
    let index = list.selected - plan.entries.count
    let names =
      plan.capabilities.indices.contains(index)
      ? [plan.capabilities[index].name] : plan.capabilities.map(\.name)
    if names.allSatisfy(ticked.contains) {
      ticked.subtract(names)
    } else {
      ticked.formUnion(names)
    }
  }

  private mutating func click(_ mouse: Mouse, in area: Rect) -> Outcome {
    if reading != nil {
      if mouse.action == .wheelUp { scroll(by: -3, in: area) }
      if mouse.action == .wheelDown { scroll(by: 3, in: area) }
      return .stays
    }
    switch mouse.action {
    case .wheelUp: list.scroll(by: -1, count: count, height: rows(area).height)
    case .wheelDown: list.scroll(by: 1, count: count, height: rows(area).height)
    case .press(.left):
      if button(area).contains(mouse.at) { return update(.action("create"), in: area) }
      let rows = rows(area)
      guard let index = list.index(at: mouse.at, in: rows, count: count) else { return .stays }
      list.select(index, count: count, height: rows.height)
      if index >= plan.entries.count { tick() }
      if mouse.clicks >= 2 { return update(.action("read"), in: area) }
    case .press, .release, .drag, .move: break
    }
    return .stays
  }

  // MARK: Drawing

  private var nameWidth: Int {
    (plan.entries.map(\.logicalID) + plan.capabilities.map(\.name))
      .map { SafeText(hostile: $0).width }.max() ?? 8
  }

  /// The columns of the table: the last one takes what is left.
  private func columns(_ width: Int) -> [Table.Column] {
    [
      .init("", .fixed(9), priority: 3),
      .init("", .fixed(min(nameWidth, width / 4) + 1), priority: 1),
      .init("", .flexible(least: 20, weight: 1), priority: 2),
    ]
  }

  /// What a row says of a resource.
  private func told(_ entry: StackPlan.Entry) -> StyledText {
    StyledText(SafeText(hostile: entry.summary))
      + (entry.script == nil ? StyledText() : StyledText("  v reads the script", .accent))
  }

  /// What is made and what is agreed to, where a row is too short to say it, and what else is to be known.
  private func remarks(_ width: Int) -> [StyledText] {
    let cut = plan.entries.filter { !fits(told($0).plain.string, width) }
      .map { StyledText(SafeText(hostile: $0.logicalID) + ": ", .bold) + told($0) }
    let agreed = plan.capabilities.filter { !fits($0.sentence, width) }
      .map { StyledText(SafeText(hostile: $0.sentence), .warning) }
    let said = warnings.prefix(3).map { StyledText(SafeText(hostile: "! " + $0), .warning) }
    return (cut + agreed + said).flatMap { $0.wordWrapped(to: width) }
  }

  private func fits(_ sentence: String, _ width: Int) -> Bool {
    SafeText(hostile: sentence).width <= width - 9 - min(nameWidth, width / 4) - 3
  }

  /// The rows, right below them the remarks, and the button at their foot.
  private func layout(_ area: Rect) -> (rows: Rect, remarks: Rect, button: Rect) {
    let said = min(remarks(area.width).count, max(0, area.height - 6))
    let foot = 2 + (said > 0 ? said + 1 : 0)
    let rows = area.top(min(count, area.height - foot)).0
    let remarks = Rect(x: area.x, y: rows.maxY + 1, width: area.width, height: said)
    let y = min(area.maxY - 1, said > 0 ? remarks.maxY + 1 : rows.maxY + 1)
    return (rows, remarks, Rect(x: area.x, y: y, width: 10, height: 1))
  }

  private func rows(_ area: Rect) -> Rect { layout(area).rows }

  private func button(_ area: Rect) -> Rect { layout(area).button }

  func draw(on screen: inout Screen, in area: Rect, glyphs: GlyphSet) {
    if let reading {
      drawScript(reading, on: &screen, in: area, glyphs)
      return
    }
    var rows = plan.entries.map { entry in
      Table.Row([
        StyledText(
          entry.fate == .made ? "made" : "recorded",
          entry.fate == .made ? .good : .dim
        ),
        StyledText(SafeText(hostile: entry.logicalID), .bold),
        told(entry),
      ])
    }
    rows += plan.capabilities.map { capability in
      let isTicked = ticked.contains(capability.name)
      return Table.Row([
        StyledText(isTicked ? "[x]" : "[ ]", isTicked ? .good : .warning),
        StyledText(SafeText(hostile: capability.name), .dim),
        StyledText(
          fits(capability.sentence, area.width)
            ? SafeText(hostile: capability.sentence) : "Read below what it means.",
          isTicked ? .normal : .warning
        ),
      ])
    }
    let places = layout(area)
    Table(
      columns: columns(area.width),
      rows: rows,
      showsHeader: false,
      glyphs: glyphs
    ).draw(on: &screen, in: places.rows, state: list)
    for (index, line) in remarks(area.width).prefix(places.remarks.height).enumerated() {
      let y = places.remarks.y + index
      screen.write(line, x: area.x, y: y, width: area.width)
    }
    let ready = openCapabilities.isEmpty
    let place = places.button
    screen.write(
      "[ Create ]",
      x: place.x,
      y: place.y,
      style: ready ? Style(.selection, bold: true, reverse: true) : .dim
    )
    if !ready {
      let which: SafeText = plan.capabilities.count == 1 ? "the box" : "the boxes"
      screen.write(
        "tick \(which) with Space first",
        x: place.maxX + 2,
        y: place.y,
        style: .warning,
        width: area.maxX - place.maxX - 2
      )
    }
  }

  private func drawScript(
    _ script: (id: String, text: String, offset: Int),
    on screen: inout Screen,
    in area: Rect,
    _ glyphs: GlyphSet
  ) {
    screen.write("\(script.id) runs this:", x: area.x, y: area.y, style: .bold)
    let rect = scriptRect(area)
    let count = scriptBlock(script.text).draw(on: &screen, in: rect, offset: script.offset)
    screen.drawScrollIndicator(
      in: Rect(x: rect.x, y: rect.y, width: rect.width + 1, height: rect.height),
      offset: script.offset,
      count: count,
      glyphs: glyphs
    )
  }

  /// One column is left for the scroll indicator.
  private func scriptRect(_ area: Rect) -> Rect { area.top(2).1.right(1).0 }

  private func scriptBlock(_ text: String) -> TextBlock {
    TextBlock(SafeText.lines(hostile: text).map { StyledText($0, Style(.string)) })
  }
}

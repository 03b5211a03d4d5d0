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
        )
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
          "acknowledge",
          action: "tick",
          help: "Tick the selected box, or all of them: you have read what it says."
        )
      )
    }
    return bindings + [
      Binding(
        [Key("v")],
        "v",
        "read script",
        action: "read",
        help: "Read the setup script before it runs: the selected one, else the first.",
        unavailable: scripted == nil ? "No script will run." : nil
      ),
      Binding(
        [.escape, Key("q")],
        "Esc",
        "change values",
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
    case .terminal(.key(let key)):
      if let reading {
        scroll(by: key == .up ? -1 : key == .down ? 1 : key == .pageUp ? -10 : 10, reading.text)
      } else {
        _ = list.handle(key, count: count, height: rows(area).height)
      }
    case .terminal(.mouse(let mouse)): return click(mouse, in: area)
    default: break
    }
    return .stays
  }

  private mutating func scroll(by rows: Int, _ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
    let offset = (reading?.offset ?? 0) + rows
    reading?.offset = min(max(0, offset), max(0, lines - 5))
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
    case .press, .release, .drag: break
    }
    return .stays
  }

  // MARK: Drawing

  private func rows(_ area: Rect) -> Rect {
    let above = area.bottom(2 + min(3, warnings.count)).0
    return above
  }

  private func button(_ area: Rect) -> Rect {
    Rect(x: area.x, y: area.maxY - 1, width: 10, height: 1)
  }

  func draw(on screen: inout Screen, in area: Rect, glyphs: GlyphSet) {
    if let reading {
      drawScript(reading, on: &screen, in: area)
      return
    }
    let names = plan.entries.map { SafeText(hostile: $0.logicalID).width }.max() ?? 8
    var rows = plan.entries.map { entry in
      Table.Row([
        StyledText(
          entry.fate == .made ? "made" : "recorded",
          entry.fate == .made ? .good : .dim
        ),
        StyledText(SafeText(hostile: entry.logicalID), .bold),
        StyledText(SafeText(hostile: entry.summary))
          + (entry.script == nil ? StyledText() : StyledText("  v reads the script", .accent)),
      ])
    }
    rows += plan.capabilities.map { capability in
      let isTicked = ticked.contains(capability.name)
      return Table.Row([
        StyledText(isTicked ? "[x]" : "[ ]", isTicked ? .good : .warning),
        StyledText(SafeText(hostile: capability.name), .dim),
        StyledText(SafeText(hostile: capability.sentence), isTicked ? .normal : .warning),
      ])
    }
    let widest = max(names, plan.capabilities.map { SafeText(hostile: $0.name).width }.max() ?? 0)
    Table(
      columns: [
        .init("", .fixed(8), priority: 3),
        .init("", .fixed(min(widest, area.width / 4)), priority: 1),
        .init("", .flexible(least: 20, weight: 1), priority: 2),
      ],
      rows: rows,
      showsHeader: false,
      glyphs: glyphs
    ).draw(on: &screen, in: self.rows(area), state: list)
    for (index, warning) in warnings.prefix(3).enumerated() {
      let y = area.maxY - 2 - min(3, warnings.count) + index
      screen.write(
        SafeText(hostile: "! " + warning),
        x: area.x,
        y: y,
        style: .warning,
        width: area.width
      )
    }
    let ready = openCapabilities.isEmpty
    let place = button(area)
    screen.write(
      "[ Create ]",
      x: place.x,
      y: place.y,
      style: ready ? Style(.selection, bold: true, reverse: true) : .dim
    )
    if !ready {
      screen.write("tick the box with Space first", x: place.maxX + 2, y: place.y, style: .warning)
    }
  }

  private func drawScript(
    _ script: (id: String, text: String, offset: Int),
    on screen: inout Screen,
    in area: Rect
  ) {
    screen.write("\(script.id) runs this:", x: area.x, y: area.y, style: .bold)
    let lines = SafeText.lines(hostile: script.text).map { StyledText($0, Style(.string)) }
    TextBlock(lines).draw(on: &screen, in: area.top(2).1, offset: script.offset)
  }
}

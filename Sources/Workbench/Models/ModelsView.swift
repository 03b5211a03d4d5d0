import Engine
import Foundation
import Pipelines
import Store
package import Terminal

/// Registered model versions: what waits for a decision, what was decided, and where it came from.
package struct ModelsView: View {
  private var list = ListState()
  /// The decision that a note is being typed for.
  private var deciding: (model: String, approval: Approval)?
  private var note = TextField(placeholder: "why (optional)")

  private var filter = TextField(placeholder: "part of a name, status, run or instance")
  /// While `/` takes the filter.
  private var isFiltering = false

  /// The model that is selected when the list comes.
  private var wanted: String?

  package init(model: String? = nil) { wanted = model }

  package var title: SafeText { "Models" }

  package var takesText: Bool { deciding != nil || isFiltering }

  package var queries: Set<Query> { [.models] }

  /// The models that have all words of the filter, in any of what the list tells of them by words.
  private func shown(_ context: Context) -> [ModelRecord] {
    let words = filter.text.lowercased().split(separator: " ")
    guard !words.isEmpty else { return context.models ?? [] }
    return (context.models ?? []).filter { model in
      let told = [
        model.shortName, model.approval.word.string, model.approval.rawValue, "r\(model.run)",
        model.instance,
      ].map { $0.lowercased() }
      return words.allSatisfy { word in told.contains { $0.contains(word) } }
    }
  }

  private func selected(_ context: Context) -> ModelRecord? {
    let models = shown(context)
    return models.indices.contains(list.selected) ? models[list.selected] : nil
  }

  package func bindings(_ context: Context) -> [Binding] {
    if let deciding {
      return [
        Binding(
          [.enter],
          "Enter",
          deciding.approval == .approved ? "approve" : "reject",
          action: "decide",
          help: "Record the decision, with the note if there is one."
        ),
        Binding([.escape], "Esc", "cancel", action: "cancel", help: "Decide nothing."),
      ]
    }
    if isFiltering { return RunsView.filterBindings }
    let model = selected(context)
    let none: SafeText? = model == nil ? "No model is selected." : nil
    return [
      Binding(
        [.enter],
        "Enter",
        "open its run",
        action: "open",
        help: "Open the run that the model came from.",
        unavailable: none
      ),
      Binding(
        [Key("A")],
        "A",
        "approve",
        action: "approve",
        help: "Approve the version, with a note if you like.",
        unavailable: none ?? (model?.approval == .approved ? "It is approved already." : nil)
      ),
      Binding(
        [Key("X")],
        "X",
        "reject",
        action: "reject",
        help: "Reject the version, with a note if you like.",
        unavailable: none ?? (model?.approval == .rejected ? "It is rejected already." : nil)
      ),
      Binding(
        [Key("y")],
        "y",
        "copy hash",
        action: "copy",
        help: "Copy the hash of the model's content.",
        unavailable: none,
        isInFooter: false
      ),
      Binding(
        [Key("/")],
        "/",
        "filter",
        action: "filter",
        help: "Show only models with a text in their name, status, run or instance.",
        unavailable: context.models?.isEmpty == true ? "There are no models yet." : nil
      ),
    ] + (filter.text.isEmpty ? [] : [RunsView.filterBindings[1]])
  }

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    let models = shown(context)
    let table = layout(context.area, context).table
    switch event {
    case .action(let action): return act(action, context)
    case .terminal(.key(let key)):
      if deciding != nil {
        _ = note.handle(key)
      } else if isFiltering, filter.handle(key) {
        let found = shown(context)
        list.fit(count: found.count, height: table.height)
      } else {
        _ = list.handle(key, count: models.count, height: table.height)
      }
    case .terminal(.paste(let text)):
      if deciding != nil { note.insert(text) } else if isFiltering { filter.insert(text) }
    case .terminal(.mouse(let mouse)):
      guard deciding == nil else { return [] }
      switch mouse.action {
      case .wheelUp: list.scroll(by: -3, count: models.count, height: table.height)
      case .wheelDown: list.scroll(by: 3, count: models.count, height: table.height)
      case .press(.left):
        if let index = list.index(at: mouse.at, in: table, count: models.count) {
          list.select(index, count: models.count, height: table.height)
          if mouse.clicks >= 2 { return act("open", context) }
        }
      case .press, .release, .drag, .move: break
      }
    case .answered:
      if let index = models.firstIndex(where: { $0.shortName == wanted }) {
        list.select(index, count: models.count, height: table.height)
        wanted = nil
      }
      list.fit(count: models.count, height: table.height)
    case .replied(_, .refused(let explanation)):
      return [.tell(Notice(.failure, explanation.sentence))]
    case .replied(let tag, .done):
      return [.tell(Notice(.success, "\(tag)."))]
    case .terminal, .saved: break
    }
    return []
  }

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    switch action {
    case "cancel": deciding = nil
    case "filter": isFiltering = true
    case "filtered": isFiltering = false
    case "unfilter":
      // What was selected stays so.
      wanted = selected(context)?.shortName
      isFiltering = false
      filter.set("")
      list = ListState(selected: shown(context).firstIndex { $0.shortName == wanted } ?? 0)
      wanted = nil
    case "decide":
      guard let (model, approval) = deciding else { return [] }
      deciding = nil
      let word = approval == .approved ? "approved" : "rejected"
      let text = note.text
      return [
        .send(
          .decide(model: model, approval: approval, note: text.isEmpty ? nil : text),
          tag: "\(model) is \(word)"
        )
      ]
    default: break
    }
    guard let model = selected(context) else { return [] }
    switch action {
    case "open": return [.open(.run(model.run))]
    case "copy": return [.copy(model.artifact.digest.hex)]
    case "approve": deciding = (model.shortName, .approved)
    case "reject": deciding = (model.shortName, .rejected)
    default: break
    }
    note.set("")
    return []
  }

  // MARK: Drawing

  /// Without a model there are no details: the list has the whole area.
  private func layout(
    _ area: Rect,
    _ context: Context
  ) -> (list: Rect, filter: Rect?, table: Rect, detail: Rect) {
    let hasModels = context.models?.isEmpty == false
    let (list, detail) = area.bottom(hasModels ? min(11, max(7, area.height / 3)) : 0)
    guard isFiltering || !filter.text.isEmpty else {
      return (list, nil, list.inset().top(1).1, detail)
    }
    let (line, rest) = list.inset().top(1)
    return (list, line.left(1).1.right(1).0, rest.top(1).1, detail)
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let places = layout(area, context)
    let all = context.models ?? []
    let models = shown(context)
    let waiting = all.filter { $0.approval == .pending }.count
    var frame = Frame("Models", focused: true, glyphs: context.glyphs)
    if waiting > 0 {
      frame.right = StyledText(
        waiting == 1 ? "1 needs your approval" : "\(waiting) need your approval",
        .warning
      )
    }
    var inside = frame.draw(on: &screen, in: places.list)
    if let line = places.filter {
      screen.write("/", x: line.x, y: line.y, style: Style(.accent, bold: true))
      filter.draw(on: &screen, in: line.left(2).1, focused: isFiltering)
      inside = inside.top(1).1
    }
    func widest(_ most: Int, _ width: (ModelRecord) -> Int) -> Int {
      min(most, max(10, models.map(width).max() ?? 0))
    }
    let metricWidth = max(18, widest(34) { ModelsView.metrics(ModelsView.listed($0)).width })
    Table(
      columns: [
        .init(
          " model",
          .flexible(least: widest(20) { $0.shortName.count + 1 }, weight: 1),
          priority: 9
        ),
        .init("status", .fixed(19), priority: 8),
        .init("metrics", .flexible(least: metricWidth, weight: 2), priority: 6),
        .init("run", .fixed(6), priority: 7),
        .init("instance", .flexible(least: 8, weight: 1), priority: 2),
        .init("size", .fixed(7), alignment: .right, priority: 1),
        .init("age", .fixed(5), alignment: .right, priority: 3),
      ],
      rows: models.map { ModelsView.row($0, context) },
      showsHeader: !models.isEmpty,
      empty: context.models == nil
        ? []
        : !all.isEmpty
          ? ["No model matches the filter.", "", "Esc shows all."]
          : [
            "No models yet.", "",
            "A run whose pipeline has a RegisterModel step brings the first one.",
          ],
      glyphs: context.glyphs
    ).draw(on: &screen, in: inside.right(1).0, state: list)
    drawDetail(on: &screen, in: places.detail, context)
    if deciding != nil { drawNote(on: &screen, in: area, context) }
  }

  private static func row(_ model: ModelRecord, _ context: Context) -> Table.Row {
    Table.Row([
      StyledText(SafeText(hostile: " " + model.shortName), .bold),
      StyledText(model.approval.word, model.approval.style),
      metrics(listed(model)),
      StyledText("r\(model.run)"),
      StyledText(SafeText(hostile: model.instance), .dim),
      StyledText(bytesText(model.artifact.size), .dim),
      StyledText(ageText(model.created.timeIntervalSince1970, now: context.now), .dim),
    ])
  }

  /// A list has one line a model: what is inside of others, such as recall.3, is in its details.
  private static func listed(_ model: ModelRecord) -> [String: Double] {
    model.metrics.filter { !$0.key.contains(".") }
  }

  private static func metrics(_ values: [String: Double]) -> StyledText {
    var text = StyledText()
    for (name, value) in ordered(values) {
      if !text.isEmpty { text.append("  ") }
      text.append(SafeText(hostile: name) + " ", .dim)
      text.append(numberText(value))
    }
    return text
  }

  private static func ordered(_ values: [String: Double]) -> [(key: String, value: Double)] {
    values.sorted { $0.key.isNaturallyBefore($1.key) }.byImportance(of: \.key)
  }

  /// The metrics on as many lines as they need, a name and its value always on the same one.
  static func metricLines(_ values: [String: Double], width: Int) -> [StyledText] {
    var lines: [StyledText] = []
    for (name, value) in ordered(values) {
      let figure = numberText(value)
      var text = StyledText(SafeText(hostile: name).cut(to: max(1, width - figure.width - 1)), .dim)
      text.append(" " + figure)
      if let last = lines.last, last.width + 2 + text.width <= width {
        lines[lines.count - 1] = last + StyledText("  ") + text
      } else {
        lines.append(text)
      }
    }
    return lines
  }

  private func drawDetail(on screen: inout Screen, in rect: Rect, _ context: Context) {
    guard let model = selected(context), !rect.isEmpty else { return }
    let inside = Frame(
      "\(model.shortName)",
      right: "Enter opens r\(model.run)",
      glyphs: context.glyphs
    )
    .draw(on: &screen, in: rect)
    var lines: [StyledText] = []
    func line(_ label: SafeText, _ text: StyledText) {
      guard !text.isEmpty else { return }
      add(label, text.wordWrapped(to: inside.width - 12))
    }
    func add(_ label: SafeText, _ parts: [StyledText]) {
      for (index, part) in parts.enumerated() {
        lines.append(StyledText((index == 0 ? label : "").padded(to: 10), .dim) + part)
      }
    }
    var status = StyledText(model.approval.word, model.approval.style)
    if model.approval == .pending { status.append(" (\(model.approval.rawValue))", .dim) }
    if let decided = model.decided {
      let clock = clockText(decided.timeIntervalSince1970, now: context.now)
      status.append("  by \(model.decidedBy ?? "?") at \(clock)", .dim)
    }
    line("status", status)
    line("note", StyledText(SafeText(hostile: model.note ?? "")))
    line("lineage", StyledText("r\(model.run) > \(model.step) in \(model.instance)"))
    add("metrics", ModelsView.metricLines(model.metrics, width: inside.width - 12))
    line("about", StyledText(SafeText(hostile: model.description)))
    let kind = model.artifact.kind.rawValue
    let hash = model.artifact.digest.hex.prefix(16)
    line("content", StyledText("\(kind), \(bytesText(model.artifact.size)), sha256 \(hash)"))
    for (index, text) in lines.prefix(inside.height).enumerated() {
      screen.write(text, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
  }

  private func drawNote(on screen: inout Screen, in area: Rect, _ context: Context) {
    guard let deciding else { return }
    let width = min(64, area.width - 4)
    let box = Rect(
      x: area.x + (area.width - width) / 2,
      y: area.y + area.height / 2 - 2,
      width: width,
      height: 4
    )
    let word: SafeText = deciding.approval == .approved ? "Approve" : "Reject"
    let inside = Frame(
      "\(word) \(deciding.model)?",
      right: "Enter does it, Esc cancels",
      focused: true,
      glyphs: context.glyphs
    ).draw(on: &screen, in: box)
    screen.write("A note for those who ask later:", x: inside.x + 1, y: inside.y, style: .dim)
    let field = Rect(x: inside.x + 1, y: inside.y + 1, width: inside.width - 2, height: 1)
    note.draw(on: &screen, in: field, focused: true)
  }
}

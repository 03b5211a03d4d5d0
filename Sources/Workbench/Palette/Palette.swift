import Engine
import Store
import Terminal

/// Everything by a part of its name: actions of the screen in front, screens, runs, models, files.
struct Palette: Sendable {
  enum Choice: Sendable, Equatable {
    case press(action: String)
    case open(Destination)
  }

  enum Outcome: Sendable, Equatable {
    case stays
    case closed
    case chosen(Choice)
  }

  struct Item: Sendable, Equatable {
    let kind: SafeText
    /// Hostile; what the query is matched with.
    let name: String
    let detail: SafeText
    let choice: Choice
    /// Other words whose beginnings find it.
    var words: [String] = []
  }

  private struct Match: Sendable, Equatable {
    let item: Item
    let score: Int
    let positions: [Int]
  }

  private var field = TextField(placeholder: "Type a part of a name: an action, r12, train.py ...")
  private var items: [Item] = []
  private var matches: [Match] = []
  private var list = ListState()

  init(bindings: [Binding], _ context: Context) {
    refresh(bindings: bindings, context)
  }

  /// What its items are made of; of the runs only the newest and those that the text may mean.
  func queries(_ context: Context) -> Set<Query> {
    var all: Set<Query> = [.models, .gallery, .stacks, .sweeps]
    all.formUnion(Palette.runs(meant: field.text))
    if let instance = context.currentInstance { all.insert(.files(instance.folder)) }
    return all
  }

  /// Takes in what has become known since the palette was opened.
  mutating func refresh(bindings: [Binding], _ context: Context) {
    let all = Palette.items(bindings, field.text, context)
    guard all != items else { return }
    items = all
    match()
  }

  mutating func paste(_ text: String, bindings: [Binding], _ context: Context) {
    field.insert(text)
    retyped(bindings, context)
  }

  /// Finds anew, among what is known of the new text already; the rest comes with the answers.
  private mutating func retyped(_ bindings: [Binding], _ context: Context) {
    items = Palette.items(bindings, field.text, context)
    match()
  }

  mutating func handle(_ key: Key, bindings: [Binding], _ context: Context) -> Outcome {
    let height = layout(context).rows.height
    switch key {
    case .escape, .control("p"), .control("g"): return .closed
    case .enter:
      guard matches.indices.contains(list.selected) else { return .stays }
      return .chosen(matches[list.selected].item.choice)
    case .up, .backTab, .control("k"): list.move(by: -1, count: matches.count, height: height)
    case .down, .tab, .control("n"): list.move(by: 1, count: matches.count, height: height)
    case .pageUp: list.move(by: -height, count: matches.count, height: height)
    case .pageDown: list.move(by: height, count: matches.count, height: height)
    default:
      let before = field.text
      _ = field.handle(key)
      if field.text != before { retyped(bindings, context) }
    }
    return .stays
  }

  mutating func handle(_ mouse: Mouse, _ context: Context) -> Outcome {
    let places = layout(context)
    switch mouse.action {
    case .wheelUp: list.scroll(by: -3, count: matches.count, height: places.rows.height)
    case .wheelDown: list.scroll(by: 3, count: matches.count, height: places.rows.height)
    case .press(.left):
      guard places.box.contains(mouse.at) else { return .closed }
      if let index = list.index(at: mouse.at, in: places.rows, count: matches.count) {
        return .chosen(matches[index].item.choice)
      }
    case .press, .release, .drag, .move: break
    }
    return .stays
  }

  func draw(on screen: inout Screen, _ context: Context) {
    let places = layout(context)
    let frame = Frame(
      "Do anything",
      right: "Enter does it  Esc closes",
      focused: true,
      glyphs: context.glyphs
    )
    frame.draw(on: &screen, in: places.box)
    field.draw(on: &screen, in: places.field, focused: true)
    if matches.isEmpty {
      screen.write("Nothing has such a name.", x: places.rows.x, y: places.rows.y, style: .dim)
    }
    var list = list
    list.fit(count: matches.count, height: places.rows.height)
    for index in list.visible(count: matches.count, height: places.rows.height) {
      let y = places.rows.y + index - list.offset
      draw(matches[index], on: &screen, y: y, in: places.rows)
      if index == list.selected {
        screen.restyle(Rect(x: places.rows.x, y: y, width: places.rows.width, height: 1)) {
          $0 = Style(.selection, bold: $0.bold, reverse: true)
        }
      }
    }
    screen.drawScrollIndicator(
      in: places.rows,
      offset: list.offset,
      count: matches.count,
      glyphs: context.glyphs
    )
  }

  private func draw(_ match: Match, on screen: inout Screen, y: Int, in rows: Rect) {
    let kind = kindWidth
    screen.write(match.item.kind, x: rows.x, y: y, style: .dim, width: kind)
    var name = StyledText()
    let hits = Set(match.positions)
    for (index, character) in match.item.name.prefix(256).enumerated() {
      name.append(
        SafeText(hostile: String(character)),
        hits.contains(index) ? Style(.accent, bold: true) : .normal
      )
    }
    // The last column is the scroll indicator's.
    let room = rows.width - kind - 4
    let used = screen.write(name, x: rows.x + kind + 2, y: y, width: room)
    screen.write(
      match.item.detail,
      x: rows.x + kind + 4 + used,
      y: y,
      style: .dim,
      width: max(0, room - used - 2)
    )
  }

  /// As wide as the longest kind: "template", or a key's name such as "Shift-Tab".
  private var kindWidth: Int { min(14, items.map(\.kind.width).max() ?? 0) }

  private mutating func match() {
    matches = items.enumerated().compactMap { index, item in
      guard !field.text.isEmpty else { return Match(item: item, score: -index, positions: []) }
      let named = FuzzyMatch(field.text, in: item.name)
      let scores = [named?.score, Palette.score(of: field.text, in: item.words)].compactMap(\.self)
      return scores.max().map {
        Match(item: item, score: $0, positions: named?.positions ?? [])
      }
    }
    matches.sort { $0.score > $1.score }
    list = ListState()
  }

  /// How well a text begins the best of some words; nil where it begins none.
  ///
  /// One letter begins too many.
  private static func score(of text: String, in words: [String]) -> Int? {
    let text = text.lowercased()
    guard text.count > 1 else { return nil }
    return words.filter { $0.lowercased().hasPrefix(text) }
      .compactMap { FuzzyMatch(text, in: $0)?.score }.max()
  }

  private func layout(_ context: Context) -> (box: Rect, field: Rect, rows: Rect) {
    let width = min(90, context.size.width - 4)
    let height = min(24, context.size.height - 4)
    let box = Rect(x: (context.size.width - width) / 2, y: 2, width: width, height: height)
    let inside = Rect(x: box.x + 2, y: box.y + 1, width: width - 4, height: height - 2)
    let (field, rest) = inside.top(1)
    return (box, field, rest.top(1).1)
  }
}

extension Palette {
  /// Every run has a number or a name that finds it, those of sweeps as well.
  private static func runs(meant text: String) -> [Query] {
    let newest = Query.runs(filter: "", limit: RunsView.page)
    guard !text.isEmpty else { return [newest] }
    // "r5" is a part of many other names.
    let digits = text.first == "r" ? text.dropFirst() : text[...]
    let number = digits.allSatisfy(\.isASCII) ? Int(digits) : nil
    return [newest, .runs(filter: text, limit: RunsView.page)]
      + (number.map { [.runsNumbered([$0])] } ?? [])
  }

  private static func items(_ bindings: [Binding], _ text: String, _ context: Context) -> [Item] {
    actions(bindings) + screens(context) + records(text, context) + files(context)
  }

  private static func actions(_ bindings: [Binding]) -> [Item] {
    bindings.filter { $0.unavailable == nil }.map {
      Item(
        kind: $0.label,
        name: $0.help.string,
        detail: "",
        choice: .press(action: $0.action),
        words: [$0.short.string] + $0.synonyms
      )
    }
  }

  private static func screens(_ context: Context) -> [Item] {
    MainScreen.all.map {
      Item(
        kind: "screen",
        name: $0.name.string,
        detail: SafeText(hostile: $0.key.label),
        choice: .open($0.destination(context))
      )
    }
      + (context.gallery ?? []).map {
        Item(
          kind: "template",
          name: $0.name,
          detail: SafeText(hostile: $0.summary),
          choice: .open(.launchForm(template: $0.name))
        )
      }
      + (context.headerFacts?.instances ?? []).map {
        Item(
          kind: "launch",
          name: "Launch the pipeline in \($0.name)",
          detail: "",
          choice: .open(.runForm(instance: $0.name, from: nil))
        )
      }
  }

  private static func records(_ text: String, _ context: Context) -> [Item] {
    var seen: Set<Int> = []
    let runs = Palette.runs(meant: text).flatMap { context.runs($0) ?? [] }
      .filter { seen.insert($0.id).inserted }
    return runs.map { run in
      Item(
        kind: "run",
        name: [run.shortName, run.name ?? ""].filter { !$0.isEmpty }.joined(separator: " "),
        detail: "\(run.pipeline) \(run.status.rawValue) \(run.note ?? "")",
        choice: .open(.run(run.id))
      )
    }
      + (context.sweeps ?? []).map { state in
        Item(
          kind: "sweep",
          name: [state.sweep.shortName, state.sweep.name ?? ""].filter { !$0.isEmpty }
            .joined(separator: " "),
          detail: SafeText(
            hostile: "\(state.sweep.pipeline) \(state.sweep.axesText) \(state.sweep.note ?? "")"
          ) + " " + state.progress,
          choice: .open(.sweep(state.sweep.id))
        )
      }
      + (context.models ?? []).map { model in
        Item(
          kind: "model",
          name: model.shortName,
          detail: "\(model.approval.word), from r\(model.run)",
          choice: .open(.model(model.shortName))
        )
      }
      + (context.stacks ?? []).map { stack in
        Item(
          kind: "stack",
          name: stack.name,
          detail: StackView.word(stack.status.rawValue),
          choice: .open(.stack(stack.name))
        )
      }
  }

  private static func files(_ context: Context) -> [Item] {
    guard let instance = context.currentInstance,
      case .files(let files) = context.answers[.files(instance.folder)]
    else { return [] }
    return files.map { file in
      Item(
        kind: "file",
        name: file,
        detail: SafeText(hostile: instance.name),
        choice: .open(.editor(path: instance.folder + "/" + file, line: 0, resuming: nil))
      )
    }
  }
}

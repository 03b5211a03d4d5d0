import Documents
import Engine
import Pipelines
import Store
package import Terminal

/// An instance's files as a tree, with the selected one's beginning beside it.
package struct ExplorerView: View {
  struct Row: Sendable, Equatable {
    let path: String
    let entry: FolderEntry
    let depth: Int
  }

  /// Larger files are not read for their first lines.
  private static let mostPreviewed = 256 << 10

  private var instance: String
  private var list = ListState()
  private var expanded: Set<String> = []
  private var preview: String?
  /// The selected folder, whose content is shown without opening it.
  private var looked: String?
  /// The instance's folder, once it is known.
  private var root: String?

  package init(instance: String) { self.instance = instance }

  package var title: SafeText { "Explorer \(instance)" }

  package var queries: Set<Query> {
    // The header names the instance that is meant where none was.
    var all: Set<Query> = [
      .header, .instances, .pipeline(instance: instance), .runCount(instance: instance),
    ]
    if let root {
      all.insert(.folder(root))
      all.formUnion(expanded.map { .folder($0) })
    }
    if let preview { all.insert(.file(preview)) }
    if let looked { all.insert(.folder(looked)) }
    return all
  }

  // MARK: Rows

  /// The tree as far as it is open, top down.
  func rows(_ context: Context) -> [Row] {
    guard let root else { return [] }
    var rows: [Row] = []
    func add(_ folder: String, _ depth: Int) {
      guard case .folder(let entries) = context.answers[.folder(folder)], depth < 20 else { return }
      for entry in entries where !ExplorerView.isHidden(entry) {
        let path = folder + "/" + entry.name
        rows.append(Row(path: path, entry: entry, depth: depth))
        if entry.isFolder, expanded.contains(path) { add(path, depth + 1) }
      }
    }
    add(root, 0)
    return rows
  }

  /// Git's own files are nobody's to read or edit here.
  private static func isHidden(_ entry: FolderEntry) -> Bool { entry.name == ".git" }

  private func selected(_ context: Context) -> Row? {
    let rows = rows(context)
    return rows.indices.contains(list.selected) ? rows[list.selected] : nil
  }

  package func bindings(_ context: Context) -> [Binding] {
    let row = selected(context)
    let none: SafeText? = row == nil ? "Nothing is selected." : nil
    let folder: SafeText? = row?.entry.isFolder == true ? "That is a folder." : nil
    let others = context.headerFacts?.instances.count ?? 0
    return [
      Binding(
        [.enter],
        "Enter",
        row?.entry.isFolder == true ? "expand" : "edit",
        action: "open",
        help: "Edit the file; open or close the folder.",
        unavailable: none
      ),
      Binding(
        [Key("E")],
        "E",
        "$EDITOR",
        action: "outside",
        help: "Open the file in your own editor.",
        unavailable: none ?? folder
      ),
      Binding(
        [Key("n")],
        "n",
        "launch",
        action: "launch",
        help: "Launch the instance's pipeline.",
        unavailable: root == nil ? "There is no instance yet: press 2 for the gallery." : nil
      ),
      Binding(
        [Key("y")],
        "y",
        "copy path",
        action: "copy",
        help: "Copy the selected path.",
        unavailable: none,
        isInFooter: false
      ),
      Binding(
        [.tab],
        "Tab",
        "next instance",
        action: "instance",
        help: "Show the next instance's files.",
        unavailable: others < 2 ? "There is no other instance." : nil
      ),
      Binding(
        [.right, Key("l")],
        "Right",
        "open folder",
        action: "expand",
        help: "Open the folder.",
        unavailable: none,
        isInFooter: false
      ),
      Binding(
        [.left, Key("h")],
        "Left",
        "close folder",
        action: "collapse",
        help: "Close the folder, or go to the one above.",
        unavailable: none,
        isInFooter: false
      ),
    ]
  }

  // MARK: Update

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    if instance.isEmpty { instance = context.currentInstance?.name ?? "" }
    root = instanceRecord(context)?.folder
    let count = rows(context).count
    let table = layout(context.area).list
    var effects: [Effect] = []
    switch event {
    case .action(let action): effects = act(action, context)
    case .terminal(.key(let key)):
      _ = list.handle(key, count: count, height: table.height)
    case .terminal(.mouse(let mouse)):
      switch mouse.action {
      case .wheelUp: list.scroll(by: -3, count: count, height: table.height)
      case .wheelDown: list.scroll(by: 3, count: count, height: table.height)
      case .press(.left):
        if let index = list.index(at: mouse.at, in: table, count: count) {
          list.select(index, count: count, height: table.height)
          if mouse.clicks >= 2 || rows(context)[index].entry.isFolder {
            effects = act("open", context)
          }
        }
      case .press, .release, .drag, .move: break
      }
    case .answered: list.fit(count: count, height: table.height)
    case .terminal, .replied, .saved: break
    }
    let row = selected(context)
    let isSmall = row.map { !$0.entry.isFolder && $0.entry.size <= ExplorerView.mostPreviewed }
    preview = isSmall == true ? row?.path : nil
    looked = row?.entry.isFolder == true ? row?.path : nil
    return effects
  }

  private func instanceRecord(_ context: Context) -> InstanceRecord? {
    if case .instances(let all) = context.answers[.instances],
      let found = all.first(where: { $0.name == instance })
    {
      return found
    }
    return context.instance(instance)
  }

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    switch action {
    case "launch": return [.open(.runForm(instance: instance, from: nil))]
    case "instance":
      let names = (context.headerFacts?.instances ?? []).map(\.name)
      let index = names.firstIndex(of: instance) ?? -1
      return names.isEmpty ? [] : [.replace(.explorer(instance: names[(index + 1) % names.count]))]
    default: break
    }
    guard let row = selected(context) else { return [] }
    switch action {
    case "open" where row.entry.isFolder:
      if expanded.remove(row.path) == nil { expanded.insert(row.path) }
    case "open": return [.open(.editor(path: row.path, line: 0, resuming: nil))]
    case "outside": return [.edit(path: row.path, line: 1)]
    case "copy": return [.copy(row.path)]
    case "expand": if row.entry.isFolder { expanded.insert(row.path) }
    case "collapse":
      if expanded.remove(row.path) != nil { return [] }
      let rows = rows(context)
      let above = rows[..<list.selected].lastIndex { $0.depth < row.depth }
      let height = layout(context.area).list.height
      if let above { list.select(above, count: rows.count, height: height) }
    default: break
    }
    return []
  }

  // MARK: Drawing

  private func layout(_ area: Rect) -> (left: Rect, right: Rect, list: Rect) {
    let wide = area.width >= 76
    let (left, right) = area.left(wide ? max(30, area.width * 2 / 5) : area.width)
    return (left, right, left.inset())
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let places = layout(area)
    let record = instanceRecord(context)
    Frame(
      instance.isEmpty ? "Files" : "\(instance)",
      right: record?.isAdopted == true ? "in place" : "",
      focused: true,
      glyphs: context.glyphs
    ).draw(on: &screen, in: places.left)
    let isKnown =
      root.map { context.answers[.folder($0)] != nil }
      ?? (record == nil && context.headerFacts != nil)
    Table(
      columns: [
        .init("", .flexible(least: 10, weight: 1), priority: 2),
        .init("", .fixed(7), alignment: .right, priority: 1),
      ],
      rows: rows(context).map { row($0, context) },
      showsHeader: false,
      empty: !isKnown
        ? []
        : record == nil
          ? ["No instance yet.", "", "Press 2 for the gallery."] : ["The folder is empty."],
      glyphs: context.glyphs
    ).draw(on: &screen, in: places.list.right(1).0, state: list)
    if !places.right.isEmpty { drawPreview(on: &screen, in: places.right, context) }
  }

  private func row(_ row: Row, _ context: Context) -> Table.Row {
    let isOpen = expanded.contains(row.path)
    let ascii = context.glyphs == .ascii
    let mark: SafeText =
      !row.entry.isFolder ? "  " : isOpen ? (ascii ? "v " : "▾ ") : (ascii ? "> " : "▸ ")
    let indent = SafeText(" ").padded(to: 1 + 2 * row.depth)
    let style: Style = row.entry.isAside ? .dim : row.entry.isFolder ? .accent : .normal
    return Table.Row([
      StyledText(indent + mark, .dim) + StyledText(SafeText(hostile: row.entry.name), style),
      StyledText(row.entry.isFolder ? "" : bytesText(row.entry.size), .dim),
    ])
  }

  private func drawPreview(on screen: inout Screen, in rect: Rect, _ context: Context) {
    let row = selected(context)
    let name = row.map { SafeText(hostile: relative($0.path)) } ?? ""
    let facts = facts(width: rect.width - 4, context)
    let (top, bottom) = rect.bottom(rect.height >= 20 ? min(facts.count, 8) + 2 : 0)
    let inside = Frame(
      name,
      right: row.map { $0.entry.isFolder ? "Enter opens it" : "Enter edits" } ?? "",
      glyphs: context.glyphs
    ).draw(on: &screen, in: top)
    if !bottom.isEmpty {
      let inside = Frame("Here", glyphs: context.glyphs).draw(on: &screen, in: bottom)
      for (index, text) in facts.prefix(inside.height).enumerated() {
        screen.write(text, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
      }
    }
    guard let row else { return }
    let lines: [StyledText]
    if row.entry.isFolder {
      lines = content(of: row, context)
    } else if preview == nil {
      lines = [StyledText("\(bytesText(row.entry.size)): too large to be shown here.", .dim)]
    } else if case .file(let facts) = context.answers[.file(row.path)] {
      let text = String(decoding: facts.bytes.prefix(16 << 10), as: UTF8.self)
      lines =
        facts.bytes.prefix(8192).contains(0)
        ? [StyledText("Not a text file.", .dim)]
        : row.entry.name.hasSuffix(".md")
          ? Markdown.lines(text, width: inside.width - 2)
          : SafeText.lines(hostile: text, most: inside.height).map { StyledText($0) }
    } else {
      lines = context.failure(.file(row.path))?.lines ?? []
    }
    for (index, line) in lines.prefix(inside.height).enumerated() {
      screen.write(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
  }

  /// What lies in a folder, or that nothing does.
  private func content(of row: Row, _ context: Context) -> [StyledText] {
    guard case .folder(let all) = context.answers[.folder(row.path)] else {
      return context.failure(.folder(row.path))?.lines ?? []
    }
    let entries = all.filter { !ExplorerView.isHidden($0) }
    guard !entries.isEmpty else { return [StyledText("The folder is empty.", .dim)] }
    return entries.map { entry in
      let name = SafeText(hostile: entry.name) + (entry.isFolder ? "/" : "")
      var line = StyledText(name.padded(to: 32), entry.isFolder ? .accent : .normal)
      if !entry.isFolder { line.append(bytesText(entry.size).padded(to: 7, .right), .dim) }
      return line
    }
  }

  /// What belongs to the instance besides its files.
  private func facts(width: Int, _ context: Context) -> [StyledText] {
    var lines: [StyledText] = []
    func line(_ label: SafeText, _ text: StyledText) {
      for (index, part) in text.wordWrapped(to: max(8, width - 10)).enumerated() {
        lines.append(StyledText((index == 0 ? label : "").padded(to: 10), .dim) + part)
      }
    }
    if let record = instanceRecord(context) {
      var text = StyledText(record.status.word, record.status.style)
      text.append("  \(record.instanceType)", .dim)
      line("instance", text)
      line("folder", StyledText(SafeText(hostile: record.folder)))
    }
    if let facts = context.pipelineFacts(instance) {
      let errors = facts.diagnostics.filter { $0.severity == .error }.count
      if let pipeline = facts.pipeline {
        let steps = pipeline.steps.map(\.name).joined(separator: " > ")
        line("pipeline", StyledText("\(pipeline.name): \(steps)"))
      } else {
        let count: SafeText = errors == 1 ? "1 error" : "\(errors) errors"
        line("pipeline", StyledText("\(count) in \(facts.file)", .bad))
      }
    }
    if case .count(let count)? = context.answers[.runCount(instance: instance)] {
      let all: SafeText =
        count == 0 ? "none yet: n launches" : grouped(count) + ", key 1 lists them"
      line("runs", StyledText(all))
    }
    return lines
  }

  private func relative(_ path: String) -> String {
    guard let root, path.hasPrefix(root + "/") else { return path }
    return String(path.dropFirst(root.count + 1))
  }
}

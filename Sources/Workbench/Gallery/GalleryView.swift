import Engine
package import Terminal

/// The templates to start from: names at the left, what the selected one is at the right.
package struct GalleryView: View {
  private var list = ListState()
  private var offset = 0
  /// The README of the selected template, once the list is known.
  private var readme: String?

  package init() {}

  package var title: SafeText { "Gallery" }

  package var queries: Set<Query> {
    readme.map { [.gallery, .file($0)] } ?? [.gallery]
  }

  private func selected(_ context: Context) -> GalleryEntry? {
    let entries = context.gallery ?? []
    return entries.indices.contains(list.selected) ? entries[list.selected] : nil
  }

  package func bindings(_ context: Context) -> [Binding] {
    [
      Binding(
        [.enter],
        "Enter",
        "set up",
        action: "open",
        help: "Fill in the template's parameters and see what would be made; nothing is made yet.",
        unavailable: selected(context) == nil ? "There is no template to choose." : nil
      ),
      Binding(
        [.pageDown],
        "PgDn",
        "read on",
        action: "down",
        help: "Scroll the README down.",
        unavailable: overflow(context) == 0 ? "All of it is in view." : nil
      ),
      Binding(
        [.pageUp],
        "PgUp",
        "back",
        action: "up",
        help: "Scroll the README up.",
        unavailable: offset == 0 ? "It is at its top." : nil,
        isInFooter: false
      ),
    ]
  }

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    let count = context.gallery?.count ?? 0
    let places = layout(context.area)
    switch event {
    case .action("open"):
      return selected(context).map { [.open(.launchForm(template: $0.name))] } ?? []
    case .action("down"): offset = min(offset + places.text.height - 2, overflow(context))
    case .action("up"): offset = max(0, offset - places.text.height + 2)
    case .terminal(.key(let key)):
      _ = list.handle(key, count: count, height: places.list.height)
    case .terminal(.mouse(let mouse)): return click(mouse, context)
    case .answered, .action, .terminal, .replied, .saved: break
    }
    choose(context)
    return []
  }

  private mutating func choose(_ context: Context) {
    let path = selected(context).map { $0.folder + "/README.md" }
    if path != readme {
      readme = path
      offset = 0
    }
  }

  private mutating func click(_ mouse: Mouse, _ context: Context) -> [Effect] {
    let places = layout(context.area)
    let entries = context.gallery ?? []
    let isList = places.list.contains(mouse.at)
    switch mouse.action {
    case .wheelUp:
      if isList {
        list.scroll(by: -1, count: entries.count, height: places.list.height)
      } else {
        offset = max(0, offset - 3)
      }
    case .wheelDown:
      if isList {
        list.scroll(by: 1, count: entries.count, height: places.list.height)
      } else {
        offset = min(offset + 3, overflow(context))
      }
    case .press(.left):
      if let index = list.index(at: mouse.at, in: places.list, count: entries.count) {
        list.select(index, count: entries.count, height: places.list.height)
        choose(context)
        if mouse.clicks >= 2 { return [.open(.launchForm(template: entries[index].name))] }
      }
    case .press, .release, .drag, .move: break
    }
    return []
  }

  private func layout(_ area: Rect) -> (left: Rect, right: Rect, list: Rect, text: Rect) {
    let (left, right) = area.left(max(22, min(32, area.width / 4)))
    let text = right.inset()
    return (
      left, right, left.inset(),
      Rect(x: text.x + 1, y: text.y, width: text.width - 3, height: text.height)
    )
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let places = layout(area)
    let entries = context.gallery ?? []
    Frame("Templates", focused: true, glyphs: context.glyphs).draw(on: &screen, in: places.left)
    let isEmpty = context.gallery?.isEmpty ?? false
    Table(
      columns: [.init("", .flexible(least: 8, weight: 1)), .init("", .fixed(6))],
      rows: entries.map { entry in
        Table.Row([
          StyledText(SafeText(hostile: " " + entry.name)),
          StyledText(entry.isBuiltIn ? "" : "yours", .dim),
        ])
      },
      showsHeader: false,
      empty: isEmpty ? ["No templates."] : [],
      glyphs: context.glyphs
    ).draw(on: &screen, in: places.list, state: list)
    drawText(on: &screen, places.right, places.text, context)
  }

  private func drawText(on screen: inout Screen, _ frame: Rect, _ rect: Rect, _ context: Context) {
    let entry = selected(context)
    Frame(
      SafeText(hostile: entry?.name ?? "Start here"),
      right: entry == nil ? "" : "Enter sets it up",
      glyphs: context.glyphs
    ).draw(on: &screen, in: frame)
    guard let entry else {
      if let failure = context.failure(.gallery) {
        TextBlock(failure.lines).draw(on: &screen, in: rect)
      }
      return
    }
    let lines = lines(of: entry, width: rect.width, context)
    let top = min(offset, max(0, lines.count - rect.height))
    TextBlock(lines).draw(on: &screen, in: rect, offset: top)
    screen.drawScrollIndicator(
      in: Rect(x: rect.x, y: rect.y, width: rect.width + 2, height: rect.height),
      offset: top,
      count: lines.count,
      glyphs: context.glyphs
    )
  }

  /// The summary, and what the README says besides.
  private func lines(of entry: GalleryEntry, width: Int, _ context: Context) -> [StyledText] {
    let summary = StyledText(SafeText(hostile: entry.summary), .accent).wordWrapped(to: width)
    guard case .file(let facts) = context.answers[.file(entry.folder + "/README.md")] else {
      return summary
    }
    let text = String(decoding: facts.bytes.prefix(64 << 10), as: UTF8.self)
    // The frame says the name already, the line above may be its first sentence.
    let body = GalleryView.without("# \(entry.name)\n", GalleryView.trimmed(text[...]))
    let rest = GalleryView.without(entry.summary + "\n", body)
    return summary + [StyledText()] + Markdown.lines(String(rest), width: width)
  }

  private static func without(_ start: String, _ text: Substring) -> Substring {
    text.hasPrefix(start) ? trimmed(text.dropFirst(start.count)) : text
  }

  private static func trimmed(_ text: Substring) -> Substring { text.drop { $0 == "\n" } }

  /// How many lines of the text lie below its pane.
  private func overflow(_ context: Context) -> Int {
    guard let entry = selected(context) else { return 0 }
    let rect = layout(context.area).text
    return max(0, lines(of: entry, width: rect.width, context).count - rect.height)
  }
}

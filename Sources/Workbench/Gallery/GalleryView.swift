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
      Binding([.pageDown], "PgDn", "read on", action: "down", help: "Scroll the README down."),
      Binding(
        [.pageUp],
        "PgUp",
        "back",
        action: "up",
        help: "Scroll the README up.",
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
    case .action("down"): offset = min(offset + places.text.height - 2, 2000)
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
        offset = min(offset + 3, 2000)
      }
    case .press(.left):
      if let index = list.index(at: mouse.at, in: places.list, count: entries.count) {
        list.select(index, count: entries.count, height: places.list.height)
        choose(context)
        if mouse.clicks >= 2 { return [.open(.launchForm(template: entries[index].name))] }
      }
    case .press, .release, .drag: break
    }
    return []
  }

  private func layout(_ area: Rect) -> (left: Rect, right: Rect, list: Rect, text: Rect) {
    let (left, right) = area.left(max(22, min(32, area.width / 4)))
    let text = right.inset()
    return (
      left, right, left.inset(),
      Rect(x: text.x + 1, y: text.y, width: text.width - 2, height: text.height)
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
    var lines = [StyledText(SafeText(hostile: entry.summary), .accent), StyledText()]
    if case .file(let facts) = context.answers[.file(entry.folder + "/README.md")] {
      let text = String(decoding: facts.bytes.prefix(64 << 10), as: UTF8.self)
      // The frame says the name already.
      let heading = "# \(entry.name)\n"
      let body = text.hasPrefix(heading) ? String(text.dropFirst(heading.count)) : text
      lines += Markdown.lines(body.drop { $0 == "\n" }.description, width: rect.width)
    }
    let block = TextBlock(lines)
    let count = block.wrapped(to: rect.width).count
    let top = min(offset, max(0, count - rect.height))
    block.draw(on: &screen, in: rect, offset: top)
    screen.drawScrollIndicator(
      in: Rect(x: rect.x, y: rect.y, width: rect.width + 1, height: rect.height),
      offset: top,
      count: count,
      glyphs: context.glyphs
    )
  }
}

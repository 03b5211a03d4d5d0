package import Terminal

extension Root {
  static let smallest = Size(width: 60, height: 16)

  var isTooSmall: Bool {
    context.size.width < Root.smallest.width || context.size.height < Root.smallest.height
  }

  /// The frame: a pure function of the state.
  package func draw() -> Screen {
    var screen = Screen(size: context.size)
    screen.bell = isRinging
    guard !isTooSmall else {
      drawTooSmall(on: &screen)
      return screen
    }
    drawHeader(on: &screen)
    let notice = noticeLines
    // A screen ends above a long notice: none of its frames is covered.
    var shown = context
    shown.noticeRows = max(0, notice.count - 1)
    front.draw(on: &screen, in: shown.area, shown)
    if overlay == nil { drawFooter(on: &screen) } else { drawOverlayFooter(on: &screen) }
    drawNotice(notice, on: &screen)
    switch overlay {
    case .help(let offset): drawHelp(on: &screen, offset: offset)
    case .palette(let palette): palette.draw(on: &screen, context)
    case .discard(let dialog, _): dialog.draw(on: &screen, in: screen.bounds)
    case nil: break
    }
    return screen
  }

  private func drawTooSmall(on screen: inout Screen) {
    let lines: [SafeText] = [
      "Lathe needs at least 60x16 cells.",
      "This terminal has \(context.size.width)x\(context.size.height).",
      "Make it larger, or q to quit.",
    ]
    let shown = lines.enumerated().flatMap { index, line in
      StyledText(line, index == 0 ? .bold : .dim).wordWrapped(to: max(1, context.size.width))
    }
    let top = max(0, (context.size.height - shown.count) / 2)
    for (index, line) in shown.enumerated() {
      let x = max(0, (context.size.width - line.width) / 2)
      screen.write(line, x: x, y: top + index)
    }
  }

  private func drawHeader(on screen: inout Screen) {
    let layout = headerLayout()
    screen.write(layout.facts, x: 1, y: 0, width: layout.room)
    for tab in layout.tabs {
      let isFront = tab.screen.isFront(destination)
      let number = SafeText(hostile: tab.screen.key.label)
      let style: Style = isFront ? Style(.accent, bold: true, reverse: true) : .dim
      screen.write(" \(number) \(tab.screen.name) ", x: tab.place.x, y: 0, style: style)
      if !isFront {
        screen.write(number, x: tab.place.x + 1, y: 0, style: Style(.accent, bold: true))
      }
    }
  }

  func headerLayout() -> HeaderLayout { HeaderLayout(context) }

  /// What each hint of the footer does.
  enum FooterCommand: Sendable {
    case press(Binding)
    case palette, help, back, none
  }

  @discardableResult
  func drawFooter(on screen: inout Screen) -> ([FooterCommand], [Rect?]) {
    var commands: [FooterCommand] = []
    var hints: [Footer.Hint] = []
    var leaving: Binding?
    for binding in front.bindings(context) where binding.isInFooter && binding.unavailable == nil {
      if binding.keys.contains(.escape) {
        leaving = binding
      } else {
        commands.append(.press(binding))
        hints.append(Footer.Hint(binding.label, binding.short))
      }
    }
    var kept = 3
    if headerLayout().tabs.isEmpty, !front.takesText {
      hints.append(Footer.Hint("1-5", "screens"))
      commands.append(.none)
      kept += 1
    }
    let leave: SafeText = layers.count > 1 ? "back" : "quit"
    if front.takesText {
      let last: Footer.Hint =
        layers.count > 1 ? .init("Esc", "back") : .init("Ctrl-C", "quit")
      hints += [.init("Ctrl-P", "all"), .init("F1", "keys"), last]
    } else {
      hints += [.init(":", "all"), .init("?", "keys"), .init("q", leave)]
    }
    commands += [.palette, .help, .back]
    // What Escape does in a screen of its own accord takes the place of what it does elsewhere.
    if let leaving {
      hints[hints.count - 1] = Footer.Hint(leaving.label, leaving.short)
      commands[commands.count - 1] = .press(leaving)
    }
    let row = Rect(x: 0, y: context.size.height - 1, width: context.size.width, height: 1)
    return (commands, Footer(hints).draw(on: &screen, in: row, keeping: kept))
  }

  /// The keys of what stands above the screen: those of the screen do not work meanwhile.
  private func drawOverlayFooter(on screen: inout Screen) {
    let hints: [Footer.Hint] =
      switch overlay {
      case .help:
        (helpOverflow > 0 ? [.init("Up Down", "scroll")] : []) + [.init("Esc", "close")]
      case .palette: [.init("Enter", "do it"), .init("Up Down", "choose"), .init("Esc", "close")]
      case .discard:
        [.init("Enter", "choose"), .init("y", "discard"), .init("Esc", "keep editing")]
      case nil: []
      }
    let row = Rect(x: 0, y: context.size.height - 1, width: context.size.width, height: 1)
    Footer(hints).draw(on: &screen, in: row)
  }

  private var noticeLines: [SafeText] {
    guard let notice else { return [] }
    let most = context.size.height >= 30 ? 6 : 4
    let width = context.size.width - 2
    let all = SafeText.lines(hostile: notice.text, most: most + 1)
      .flatMap { $0.wrapped(to: width) }
    guard all.count > most else { return all }
    return all.prefix(most - 1) + [all[most - 1].cut(to: width - 1) + "…"]
  }

  /// A notice takes the footer's line, and more above it when it is long.
  private func drawNotice(_ lines: [SafeText], on screen: inout Screen) {
    guard let notice else { return }
    let style: Style =
      switch notice.kind {
      case .information: Style(.accent)
      case .success: Style(.good)
      case .failure: Style(.bad)
      }
    let top = context.size.height - lines.count
    screen.fill(Rect(x: 0, y: top, width: context.size.width, height: lines.count))
    for (index, line) in lines.enumerated() {
      screen.write(line, x: 1, y: top + index, style: style)
    }
  }
}

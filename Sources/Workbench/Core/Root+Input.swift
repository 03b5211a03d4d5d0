import Terminal

extension Root {
  /// Where keys, clicks and pastes go: an overlay, the front screen's bindings, the keys that work
  /// everywhere, then the screen itself.
  mutating func terminal(_ event: TerminalEvent) -> [Effect] {
    switch event {
    case .resize(let size):
      context.size = size
      return tellFront(.terminal(event))
    case .hangup:
      return [.quit]
    case .focus:
      return []
    case .key(let key):
      notice = nil
      if key == .control("c") { return leave(.quit) }
      if isTooSmall { return key == Key("q") ? leave(.quit) : [] }
      return overlay == nil ? frontKey(key) : overlayKey(key)
    case .paste(let text):
      if case .palette(var palette) = overlay {
        palette.paste(text, bindings: front.bindings(context), context)
        overlay = .palette(palette)
        return []
      }
      return overlay == nil && !isTooSmall ? tellFront(.terminal(event)) : []
    case .mouse(let mouse):
      if isTooSmall { return [] }
      if mouse.action == .move {
        // A move is no answer to a notice: that stays.
        return followsPointer ? tellFront(.terminal(event)) : []
      }
      return overlay == nil ? frontMouse(mouse) : overlayMouse(mouse)
    }
  }

  private mutating func frontKey(_ key: Key) -> [Effect] {
    if let binding = front.bindings(context).first(where: { $0.keys.contains(key) }) {
      return press(binding)
    }
    if let effects = globalKey(key) { return effects }
    return tellFront(.terminal(.key(key)))
  }

  mutating func press(_ binding: Binding) -> [Effect] {
    if let reason = binding.unavailable {
      notice = Notice(.information, reason.string)
      return []
    }
    return tellFront(.action(binding.action))
  }

  private mutating func globalKey(_ key: Key) -> [Effect]? {
    switch key {
    case .control("p"): return open(.palette)
    case Key(.function(1)): return open(.help)
    case .escape: return escape()
    default:
      guard !front.takesText else { return nil }
      if let tab = MainScreen.all.first(where: { $0.key == key }) {
        return switchTo(tab.destination(context))
      }
      switch key {
      case Key(":"): return open(.palette)
      case Key("?"): return open(.help)
      case Key("q"): return leave(.back)
      default: return nil
      }
    }
  }

  /// Goes back, and never out: whoever presses Esc once too often has not lost the workbench.
  private mutating func escape() -> [Effect] {
    if layers.count > 1 { return leave(.back) }
    notice = Notice(.information, "This is the first screen; \(quitKey) quits, and runs go on.")
    return []
  }

  private var quitKey: String { front.takesText ? "Ctrl-C" : "q" }

  private mutating func overlayKey(_ key: Key) -> [Effect] {
    switch overlay {
    case .help(let offset):
      switch key.code {
      case .up, .character("k"): overlay = .help(offset: max(0, offset - 1))
      case .down, .character("j"): overlay = .help(offset: min(helpOverflow, offset + 1))
      case .pageUp: overlay = .help(offset: max(0, offset - 10))
      case .pageDown, .character(" "): overlay = .help(offset: min(helpOverflow, offset + 10))
      default: overlay = nil
      }
      return []
    case .palette(var palette):
      let outcome = palette.handle(key, bindings: front.bindings(context), context)
      return finish(palette, outcome)
    case .discard(var dialog, let then):
      if key == .escape || key == Key("n") || key == Key("q") {
        overlay = nil
      } else if key == .enter || key == Key("y") {
        overlay = nil
        if key == Key("y") || dialog.selected == 1 { return left(then) }
      } else {
        _ = dialog.handle(key)
        overlay = .discard(dialog, then: then)
      }
      return []
    case nil:
      return []
    }
  }

  private mutating func finish(_ palette: Palette, _ outcome: Palette.Outcome) -> [Effect] {
    switch outcome {
    case .stays:
      overlay = .palette(palette)
      return []
    case .closed:
      overlay = nil
      return []
    case .chosen(.open(let destination)):
      overlay = nil
      if MainScreen.all.contains(where: { $0.destination(context) == destination }) {
        return switchTo(destination)
      }
      return open(destination)
    case .chosen(.press(let action)):
      overlay = nil
      guard let binding = front.bindings(context).first(where: { $0.action == action }) else {
        return []
      }
      return press(binding)
    }
  }

  private mutating func frontMouse(_ mouse: Mouse) -> [Effect] {
    if case .press(.left) = mouse.action {
      if mouse.at.y == 0, let tab = headerLayout().tab(at: mouse.at) {
        return switchTo(tab.destination(context))
      }
      if mouse.at.y == context.size.height - 1 {
        if notice != nil {
          notice = nil
          return []
        }
        return pressFooter(at: mouse.at)
      }
    }
    notice = nil
    return tellFront(.terminal(.mouse(mouse)))
  }

  private mutating func pressFooter(at point: Point) -> [Effect] {
    var scratch = Screen(size: context.size)
    let (commands, places) = drawFooter(on: &scratch)
    for (command, place) in zip(commands, places) where place?.contains(point) == true {
      switch command {
      case .press(let binding): return press(binding)
      case .help: return open(.help)
      case .palette: return open(.palette)
      case .back: return leave(.back)
      case .none: break
      }
    }
    return []
  }

  private mutating func overlayMouse(_ mouse: Mouse) -> [Effect] {
    switch overlay {
    case .palette(var palette):
      let outcome = palette.handle(mouse, context)
      return finish(palette, outcome)
    case .help(let offset):
      switch mouse.action {
      case .wheelUp: overlay = .help(offset: max(0, offset - 3))
      case .wheelDown: overlay = .help(offset: min(helpOverflow, offset + 3))
      case .press: overlay = nil
      case .release, .drag, .move: break
      }
    case .discard(let dialog, let then):
      guard case .press(.left) = mouse.action else { return [] }
      var scratch = Screen(size: context.size)
      let places = dialog.draw(on: &scratch, in: scratch.bounds)
      guard let button = places.firstIndex(where: { $0.contains(mouse.at) }) else { return [] }
      overlay = nil
      if button == 1 { return left(then) }
    case nil: break
    }
    return []
  }
}

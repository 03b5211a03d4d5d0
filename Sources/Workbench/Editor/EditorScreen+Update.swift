import Documents
import Engine
import Store
import Terminal

extension EditorScreen {
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    home = context.home.folder
    switch event {
    case .action(let action): return act(action, context)
    case .terminal(let event): return take(event, context)
    case .answered: return look(context)
    case .saved(let path, let failure): return saved(path, failure, context)
    case .replied(_, let reply):
      switch reply {
      case .refused(let explanation), .done(.refused(let explanation)):
        return [.tell(Notice(.failure, explanation.sentence))]
      case .done:
        let run = resuming.map { "r\($0)" } ?? "The run"
        return [.back, .tell(Notice(.success, "\(run) goes on with the saved code."))]
      }
    }
  }

  // MARK: Actions

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    switch action {
    case "save": return save(then: .stay, context)
    case "resume": return save(then: .resume, context)
    case "launch": return save(then: .launch, context)
    case "outside": return save(then: .outside, context)
    case "save and leave": return save(then: .leave, context)
    case "leave":
      guard buffer?.isDirty == true else { return [.back] }
      mode = .leaving
    case "discard":
      buffer?.markSaved()
      return forgetRecovery() + [.back]
    case "cancel": mode = .text
    case "overwrite":
      // Whatever is there now is what the user has agreed to lose.
      onDisk = nil
      return save(then: next, context)
    case "reload":
      let before = buffer?.lines
      buffer = nil
      mode = .text
      inFlight = nil
      let effects = forgetRecovery() + look(context)
      if let before { moveMark(from: before) }
      return effects
    case "restore", "drop": return recover(action == "restore", context)
    case "find": mode = .find(TextField(buffer?.selectedText ?? query?.text ?? "", limit: 200))
    case "line": mode = .line(TextField(limit: 9))
    case "go": go(context)
    case "search", "find next", "find last": return search(action, context)
    default: return edit(action, context)
    }
    return []
  }

  private mutating func edit(_ action: String, _ context: Context) -> [Effect] {
    mode = .text
    var effects: [Effect] = []
    let before = EditState(self)
    switch action {
    case "undo": buffer?.undo()
    case "redo": buffer?.redo()
    case "cut", "copy":
      if let text = buffer?.selectedText {
        clipboard = text
        if action == "cut" { buffer?.deleteSelection() }
      } else if action == "cut", let line = buffer?.cutLine() {
        clipboard = line
      }
      effects.append(.copy(clipboard))
    case "paste": buffer?.insert(clipboard)
    default: break
    }
    return effects + edited(before, context)
  }

  private mutating func go(_ context: Context) {
    guard case .line(let field) = mode else { return }
    mode = .text
    if let line = Int(field.text), line > 0 { center(line, context) }
  }

  private mutating func search(_ action: String, _ context: Context) -> [Effect] {
    if case .find(let field) = mode {
      guard !field.text.isEmpty else {
        mode = .text
        query = nil
        return []
      }
      query = TextQuery(field.text)
    }
    guard let query else { return [] }
    guard buffer?.find(query, backward: action == "find last") == true else {
      return [.tell(Notice(.failure, "\"\(query.text)\" is not in this file."))]
    }
    mode = .found
    fit(context)
    return []
  }

  // MARK: The keyboard and the mouse as they come

  private mutating func take(_ event: TerminalEvent, _ context: Context) -> [Effect] {
    switch event {
    case .key(let key): return take(key, context)
    case .paste(let text):
      if case .find(var field) = mode {
        field.insert(text)
        mode = .find(field)
        return []
      }
      guard mode == .text || mode == .found else { return [] }
      mode = .text
      let before = EditState(self)
      buffer?.insert(text)
      return edited(before, context)
    case .mouse(let mouse):
      if mode == .text || mode == .found { take(mouse, context) }
    case .resize: fit(context)
    case .focus, .hangup: break
    }
    return []
  }

  private mutating func take(_ key: Key, _ context: Context) -> [Effect] {
    switch mode {
    case .find(var field):
      _ = field.handle(key)
      mode = .find(field)
    case .line(var field):
      if case .character(let character) = key.code, !character.isNumber { break }
      _ = field.handle(key)
      mode = .line(field)
    case .text, .found:
      mode = .text
      let before = EditState(self)
      let page = textRect(in: context.area).height
      guard buffer?.handle(key, page: page) == true else { return [] }
      return edited(before, context)
    case .leaving, .conflict, .recovery: break
    }
    return []
  }

  private mutating func take(_ mouse: Mouse, _ context: Context) {
    guard let buffer else { return }
    let rect = textRect(in: context.area)
    let at = TextDrawing(viewport: viewport).position(at: mouse.at, of: buffer, in: rect)
    switch mouse.action {
    case .wheelUp: viewport.scroll(by: -3, lines: buffer.lines.count)
    case .wheelDown: viewport.scroll(by: 3, lines: buffer.lines.count)
    case .press(.left) where rect.contains(mouse.at):
      self.buffer?.move(to: at)
      if mouse.clicks == 2 { self.buffer?.selectWord() }
    case .drag:
      self.buffer?.move(to: at, selecting: true)
      fit(context)
    default: break
    }
  }

  // MARK: After an edit

  /// What an edit is told by.
  struct EditState {
    var lines: [String]

    init(_ screen: EditorScreen) { lines = screen.buffer?.lines ?? [] }
  }

  private mutating func edited(_ before: EditState, _ context: Context) -> [Effect] {
    defer { fit(context) }
    guard let buffer, buffer.lines != before.lines else { return [] }
    moveMark(from: before.lines)
    check()
    return keepForRecovery(lines: buffer.lines.count != before.lines.count)
  }
}

package import Terminal

extension TextBuffer {
  /// Handles the keys that edit and move; false for any other, such as the pane's own.
  ///
  /// `page` is the number of rows that are shown. Cut, copy and paste are the pane's, which knows the
  /// clipboard.
  package mutating func handle(_ key: Key, page: Int) -> Bool {
    handleMotion(key, page: page) || handleEdit(key)
  }

  private mutating func handleMotion(_ key: Key, page: Int) -> Bool {
    let motion: Motion
    switch (key.code, key.control, key.alt) {
    case (.left, false, false): motion = .left
    case (.right, false, false): motion = .right
    case (.left, _, _): motion = .wordLeft
    case (.right, _, _): motion = .wordRight
    case (.up, false, false): motion = .up
    case (.down, false, false): motion = .down
    case (.home, true, _): motion = .fileStart
    case (.end, true, _): motion = .fileEnd
    case (.home, _, _): motion = .lineStart
    case (.end, _, _): motion = .lineEnd
    case (.pageUp, _, _): motion = .lines(-max(1, page - 1))
    case (.pageDown, _, _): motion = .lines(max(1, page - 1))
    default: return false
    }
    move(motion, selecting: key.shift)
    return true
  }

  private mutating func handleEdit(_ key: Key) -> Bool {
    switch (key.code, key.control, key.alt) {
    case (.character(let character), false, false): insert(String(character))
    case (.enter, false, _): insertNewline()
    case (.tab, false, false): indent()
    case (.backTab, _, _): outdent()
    case (.backspace, false, false): deleteBackward()
    case (.delete, false, false): deleteForward()
    case (.backspace, _, _), (.character("w"), true, false): deleteWordBackward()
    case (.delete, _, _): deleteWordForward()
    case (.character("z"), true, false): undo()
    case (.character("y"), true, false): redo()
    case (.character("a"), true, false): selectAll()
    default: return false
    }
    return true
  }
}

import Terminal

extension TextBuffer {
  /// Inserts text at the cursor, in place of the selection; line breaks in any form.
  package mutating func insert(_ text: String) {
    let unified = Self.unified(text)
    let kind: History.Kind =
      unified.count == 1 && unified.first.map { !$0.isWhitespace } == true ? .typing : .other
    replace(selection ?? cursor..<cursor, with: unified, kind: kind)
  }

  /// Starts a new line, indented as the language wants it.
  package mutating func insertNewline() {
    let at = selection?.lowerBound ?? cursor
    let before = lines[at.line].prefix(at.column)
    var indent = String(before.prefix { $0 == " " || $0 == "\t" })
    let code = before.drop { $0 == " " || $0 == "\t" }
    if opensBlock(code) {
      indent += indentation.text
    } else if endsBlock(code) {
      indent = String(indent.dropLast(indentation.text.count))
    }
    replace(selection ?? cursor..<cursor, with: "\n" + indent, kind: .other)
  }

  private func opensBlock(_ code: Substring) -> Bool {
    guard let last = code.last(where: { !$0.isWhitespace }) else { return false }
    switch language {
    case .python: return !code.hasPrefix("#") && ":([{".contains(last)
    case .yaml: return !code.hasPrefix("#") && ":[{".contains(last)
    case .json: return "[{".contains(last)
    case .shell:
      let word = code.split(separator: " ").last
      return last == "{" || word == "then" || word == "do" || word == "else"
    case .plain: return false
    }
  }

  private func endsBlock(_ code: Substring) -> Bool {
    guard language == .python, let word = code.split(separator: " ").first else { return false }
    return ["return", "pass", "break", "continue", "raise"].contains(word)
  }

  /// Tab: indents the selected lines, else inserts up to the next step.
  package mutating func indent() {
    if let selection, selection.lowerBound.line < selection.upperBound.line {
      let step = indentation.text
      return shiftLines { $0.isEmpty ? $0 : step + $0 }
    }
    guard case .spaces(let step) = indentation else { return insert("\t") }
    let column = selection?.lowerBound.column ?? cursor.column
    insert(String(repeating: " ", count: step - column % step))
  }

  /// Shift-Tab: takes one step of indentation from the cursor's or the selected lines.
  package mutating func outdent() {
    var step = 1
    if case .spaces(let count) = indentation { step = count }
    shiftLines { line in
      if line.hasPrefix("\t") { return String(line.dropFirst()) }
      return String(line.dropFirst(min(step, line.prefix { $0 == " " }.count)))
    }
  }

  private mutating func shiftLines(_ shift: (String) -> String) {
    let range = selection ?? cursor..<cursor
    var last = range.upperBound.line
    if last > range.lowerBound.line, range.upperBound.column == 0 { last -= 1 }
    let old = Array(lines[range.lowerBound.line...last])
    let new = old.map(shift)
    guard new != old else { return }
    func moved(_ position: Position) -> Position {
      guard position.line >= range.lowerBound.line, position.line <= last else { return position }
      let index = position.line - range.lowerBound.line
      let by = new[index].count - old[index].count
      return Position(line: position.line, column: max(0, position.column + by))
    }
    let kept = anchor.map(moved)
    change(range.lowerBound.line..<(last + 1), to: new, cursor: moved(cursor), kind: .other)
    anchor = kept
  }

  /// Backspace; in the indentation it takes a whole step.
  package mutating func deleteBackward() {
    if selection != nil { return deleteSelection() }
    guard cursor > Position(line: 0, column: 0) else { return }
    if cursor.column == 0 {
      let line = cursor.line - 1
      let start = Position(line: line, column: lines[line].count)
      return replace(start..<cursor, with: "", kind: .deleting)
    }
    var count = 1
    let before = lines[cursor.line].prefix(cursor.column)
    if case .spaces(let step) = indentation, before.allSatisfy({ $0 == " " }) {
      count = (cursor.column - 1) % step + 1
    }
    let start = Position(line: cursor.line, column: cursor.column - count)
    replace(start..<cursor, with: "", kind: .deleting)
  }

  /// Delete: the character under the cursor, or the line's end.
  package mutating func deleteForward() {
    if selection != nil { return deleteSelection() }
    guard cursor < end else { return }
    replace(cursor..<next(cursor), with: "", kind: .deleting)
  }

  package mutating func deleteWordBackward() {
    if selection != nil { return deleteSelection() }
    replace(wordLeft(cursor)..<cursor, with: "", kind: .other)
  }

  package mutating func deleteWordForward() {
    if selection != nil { return deleteSelection() }
    replace(cursor..<wordRight(cursor), with: "", kind: .other)
  }

  package mutating func deleteSelection() {
    guard let selection else { return }
    replace(selection, with: "", kind: .other)
  }

  /// Takes the cursor's whole line out and returns it with its line break.
  package mutating func cutLine() -> String {
    let taken = lines[cursor.line] + "\n"
    let last = cursor.line == lines.count - 1
    let column = cursor.column
    if lines.count == 1 {
      change(0..<1, to: [""], cursor: Position(line: 0, column: 0), kind: .other)
    } else {
      let line = last ? cursor.line - 1 : cursor.line
      change(
        cursor.line..<(cursor.line + 1),
        to: [],
        cursor: Position(line: line, column: column),
        kind: .other
      )
    }
    return taken
  }

  package mutating func undo() {
    guard let group = history.undo() else { return }
    let change = group.change
    lines.replaceSubrange(change.first..<(change.first + change.new.count), with: change.old)
    place(at: group.before)
  }

  package mutating func redo() {
    guard let group = history.redo() else { return }
    let change = group.change
    lines.replaceSubrange(change.first..<(change.first + change.old.count), with: change.new)
    place(at: group.after)
  }

  private mutating func place(at position: Position) {
    cursor = clamped(position)
    anchor = nil
    wantedCell = nil
  }

  /// Replaces a range by text and puts the cursor behind it.
  mutating func replace(_ range: Range<Position>, with text: String, kind: History.Kind) {
    guard !range.isEmpty || !text.isEmpty else { return }
    let (first, last) = (range.lowerBound, range.upperBound)
    let head = lines[first.line].prefix(first.column)
    let tail = lines[last.line].dropFirst(last.column)
    var new = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    new[0] = head + new[0]
    let line = first.line + new.count - 1
    let column = new[new.count - 1].count
    new[new.count - 1] += tail
    change(
      first.line..<(last.line + 1),
      to: new,
      cursor: Position(line: line, column: column),
      kind: kind
    )
  }

  /// The only place where lines change and history is written.
  mutating func change(
    _ range: Range<Int>,
    to new: [String],
    cursor after: Position,
    kind: History.Kind
  ) {
    let change = History.Change(first: range.lowerBound, old: Array(lines[range]), new: new)
    let before = cursor
    lines.replaceSubrange(range, with: new)
    place(at: after)
    history.record(change, kind: kind, before: before, after: cursor)
  }

  /// Line breaks as "\n"; a paste may have any.
  private static func unified(_ text: String) -> String {
    guard text.utf8.contains(0x0D) else { return text }
    var unified = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" || (scalar == "\n" && !afterReturn) {
        unified.append("\n")
      } else if scalar != "\n" {
        unified.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    return String(unified)
  }
}

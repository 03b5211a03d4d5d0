import Terminal

extension TextBuffer {
  package enum Motion: Sendable, Equatable {
    case left, right, up, down
    case wordLeft, wordRight
    /// To the first character that is not blank, and from there to the very start.
    case lineStart
    case lineEnd
    case fileStart, fileEnd
    case lines(Int)
  }

  /// Moves the cursor; `selecting` leaves the selection's other end where it is.
  package mutating func move(_ motion: Motion, selecting: Bool = false) {
    history.close()
    if !selecting, let selection, motion == .left || motion == .right {
      cursor = motion == .left ? selection.lowerBound : selection.upperBound
      anchor = nil
      wantedCell = nil
      return
    }
    if selecting { anchor = anchor ?? cursor } else { anchor = nil }
    switch motion {
    case .up: return moveLines(-1)
    case .down: return moveLines(1)
    case .lines(let count): return moveLines(count)
    case .left: cursor = previous(cursor)
    case .right: cursor = next(cursor)
    case .wordLeft: cursor = wordLeft(cursor)
    case .wordRight: cursor = wordRight(cursor)
    case .lineStart:
      let blanks = lines[cursor.line].prefix { $0 == " " || $0 == "\t" }.count
      cursor.column = cursor.column == blanks ? 0 : blanks
    case .lineEnd: cursor.column = lines[cursor.line].count
    case .fileStart: cursor = Position(line: 0, column: 0)
    case .fileEnd: cursor = end
    }
    wantedCell = nil
  }

  /// Puts the cursor somewhere, brought into the text.
  package mutating func move(to position: Position, selecting: Bool = false) {
    history.close()
    if selecting { anchor = anchor ?? cursor } else { anchor = nil }
    cursor = clamped(position)
    wantedCell = nil
  }

  /// Puts the cursor on a line by its number as people count, from 1.
  package mutating func goTo(line: Int, column: Int = 1) {
    move(to: Position(line: line - 1, column: column - 1))
  }

  package mutating func selectAll() {
    history.close()
    anchor = Position(line: 0, column: 0)
    cursor = end
  }

  /// Selects the word at the cursor: a double click.
  package mutating func selectWord() {
    let characters = Array(lines[cursor.line])
    var (from, to) = (cursor.column, cursor.column)
    while from > 0, characters[from - 1].isWordPart { from -= 1 }
    while to < characters.count, characters[to].isWordPart { to += 1 }
    anchor = Position(line: cursor.line, column: from)
    cursor.column = to
  }

  private mutating func moveLines(_ count: Int) {
    let wanted = wantedCell ?? cell(of: cursor)
    let target = cursor.line.addingReportingOverflow(count).partialValue
    let line = min(max(0, target), lines.count - 1)
    // Up from the first line is its start, down from the last its end.
    if line == cursor.line, target != line {
      cursor.column = target < 0 ? 0 : lines[line].count
      wantedCell = nil
      return
    }
    cursor = position(line: line, cell: wanted)
    wantedCell = wanted
  }

  func previous(_ position: Position) -> Position {
    if position.column > 0 { return Position(line: position.line, column: position.column - 1) }
    guard position.line > 0 else { return position }
    return Position(line: position.line - 1, column: lines[position.line - 1].count)
  }

  func next(_ position: Position) -> Position {
    if position.column < lines[position.line].count {
      return Position(line: position.line, column: position.column + 1)
    }
    guard position.line + 1 < lines.count else { return position }
    return Position(line: position.line + 1, column: 0)
  }

  func wordLeft(_ position: Position) -> Position {
    guard position.column > 0 else { return previous(position) }
    let characters = Array(lines[position.line])
    var column = position.column
    while column > 0, !characters[column - 1].isWordPart { column -= 1 }
    while column > 0, characters[column - 1].isWordPart { column -= 1 }
    return Position(line: position.line, column: column)
  }

  func wordRight(_ position: Position) -> Position {
    let characters = Array(lines[position.line])
    guard position.column < characters.count else { return next(position) }
    var column = position.column
    while column < characters.count, !characters[column].isWordPart { column += 1 }
    while column < characters.count, characters[column].isWordPart { column += 1 }
    return Position(line: position.line, column: column)
  }
}

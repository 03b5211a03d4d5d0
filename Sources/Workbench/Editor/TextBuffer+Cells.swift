import Terminal

extension TextBuffer {
  /// Cells between two tab stops.
  static let tabStop = 4

  /// How a character is shown at a cell: never nothing, so that each can be stood on.
  static func shown(_ character: Character, at cell: Int) -> (text: SafeText, cells: Int) {
    if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7F {
      return (SafeText(hostile: String(character)), 1)
    }
    if character == "\t" {
      let cells = tabStop - cell % tabStop
      return (SafeText(hostile: String(repeating: " ", count: cells)), cells)
    }
    let text = SafeText(hostile: String(character))
    return text.width > 0 ? (text, text.width) : ("\u{FFFD}", 1)
  }

  /// The cell in which a position starts, from its line's start.
  package func cell(of position: Position) -> Int {
    var cell = 0
    for character in lines[position.line].prefix(position.column) {
      cell += Self.shown(character, at: cell).cells
    }
    return cell
  }

  /// The position at a cell of a line; within a wide character it is that character.
  package func position(line: Int, cell: Int) -> Position {
    var at = 0
    for (column, character) in lines[line].enumerated() {
      at += Self.shown(character, at: at).cells
      if at > cell { return Position(line: line, column: column) }
    }
    return Position(line: line, column: lines[line].count)
  }
}

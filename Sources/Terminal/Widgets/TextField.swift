/// A line of text that is being typed.
package struct TextField: Sendable, Equatable {
  /// What was typed, as it is: hostile until it is drawn.
  package private(set) var text: String
  /// Characters before the cursor.
  package private(set) var cursor: Int
  package var placeholder: SafeText
  /// Shows "•" for each character.
  package var isMasked: Bool
  /// Characters; what would exceed it is not taken.
  package var limit: Int

  package init(
    _ text: String = "",
    placeholder: SafeText = "",
    isMasked: Bool = false,
    limit: Int = 4096
  ) {
    self.text = text
    self.placeholder = placeholder
    self.isMasked = isMasked
    self.limit = limit
    cursor = text.count
  }

  /// Replaces the text and puts the cursor at its end.
  package mutating func set(_ text: String) {
    self.text = text
    cursor = text.count
  }

  /// Inserts text at the cursor; line breaks of a paste become blanks.
  package mutating func insert(_ inserted: String) {
    var line = ""
    for character in inserted {
      if character.isNewline || character == "\t" {
        line.append(" ")
      } else if character.cellWidth > 0 || (character.isMark && cursor > 0) {
        line.append(character)
      }
    }
    let before = text.count
    let taken = String(line.prefix(max(0, limit - before)))
    guard !taken.isEmpty else { return }
    text.insert(contentsOf: taken, at: index(cursor))
    // A mark joins the character before it.
    cursor = min(text.count, max(0, cursor + text.count - before))
  }

  /// Handles the keys of a line editor; false for a key that is not its own, such as Enter.
  package mutating func handle(_ key: Key) -> Bool {
    switch (key.code, key.control, key.alt) {
    case (.character(let character), false, false): insert(String(character))
    case (.backspace, false, false), (.character("h"), true, false): delete(cursor - 1, cursor)
    case (.delete, false, false), (.character("d"), true, false): delete(cursor, cursor + 1)
    case (.backspace, _, _), (.character("w"), true, false): delete(wordLeft, cursor)
    case (.delete, _, _), (.character("d"), false, true): delete(cursor, wordRight)
    case (.character("u"), true, false): delete(0, cursor)
    case (.character("k"), true, false): delete(cursor, text.count)
    case (.left, false, false), (.character("b"), true, false): cursor = max(0, cursor - 1)
    case (.right, false, false), (.character("f"), true, false):
      cursor = min(text.count, cursor + 1)
    case (.left, _, _), (.character("b"), false, true): cursor = wordLeft
    case (.right, _, _), (.character("f"), false, true): cursor = wordRight
    case (.home, _, _), (.character("a"), true, false): cursor = 0
    case (.end, _, _), (.character("e"), true, false): cursor = text.count
    default: return false
    }
    return true
  }

  /// Puts the cursor at the clicked cell of the row in which the field was drawn.
  package mutating func click(at point: Point, in rect: Rect) {
    var column = rect.x
    let characters = Array(text)
    cursor = characters.count
    for (index, character) in characters.enumerated().dropFirst(firstShown(width: rect.width)) {
      column += width(of: character)
      if point.x < column {
        cursor = index
        return
      }
    }
  }

  /// Draws the field in the first row of `rect`; a focused one shows the screen's cursor.
  package func draw(
    on screen: inout Screen,
    in rect: Rect,
    focused: Bool,
    style: Style = .normal
  ) {
    guard !rect.isEmpty else { return }
    let row = rect.top(1).0
    screen.fill(row, Cell(" ", focused ? Style(style.color, underline: true) : style))
    let start = firstShown(width: rect.width)
    let shown = focused ? Style(style.color, bold: style.bold, underline: true) : style
    if text.isEmpty {
      screen.write(placeholder, x: rect.x, y: rect.y, style: .dim, width: rect.width)
    }
    var column = rect.x
    var cursorColumn = rect.x
    for (index, character) in text.enumerated().dropFirst(start) {
      let cells = width(of: character)
      if index == cursor { cursorColumn = column }
      guard column + cells <= rect.maxX else { break }
      let safe = isMasked ? "•" : SafeText(hostile: String(character))
      screen.write(safe, x: column, y: rect.y, style: shown, width: cells, ellipsis: false)
      column += cells
      if index + 1 == cursor { cursorColumn = column }
    }
    if focused { screen.cursor = Point(x: min(cursorColumn, rect.maxX - 1), y: rect.y) }
  }

  /// The first character shown, so that the cursor has a cell of its own at the right.
  private func firstShown(width: Int) -> Int {
    let characters = Array(text)
    var used = 1
    var start = cursor
    while start > 0 {
      used += self.width(of: characters[start - 1])
      if used > width { break }
      start -= 1
    }
    return start
  }

  private func width(of character: Character) -> Int {
    isMasked ? 1 : SafeText(hostile: String(character)).width
  }

  private mutating func delete(_ from: Int, _ to: Int) {
    let (from, to) = (max(0, from), min(to, text.count))
    guard from < to else { return }
    text.removeSubrange(index(from)..<index(to))
    cursor = min(from, text.count)
  }

  private func index(_ offset: Int) -> String.Index {
    text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) ?? text.endIndex
  }

  private var wordLeft: Int {
    let characters = Array(text)
    var at = cursor
    while at > 0, !characters[at - 1].isWordPart { at -= 1 }
    while at > 0, characters[at - 1].isWordPart { at -= 1 }
    return at
  }

  private var wordRight: Int {
    let characters = Array(text)
    var at = cursor
    while at < characters.count, !characters[at].isWordPart { at += 1 }
    while at < characters.count, characters[at].isWordPart { at += 1 }
    return at
  }
}

extension Character {
  /// A combining mark by itself, as a keyboard sends it after its letter.
  fileprivate var isMark: Bool {
    guard let scalar = unicodeScalars.first else { return false }
    return scalar.value >= 0x300 && scalar.cells == 0
  }

  /// Letters, digits and underscores make a word.
  package var isWordPart: Bool { isLetter || isNumber || self == "_" }
}

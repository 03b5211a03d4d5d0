/// One cell: a grapheme cluster and its style; the right half of a wide character is empty text.
package struct Cell: Sendable, Equatable, Hashable {
  package var text: Character?
  package var style: Style

  package init(_ text: Character? = " ", _ style: Style = .normal) {
    self.text = text
    self.style = style
  }

  package static let blank = Cell()
}

/// A whole frame as a value; drawing outside of it does nothing.
///
/// A frame is a pure function of state; the terminal door compares it with the one shown before.
package struct Screen: Sendable, Equatable {
  package let size: Size
  package private(set) var cells: [Cell]
  /// Rows of which any cell was ever set: the others are blank and need not be made so.
  private var isWritten: [Bool]
  /// Where the cursor is shown; nil hides it.
  package var cursor: Point?
  /// What happened beside the picture: rung once when the frame is shown.
  package var bell = false

  package init(size: Size) {
    self.size = Size(width: max(0, size.width), height: max(0, size.height))
    cells = Array(repeating: .blank, count: self.size.width * self.size.height)
    isWritten = Array(repeating: false, count: self.size.height)
  }

  /// Whether they show the same, however it came about.
  package static func == (one: Screen, other: Screen) -> Bool {
    one.size == other.size && one.cells == other.cells && one.cursor == other.cursor
      && one.bell == other.bell
  }

  package var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

  package subscript(x: Int, y: Int) -> Cell {
    get {
      guard x >= 0, y >= 0, x < size.width, y < size.height else { return .blank }
      return cells[y * size.width + x]
    }
    set {
      guard x >= 0, y >= 0, x < size.width, y < size.height else { return }
      let index = y * size.width + x
      // Half of a wide character never stays without the other half.
      if x > 0, cells[index].text == nil { cells[index - 1].text = " " }
      if x + 1 < size.width, cells[index + 1].text == nil { cells[index + 1].text = " " }
      cells[index] = newValue
      isWritten[y] = true
    }
  }

  /// Draws text from a cell on, cut at `width` cells (default: the screen's edge) and never wrapped.
  ///
  /// A cut text ends in "…" unless `ellipsis` is false. Returns the number of cells drawn.
  @discardableResult
  package mutating func write(
    _ text: SafeText,
    x: Int,
    y: Int,
    style: Style = .normal,
    width: Int? = nil,
    ellipsis: Bool = true
  ) -> Int {
    let room = min(width ?? .max, size.width - x)
    guard room > 0, y >= 0, y < size.height else { return 0 }
    let shown = ellipsis ? text.cut(to: room) : text
    var column = x
    for character in shown.string {
      let cells = character.cellWidth
      guard column + cells <= x + room else { break }
      self[column, y] = Cell(character, style)
      if cells == 2 { self[column + 1, y] = Cell(nil, style) }
      column += cells
    }
    return column - x
  }

  /// Fills a rectangle with one cell.
  package mutating func fill(_ rect: Rect, _ cell: Cell = .blank) {
    let area = rect.intersection(bounds)
    guard !area.isEmpty else { return }
    for y in area.y..<area.maxY where isWritten[y] || cell != .blank {
      // Only at the edges may half of a wide character be left.
      self[area.x, y] = cell
      self[area.maxX - 1, y] = cell
      let row = y * size.width
      for index in row + area.x..<row + area.maxX { cells[index] = cell }
    }
  }

  /// Changes the style of a rectangle's cells and keeps their text.
  package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let area = rect.intersection(bounds)
    for y in area.y..<max(area.y, area.maxY) {
      isWritten[y] = true
      for x in area.x..<max(area.x, area.maxX) { change(&cells[y * size.width + x].style) }
    }
  }

  /// The screen as lines of text, blanks at the ends kept: what tests compare.
  package var lines: [String] {
    (0..<size.height).map { y in
      var line = ""
      for x in 0..<size.width {
        if let character = self[x, y].text { line.append(character) }
      }
      return line
    }
  }

  /// The screen as text, blanks at the ends of lines removed.
  package var text: String {
    lines.map { line in
      var end = line.endIndex
      while end > line.startIndex, line[line.index(before: end)] == " " {
        end = line.index(before: end)
      }
      return String(line[..<end])
    }.joined(separator: "\n")
  }
}

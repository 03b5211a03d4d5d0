package import Terminal

/// Which part of a text is shown.
package struct TextViewport: Sendable, Equatable {
  /// The first line shown.
  package var top = 0
  /// The first cell shown of every line.
  package var left = 0

  package init() {}

  /// Follows the cursor into a rectangle, with two lines to spare where there is room.
  package mutating func fit(_ buffer: TextBuffer, in rect: Rect) {
    let height = max(1, rect.height)
    let spare = height > 6 ? 2 : 0
    let line = buffer.cursor.line
    top = min(top, max(0, line - spare))
    top = max(top, min(line + spare, buffer.lines.count - 1) - height + 1)
    top = min(max(0, top), max(0, buffer.lines.count - 1))
    let width = max(1, TextDrawing.textArea(of: buffer, in: rect).width)
    let cell = buffer.cell(of: buffer.cursor)
    if cell < left { left = max(0, cell - width / 4) }
    if cell >= left + width { left = cell - width + 1 + min(8, width / 4) }
    if cell < width - 1 { left = 0 }
  }

  /// Scrolls without moving the cursor.
  package mutating func scroll(by rows: Int, lines: Int) {
    top = min(max(0, top + rows), max(0, lines - 1))
  }
}

/// Draws a text buffer; the pane around it is not its business.
package struct TextDrawing: Sendable, Equatable {
  package var viewport: TextViewport
  /// Messages by line, from 0: a mark in the gutter and the text behind the line.
  package var diagnostics: [Int: SafeText]
  /// Occurrences of it are underlined.
  package var query: TextQuery?
  package var focused: Bool
  package var glyphs: GlyphSet

  package init(
    viewport: TextViewport,
    diagnostics: [Int: SafeText] = [:],
    query: TextQuery? = nil,
    focused: Bool = true,
    glyphs: GlyphSet = .braille
  ) {
    self.viewport = viewport
    self.diagnostics = diagnostics
    self.query = query
    self.focused = focused
    self.glyphs = glyphs
  }

  /// Lines before the first shown one that are read to know whether it starts within a string.
  private static let lookBack = 400

  /// A mark, the widest number and a blank.
  static func gutterWidth(of buffer: TextBuffer) -> Int {
    max(3, String(buffer.lines.count).count) + 2
  }

  /// The part of a rectangle that holds text.
  package static func textArea(of buffer: TextBuffer, in rect: Rect) -> Rect {
    rect.left(min(gutterWidth(of: buffer), rect.width / 2)).1
  }

  /// The position under a cell of the rectangle in which the buffer was drawn.
  package func position(at point: Point, of buffer: TextBuffer, in rect: Rect)
    -> TextBuffer.Position
  {
    let area = Self.textArea(of: buffer, in: rect)
    let line = min(max(0, viewport.top + point.y - area.y), buffer.lines.count - 1)
    return buffer.position(line: line, cell: max(0, viewport.left + point.x - area.x))
  }

  package func draw(_ buffer: TextBuffer, on screen: inout Screen, in rect: Rect) {
    screen.fill(rect)
    guard !rect.isEmpty else { return }
    let area = Self.textArea(of: buffer, in: rect)
    var colours = SyntaxColours(buffer.language)
    let top = min(max(0, viewport.top), buffer.lines.count - 1)
    for line in max(0, top - Self.lookBack)..<top { _ = colours.next(buffer.lines[line]) }
    for line in top..<min(buffer.lines.count, top + rect.height) {
      let y = rect.y + line - top
      drawGutter(line, of: buffer, on: &screen, in: rect, y: y, width: area.x - rect.x)
      let spans = colours.next(buffer.lines[line])
      drawLine(line, of: buffer, spans, on: &screen, in: area, y: y)
    }
  }

  private func drawGutter(
    _ line: Int,
    of buffer: TextBuffer,
    on screen: inout Screen,
    in rect: Rect,
    y: Int,
    width: Int
  ) {
    guard width >= 3 else { return }
    if diagnostics[line] != nil {
      screen.write(glyphs == .ascii ? "!" : "●", x: rect.x, y: y, style: .bad)
    }
    let number: SafeText = "\(line + 1)"
    screen.write(
      number.padded(to: width - 2, .right),
      x: rect.x + 1,
      y: y,
      style: line == buffer.cursor.line ? .normal : .dim,
      width: width - 2
    )
  }

  private func drawLine(
    _ line: Int,
    of buffer: TextBuffer,
    _ spans: [SyntaxColours.Span],
    on screen: inout Screen,
    in area: Rect,
    y: Int
  ) {
    let text = buffer.lines[line]
    let found = query?.ranges(in: text) ?? []
    let selected = buffer.selectedColumns(of: line)
    var span = spans[...]
    var cell = -viewport.left
    var cursor: Int?
    var isCut = false
    for (column, character) in text.enumerated() {
      if cell >= area.width {
        isCut = true
        break
      }
      if line == buffer.cursor.line, column == buffer.cursor.column { cursor = cell }
      let shown = TextBuffer.shown(character, at: cell + viewport.left)
      while let first = span.first, first.range.upperBound <= column { span.removeFirst() }
      var style = Style.normal
      if let first = span.first, first.range.contains(column) { style = Style(first.color) }
      if found.contains(where: { $0.contains(column) }) { style.underline = true }
      if selected?.contains(column) == true { style = .selected }
      draw(shown.text, cells: shown.cells, style, at: cell, on: &screen, in: area, y: y)
      cell += shown.cells
    }
    if line == buffer.cursor.line, buffer.cursor.column == text.count { cursor = cell }
    // A selected line break shows as one cell.
    if let selected, selected.upperBound > text.count, (0..<area.width).contains(cell) {
      screen[area.x + cell, y] = Cell(" ", .selected)
    }
    drawEdges(line, of: buffer, cutsEnd: cell > area.width || isCut, on: &screen, in: area, y: y)
    if let message = diagnostics[line] {
      let x = area.x + max(0, cell) + 2
      let text = (glyphs == .ascii ? "<- " : "← ") + message
      // Some words of a message tell something; a stub of one is left to the gutter's mark.
      if area.maxX - x >= min(text.width, 16) {
        screen.write(text, x: x, y: y, style: .bad, width: area.maxX - x)
      }
    }
    if focused, let cursor, (0..<area.width).contains(cursor) {
      screen.cursor = Point(x: area.x + cursor, y: y)
    }
  }

  /// Marks where a line goes on beyond an edge, unless the cursor stands there.
  private func drawEdges(
    _ line: Int,
    of buffer: TextBuffer,
    cutsEnd: Bool,
    on screen: inout Screen,
    in area: Rect,
    y: Int
  ) {
    guard area.width > 8 else { return }
    let at = line == buffer.cursor.line ? buffer.cell(of: buffer.cursor) - viewport.left : -1
    func mark(_ cell: Int, _ text: SafeText) {
      guard at != cell else { return }
      screen.write(text, x: area.x + cell, y: y, style: .accent)
    }
    if viewport.left > 0, !buffer.lines[line].isEmpty { mark(0, glyphs == .ascii ? "<" : "‹") }
    if cutsEnd { mark(area.width - 1, glyphs == .ascii ? ">" : "›") }
  }

  /// Draws one character; of one that is cut by the edge only blanks.
  private func draw(
    _ text: SafeText,
    cells: Int,
    _ style: Style,
    at cell: Int,
    on screen: inout Screen,
    in area: Rect,
    y: Int
  ) {
    if cell >= 0, cell + cells <= area.width {
      screen.write(text, x: area.x + cell, y: y, style: style, width: cells, ellipsis: false)
      return
    }
    for half in max(0, cell)..<max(0, min(cell + cells, area.width)) {
      screen[area.x + half, y] = Cell(" ", style)
    }
  }
}

extension TextBuffer {
  /// The selected columns of a line; one more than it has where its line break is selected.
  func selectedColumns(of line: Int) -> Range<Int>? {
    guard let selection, (selection.lowerBound.line...selection.upperBound.line).contains(line)
    else { return nil }
    let from = line == selection.lowerBound.line ? selection.lowerBound.column : 0
    let to = line == selection.upperBound.line ? selection.upperBound.column : lines[line].count + 1
    return from < to ? from..<to : nil
  }
}

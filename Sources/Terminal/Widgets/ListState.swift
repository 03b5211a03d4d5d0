/// Which row of a list is selected and which one is the first shown.
///
/// Knows no rows: their count and the room are told with each question, so that it stays right
/// when rows come and go.
package struct ListState: Sendable, Equatable {
  /// The selected row, from 0; meaningless while there are no rows.
  package var selected: Int
  /// The first row that is shown.
  package private(set) var offset: Int

  package init(selected: Int = 0, offset: Int = 0) {
    self.selected = selected
    self.offset = offset
  }

  /// Brings selection and offset into range and the selection into view.
  package mutating func fit(count: Int, height: Int) {
    let height = max(1, height)
    selected = min(max(0, selected), max(0, count - 1))
    offset = min(max(0, offset), max(0, count - height))
    if selected < offset { offset = selected }
    if selected >= offset + height { offset = selected - height + 1 }
  }

  /// Moves the selection by `rows`, not beyond the ends.
  package mutating func move(by rows: Int, count: Int, height: Int) {
    selected = min(max(0, selected.addingReportingOverflow(rows).partialValue), max(0, count - 1))
    fit(count: count, height: height)
  }

  package mutating func select(_ index: Int, count: Int, height: Int) {
    selected = index
    fit(count: count, height: height)
  }

  /// Scrolls by `rows`; the selection goes along as far as it must to stay in view.
  package mutating func scroll(by rows: Int, count: Int, height: Int) {
    let height = max(1, height)
    offset = min(max(0, offset + rows), max(0, count - height))
    selected = min(max(offset, selected), max(0, min(offset + height, count) - 1))
  }

  /// Handles arrows, j and k, page keys, Home and End, g and G; false for any other key.
  package mutating func handle(_ key: Key, count: Int, height: Int) -> Bool {
    let page = max(1, height - 1)
    switch (key.code, key.control) {
    case (.up, false), (.character("k"), false): move(by: -1, count: count, height: height)
    case (.down, false), (.character("j"), false): move(by: 1, count: count, height: height)
    case (.pageUp, _), (.character("b"), true): move(by: -page, count: count, height: height)
    case (.pageDown, _), (.character("f"), true): move(by: page, count: count, height: height)
    case (.home, _), (.character("g"), false): select(0, count: count, height: height)
    case (.end, _), (.character("G"), false): select(count - 1, count: count, height: height)
    default: return false
    }
    return true
  }

  /// The row at a cell of the list's rectangle, nil beside the rows.
  package func index(at point: Point, in rect: Rect, count: Int) -> Int? {
    guard rect.contains(point) else { return nil }
    let index = offset + point.y - rect.y
    return index < count ? index : nil
  }

  /// The rows that are shown.
  package func visible(count: Int, height: Int) -> Range<Int> {
    let first = min(max(0, offset), max(0, count))
    return first..<max(first, min(count, first + max(0, height)))
  }
}

extension Screen {
  /// Marks at the right edge of `rect` which part of `count` rows is shown; nothing if all are.
  package mutating func drawScrollIndicator(
    in rect: Rect,
    offset: Int,
    count: Int,
    glyphs: GlyphSet = .braille,
    style: Style = .dim
  ) {
    guard rect.height > 0, rect.width > 0, count > rect.height else { return }
    let thumb = max(1, rect.height * rect.height / count)
    let most = count - rect.height
    let free = rect.height - thumb
    let top = (min(max(0, offset), most) * free + most / 2) / most
    for y in top..<(top + thumb) {
      self[rect.maxX - 1, rect.y + y] = Cell(glyphs == .ascii ? "#" : "┃", style)
    }
  }
}

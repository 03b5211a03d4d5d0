/// Columns and rows of cells; pure, its selection is the caller's `ListState`.
package struct Table: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package enum Width: Sendable, Equatable {
      case fixed(Int)
      /// At least `least` cells, and a share by `weight` of what is left.
      case flexible(least: Int, weight: Int)
    }

    package var title: SafeText
    package var width: Width
    package var alignment: Alignment
    /// On a narrow screen the columns of the lowest priority vanish first.
    package var priority: Int
    /// Whether what has no room is cut in its middle: of names both ends tell most.
    package var keepsEnds = false

    package init(
      _ title: SafeText,
      _ width: Width,
      alignment: Alignment = .left,
      priority: Int = 0
    ) {
      self.title = title
      self.width = width
      self.alignment = alignment
      self.priority = priority
    }

    var least: Int {
      switch width {
      case .fixed(let cells): max(0, cells)
      case .flexible(let least, _): max(1, least)
      }
    }
  }

  package struct Row: Sendable, Equatable {
    package var cells: [StyledText]
    /// Marked rows and headings within the table: restyles the whole row when set.
    package var style: Style?

    package init(_ cells: [StyledText], style: Style? = nil) {
      self.cells = cells
      self.style = style
    }
  }

  package var columns: [Column]
  package var rows: [Row]
  package var showsHeader: Bool
  /// Shown in the middle while there are no rows, one line each.
  package var empty: [SafeText]
  package var focused: Bool
  package var glyphs: GlyphSet

  package init(
    columns: [Column],
    rows: [Row],
    showsHeader: Bool = true,
    empty: [SafeText] = [],
    focused: Bool = true,
    glyphs: GlyphSet = .braille
  ) {
    self.columns = columns
    self.rows = rows
    self.showsHeader = showsHeader
    self.empty = empty
    self.focused = focused
    self.glyphs = glyphs
  }

  /// The part of `rect` that holds the rows: what a click is measured against.
  package func body(in rect: Rect) -> Rect { showsHeader ? rect.top(1).1 : rect }

  /// Draws the table; `state` is not changed, so fit it before (`ListState.fit`).
  package func draw(on screen: inout Screen, in rect: Rect, state: ListState) {
    screen.fill(rect)
    guard !rect.isEmpty else { return }
    let body = body(in: rect)
    let scrolls = rows.count > body.height
    let places = layout(width: rect.width - (scrolls ? 1 : 0))
    if showsHeader {
      for place in places {
        let column = columns[place.column]
        let title = column.title.padded(to: place.width, column.alignment)
        screen.write(title, x: rect.x + place.x, y: rect.y, style: .dim, width: place.width)
      }
    }
    var state = state
    state.fit(count: rows.count, height: body.height)
    for index in state.visible(count: rows.count, height: body.height) {
      let line = Rect(
        x: body.x,
        y: body.y + index - state.offset,
        width: body.width - (scrolls ? 1 : 0),
        height: 1
      )
      draw(rows[index], selected: index == state.selected, on: &screen, in: line, places)
    }
    if rows.isEmpty { drawEmpty(on: &screen, in: body) }
    screen.drawScrollIndicator(in: body, offset: state.offset, count: rows.count, glyphs: glyphs)
  }

  private func draw(
    _ row: Row,
    selected: Bool,
    on screen: inout Screen,
    in line: Rect,
    _ places: [Place]
  ) {
    for place in places where place.column < row.cells.count {
      let cell = row.cells[place.column]
      let keepsEnds = columns[place.column].keepsEnds
      let text = keepsEnds ? cell.shortened(to: place.width) : cell.cut(to: place.width)
      let missing = place.width - text.width
      let indent =
        switch columns[place.column].alignment {
        case .left: 0
        case .right: missing
        case .center: missing / 2
        }
      screen.write(
        text,
        x: line.x + place.x + indent,
        y: line.y,
        width: place.width - indent,
        ellipsis: false
      )
    }
    if let style = row.style { screen.restyle(line) { $0 = style } }
    guard selected else { return }
    // Without the keyboard's attention the selection stays visible, but quiet.
    guard focused else {
      screen.restyle(line) { $0.underline = true }
      return
    }
    for x in line.x..<max(line.x, line.maxX) {
      let cell = Rect(x: x, y: line.y, width: 1, height: 1)
      // A bar drawn in reverse looks like a hole in the row.
      let isBar = screen[x, line.y].text.map { ("\u{2581}"..."\u{2588}").contains($0) } ?? false
      screen.restyle(cell) { style in
        style =
          isBar ? Style(.onSelection) : Style(.selection, bold: style.bold, reverse: true)
      }
    }
  }

  private func drawEmpty(on screen: inout Screen, in body: Rect) {
    let lines = empty.flatMap { $0.wrapped(to: body.width) }.prefix(body.height)
    let top = body.y + (body.height - lines.count) / 2
    for (index, line) in lines.enumerated() {
      let x = body.x + max(0, (body.width - line.width) / 2)
      screen.write(line, x: x, y: top + index, style: .dim, width: body.maxX - x)
    }
  }

  struct Place: Equatable {
    let column: Int
    let x: Int
    let width: Int
  }

  /// Which columns are shown, where, and how wide; one blank stands between two.
  func layout(width: Int) -> [Place] {
    var shown = Array(columns.indices)
    func needed() -> Int {
      shown.reduce(0) { $0 + columns[$1].least } + max(0, shown.count - 1)
    }
    while shown.count > 1, needed() > width {
      // Of equals the last one goes first.
      guard
        let lowest = shown.indices.reversed().min(by: { left, right in
          columns[shown[left]].priority < columns[shown[right]].priority
        })
      else { break }
      shown.remove(at: lowest)
    }
    var free = max(0, width - needed())
    var weights = shown.reduce(0) { sum, index in
      if case .flexible(_, let weight) = columns[index].width { sum + max(0, weight) } else { sum }
    }
    var places: [Place] = []
    var x = 0
    for index in shown {
      var cells = columns[index].least
      if case .flexible(_, let weight) = columns[index].width, weights > 0 {
        let share = free * max(0, weight) / weights
        cells += share
        free -= share
        weights -= max(0, weight)
      }
      cells = max(0, min(cells, width - x))
      places.append(Place(column: index, x: x, width: cells))
      x += cells + 1
    }
    return places
  }
}

extension ChartLayout {
  func drawCurve(of line: LineChart.Series, _ index: Int, on screen: inout Screen) {
    var grid = DotGrid(columns: geometry.dotColumns, rows: geometry.dotRows)
    grid.drawLine(count: line.count) { point in
      (geometry.columns.place(of: line.x[point]), geometry.dotRow(of: line.y[point]))
    }
    for row in 0..<plot.height {
      for column in 0..<plot.width {
        draw(grid, column, row, line, index, on: &screen)
      }
    }
  }

  /// Puts the dots of one cell on the screen, over those of the series before.
  private func draw(
    _ grid: DotGrid,
    _ column: Int,
    _ row: Int,
    _ line: LineChart.Series,
    _ index: Int,
    on screen: inout Screen
  ) {
    let (atX, atY) = (plot.x + column, plot.y + row)
    switch glyphs {
    case .ascii:
      guard grid[column, row] else { return }
      let marks: [Character] = ["*", "o", "+", "x", "#", "@"]
      screen[atX, atY] = Cell(marks[index % marks.count], Style(line.color))
    case .halfBlocks:
      let top = grid.shows(column, 2 * row, line.stroke)
      let bottom = grid.shows(column, 2 * row + 1, line.stroke)
      guard top || bottom else { return }
      let before = screen[atX, atY].text
      let isTop = top || before == "▀" || before == "█"
      let isBottom = bottom || before == "▄" || before == "█"
      screen[atX, atY] = Cell(isTop && isBottom ? "█" : isTop ? "▀" : "▄", Style(line.color))
    case .braille, .sextants:
      var bits: UInt32 = 0
      for (bit, place) in Self.brailleDots.enumerated()
      where grid.shows(2 * column + place.x, 4 * row + place.y, line.stroke) { bits |= 1 << bit }
      guard bits != 0 else { return }
      let before = screen[atX, atY].text?.unicodeScalars.first?.value ?? 0
      if before >= 0x2800, before < 0x2900 { bits |= before - 0x2800 }
      guard let scalar = Unicode.Scalar(0x2800 + bits) else { return }
      screen[atX, atY] = Cell(Character(scalar), Style(line.color))
    }
  }

  /// The dots of a braille cell in the order of their bits.
  private static let brailleDots = [
    Point(x: 0, y: 0), Point(x: 0, y: 1), Point(x: 0, y: 2), Point(x: 1, y: 0),
    Point(x: 1, y: 1), Point(x: 1, y: 2), Point(x: 0, y: 3), Point(x: 1, y: 3),
  ]

  /// Marks the points without a place in y, over all curves.
  func drawMarks(on screen: inout Screen) {
    for line in chart.series {
      for index in 0..<line.count {
        let value = line.y[index]
        guard y.unit(value).isNaN, let column = geometry.column(of: line.x[index]) else { continue }
        let row = value == .infinity ? plot.y : plot.maxY - 1
        screen[column, row] = Cell("!", .bad)
      }
    }
  }

  /// Writes each series' name and last value beside its end, none over another.
  func drawEndLabels(on screen: inout Screen) {
    let room = area.maxX - plot.maxX - 1
    guard room >= 3 else { return }
    let ends = chart.series.filter { $0.count > 0 && $0.role == .curve }.prefix(plot.height).map {
      line in
      let last = line.y[line.count - 1]
      // Within a row by value, so that the labels stand in the order of the curves.
      return (line: line, row: geometry.nearestRow(of: last), depth: last.isNaN ? .infinity : -last)
    }.enumerated().sorted {
      ($0.element.row, $0.element.depth, $0.offset) < ($1.element.row, $1.element.depth, $1.offset)
    }
    // Down from the first one, then up again from the bottom where they ran over it.
    var rows: [Int] = []
    for end in ends { rows.append(max(end.element.row, (rows.last ?? plot.y - 1) + 1)) }
    var limit = plot.maxY - 1
    for index in rows.indices.reversed() {
      rows[index] = min(rows[index], limit)
      limit = rows[index] - 1
    }
    for (end, row) in zip(ends, rows) {
      let line = end.element.line
      let value = numberText(line.y[line.count - 1])
      let name = line.label.cut(to: max(0, room - value.width - 1))
      let text = name.isEmpty ? value : name + " " + value
      screen.write(text, x: plot.maxX + 1, y: row, style: Style(line.color), width: room)
    }
  }
}

extension DotGrid {
  /// Whether a dot of a line shows in its stroke.
  ///
  /// A stroke leaves out columns of dots; a steep part of three dots or more and a dot without a
  /// neighbour in a column that shows stay, so that no part of a line is lost.
  fileprivate func shows(_ column: Int, _ row: Int, _ stroke: LineChart.Stroke) -> Bool {
    guard self[column, row] else { return false }
    if Self.isOn(column, stroke) { return true }
    var run = 1
    while run < 3, self[column, row - run] { run += 1 }
    var below = 1
    while run < 3, self[column, row + below] {
      run += 1
      below += 1
    }
    if run >= 3 { return true }
    for side in [column - 1, column + 1] where Self.isOn(side, stroke) {
      for near in row - 2...row + 2 where self[side, near] { return false }
    }
    return true
  }

  private static func isOn(_ column: Int, _ stroke: LineChart.Stroke) -> Bool {
    switch stroke {
    case .solid: true
    case .dashed: column % 6 < 4
    case .dotted: column % 2 == 0
    case .dashDotted: column % 8 < 4 || column % 8 == 6
    case .sparse: column % 4 == 0
    }
  }
}

extension ChartLayout {
  /// The dots of all series, those behind first.
  func ink() -> ChartInk {
    var ink = ChartInk(width: plot.width, height: plot.height, glyphs: glyphs)
    var grid = DotGrid(columns: geometry.dotColumns, rows: geometry.dotRows)
    for role in [LineChart.Role.behind, .curve] {
      for (index, line) in chart.series.enumerated() where line.role == role {
        grid.clear()
        grid.drawLine(count: line.count) { point in
          (geometry.columns.place(of: line.x[point]), geometry.dotRow(of: line.y[point]))
        }
        switch role {
        case .curve where glyphs == .ascii: ink.add(grid, of: index)
        case .curve: ink.add(grid.stroked(line.stroke), of: index)
        case .behind where glyphs == .ascii || glyphs == .halfBlocks: ink.addShade(grid, of: index)
        case .behind: ink.addShade(grid.shaded(), of: index)
        }
      }
    }
    return ink
  }

  /// Marks the points without a place in y at the edge where they would be, over all curves.
  ///
  /// "!" for NaN; an arrow for an infinity and, on a logarithmic axis, for what is 0 or less.
  /// Returns the cells of these signs.
  func drawUndrawable(on screen: inout Screen) -> [Point] {
    let isASCII = glyphs == .ascii
    var signs: [Point] = []
    func sign(_ column: Int, _ row: Int, _ glyph: Character, _ color: Color) {
      screen[column, row] = Cell(glyph, Style(color, bold: true))
      if signs.last != Point(x: column, y: row) { signs.append(Point(x: column, y: row)) }
    }
    for line in chart.series {
      for index in 0..<line.count where !y.kind.hasPlace(for: line.y[index]) {
        guard let column = geometry.column(of: line.x[index]) else { continue }
        let value = line.y[index]
        if value.isNaN {
          sign(column, plot.maxY - 1, "!", .bad)
        } else if value == .infinity {
          sign(column, plot.y, isASCII ? "^" : "▲", .bad)
        } else {
          sign(column, plot.maxY - 1, isASCII ? "v" : "▼", value.isFinite ? .warning : .bad)
        }
      }
    }
    return signs
  }

  // MARK: End labels

  /// Writes each curve's name and last value beside its end, none over another.
  func drawEndLabels(on screen: inout Screen) {
    let room = endWidth - 1
    guard room >= 3 else { return }
    let all = chart.series.enumerated().compactMap { index, line in
      line.role == .curve ? end(of: line).map { (index: index, line: line, end: $0) } : nil
    }
    // Those in front are the last ones; the others' number takes a row.
    let shown = all.count > plot.height ? max(0, plot.height - 1) : all.count
    let ends = all.suffix(shown).sorted { ($0.end.place, $0.index) < ($1.end.place, $1.index) }
    // Down from the first one, then up again from the bottom where they ran over it.
    var rows: [Int] = []
    for end in ends { rows.append(max(end.end.row, (rows.last ?? plot.y - 1) + 1)) }
    var limit = plot.maxY - 1
    if shown < all.count {
      let text: SafeText = "+\(all.count - shown) more"
      screen.write(text, x: plot.maxX + 1, y: limit, style: .dim, width: room)
      limit -= 1
    }
    for index in rows.indices.reversed() {
      rows[index] = min(rows[index], limit)
      limit = rows[index] - 1
    }
    for (end, row) in zip(ends, rows) {
      let sample = sample(of: end.line, end.index)
      let value = valueText(end.end.value, end.line.unit ?? chart.y.unit)
      let left = room - sample.width - value.width - 1
      let name = left >= 3 || end.line.label.width <= left ? end.line.label.shortened(to: left) : ""
      let isShort = name.isEmpty && (1...5).contains(end.line.label.width)
      // Whose line it is tells more than where it ends.
      let text =
        sample + (isShort ? end.line.label : name.isEmpty ? value : name + " " + value)
      screen.write(text, x: plot.maxX + 1, y: row, style: Style(end.line.color), width: room)
    }
  }

  /// The last value that the plot shows, its row, and its place from the top in units of dots.
  private func end(of line: LineChart.Series) -> (row: Int, place: Double, value: Double)? {
    var value: Double?
    for index in (0..<line.count).reversed() {
      let column = geometry.columns.column(of: line.x[index])
      guard column >= 0, column < geometry.dotColumns else { continue }
      let own = line.y[index]
      if value == nil { value = own }
      guard y.kind.hasPlace(for: own), let value else { continue }
      return (geometry.nearestRow(of: own), geometry.dotRow(of: own), value)
    }
    return value.map { ($0 == .infinity ? plot.y : plot.maxY - 1, .infinity, $0) }
  }

  /// A piece of the line before its name, where lines are told apart by their strokes.
  private func sample(of line: LineChart.Series, _ index: Int) -> SafeText {
    guard Self.sampleWidth(chart, glyphs) > 0 else { return "" }
    if glyphs == .ascii { return SafeText(trusted: "\(ChartInk.marks(of: chart.series)[index]) ") }
    switch line.stroke {
    case .solid: return "── "
    case .dashed: return "╌╌ "
    case .dotted: return "·· "
    case .dashDotted: return "─· "
    case .sparse: return "·  "
    case .longDashed: return "━─ "
    }
  }

  /// The cells of such a piece; 0 where there is one curve or one stroke.
  static func sampleWidth(_ chart: LineChart, _ glyphs: GlyphSet) -> Int {
    let curves = chart.series.filter { $0.role == .curve }
    guard curves.count > 1 else { return 0 }
    if glyphs == .ascii { return 2 }
    return curves.contains { $0.stroke != curves[0].stroke } ? 3 : 0
  }
}

import Store
import Terminal

extension LogPane {
  /// What stands in red above the lines of a failed step.
  struct Failure {
    var reason: SafeText
    /// "Enter opens train.py:14"; empty when no line is known.
    var hint: SafeText
  }

  /// The part of the pane's inside that holds lines.
  func body(in inside: Rect, hasFailure: Bool) -> Rect {
    var body = inside
    if hasFailure, body.height > 2 { body = body.top(1).1 }
    if field != nil { body = body.bottom(1).0 }
    return body
  }

  func draw(
    on screen: inout Screen,
    in inside: Rect,
    _ facts: LogFacts?,
    failure: Failure?,
    empty: SafeText,
    glyphs: GlyphSet
  ) {
    let body = body(in: inside, hasFailure: failure != nil)
    if let failure, body.y > inside.y {
      var text = StyledText(failure.reason, Style(.bad, bold: true))
      let room = inside.width - failure.hint.width - 3
      text = text.cut(to: max(20, room))
      screen.write(text, x: inside.x, y: inside.y, width: inside.width)
      if !failure.hint.isEmpty, room >= 20 {
        screen.write(
          failure.hint,
          x: inside.maxX - failure.hint.width - 1,
          y: inside.y,
          style: .accent
        )
      }
    }
    drawLines(on: &screen, in: body, facts, empty: empty, glyphs: glyphs)
    if let field, inside.height > 1 {
      let row = inside.bottom(1).1
      screen.write("/", x: row.x, y: row.y, style: .accent)
      field.draw(on: &screen, in: row.left(1).1, focused: true)
    }
  }

  private func drawLines(
    on screen: inout Screen,
    in body: Rect,
    _ facts: LogFacts?,
    empty: SafeText,
    glyphs: GlyphSet
  ) {
    guard body.height > 0, body.width > 0 else { return }
    guard let facts, facts.count > 0 else {
      screen.write(empty, x: body.x, y: body.y, style: .dim, width: body.width)
      return
    }
    let top = top(facts, height: body.height)
    var (row, number) = (0, top)
    while row < body.height, number < facts.count {
      let index = number - facts.first
      let line = facts.lines.indices.contains(index) ? facts.lines[index] : ""
      for text in rows(of: line).prefix(body.height - row) {
        draw(text, isMatch: number == match, on: &screen, in: body, y: body.y + row)
        row += 1
      }
      number += 1
    }
    screen.drawScrollIndicator(in: body, offset: top, count: facts.count, glyphs: glyphs)
  }

  private func draw(
    _ text: StyledText,
    isMatch: Bool,
    on screen: inout Screen,
    in body: Rect,
    y: Int
  ) {
    screen.write(text, x: body.x, y: y, width: body.width - 1)
    let row = Rect(x: body.x, y: y, width: body.width, height: 1)
    for range in LogPane.columns(of: pattern, in: text.plain.string) {
      let place = Rect(x: body.x + range.lowerBound, y: y, width: range.count, height: 1)
      screen.restyle(place.intersection(row)) { $0 = Style(.selection, reverse: true) }
    }
    if isMatch { screen.restyle(row) { $0.bold = true } }
  }

  /// A hostile log line as it is drawn: its own colours kept, an error's line in red.
  static func styled(_ line: String) -> StyledText {
    let text = StyledText(log: line)
    guard let kind = LogLineKind(line), kind != .warning else { return text }
    return StyledText(
      text.runs.map { StyledText.Run($0.text, $0.style.color == .normal ? .bad : $0.style) }
    )
  }

  /// The cells, counted from the line's beginning, that the pattern covers.
  static func columns(of pattern: String, in line: String) -> [Range<Int>] {
    guard !pattern.isEmpty, holds(line, pattern) else { return [] }
    let foldsCase = pattern == pattern.lowercased()
    let wanted = Array(pattern)
    let characters = Array(line)
    var ranges: [Range<Int>] = []
    var (index, column) = (0, 0)
    while index < characters.count {
      let end = index + wanted.count
      let isMatch =
        end <= characters.count
        && zip(characters[index..<end], wanted).allSatisfy { character, wanted in
          character == wanted || (foldsCase && character.lowercased() == String(wanted))
        }
      let stop = isMatch ? end : index + 1
      let width = characters[index..<stop].reduce(0) { $0 + $1.cellWidth }
      if isMatch { ranges.append(column..<(column + width)) }
      column += width
      index = stop
    }
    return ranges
  }
}

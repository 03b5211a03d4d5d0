import Engine
import Store
import Terminal

extension CompareView {
  /// The changed code files of every run against the base, as unified diffs.
  func diffLines(_ context: Context) -> [StyledText] {
    guard let all = comparison(context), let base = all.runs.first else { return [] }
    var lines: [StyledText] = []
    for (index, run) in all.runs.enumerated().dropFirst() {
      for file in all.files {
        guard file.changes.indices.contains(index), let change = file.changes[index] else {
          continue
        }
        if !lines.isEmpty { lines.append(StyledText()) }
        var head = StyledText(marker(of: run.id, context) + " ", Style(color(of: run.id, context)))
        head.append(SafeText(hostile: file.path), .bold)
        head.append("  \(base.shortName) to \(run.shortName)  ", .dim)
        head.append(SafeText(hostile: change.kind.rawValue))
        lines.append(head)
        if change.diff.isEmpty { lines.append(StyledText("It is not text.", .dim)) }
        lines += SafeText.lines(hostile: change.diff, most: 20_000).map(diffLine)
        if lines.last?.isEmpty == true { lines.removeLast() }
      }
    }
    return lines
  }

  private func diffLine(_ line: SafeText) -> StyledText {
    let text = line.string
    if text.hasPrefix("+++") || text.hasPrefix("---") { return StyledText(line, .dim) }
    if text.hasPrefix("@@") { return StyledText(line, .accent) }
    if text.hasPrefix("+") { return StyledText(line, .good) }
    if text.hasPrefix("-") { return StyledText(line, .bad) }
    return StyledText(line)
  }

  /// The lines as rows of a width: a long one goes on below itself, behind a mark.
  func diffRows(_ width: Int, _ context: Context) -> [StyledText] {
    let mark = StyledText(context.glyphs == .ascii ? "> " : "↳ ", .dim)
    return diffLines(context).flatMap { line -> [StyledText] in
      guard line.width > width, width > 8, let first = line.wrapped(to: width).first else {
        return [line]
      }
      let rest = line.dropping(columns: first.width)
      return [first] + rest.wrapped(to: width - mark.width).map { mark + $0 }
    }
  }

  /// How many cells a row of the diff has in an area.
  static func diffWidth(_ area: Rect) -> Int { area.width - 4 }

  func drawDiff(on screen: inout Screen, in area: Rect, offset: Int, _ context: Context) {
    let lines = diffRows(CompareView.diffWidth(area), context)
    let frame = Frame(
      "Code against r\(base)",
      right: countOfLines(diffLines(context).count),
      focused: true,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: area).left(1).1
    let first = min(offset, max(0, lines.count - inside.height))
    for (row, line) in lines.dropFirst(first).prefix(inside.height).enumerated() {
      screen.write(line, x: inside.x, y: inside.y + row, width: inside.width - 1)
    }
    screen.drawScrollIndicator(
      in: inside,
      offset: first,
      count: lines.count,
      glyphs: context.glyphs
    )
  }
}

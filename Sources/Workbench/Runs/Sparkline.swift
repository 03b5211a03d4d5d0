import Terminal

/// A series in one line of cells, each cell as high as the mean of its part; "" without finite values.
func sparkline(_ values: [Double], width: Int, glyphs: GlyphSet) -> SafeText {
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max(), width > 0 else { return "" }
  let levels: [SafeText] =
    glyphs == .ascii
    ? ["_", ".", "-", "=", "^"] : ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  let cells = min(width, finite.count)
  return (0..<cells).map { cell in
    let from = cell * finite.count / cells
    let to = max(from + 1, (cell + 1) * finite.count / cells)
    // Halves, so that the difference of two huge values is still a number.
    let mean = finite[from..<to].reduce(0) { $0 + $1 / Double(to - from) }
    let span = high / 2 - low / 2
    let share = span > 0 ? (mean / 2 - low / 2) / span : 0.5
    return levels[min(levels.count - 1, max(0, Int(share * Double(levels.count))))]
  }.joined()
}

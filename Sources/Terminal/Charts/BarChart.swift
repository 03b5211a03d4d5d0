/// One bar a row from a common zero: final values side by side.
///
/// Bars of values below 0 go to the left of it. What is not finite has no bar, and says so.
package struct BarChart: Sendable, Equatable {
  package struct Bar: Sendable, Equatable {
    package var label: SafeText
    package var value: Double
    package var color: Color
    package var unit: AxisUnit

    package init(label: SafeText, value: Double, color: Color, unit: AxisUnit = .number) {
      self.label = label
      self.value = value
      self.color = color
      self.unit = unit
    }

    fileprivate var text: SafeText { valueText(value, unit) }
  }

  package var bars: [Bar]
  package var title: SafeText?
  package var emptyText: SafeText = "no values yet"
  /// Whether a row is left between bars where there is room: without colours they run together.
  package var isSpaced = false

  package init(_ bars: [Bar], title: SafeText? = nil) {
    self.bars = bars
    self.title = title
  }

  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    var area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    if let title, area.height >= 2 {
      screen.write(title, x: area.x, y: area.y, style: .bold, width: area.width)
      area = area.top(1).1
    }
    guard !bars.isEmpty else {
      screen.write(emptyText, x: area.x, y: area.y, style: .dim, width: area.width)
      return
    }
    let room = bars.count > area.height ? area.height - 1 : area.height
    let shown = bars.prefix(max(0, room))
    let labels = min(shown.map(\.label.width).max() ?? 0, max(area.width / 3, 1))
    let values = shown.map { $0.text.width }.max() ?? 0
    let width = area.width - labels - values - 2
    let scale = BarScale(shown.map(\.value), width: max(0, width))
    let step = isSpaced && bars.count * 2 - 1 <= area.height ? 2 : 1
    for (row, bar) in shown.enumerated() {
      let y = area.y + row * step
      let value = bar.text
      screen.write(bar.label.shortened(to: labels), x: area.x, y: y)
      let style = Style(bar.value.isFinite ? bar.color : .bad)
      if width >= 4 {
        scale.draw(bar.value, on: &screen, x: area.x + labels + 1, y: y, bar.color, glyphs)
      }
      let start = max(area.x + labels + 1, area.maxX - value.width)
      screen.write(value, x: start, y: y, style: style, width: area.maxX - start)
    }
    if shown.count < bars.count {
      let text: SafeText = "and \(bars.count - shown.count) more"
      screen.write(text, x: area.x, y: area.maxY - 1, style: .dim, width: area.width)
    }
  }
}

/// Where zero is in a row of cells, and how far bars reach from it.
private struct BarScale {
  let zero: Int
  private let right: Int
  private let reach: Double

  init(_ values: [Double], width: Int) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    // In halves, because the whole span of extreme values is not finite.
    let span = high / 2 - low / 2
    zero = span > 0 ? Int((Double(width) * (-low / 2 / span)).rounded()) : 0
    right = width - zero
    reach = span > 0 ? Double(width) / span / 2 : 0
  }

  func draw(
    _ value: Double,
    on screen: inout Screen,
    x: Int,
    y: Int,
    _ color: Color,
    _ glyphs: GlyphSet
  ) {
    guard value.isFinite, value != 0 else { return }
    let limit = value > 0 ? right : zero
    // Something that is not 0 is never an empty bar.
    let eighths = max(1, Int((min(abs(value) * reach, Double(limit)) * 8).rounded()))
    let (full, rest) = (eighths / 8, eighths % 8)
    for cell in 0..<min(full, limit) {
      let column = value > 0 ? x + zero + cell : x + zero - 1 - cell
      screen[column, y] = Cell(glyphs == .ascii ? "#" : "█", Style(color))
    }
    guard rest > 0, full < limit else { return }
    let column = value > 0 ? x + zero + full : x + zero - 1 - full
    screen[column, y] = Self.part(rest, isRight: value > 0, color, glyphs)
  }

  /// The last cell of a bar.
  ///
  /// Blocks grow from the left only: those of a bar to the left are the gaps, in reverse.
  private static func part(
    _ eighths: Int,
    isRight: Bool,
    _ color: Color,
    _ glyphs: GlyphSet
  ) -> Cell {
    switch glyphs {
    case .ascii: return Cell(eighths >= 4 ? "#" : isRight ? ">" : "<", Style(color))
    case .halfBlocks: return Cell(isRight ? "▌" : "▐", Style(color))
    case .sextants, .braille:
      let parts: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
      return isRight
        ? Cell(parts[eighths], Style(color))
        : Cell(parts[8 - eighths], Style(color, reverse: true))
    }
  }
}

internal import Glibc

/// How often values lie where, in upright bars.
///
/// The width of a bin is Freedman and Diaconis' (1981): twice the distance of the quartiles by the
/// cube root of the count; never finer than a cell. What is not finite is counted beside it.
package struct Histogram: Sendable, Equatable {
  package var values: [Double]
  package var color: Color
  package var title: SafeText?
  package var emptyText: SafeText = "no values yet"

  package init(_ values: [Double], color: Color = .series1, title: SafeText? = nil) {
    self.values = values
    self.color = color
    self.title = title
  }

  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    let area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    let finite = values.filter(\.isFinite).sorted()
    guard let least = finite.first, let greatest = finite.last else {
      screen.write(emptyText, x: area.x, y: area.y, style: .dim, width: area.width)
      return
    }
    // The axes, the gutter and the title are those of a chart of lines.
    let chart = LineChart(
      series: [],
      x: ChartAxis(range: LineChart.fittedBins(least...greatest)),
      title: heading(lost: values.count - finite.count)
    )
    let plot = chart.geometry(in: area, glyphs: glyphs).plot
    let scale = AxisScale(chart.x.range ?? 0...1)
    let bins = Self.bins(finite, width: plot.width)
    let width = max(1, plot.width / max(1, bins))
    var counts = [Int](repeating: 0, count: bins)
    for value in finite {
      counts[min(max(Int(scale.unit(value) * Double(bins)), 0), bins - 1)] += 1
    }
    let most = counts.max() ?? 1
    var framed = chart
    framed.y.range = 0...Double(most)
    // The axis ends where the last bin does.
    let spare = plot.width - width * bins
    ChartLayout(framed, in: area.right(spare).0, glyphs: glyphs).drawAxes(on: &screen)
    for (bin, count) in counts.enumerated() {
      let eighths = Int((Double(count) / Double(most) * Double(plot.height * 8)).rounded(.up))
      for column in 0..<width {
        draw(eighths, x: plot.x + bin * width + column, plot, on: &screen, glyphs)
      }
    }
  }

  private func draw(
    _ eighths: Int,
    x: Int,
    _ plot: Rect,
    on screen: inout Screen,
    _ glyphs: GlyphSet
  ) {
    let parts: [Character] = Array(" ▁▂▃▄▅▆▇█")
    for row in 0..<plot.height {
      let rest = min(8, eighths - row * 8)
      guard rest > 0 else { return }
      let glyph: Character =
        switch glyphs {
        case .ascii: rest >= 4 ? "#" : "."
        case .halfBlocks: rest > 4 ? "█" : "▄"
        case .sextants, .braille: parts[rest]
        }
      screen[x, plot.maxY - 1 - row] = Cell(glyph, Style(color))
    }
  }

  private func heading(lost: Int) -> SafeText? {
    guard lost > 0 else { return title }
    let text: SafeText = "\(lost) not finite"
    return title.map { $0 + "  (" + text + ")" } ?? text
  }

  private static func bins(_ sorted: [Double], width: Int) -> Int {
    let count = sorted.count
    let span = sorted[count - 1] / 2 - sorted[0] / 2
    let quartiles = sorted[(count - 1) * 3 / 4] / 2 - sorted[(count - 1) / 4] / 2
    let bin = 2 * quartiles / cbrt(Double(count))
    let bins = bin > 0 ? span / bin : Double(count).squareRoot()
    return Int(min(max(bins.rounded(.up), 1), Double(max(1, width))))
  }
}

extension LineChart {
  /// A range of x that begins and ends with the values, also where they are all the same.
  fileprivate static func fittedBins(_ extent: ClosedRange<Double>) -> ClosedRange<Double> {
    extent.lowerBound < extent.upperBound ? extent : AxisScale(extent).range
  }
}

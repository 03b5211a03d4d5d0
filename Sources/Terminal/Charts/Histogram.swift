internal import Glibc

/// How often values lie where, in upright bars.
///
/// The width of a bin is Freedman and Diaconis' (1981): twice the distance of the quartiles by the
/// cube root of the count; never finer than a cell. What is not finite is counted beside it. Several
/// spreads share the bins, in which their bars stand side by side, and are told apart by a legend.
package struct Histogram: Sendable, Equatable {
  fileprivate let spread: Spread
  package var color: Color
  package var title: SafeText?
  /// What the values are counted in.
  package var unit = AxisUnit.number
  package var emptyText: SafeText = "no values yet"

  /// What is drawn.
  fileprivate enum Spread: Sendable, Equatable {
    /// The finite ones in ascending order.
    case values([Double])
    case counts([[Int]], ClosedRange<Double>)
  }

  /// One of several spreads.
  package struct Part: Sendable, Equatable {
    package var label: SafeText
    package var color: Color
    /// How many values are in each bin.
    package var counts: [Int]
    /// What its bars are drawn with where colours do not tell them apart; nil for a full block.
    package var fill: Character?

    package init(label: SafeText, color: Color, counts: [Int], fill: Character? = nil) {
      self.label = label
      self.color = color
      self.counts = counts
      self.fill = fill
    }
  }

  private var parts: [Part] = []

  /// How many are not finite.
  private let lost: Int

  package init(_ values: [Double], color: Color = .series1, title: SafeText? = nil) {
    let finite = values.filter(\.isFinite).sorted()
    spread = .values(finite)
    lost = values.count - finite.count
    self.color = color
    self.title = title
  }

  /// Of values that were counted in many bins of equal width over a range.
  ///
  /// Bars join as many bins as divide their number: 5,040 has most divisors.
  package init(
    counts: [Int],
    range: ClosedRange<Double>,
    notFinite: Int = 0,
    color: Color = .series1,
    title: SafeText? = nil
  ) {
    spread = .counts([counts], range)
    lost = notFinite
    self.color = color
    self.title = title
  }

  /// Of several spreads that were counted in the same bins.
  package init(
    parts: [Part],
    range: ClosedRange<Double>,
    notFinite: Int = 0,
    title: SafeText? = nil
  ) {
    spread = .counts(parts.map(\.counts), range)
    lost = notFinite
    color = parts.first?.color ?? .series1
    self.title = title
    self.parts = parts.count > 1 ? parts : []
  }

  package func draw(on screen: inout Screen, in rect: Rect, glyphs: GlyphSet) {
    var area = rect.intersection(screen.bounds)
    guard !area.isEmpty else { return }
    screen.fill(area)
    if !parts.isEmpty, area.height > 6 {
      let (line, rest) = area.top(1)
      screen.write(legend(glyphs).text(width: line.width), x: line.x, y: line.y)
      area = rest
    }
    guard let range = spread.range else {
      screen.write(emptyText, x: area.x, y: area.y, style: .dim, width: area.width)
      return
    }
    // The axes, the gutter and the title are those of a chart of lines.
    let chart = LineChart(
      series: [],
      x: ChartAxis(unit: unit, range: LineChart.fittedBins(range)),
      title: heading
    )
    let plot = chart.geometry(in: area, glyphs: glyphs).plot
    let shown = max(1, parts.count)
    let counts = spread.bars(
      over: AxisScale(chart.x.range ?? 0...1),
      most: max(1, shown > 1 ? plot.width / (shown + 1) : plot.width)
    )
    let bins = counts.first?.count ?? 0
    let width = max(1, plot.width / max(1, bins))
    // Bars of several spreads leave a gap to the next bin.
    let bar = shown > 1 ? max(1, (width - 1) / shown) : width
    let most = counts.joined().max() ?? 1
    var framed = chart
    // In front: where a bar is missing there is no room for more.
    let hidden = counts.indices.count { $0 * bar >= width }
    if hidden > 0, let heading { framed.title = "\(hidden) hidden  " + heading }
    framed.y.range = 0...Double(max(1, most))
    // The axis ends where the last bin does.
    let spare = plot.width - width * bins
    ChartLayout(framed, in: area.right(spare).0, glyphs: glyphs).drawAxes(on: &screen)
    for (place, counts) in counts.enumerated() where place * bar < width {
      for (bin, count) in counts.enumerated() {
        let eighths = Int(
          (Double(count) / Double(max(1, most)) * Double(plot.height * 8)).rounded(.up)
        )
        for column in 0..<min(bar, width - place * bar) {
          let x = plot.x + bin * width + place * bar + column
          draw(eighths, x: x, plot, part: place, on: &screen, glyphs)
        }
      }
    }
  }

  private func legend(_ glyphs: GlyphSet) -> Legend {
    Legend(
      parts.map { part in
        let fill = part.fill ?? (glyphs == .ascii ? "#" : "█")
        return Legend.Entry(
          sample: SafeText(trusted: "\(fill)\(fill) "),
          label: part.label,
          style: Style(part.color)
        )
      }
    )
  }

  private func draw(
    _ eighths: Int,
    x: Int,
    _ plot: Rect,
    part: Int,
    on screen: inout Screen,
    _ glyphs: GlyphSet
  ) {
    let blocks: [Character] = Array(" ▁▂▃▄▅▆▇█")
    let own = parts.isEmpty ? nil : parts[part]
    for row in 0..<plot.height {
      let rest = min(8, eighths - row * 8)
      guard rest > 0 else { return }
      let glyph: Character =
        switch glyphs {
        case _ where own?.fill != nil: own?.fill ?? " "
        case .ascii: rest >= 4 ? "#" : "."
        case .halfBlocks: rest > 4 ? "█" : "▄"
        case .sextants, .braille: blocks[rest]
        }
      screen[x, plot.maxY - 1 - row] = Cell(glyph, Style(own?.color ?? color))
    }
  }

  private var heading: SafeText? {
    guard lost > 0 else { return title }
    let text: SafeText = "\(lost) not finite"
    return title.map { $0 + "  (" + text + ")" } ?? text
  }
}

extension Histogram.Spread {
  /// Nil without a finite value.
  fileprivate var range: ClosedRange<Double>? {
    switch self {
    case .values(let sorted):
      guard let least = sorted.first, let greatest = sorted.last else { return nil }
      return least...greatest
    case .counts(let counts, let range): return counts.joined().contains { $0 > 0 } ? range : nil
    }
  }

  /// How many values each bar has, of each spread.
  fileprivate func bars(over scale: AxisScale, most width: Int) -> [[Int]] {
    switch self {
    case .values(let sorted):
      let count = sorted.count
      let span = sorted[count - 1] / 2 - sorted[0] / 2
      let quartiles = sorted[(count - 1) * 3 / 4] / 2 - sorted[(count - 1) / 4] / 2
      let bins = Self.bins(count, span: span, quartiles: quartiles, most: width)
      var counts = [Int](repeating: 0, count: bins)
      for value in sorted {
        counts[min(max(Int(scale.unit(value) * Double(bins)), 0), bins - 1)] += 1
      }
      return [counts]
    case .counts(let all, let range):
      // Nothing is known of what lies where in a range of no width.
      guard range.lowerBound < range.upperBound else { return all.map { [$0.reduce(0, +)] } }
      let fine = (0..<(all.map(\.count).min() ?? 0)).map { bin in all.reduce(0) { $0 + $1[bin] } }
      let count = fine.reduce(0, +)
      let quartiles = Self.place(count * 3 / 4, in: fine) - Self.place(count / 4, in: fine)
      let span = Double(fine.count)
      let wanted = Self.bins(count, span: span, quartiles: Double(quartiles), most: width)
      let bins = (1...wanted).last { fine.count.isMultiple(of: $0) } ?? 1
      let size = fine.count / bins
      return all.map { own in
        (0..<bins).map { own[$0 * size..<($0 + 1) * size].reduce(0, +) }
      }
    }
  }

  /// The bin with the value of a rank.
  private static func place(_ rank: Int, in counts: [Int]) -> Int {
    var before = 0
    return counts.firstIndex { count in
      before += count
      return before > rank
    } ?? counts.count - 1
  }

  /// By Freedman and Diaconis; by the square root of the count where half of the values are equal.
  private static func bins(_ count: Int, span: Double, quartiles: Double, most: Int) -> Int {
    let bin = 2 * quartiles / cbrt(Double(count))
    let bins = bin > 0 ? span / bin : Double(count).squareRoot()
    return Int(min(max(bins.rounded(.up), 1), Double(max(1, most))))
  }
}

extension LineChart {
  /// A range of x that begins and ends with the values, also where they are all the same.
  fileprivate static func fittedBins(_ extent: ClosedRange<Double>) -> ClosedRange<Double> {
    extent.lowerBound < extent.upperBound ? extent : AxisScale(extent).range
  }
}

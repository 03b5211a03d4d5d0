import Glibc
import Terminal
import Testing

/// The picture is read back dot by dot and compared with every segment drawn by itself.
struct ChartExactnessTests {
  @Test(arguments: 0..<200)
  func `the dots on the screen are those of every segment`(_ seed: UInt64) {
    var dice = ChartDice(state: seed)
    let glyphs = GlyphSet.allCases[Int(seed) % GlyphSet.allCases.count]
    var chart = LineChart(
      series: [randomSeries(&dice)],
      x: ChartAxis(AxisKind.allCases.randomElement(using: &dice) ?? .linear),
      y: ChartAxis(AxisKind.allCases.randomElement(using: &dice) ?? .linear)
    )
    if Bool.random(using: &dice) {
      let left = Double.random(in: 0.01...300, using: &dice)
      chart.x.range = left...left + Double.random(in: 0...200, using: &dice)
    }
    if Int.random(in: 0..<3, using: &dice) == 0 { chart.y.range = 0.5...20 }
    if Int.random(in: 0..<4, using: &dice) == 0 { chart.isRobust = true }
    let size = Size(
      width: Int.random(in: 1..<90, using: &dice),
      height: Int.random(in: 1..<40, using: &dice)
    )
    let geometry = chart.geometry(
      in: Rect(x: 0, y: 0, width: size.width, height: size.height),
      glyphs: glyphs
    )
    var screen = Screen(size: size)
    chart.draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    let naive = naiveGrid(chart, geometry)
    guard screen.text.contains("no points") == false else { return }
    let dots = glyphs.dots
    for row in geometry.plot.y..<geometry.plot.maxY {
      for column in geometry.plot.x..<geometry.plot.maxX {
        guard let shown = decoded(screen[column, row].text ?? " ", glyphs) else { continue }
        for down in 0..<dots.height {
          for across in 0..<dots.width {
            let x = (column - geometry.plot.x) * dots.width + across
            let y = (row - geometry.plot.y) * dots.height + down
            let isShown = shown.contains(Point(x: across, y: down))
            #expect(isShown == naive[x, y], "\(glyphs) \(column) \(row) \(x) \(y)")
          }
        }
      }
    }
  }

  @Test(arguments: LineChart.Stroke.allCases, 0..<12)
  func `a stroke takes dots away in its own columns and adds none`(
    _ stroke: LineChart.Stroke,
    _ seed: UInt64
  ) throws {
    var dice = ChartDice(state: seed)
    let glyphs: GlyphSet = [.braille, .sextants, .halfBlocks][Int(seed) % 3]
    var line = randomSeries(&dice)
    line.stroke = stroke
    let chart = LineChart(series: [line])
    var screen = Screen(size: Size(width: 70, height: 20))
    chart.draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    let geometry = chart.geometry(in: screen.bounds, glyphs: glyphs)
    let naive = naiveGrid(chart, geometry)
    let dots = glyphs.dots
    for x in 0..<geometry.dotColumns {
      for y in 0..<geometry.dotRows {
        let cell = screen[geometry.plot.x + x / dots.width, geometry.plot.y + y / dots.height]
        guard let shown = decoded(cell.text ?? " ", glyphs) else { continue }
        let isShown = shown.contains(Point(x: x % dots.width, y: y % dots.height))
        if isShown { #expect(naive[x, y]) }
        if naive[x, y], stroke.shows(x) { #expect(isShown) }
      }
    }
  }

  private func randomSeries(_ dice: inout ChartDice) -> LineChart.Series {
    let count = Int.random(in: 0..<300, using: &dice)
    var x = (0..<count).map { _ in Double.random(in: -20...400, using: &dice) }
    switch Int.random(in: 0..<4, using: &dice) {
    case 0: x = x.map { ($0 / 8).rounded() * 8 }
    case 1: break
    case 2: x.sort(by: >)
    default: x.sort()
    }
    var level = 3.0
    let y = (0..<count).map { _ -> Double in
      level += Double.random(in: -1...1, using: &dice)
      switch Int.random(in: 0..<40, using: &dice) {
      case 0: return .nan
      case 1: return .infinity
      case 2: return -.infinity
      case 3: return 1e200
      case 4: return -1e6
      default: return level
      }
    }
    return .init(label: "a", x: x, y: y, color: .series1)
  }

  private func naiveGrid(_ chart: LineChart, _ geometry: ChartGeometry) -> DotGrid {
    var grid = DotGrid(columns: geometry.dotColumns, rows: geometry.dotRows)
    let (width, height) = (Double(grid.columns - 1), Double(grid.rows - 1))
    var before: DotGrid.Place?
    for (x, y) in zip(chart.series[0].x, chart.series[0].y) {
      let across = unit(x, geometry.xRange, chart.x.kind)
      let up = unit(y, geometry.yRange, chart.y.kind)
      guard let across, let up else {
        before = nil
        continue
      }
      let place = DotGrid.Place(x: across * max(0, width), y: (1 - up) * max(0, height))
      grid.draw(from: before ?? place, to: place)
      grid.draw(from: place, to: place)
      before = place
    }
    return grid
  }

  private func unit(_ value: Double, _ range: ClosedRange<Double>, _ kind: AxisKind) -> Double? {
    guard value.isFinite, kind != .logarithmic || value > 0 else { return nil }
    let greatest = max(abs(range.lowerBound), abs(range.upperBound))
    let part = pow(10, log10(greatest).rounded(.down) - 3)
    func spaced(_ value: Double) -> Double {
      switch kind {
      case .linear: value
      case .logarithmic: log10(value)
      case .symlog: value < 0 ? -log10(1 - value / part) : log10(1 + value / part)
      }
    }
    let (low, high) = (spaced(range.lowerBound), spaced(range.upperBound))
    let unit = (spaced(value) - low) / (high - low)
    return min(max(unit, -1e12), 1e12)
  }

  /// The dots of a glyph, by its name in the Unicode standard; nil for signs over the curve.
  private func decoded(_ glyph: Character, _ glyphs: GlyphSet) -> Set<Point>? {
    let all = Set(
      (0..<glyphs.dots.height).flatMap { y in
        (0..<glyphs.dots.width).map { Point(x: $0, y: y) }
      }
    )
    switch (glyph, glyphs) {
    case (" ", _): return []
    case ("*", .ascii), ("█", _): return all
    case ("▀", .halfBlocks): return [Point(x: 0, y: 0)]
    case ("▄", .halfBlocks): return [Point(x: 0, y: 1)]
    case ("▌", .sextants): return all.filter { $0.x == 0 }
    case ("▐", .sextants): return all.filter { $0.x == 1 }
    default: break
    }
    guard let name = glyph.unicodeScalars.first?.properties.name else { return nil }
    let digits = name.split(separator: "-").last.map { $0.compactMap(\.wholeNumberValue) } ?? []
    if name.hasPrefix("BLOCK SEXTANT-") {
      return Set(digits.map { Point(x: ($0 - 1) % 2, y: ($0 - 1) / 2) })
    }
    if name == "BRAILLE PATTERN BLANK" { return [] }
    guard name.hasPrefix("BRAILLE PATTERN DOTS-") else { return nil }
    return Set(
      digits.map { digit in
        switch digit {
        case 7: Point(x: 0, y: 3)
        case 8: Point(x: 1, y: 3)
        default: Point(x: (digit - 1) / 3, y: (digit - 1) % 3)
        }
      }
    )
  }

  @Test(arguments: AxisKind.allCases)
  func `columns never go back, and the middle of a cell leads to the cell`(_ kind: AxisKind) {
    var dice = ChartDice(state: 11)
    for _ in 0..<200 {
      let low =
        kind == .logarithmic
        ? Double.random(in: 1e-6...10, using: &dice) : Double.random(in: -1000...1000, using: &dice)
      let range = low...low + pow(10, Double.random(in: -2...6, using: &dice))
      let columns = DotColumns(
        range: range,
        kind: kind,
        count: Int.random(in: 1..<300, using: &dice)
      )
      let values = (0..<60).map { _ in
        low + (range.upperBound - low) * Double.random(in: -0.5...1.5, using: &dice)
      }.sorted()
      let found = values.map(columns.column)
      #expect(found == found.sorted())
      #expect(found.allSatisfy { $0 >= -1 && $0 <= columns.count })
      let origin = Bool.random(using: &dice) ? 0 : Double.random(in: -1e9...1.8e9, using: &dice)
      let starts = columns.starts(origin: origin)
      #expect(starts.count == columns.count + 1 && starts == starts.sorted())
      for x in values.map({ $0 + origin }) + starts + starts.flatMap({ [$0.nextDown, $0.nextUp] }) {
        #expect(starts.count { $0 <= x } == columns.column(of: x - origin) + 1)
      }
      var chart = LineChart(series: [])
      chart.x = ChartAxis(kind, range: range)
      chart.y = ChartAxis(kind, range: range)
      let geometry = chart.geometry(in: Rect(x: 3, y: 2, width: 70, height: 20), glyphs: .braille)
      for column in geometry.plot.x..<geometry.plot.maxX {
        #expect(geometry.column(of: geometry.x(atColumn: column)) == column)
      }
      for row in geometry.plot.y..<geometry.plot.maxY {
        #expect(geometry.row(of: geometry.y(atRow: row)) == row)
      }
    }
  }

  @Test(arguments: GlyphSet.allCases)
  func `no value moves the plot`(_ glyphs: GlyphSet) {
    var dice = ChartDice(state: 3)
    let rect = Rect(x: 1, y: 1, width: 77, height: 19)
    let empty = LineChart(
      series: [.init(label: "loss", x: [], y: [], color: .series1)],
      title: "loss"
    )
    for _ in 0..<50 {
      var chart = empty
      chart.series = [randomSeries(&dice)]
      chart.series[0].label = "loss"
      chart.crosshair = 3
      let plot = chart.geometry(in: rect, glyphs: glyphs).plot
      #expect(plot == empty.geometry(in: rect, glyphs: glyphs).plot)
    }
  }
}

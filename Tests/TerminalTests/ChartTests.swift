import Terminal
import Testing

struct ChartTests {
  private func drawn(
    _ chart: LineChart,
    _ width: Int,
    _ height: Int,
    _ glyphs: GlyphSet
  ) -> Screen {
    var screen = Screen(size: Size(width: width, height: height))
    chart.draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    return screen
  }

  private func line(
    _ label: SafeText,
    _ y: [Double],
    _ color: Color = .series1,
    _ stroke: LineChart.Stroke = .solid
  ) -> LineChart.Series {
    LineChart.Series(
      label: label,
      x: y.indices.map(Double.init),
      y: y,
      color: color,
      stroke: stroke
    )
  }

  private var losses: LineChart {
    let steps = (0..<30).map(Double.init)
    return LineChart(
      series: [
        line("loss", steps.map { 2 / (1 + $0 / 3) }, .series1),
        line("val_loss", steps.map { 2 / (1 + $0 / 5) + 0.2 }, .series2, .dashed),
      ],
      x: ChartAxis(label: "epoch"),
      title: "loss"
    )
  }

  @Test func `two curves in braille`() {
    #expect(
      drawn(losses, 48, 10, .braille).text == """
                loss
              2┤⡵⡀
               │⢸⢣
               │ ⢇ ⡄
              1┤ ⠈⢆⠈⠑ ⣀
               │   ⠑⢄⡀ ⠉ ⠒⠤ ⢄⣀ ⣀
               │     ⠈⠉⠒⠢⠤⠤⣀⣀⣀⣀ ⠉ ⠉⠉ ⠒⠒⠐ ╌╌ va…ss 0.4941
              0┤               ⠉⠉⠉⠉⠉⠉⠑⠒⠒ ── loss 0.1875
               └┬───────┬───────┬───────
                0       10      20                 epoch
        """
    )
  }

  @Test func `two curves in half blocks`() {
    #expect(
      drawn(losses, 48, 10, .halfBlocks).text == """
                loss
              2┤█▄
               │▀█▄
               │ ▀█▄
              1┤  █   ▄
               │   ▀▄▄▄▀▀▀  ▄▄▄▄
               │      ▀▀▀▀▄▄▄▄▄▄▄ ▀▀▀▀ ▀ ╌╌ va…ss 0.4941
              0┤                 ▀▀▀▀▀▀▀ ── loss 0.1875
               └┬───────┬───────┬───────
                0       10      20                 epoch
        """
    )
  }

  @Test func `two curves in ASCII`() {
    #expect(
      drawn(losses, 48, 10, .ascii).text == """
                loss
               |o
              2+*o
               | *oo
              1+  * ooo
               |   ****oooooooooooo
               |      *************ooooo o va…oss 0.4941
              0+                         * loss 0.1875
               ++-------+-------+-------
                0       10      20                 epoch
        """
    )
  }

  @Test func `a logarithmic axis has decades, and marks what has no logarithm`() {
    var chart = LineChart(series: [line("lr", [1, 0.1, 0.01, 0, 0.001, .nan, 0.1, .infinity])])
    chart.y.kind = .logarithmic
    let screen = drawn(chart, 40, 10, .ascii)
    #expect(
      screen.text == """
              1+*                   ^
               | **
            0.1+   *             *    lr inf
               |    *
               |     *
           0.01+      *
               |
          0.001+         v *  !
               ++-------------+------
                0             5
        """
    )
    #expect(screen.cells.filter { $0.text == "!" }.allSatisfy { $0.style.color == .bad })
  }

  @Test func `a range clips the curve at its edges and the crosshair stands behind`() {
    var chart = LineChart(series: [line("a", [0, 10, 0, 10, 0])])
    chart.x.range = 0.5...3.5
    chart.y.range = 2...8
    chart.crosshair = 2
    #expect(
      drawn(chart, 36, 9, .ascii).text == """
              8+  * *    :   * *   a 10
               |  *  *   :  *   *
              6+ *   *   :  *   *
               | *    *  : *     *
              4+*      * :* 2    *
               |       * :* a 0
              2+        **
               +---------+--------
                         2
        """
    )
  }

  @Test func `a single point and a constant series are seen`() {
    #expect(
      drawn(LineChart(series: [line("a", [0.5])]), 30, 7, .ascii).text == """
           0.55+
               |
           0.50+*              a 0.5
               |
           0.45+
               ++------------+
                0            1
        """
    )
    #expect(
      drawn(LineChart(series: [line("a", [3, 3, 3])]), 30, 7, .ascii).text == """
               |
               |
            3.0+************** a 3
               |
               |
               ++------------+
                0            2
        """
    )
  }

  @Test func `end labels lie on rows of their own`() {
    let chart = LineChart(
      series: (0..<4).map { line("run\($0)", [0, 1 + Double($0) / 100], .series($0)) }
    )
    #expect(
      drawn(chart, 40, 8, .ascii).text == """
            1.0+                  xx x run3 1.03
               |              xxxx   + run2 1.02
               |          xxxx       o run1 1.01
            0.5+      xxxx           * run0 1
               |  xxxx
              0+xx
               ++---------+--------+
                0        0.5      1.0
        """
    )
  }

  @Test func `no points are told calmly`() {
    #expect(drawn(LineChart(series: []), 30, 3, .braille).text == "\n        no points yet\n")
    let lost = LineChart(series: [.init(label: "a", x: [.nan], y: [1], color: .series1)])
    #expect(drawn(lost, 20, 1, .braille).text == "   no points yet")
    var beside = LineChart(
      series: [.init(label: "a", x: [0, 1], y: [0, 0], color: .series1)],
      y: ChartAxis(.linear, range: 5...6)
    )
    beside.emptyText = "beside"
    #expect(drawn(beside, 30, 6, .braille).text.contains("beside"))
    beside.y.range = -1...1
    #expect(!drawn(beside, 30, 6, .braille).text.contains("beside"))
  }

  @Test func `the colour of a cell is that of the last series`() {
    let screen = drawn(
      LineChart(series: [line("a", [1, 1], .series1), line("b", [1, 1], .series2)]),
      40,
      8,
      .braille
    )
    let colors = Set(
      screen.cells.filter { ("⠁"..."⣿").contains($0.text ?? " ") }.map(\.style.color)
    )
    #expect(colors == [.series2])
  }

  @Test(arguments: GlyphSet.allCases)
  func `any numbers fit any size, and nothing is drawn outside`(_ glyphs: GlyphSet) {
    var dice = ChartDice(state: 5)
    let odd: [Double] = [
      .nan, .infinity, -.infinity, 0, -1, 1e308, -1e308, .leastNonzeroMagnitude, 1, 1.0000000001,
      1e-300, 123_456_789,
    ]
    for _ in 0..<400 {
      let count = Int.random(in: 0..<6, using: &dice)
      let x = (0..<count).map { _ in odd.randomElement(using: &dice) ?? 0 }
      let y = (0..<count).map { _ in odd.randomElement(using: &dice) ?? 0 }
      let chart = LineChart(
        series: [.init(label: "한글", x: x, y: y, color: .series1, stroke: .dotted)],
        x: ChartAxis(AxisKind.allCases.randomElement(using: &dice) ?? .linear, label: "x"),
        y: ChartAxis(AxisKind.allCases.randomElement(using: &dice) ?? .linear),
        title: "title",
        crosshair: x.last
      )
      var screen = Screen(size: Size(width: 50, height: 20))
      let marked = Cell("~", .bad)
      screen.fill(screen.bounds, marked)
      let rect = Rect(
        x: 3,
        y: 2,
        width: Int.random(in: 0..<47, using: &dice),
        height: Int.random(in: 0..<18, using: &dice)
      )
      chart.draw(on: &screen, in: rect, glyphs: glyphs)
      for row in 0..<20 {
        for column in 0..<50 where !rect.contains(Point(x: column, y: row)) {
          #expect(screen[column, row] == marked, "\(x) \(y) \(rect)")
        }
      }
    }
  }
}

struct ChartDice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 31)
  }
}

struct ChartDotTests {
  @Test(arguments: 0..<150)
  func `the thinned line has the dots of every segment`(_ seed: UInt64) {
    var dice = ChartDice(state: seed)
    let columns = Int.random(in: 1..<60, using: &dice)
    let rows = Int.random(in: 1..<30, using: &dice)
    let count = Int.random(in: 0..<400, using: &dice)
    let width = Double(columns) * Double.random(in: 0.5...3, using: &dice)
    let isSorted = Bool.random(using: &dice)
    var x = (0..<count).map { _ in Double.random(in: -width / 4...width, using: &dice) }
    if isSorted { x.sort() }
    if seed % 3 == 0 { x = x.map { ($0 / 4).rounded() * 4 } }
    var level = 0.0
    let y = (0..<count).map { _ -> Double in
      level += Double.random(in: -2...2, using: &dice)
      switch Int.random(in: 0..<40, using: &dice) {
      case 0: return .nan
      case 1: return level + 1e6
      case 2: return -1e300
      default: return Double(rows) / 2 + level
      }
    }
    var naive = DotGrid(columns: columns, rows: rows)
    for index in 0..<count where !y[index].isNaN {
      let point = DotGrid.Place(x: x[index], y: y[index])
      let isJoined = index > 0 && !y[index - 1].isNaN
      let before = isJoined ? DotGrid.Place(x: x[index - 1], y: y[index - 1]) : point
      naive.draw(from: before, to: point)
      naive.draw(from: point, to: point)
    }
    var thinned = DotGrid(columns: columns, rows: rows)
    thinned.drawLine(count: count) { (x[$0], y[$0]) }
    #expect(thinned == naive)
  }

  @Test func `a line through the window is cut at its edges`() {
    var grid = DotGrid(columns: 5, rows: 5)
    grid.draw(from: .init(x: -100, y: -100), to: .init(x: 100, y: 100))
    for index in 0..<5 { #expect(grid[index, index]) }
    var flat = DotGrid(columns: 5, rows: 5)
    flat.draw(from: .init(x: -3, y: 2), to: .init(x: 1e300, y: 2))
    for column in 0..<5 { #expect(flat[column, 2]) }
    var beside = DotGrid(columns: 5, rows: 5)
    beside.draw(from: .init(x: -9, y: 3), to: .init(x: 3, y: -9))
    #expect(beside == DotGrid(columns: 5, rows: 5))
  }
}

struct ChartTextTests {
  @Test(arguments: [
    (0.29104, "0.291"), (12345, "12345"), (1_234_567, "1.235e6"), (1.2e-5, "1.2e-5"),
    (9.99996, "10"), (-0.5, "-0.5"), (1e300, "1e300"), (.leastNonzeroMagnitude, "4.941e-324"),
    (0, "0"), (-0.0, "0"), (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
    (0.00012, "0.00012"), (1.7e-4, "0.00017"), (99.999, "100"),
    (1.7671e-4, "1.767e-4"), (-1.7671e-4, "-1.767e-4"), (1.62e-4, "0.000162"),
    (0.0017671, "0.001767"),
    (.greatestFiniteMagnitude, "1.798e308"),
  ])
  func `a number has four significant digits`(_ value: Double, _ text: String) {
    #expect(numberText(value).string == text)
  }

  @Test(arguments: [
    (0, "0"), (-3, "-3"), (999_999, "999999"), (1_000_000_002, "1000000002"), (12.25, "12.25"),
    (9_007_199_254_740_992, "9007199254740992"), (1e300, "1e300"), (.nan, "nan"),
  ])
  func `a whole step is told with all of its digits`(_ step: Double, _ text: String) {
    #expect(stepText(step).string == text)
  }

  @Test func `a sparkline goes from its least to its greatest value`() {
    #expect(Sparkline([0, 1, 2, 3, 4, 5, 6, 7]).text(.braille) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline([7, .nan, 0, .infinity]).text(.ascii) == "# _!")
    #expect(Sparkline([2, 2]).text(.halfBlocks) == "▄▄")
    #expect(Sparkline([-1e308, 1e308]).text(.braille) == "▁█")
    #expect(Sparkline([]).text(.braille) == "")
  }

  @Test func `a progress bar fills by eighths`() {
    #expect(ProgressBar(0).text(width: 4, glyphs: .braille) == "    ")
    #expect(ProgressBar(0.5).text(width: 3, glyphs: .braille) == "█▌ ")
    #expect(ProgressBar(1).text(width: 3, glyphs: .halfBlocks) == "███")
    #expect(ProgressBar(7).text(width: 2, glyphs: .braille) == "██")
    #expect(ProgressBar(.nan).text(width: 2, glyphs: .braille) == "  ")
    #expect(ProgressBar(0.5).text(width: 6, glyphs: .ascii) == "[##..]")
    #expect(ProgressBar(0.5).text(width: 2, glyphs: .ascii) == "..")
    #expect(ProgressBar(0.5).text(width: 0, glyphs: .ascii) == "")
  }
}

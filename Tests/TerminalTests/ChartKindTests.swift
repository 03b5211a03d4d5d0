import Terminal
import Testing

struct ChartKindTests {
  private func drawn(
    _ width: Int,
    _ height: Int,
    _ draw: (inout Screen, Rect) -> Void
  ) -> String {
    var screen = Screen(size: Size(width: width, height: height))
    draw(&screen, screen.bounds)
    return screen.text
  }

  private let bars = BarChart(
    [
      .init(label: "r1 adam", value: 0.93, color: .good),
      .init(label: "r2", value: -0.31, color: .bad),
      .init(label: "r3", value: .nan, color: .series1),
      .init(label: "r4", value: 0.001, color: .series1),
      .init(label: "r5", value: -.infinity, color: .series1),
    ],
    title: "accuracy"
  )

  @Test func `bars go both ways from zero`() {
    #expect(
      drawn(40, 6) { bars.draw(on: &$0, in: $1, glyphs: .braille) } == """
        accuracy
        r1 adam        ███████████████████  0.93
        r2      ▌██████                    -0.31
        r3                                   nan
        r4             ▏                   0.001
        r5                                  -inf
        """
    )
    #expect(
      drawn(40, 4) { bars.draw(on: &$0, in: $1, glyphs: .ascii) } == """
        accuracy
        r1 adam        ###################  0.93
        r2      #######                    -0.31
        and 3 more
        """
    )
  }

  @Test func `a histogram counts what is finite`() {
    var values: [Double] = [.nan, .infinity]
    for index in 0..<200 { values.append(Double(index * index % 97 + index * 7 % 31)) }
    #expect(
      drawn(50, 11) { Histogram(values, title: "x").draw(on: &$0, in: $1, glyphs: .braille) } == """
                x  (2 not finite)
               │      ██████▅▅▅▅▅▅
             30┤      ████████████      ▆▆▆▆▆▆▁▁▁▁▁▁
               │      ████████████▆▆▆▆▆▆████████████
             20┤      ██████████████████████████████▄▄▄▄▄▄
               │▅▅▅▅▅▅████████████████████████████████████
             10┤██████████████████████████████████████████
               │██████████████████████████████████████████
              0┤██████████████████████████████████████████
               └┬───────────────┬────────────────┬────────
                0               50              100
        """
    )
    #expect(
      drawn(40, 8) { Histogram([3, 3, 3]).draw(on: &$0, in: $1, glyphs: .ascii) } == """
              3+                ################
               |                ################
              2+                ################
              1+                ################
               |                ################
              0+                ################
               +-----+----------+---------+-----
                    2.8        3.0       3.2
        """
    )
  }

  @Test func `a histogram of counts joins as many bins as a bar takes`() {
    var counts = Array(repeating: 0, count: 5040)
    // A quarter of the values in each half of the middle, an eighth in the outer quarters each.
    for bin in counts.indices { counts[bin] = (1260..<3780).contains(bin) ? 2 : 1 }
    counts[5039] += 1
    let histogram = Histogram(counts: counts, range: 0...8, notFinite: 3)
    #expect(
      drawn(24, 6) { histogram.draw(on: &$0, in: $1, glyphs: .ascii) } == """
                3 not finite
            500+    ########
               |################
              0+################
               ++--------+------
                0        5
        """
    )
    let empty = Histogram(counts: [0, 0], range: 0...8)
    #expect(drawn(14, 3) { empty.draw(on: &$0, in: $1, glyphs: .ascii) } == "no values yet\n\n")
  }

  @Test func `spreads that have no column of their own are counted`() {
    func text(_ count: Int) -> String {
      let parts = (0..<count).map {
        Histogram.Part(label: "r\($0)", color: .series($0), counts: [1, 2])
      }
      let histogram = Histogram(parts: parts, range: 0...2, title: "values")
      return drawn(22, 6) { histogram.draw(on: &$0, in: $1, glyphs: .ascii) }
    }
    #expect(text(30).contains("16 hidden"))
    #expect(!text(6).contains("hidden"))
  }

  @Test func `spreads of several runs stand side by side in each bin, with a legend`() {
    let histogram = Histogram(
      parts: [
        .init(label: "r141", color: .series1, counts: [4, 3, 2, 1]),
        .init(label: "r142", color: .series2, counts: [1, 1, 3, 4], fill: "░"),
      ],
      range: 0...4,
      notFinite: 1,
      title: "19 values"
    )
    #expect(
      drawn(48, 12) { histogram.draw(on: &$0, in: $1, glyphs: .braille) } == """
        ██ r141  ░░ r142
                19 values  (1 not finite)
               │█████████                    ░░░░░░░░░
              6┤█████████                    ░░░░░░░░░
               │█████████                    ░░░░░░░░░
              4┤█████████                    ░░░░░░░░░
               │█████████           ▄▄▄▄▄▄▄▄▄░░░░░░░░░
              2┤█████████░░░░░░░░░  █████████░░░░░░░░░
               │█████████░░░░░░░░░  █████████░░░░░░░░░
              0┤█████████░░░░░░░░░  █████████░░░░░░░░░
               └┬─────────┬─────────┬────────┬─────────┬
                0         1         2        3        4
        """
    )
  }

  @Test func `a minimap shows where the window is`() {
    let x = (0..<100).map(Double.init)
    let map = Minimap(
      series: [.init(label: "a", x: x, y: x.map { abs(50 - $0) }, color: .series1)],
      window: 20...40
    )
    #expect(
      drawn(40, 4) { map.draw(on: &$0, in: $1, glyphs: .braille) } == """
        ⠉⠓⠒⠤⠤⣀⡀                           ⣀⡠⠤⠔⠒⠉
              ⠈⠉⠑⠒⠤⠤⣀⣀            ⢀⣀⡠⠤⠔⠒⠉⠉
                      ⠉⠑⠒⠢⠤⣄⣀⠤⠴⠒⠚⠉⠁
        ────────━━━━━━━━━───────────────────────
        """
    )
    let rect = Rect(x: 0, y: 0, width: 40, height: 4)
    let geometry = map.geometry(in: rect, glyphs: .braille)
    #expect(geometry.x(atColumn: 0) < 1 && geometry.x(atColumn: 39) > 98)
  }

  @Test(arguments: GlyphSet.allCases)
  func `any values fit any size, and nothing is drawn outside`(_ glyphs: GlyphSet) {
    var dice = ChartDice(state: 9)
    let odd: [Double] = [.nan, .infinity, -1e308, 1e308, 0, -1, .leastNonzeroMagnitude, 3, 4]
    for _ in 0..<150 {
      let values = (0..<Int.random(in: 0..<7, using: &dice)).map { _ in
        odd.randomElement(using: &dice) ?? 0
      }
      var screen = Screen(size: Size(width: 40, height: 16))
      screen.fill(screen.bounds, Cell("~", .bad))
      let rect = Rect(
        x: 2,
        y: 2,
        width: Int.random(in: 0..<37, using: &dice),
        height: Int.random(in: 0..<13, using: &dice)
      )
      switch Int.random(in: 0..<3, using: &dice) {
      case 0:
        BarChart(values.map { .init(label: "한글", value: $0, color: .good) }, title: "t")
          .draw(on: &screen, in: rect, glyphs: glyphs)
      case 1: Histogram(values, title: "t").draw(on: &screen, in: rect, glyphs: glyphs)
      default:
        Minimap(
          series: [.init(label: "a", x: values.reversed(), y: values, color: .series1)],
          window: -5...1
        ).draw(on: &screen, in: rect, glyphs: glyphs)
      }
      for row in 0..<16 {
        for column in 0..<40 where !rect.contains(Point(x: column, y: row)) {
          #expect(screen[column, row] == Cell("~", .bad), "\(values) \(rect)")
        }
      }
    }
  }
}

struct ChartSVGTests {
  @Test func `a chart is a document of its own`() {
    let x = [0.0, 1, 2, 3, 4]
    let chart = LineChart(
      series: [
        .init(
          label: "a <&> \"b\"",
          x: x,
          y: [1, 2, .nan, 4, .infinity],
          color: .series1,
          stroke: .dashed
        )
      ],
      x: ChartAxis(label: "step"),
      title: "loss & more"
    )
    let svg = chart.svg(size: Size(width: 400, height: 200))
    #expect(svg.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns="))
    #expect(svg.contains("loss &amp; more") && svg.contains("a &lt;&amp;&gt; &quot;b&quot;"))
    #expect(svg.contains("<path d=\"M64 ") && svg.contains("stroke-dasharray=\"8 4\""))
    // 4 stands between what has no place: a dot.
    #expect(svg.contains("<circle ") && svg.contains(">!</text>") && svg.contains(">▲</text>"))
    #expect(faults(svg) == [])
  }

  @Test(arguments: 0..<60)
  func `any chart is well-formed`(_ seed: UInt64) {
    var dice = ChartDice(state: seed)
    let odd: [Double] = [.nan, .infinity, -.infinity, 0, -1, 1e308, -1e308, 1e-300, 1, 2, 3]
    func values(_ dice: inout ChartDice) -> [Double] {
      (0..<8).map { _ in odd.randomElement(using: &dice) ?? 0 }
    }
    var chart = LineChart(
      series: LineChart.Stroke.allCases.map {
        .init(
          label: SafeText(hostile: "<\u{1}\u{FFFF}]]>&'"),
          x: values(&dice),
          y: values(&dice),
          color: Color.allCases.randomElement(using: &dice) ?? .dim,
          stroke: $0,
          role: LineChart.Role.allCases.randomElement(using: &dice) ?? .curve
        )
      },
      x: ChartAxis(
        AxisKind.allCases.randomElement(using: &dice) ?? .linear,
        unit: .clock(secondsFromGMT: 0)
      ),
      y: ChartAxis(AxisKind.allCases.randomElement(using: &dice) ?? .linear, unit: .duration)
    )
    chart.marks = [.init(x: 1, label: "</svg>", color: .bad), .init(x: 1, label: "b", color: .bad)]
    #expect(faults(chart.svg(size: Size(width: Int(seed) * 40, height: Int(seed) * 17))) == [])
  }

  /// What is wrong with a document: tags that do not match, bare signs, numbers that are none.
  private func faults(_ svg: String) -> [String] {
    var faults: [String] = []
    var open: [Substring] = []
    for part in svg.split(separator: "<").dropFirst() {
      guard let end = part.firstIndex(of: ">") else { return ["no end: \(part)"] }
      let tag = part[..<end]
      let name = tag.prefix { !" />".contains($0) }
      if tag.hasPrefix("/") {
        if open.popLast() != tag.dropFirst() { faults.append("ends: \(tag)") }
      } else if !tag.hasSuffix("/"), !tag.hasPrefix("?") {
        open.append(name)
      }
      if tag.filter({ $0 == "\"" }).count % 2 != 0 { faults.append("quotes: \(tag)") }
      if tag.contains("nan") || tag.contains("inf") { faults.append("number: \(tag)") }
      if part[end...].dropFirst().contains(">") { faults.append("bare: \(part)") }
    }
    for part in svg.split(separator: "&").dropFirst() {
      let entity = part.prefix { $0 != ";" }
      if !["amp", "lt", "gt", "quot"].contains(entity) { faults.append("entity: \(entity)") }
    }
    return faults + open.map { "open: \($0)" }
  }
}

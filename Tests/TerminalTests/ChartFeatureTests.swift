import Terminal
import Testing

struct ChartFeatureTests {
  private func screen(
    _ chart: LineChart,
    _ width: Int = 64,
    _ height: Int = 14,
    _ glyphs: GlyphSet = .ascii
  ) -> Screen {
    var screen = Screen(size: Size(width: width, height: height))
    chart.draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    return screen
  }

  private var losses: LineChart {
    let x = (0..<60).map(Double.init)
    return LineChart(
      series: [
        .init(label: "loss", x: x, y: x.map { 2 / (1 + $0 / 5) }, color: .series1),
        .init(
          label: "val",
          x: x,
          y: x.map { 2 / (1 + $0 / 9) + 0.3 },
          color: .series2,
          stroke: .dashed
        ),
      ],
      x: ChartAxis(label: "step")
    )
  }

  @Test func `no label hides what is not finite or a mark`() {
    let x = (0..<120).map(Double.init)
    let y = x.map { (40..<52).contains($0) ? Double.nan : $0 == 70 ? .infinity : 0.5 }
    var chart = LineChart(series: [.init(label: "loss", x: x, y: y, color: .series1)])
    chart.marks = [20.0, 30, 60, 80, 100].map {
      LineChart.Mark(x: $0, label: "a label of some length", color: .bad, kind: .point)
    }
    chart.marks.append(LineChart.Mark(x: 66, label: "ExplodingTensor", color: .warning))
    let told = screen(chart, 64, 8)
    var bare = chart
    for index in bare.marks.indices { bare.marks[index].label = "" }
    let plain = screen(bare, 64, 8)
    #expect(told.text.contains("label") && told.text.contains("Exploding"))
    for sign in ["!", "^", "%"] {
      let count = plain.cells.count { $0.text.map(String.init) == sign }
      #expect(count > 0)
      #expect(told.cells.count { $0.text.map(String.init) == sign } == count)
    }
  }

  @Test func `a crosshair tells the values beside itself and covers no curve`() {
    var chart = losses
    chart.crosshair = 30
    #expect(
      screen(chart).text == """
               |o       step 30     :
            2.0+*o      val  0.7615 :
               | oo     loss 0.2857 :
               | * o                :
            1.5+ *  oo              :
               |  *  oooo           :
            1.0+   *     ooooo      :
               |    **        ooooooOoo
               |      ****          : ooooooooooooooooooo o val 0.5647
            0.5+          ********* :
               |                  **O******************** * loss 0.1563
              0+                    :
               ++-------------+------------+-------------
                0             20           40                       step
        """
    )
    let plain = screen(losses).cells.filter { $0.text == "*" || $0.text == "o" }.count
    let told = screen(chart).cells.filter {
      "*oO".contains($0.text ?? " ") && $0.style.color != .normal
    }
    #expect(told.count >= plain)
  }

  @Test func `a reading is the last value in the column, and its extremes`() {
    let chart = LineChart(
      series: [
        .init(label: "a", x: [0, 50.1, 50.2, 50.3, 100], y: [0, 7, -2, 5, 1], color: .series1),
        .init(label: "late", x: [60, 100], y: [1, 2], color: .series2),
        .init(label: "old", x: [0, 20, 100], y: [3, 4, 5], color: .series3),
        .init(label: "ended", x: [0, 20], y: [3, 4], color: .series4),
        .init(label: "shade", x: [50], y: [1], color: .series5, role: .behind),
      ]
    )
    let rect = Rect(x: 0, y: 0, width: 60, height: 12)
    let readings = chart.readings(at: 50, in: rect, glyphs: .braille)
    #expect(readings.map(\.label) == ["a", "old"])
    #expect(readings[0].value == 5)
    #expect(readings[0].low == -2)
    #expect(readings[0].high == 7)
    #expect(readings[1].x == 20)
    #expect(readings[1].value == 4)
  }

  @Test func `marks have labels that do not cover each other`() {
    var chart = losses
    chart.marks = [
      .init(x: 20, label: "lr 1e-4", color: .warning),
      .init(x: 22, label: "checkpoint", color: .dim),
      .init(x: 40, label: "overflow", color: .bad, kind: .point),
    ]
    #expect(
      screen(chart).text == """
               |o      lr 1e-4||checkpoint
            2.0+*o            ||
               | oo           ||
               | * o          ||
            1.5+ *  oo        ||
               |  *  oooo     ||
            1.0+   *     ooooo||
               |    **        ooooooooo
               |      ****    ||      ooooooooooooooooooo o val 0.5647
            0.5+          *********          overflow
               |              ||  *********%************* * loss 0.1563
              0+              ||
               ++-------------+------------+-------------
                0             20           40                       step
        """
    )
  }

  @Test func `marks that say the same in one column share a label`() {
    var chart = losses
    chart.marks = (["r1", "r3"] as [SafeText]).map { owner in
      var mark = LineChart.Mark(x: 30, label: "Threshold", color: .warning)
      mark.owner = owner
      return mark
    }
    #expect(screen(chart, 80, 14).text.ranges(of: "Threshold").count == 1)
    #expect(screen(chart, 80, 14).text.contains("r1, r3 Threshold"))
    for owner in ["r4", "r5", "r6", "r7"] as [SafeText] {
      chart.marks.append(LineChart.Mark(x: 30, label: "Threshold", color: .warning))
      chart.marks[chart.marks.count - 1].owner = owner
    }
    #expect(screen(chart, 80, 14).text.contains("6x Threshold"))
    chart.marks[0].x = 10
    let text = screen(chart, 80, 14).text
    #expect(text.contains("r1 Threshold") && text.contains("5x Threshold"))
  }

  @Test func `a label that would cover curves is left out, unless it is asked for`() {
    let x = (0..<400).map(Double.init)
    let y = x.map { $0.truncatingRemainder(dividingBy: 2) }
    var chart = LineChart(series: [.init(label: "noise", x: x, y: y, color: .series1)])
    chart.marks = [LineChart.Mark(x: 200, label: "overflow", color: .bad, kind: .point)]
    #expect(screen(chart).text.contains("%") && !screen(chart).text.contains("overflow"))
    chart.marks[0].isAsked = true
    #expect(screen(chart).text.contains("overflow"))
    chart.marks = [30, 90, 150, 210, 270, 330].map {
      LineChart.Mark(x: $0, label: "rule", color: .warning)
    }
    #expect(screen(chart, 100, 14).text.ranges(of: "rule").count == 4)
  }

  @Test func `lines of one colour differ in their strokes and signs`() {
    #expect(Set((0..<36).map { "\($0 % 6) \(LineChart.Stroke.series($0))" }).count == 36)
    #expect(Set((0..<36).map { "\($0 % 6) \(LineChart.mark($0))" }).count == 36)
    #expect((0..<6).map { LineChart.Stroke.series($0) } == LineChart.Stroke.allCases)
    #expect(LineChart.Stroke.series(-1) == LineChart.Stroke.series(35))
  }

  @Test func `a box and a shade`() {
    var chart = losses
    let raw = chart.series[0].y.enumerated().map { $0.element + ($0.offset % 2 == 0 ? 0.2 : -0.2) }
    chart.series.insert(
      .init(label: "loss", x: chart.series[0].x, y: raw, color: .series1, role: .behind),
      at: 0
    )
    chart.box = .init(x: 10...30, y: 0.5...1.2)
    #expect(
      screen(chart).text == """
               |o
            2.0+*o
               | oo
               | * o
            1.5+ *  oo
               |  *.  o+------------+
            1.0+  .*.. | oooooo     |
               |   .***|..    oooooo|oooo
            0.5+     ..+------------+   ooooooooooooooooo o val 0.5647
               |       . ..***********... ... .. ... ...
               |            ... ... ..******************* * loss 0.1563
              0+                        ... .. ... ... ..
               ++-------------+------------+-------------
                0             20           40                       step
        """
    )
    let colors = screen(chart, 64, 14, .braille).cells.filter { cell in
      cell.text.map { $0 >= "⠁" && $0 <= "⣿" } ?? false
    }.map(\.style.color)
    #expect(Set(colors) == [.series1, .series2, .faded1])
  }

  @Test func `an outlier is left out of a robust range`() {
    let x = (0..<200).map(Double.init)
    let y = x.map { $0 == 77 ? 1000 : 1 + 0.5 * ($0.truncatingRemainder(dividingBy: 7) / 7) }
    var chart = LineChart(series: [.init(label: "a", x: x, y: y, color: .series1)])
    let rect = Rect(x: 0, y: 0, width: 60, height: 12)
    #expect(chart.geometry(in: rect, glyphs: .braille).yRange.upperBound == 1000)
    chart.isRobust = true
    #expect(chart.geometry(in: rect, glyphs: .braille).yRange.upperBound < 1.6)
    chart.series[0].y[77] = 1.2
    let usual = chart.geometry(in: rect, glyphs: .braille).yRange
    chart.isRobust = false
    #expect(chart.geometry(in: rect, glyphs: .braille).yRange == usual)
  }

  @Test func `a curve that lies elsewhere is no outlier of the others`() {
    let x = (0..<200).map(Double.init)
    let flat = x.map { 0.9 + 0.01 * ($0.truncatingRemainder(dividingBy: 7) / 7) }
    let falling = x.map { $0 == 50 ? 400 : 2 - $0 / 100 }
    let rect = Rect(x: 0, y: 0, width: 60, height: 12)
    var chart = LineChart(series: [
      .init(label: "a", x: x, y: flat, color: .series1),
      .init(label: "b", x: x, y: flat, color: .series2),
      .init(label: "lr", x: x, y: falling, color: .series3),
    ])
    chart.isRobust = true
    let range = chart.geometry(in: rect, glyphs: .braille).yRange
    #expect(range.lowerBound <= 0.01 && range.upperBound >= 2 && range.upperBound < 3)
  }

  @Test(arguments: [
    (ChartAxis(unit: .duration, range: 0...300), "0 1m 2m 3m 4m 5m"),
    (ChartAxis(unit: .duration, range: 0...7.5), "0 2s 4s 6s"),
    (ChartAxis(unit: .duration, range: 0...0.4), "0 0.1s 0.2s 0.3s 0.4s"),
    (ChartAxis(unit: .duration, range: 50...150), "1m 75s 90s 105s 2m 2m15 2m30"),
    (ChartAxis(unit: .duration, range: 150...152), "150s 150.5s 151s 151.5s 152s"),
    (ChartAxis(unit: .duration, range: 11_100...11_120), "11100s 11105s 11110s 11115s 11120s"),
    (ChartAxis(unit: .duration, range: 0...20_000), "0 1h 2h 3h 4h 5h"),
    (ChartAxis(unit: .duration, range: 0...600_000), "0 1d 2d 3d 4d 5d 6d"),
    (
      ChartAxis(unit: .clock(secondsFromGMT: 0), range: 1_700_000_000...1_700_003_600),
      "22:15 22:30 22:45 23:00"
    ),
    (
      ChartAxis(unit: .clock(secondsFromGMT: 3600), range: 1_700_000_000...1_700_003_600),
      "23:15 23:30 23:45 Nov 15"
    ),
    (
      ChartAxis(unit: .clock(secondsFromGMT: 0), range: 1_700_000_000...1_701_000_000),
      "Nov 16 Nov 23"
    ),
    (ChartAxis(.symlog, range: -100...100), "-100 -10 -1 0 1 10 100"),
    (ChartAxis(.logarithmic, range: 1...1000), "1 10 100 1000"),
    (ChartAxis(.logarithmic, range: 1e-3...1e9), "0.01 1 100 10000 1e6 1e8"),
  ])
  func `ticks suit the unit`(_ axis: ChartAxis, _ labels: String) {
    let chart = LineChart(
      series: [.init(label: "", x: [axis.range?.lowerBound ?? 0], y: [1], color: .series1)],
      x: axis
    )
    let line = screen(chart, 80, 6).text.split(separator: "\n").last ?? ""
    #expect(line.split(separator: " ").joined(separator: " ") == labels)
  }

  @Test func `curves whose names have no row are counted`() {
    let chart = LineChart(
      series: (0..<9).map {
        .init(label: "metric/\($0)/loss", x: [0, 1], y: [0, Double($0)], color: .series($0))
      }
    )
    let text = screen(chart, 50, 8).text
    #expect(text.contains("+4 more"))
    #expect(text.contains("metri…/loss 8"))
  }

  @Test func `values that differ far behind the point are told from a base`() {
    let x = [0.0, 1, 2]
    let chart = LineChart(
      series: [.init(label: "a", x: x, y: x.map { 123_456 + $0 / 1000 }, color: .series1)]
    )
    #expect(
      screen(chart, 40, 10).text == """
               |                    ** a 123456
               |                ****
        +0.0015+             ***
        +0.0010+          ***
               |       ***
        +0.0005+     **
               |  ***
             +0+**
               ++----------+---------+
        +123456 0          1         2
        """
    )
  }

  @Test(
    arguments: [
      // All digits where they have room, else differences to a base, which is told whole.
      (80, 1e9, 400, "1000000000", "1000000400"), (44, 1.234567e9, 400, "+1.234567e9", "+200"),
      (80, 1e15, 40, "1000000000000000", "1000000000000040"),
      (44, 1.2345678901234e15, 40, "+1234567890123400", "+20"), (80, 1e18, 4096, "+1e18", "+3968"),
      (44, 2.5, 0.000004, "2.500000", "2.500004"),
    ] as [(Int, Double, Double, String, String)]
  )
  func `ticks of large x are distinct and right`(
    _ width: Int,
    _ low: Double,
    _ span: Double,
    _ told: String,
    _ tick: String
  ) {
    let chart = LineChart(
      series: [.init(label: "", x: [low], y: [1], color: .series1)],
      x: ChartAxis(range: low...low + span, label: "step")
    )
    let line = screen(chart, width, 8).text.split(separator: "\n").last ?? ""
    let words = line.split(separator: " ").map(String.init)
    let shown = words.filter { $0 != "step" && $0.first?.isLetter == false && !$0.contains("e") }
    #expect(Set(shown).count == shown.count && shown.count >= 2, "\(line)")
    #expect(line.contains(told) && line.contains(tick), "\(line)")
  }

  @Test(
    arguments: [
      ("xterm-256color", true, nil, .braille), ("linux", true, nil, .halfBlocks),
      ("vt100", true, nil, .ascii), ("dumb", true, nil, .ascii), ("vt220-w", true, nil, .ascii),
      ("xterm", false, nil, .ascii), ("xterm", false, "braille", .ascii),
      ("xterm", true, "sextants", .sextants), ("linux", true, "braille", .braille),
      ("xterm", true, "blocks", .halfBlocks), ("xterm", true, "ASCII", .ascii),
      ("xterm", true, "dots", .braille),
    ] as [(String, Bool, String?, GlyphSet)]
  )
  func `glyphs are those that the terminal has`(
    _ term: String,
    _ isUTF8: Bool,
    _ chosen: String?,
    _ glyphs: GlyphSet
  ) {
    #expect(GlyphSet.probed(term: term, isUTF8: isUTF8, chosen: chosen) { _ in 1 } == glyphs)
  }

  @Test func `glyphs that the locale does not know are stepped down from`() {
    func probed(_ chosen: String?, without: ClosedRange<UInt32>) -> GlyphSet {
      GlyphSet.probed(term: "xterm", isUTF8: true, chosen: chosen) { without.contains($0) ? -1 : 1 }
    }
    #expect(probed(nil, without: 0x2800...0x28FF) == .halfBlocks)
    #expect(probed("sextants", without: 0x1FB00...0x1FBFF) == .halfBlocks)
    #expect(probed("braille", without: 0...0x2FFF) == .ascii)
  }
}

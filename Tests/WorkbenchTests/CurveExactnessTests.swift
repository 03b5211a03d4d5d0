import Series
import Terminal
import Testing

/// The law of thinning: the screen is the one that drawing every point gives.
struct CurveExactnessTests {
  @Test(arguments: 0..<100)
  func `thinned points draw the screen of all points`(_ seed: UInt64) throws {
    var dice = CurveDice(state: seed)
    let data = dice.series()
    let by: SeriesAxis = dice.one(of: .step, .step, .time)
    let x = by == .step ? data.steps : data.times
    let chart = dice.chart(showing: x)
    let size = Size(
      width: .random(in: 20..<90, using: &dice),
      height: .random(in: 4..<14, using: &dice)
    )
    let glyphs: GlyphSet = dice.one(of: .braille, .halfBlocks, .ascii)
    let columns = chart.geometry(in: Rect(size), glyphs: glyphs).columns
    let floor: Double? = chart.y.kind == .logarithmic ? 0 : nil
    // Appended between draws, and drawn each time.
    for end in [data.count / 3, data.count / 2 + 1, data.count] where end <= data.count {
      let part = SeriesData(
        steps: Array(data.steps[..<end]),
        times: Array(data.times[..<end]),
        values: Array(data.values[..<end])
      )
      let thinned = try SeriesTrack(part).curve(by: by, floor: floor, columns: columns.starts())
      let all = CurvePoints(x: Array(x[..<end]), y: part.values)
      #expect(picture(chart, thinned, size, glyphs) == picture(chart, all, size, glyphs))
      #expect(thinned.count <= all.count)
    }
  }

  @Test(arguments: 0..<40)
  func `thinned smoothed points draw the screen of all of them`(_ seed: UInt64) throws {
    var dice = CurveDice(state: 1000 + seed)
    let data = dice.series()
    let by: SeriesAxis = dice.one(of: .step, .time)
    let smoothing: Smoothing = dice.one(
      of: .average(weight: 0.9),
      .average(weight: 0.5),
      .median(width: 7),
      .median(width: 100)
    )
    let chart = dice.chart(showing: by == .step ? data.steps : data.times)
    let size = Size(width: 70, height: 10)
    let columns = chart.geometry(in: Rect(size), glyphs: .braille).columns
    let floor: Double? = chart.y.kind == .logarithmic ? 0 : nil
    var grown = SmoothedTrack(smoothing)
    for end in [data.count / 3, data.count / 2 + 1, data.count] where end <= data.count {
      let track = SeriesTrack(
        SeriesData(
          steps: Array(data.steps[..<end]),
          times: Array(data.times[..<end]),
          values: Array(data.values[..<end])
        )
      )
      try grown.refresh(from: track)
      let thinned = try grown.curve(by: by, floor: floor, columns: columns.starts())
      var whole = SmoothedTrack(smoothing)
      try whole.refresh(from: track)
      // A column for each x: every point.
      let xs = by == .step ? data.steps : data.times
      let own = Set(xs[..<end].filter { !$0.isNaN }).sorted()
      let all = try whole.curve(by: by, floor: floor, columns: own)
      #expect(picture(chart, thinned, size, .braille) == picture(chart, all, size, .braille))
    }
  }

  @Test func `a column keeps its first, least, greatest and last points`() throws {
    let values: [Double] = [3, 4, 1, 9, 2, 7, .nan, .nan, 5, 5, 5]
    let track = SeriesTrack(
      SeriesData(
        steps: (0..<11).map(Double.init),
        times: Array(repeating: 0, count: 11),
        values: values
      )
    )
    let points = try track.curve(by: .step, floor: nil, columns: [])
    #expect(points.x == [0, 2, 3, 5, 7, 8, 10])
    #expect(points.y.map { "\($0)" } == [3, 1, 9, 7, .nan, 5, 5].map { "\($0)" })
  }

  @Test func `ascending points give at most four for a column`() throws {
    var data = SeriesData()
    for index in 0..<100_000 {
      data.steps.append(Double(index))
      data.times.append(Double(index))
      data.values.append(Double(index &* 7919 % 1009))
    }
    let points = try SeriesTrack(data).curve(
      by: .step,
      floor: nil,
      columns: (0..<100).map { Double($0 * 1000) }
    )
    #expect(points.count <= 400)
  }

  private func picture(
    _ chart: LineChart,
    _ points: CurvePoints,
    _ size: Size,
    _ glyphs: GlyphSet
  ) -> String {
    var chart = chart
    chart.series = [.init(label: "loss", x: points.x, y: points.y, color: .series(0))]
    var screen = Screen(size: size)
    chart.draw(on: &screen, in: Rect(size), glyphs: glyphs)
    return (0..<size.height).map { row in
      String((0..<size.width).map { screen[$0, row].text ?? " " })
    }.joined(separator: "\n")
  }
}

extension Rect {
  fileprivate init(_ size: Size) { self.init(x: 0, y: 0, width: size.width, height: size.height) }
}

/// Series with everything that a log may hold, and charts that show parts of them.
struct CurveDice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  mutating func one<T>(of choices: T...) -> T {
    choices[Int.random(in: choices.indices, using: &self)]
  }

  mutating func series() -> SeriesData {
    let count = Int.random(in: 0...one(of: 3, 70, 200, 700, 700, 5000), using: &self)
    var data = SeriesData()
    (data.steps, data.times) = (xs(count), xs(count))
    data.values = values(count)
    return data
  }

  private mutating func xs(_ count: Int) -> [Double] {
    var x: [Double] = (0..<count).map(Double.init)
    switch Int.random(in: 0..<9, using: &self) {
    case 0: x = x.map { ($0 / 7).rounded(.down) }
    case 1: x.reverse()
    case 2:
      let period = Double(Int.random(in: 1...5000, using: &self))
      x = x.map { $0.truncatingRemainder(dividingBy: period) }
    case 3: x.shuffle(using: &self)
    case 4: x = x.map { $0 * 0.1 - 20 }
    case 5:
      var at = 1.7e9
      for index in x.indices {
        at += Double.random(in: 0...1, using: &self)
        x[index] = at
      }
    case 6: x = x.map { _ in 3 }
    default: break
    }
    if one(of: false, false, false, true) {
      for _ in 0...count / 50 where count > 0 {
        x[Int.random(in: 0..<count, using: &self)] =
          one(of: .nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude, 0, -7)
      }
    }
    return x
  }

  private mutating func values(_ count: Int) -> [Double] {
    var level = Double.random(in: -3...3, using: &self)
    let jump = one(of: 0, 0.02, 0.5, 3.0)
    var y: [Double] = []
    for _ in 0..<count {
      level += Double.random(in: -1...1, using: &self) * jump
      y.append(level)
    }
    let odd: [Double] = [
      .nan, .nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, -0.0, 0, -1,
    ]
    for edge in stride(from: 0, to: count, by: one(of: 64, 4096, 63, 65)) where one(of: true, false)
    {
      y[edge] = level + 40
      if edge > 0, one(of: true, false) { y[edge - 1] = level - 40 }
    }
    let isOdd = Int.random(in: 0..<4, using: &self)
    if isOdd == 0 { return y }
    for _ in 0...count / one(of: 1, 20, 500, 5000) where count > 0 {
      y[Int.random(in: 0..<count, using: &self)] = odd.randomElement(using: &self) ?? 0
    }
    if isOdd == 1, count > 10 {
      let start = Int.random(in: 0..<count, using: &self)
      let end = Int.random(in: start...count, using: &self)
      let one = odd.randomElement(using: &self) ?? 0
      for index in start..<end { y[index] = one }
    }
    return y
  }

  mutating func chart(showing x: [Double]) -> LineChart {
    let finite = x.filter { $0.isFinite && abs($0) < 1e100 }
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    var chart = LineChart(series: [.init(label: "loss", x: [], y: [], color: .series(0))])
    chart.x = ChartAxis(one(of: .linear, .linear, .linear, .logarithmic, .symlog))
    chart.y = ChartAxis(one(of: .linear, .linear, .logarithmic, .symlog))
    let isWhole = one(of: true, false)
    let ends = [
      Double.random(in: low...high, using: &self), Double.random(in: low...high, using: &self),
    ]
    let window = isWhole ? [low, high] : ends.sorted()
    chart.x.range = window[0]...window[1]
    if chart.x.kind == .logarithmic { chart.x.range = max(1e-3, window[0])...max(2e-3, window[1]) }
    let bottom = chart.y.kind == .logarithmic ? 0.01 : Double.random(in: -30...3, using: &self)
    chart.y.range = bottom...bottom + Double.random(in: 1...60, using: &self)
    return chart
  }
}

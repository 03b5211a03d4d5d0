import Series
import Testing

struct SmoothingTests {
  @Test(arguments: 0..<60)
  func `smoothed values are the naive ones, at once and as they come`(_ seed: UInt64) throws {
    var dice = Dice(state: seed &* 977 &+ 5)
    let values = dice.values()
    let smoothing: Smoothing =
      switch seed % 6 {
      case 0: .average(weight: 0)
      case 1: .average(weight: 0.6)
      case 2: .average(weight: 0.99)
      case 3: .median(width: 1)
      case 4: .median(width: Int.random(in: 2...30, using: &dice))
      default: .median(width: 333)
      }
    let expected = naive(values, smoothing)
    var grown = SmoothedTrack(smoothing)
    var end = 0
    while end < values.count {
      end = min(values.count, end + Int.random(in: 1...700, using: &dice))
      try grown.refresh(from: track(values[..<end]))
    }
    var whole = SmoothedTrack(smoothing)
    try whole.refresh(from: track(values[...]))
    let (piecewise, atOnce) = (try all(grown), try all(whole))
    #expect(piecewise.map(\.bitPattern) == atOnce.map(\.bitPattern))
    #expect(atOnce.count == expected.count)
    let far = zip(atOnce, expected).first { smoothed, naive in
      naive.isFinite
        ? !(abs(smoothed - naive) <= 1e-9 * max(1, abs(naive))) : "\(smoothed)" != "\(naive)"
    }
    #expect(far == nil)
  }

  @Test func `the average of a constant series is that constant`() throws {
    var smoothed = SmoothedTrack(.average(weight: 0.97))
    try smoothed.refresh(from: track(Array(repeating: 0.1, count: 3000)[...]))
    #expect(try all(smoothed).allSatisfy { $0 == 0.1 })
  }

  @Test func `the first averages weigh as TensorBoard weighs them`() throws {
    var smoothed = SmoothedTrack(.average(weight: 0.5))
    try smoothed.refresh(from: track([1, 3, .nan, 5]))
    let values = try all(smoothed)
    #expect(values[0] == 1)
    #expect(abs(values[1] - 7.0 / 3) < 1e-12)
    #expect(values[2].isNaN)
    #expect(abs(values[3] - 27.0 / 7) < 1e-12)
  }

  @Test func `huge values do not overflow`() throws {
    var smoothed = SmoothedTrack(.average(weight: 0.9))
    try smoothed.refresh(from: track([1.7e308, -1.7e308, 1.7e308]))
    #expect(try all(smoothed).allSatisfy(\.isFinite))
    var median = SmoothedTrack(.median(width: 2))
    try median.refresh(from: track([1.7e308, 1.6e308]))
    #expect(try all(median).allSatisfy { abs($0 / 1.65e308 - 1) < 1e-12 })
  }

  private func track(_ values: ArraySlice<Double>) -> SeriesTrack {
    let x = values.indices.map(Double.init)
    return SeriesTrack(SeriesData(steps: x, times: x, values: Array(values)))
  }

  /// Every smoothed value, of up to 4,000: each point has a column of its own.
  private func all(_ track: SmoothedTrack) throws -> [Double] {
    try track.curve(by: .step, floor: nil, columns: (0..<4000).map(Double.init)).y
  }

  /// TensorBoard's formula, and the median by sorting.
  private func naive(_ values: [Double], _ smoothing: Smoothing) -> [Double] {
    switch smoothing {
    case .none: return values
    case .average(let weight):
      var (last, power) = (0.0, 1.0)
      return values.map { value in
        guard value.isFinite else { return value }
        last = last * weight + (1 - weight) * value
        power *= weight
        return last / (1 - power)
      }
    case .median(let width):
      return values.indices.map { index in
        guard values[index].isFinite else { return values[index] }
        let range = max(0, index - width / 2)...min(values.count - 1, index + width / 2)
        let window = values[range].filter(\.isFinite).sorted()
        return (window[(window.count - 1) / 2] + window[window.count / 2]) / 2
      }
    }
  }
}

extension Dice {
  /// A walk with what cannot be drawn strewn in.
  fileprivate mutating func values() -> [Double] {
    var level = 0.0
    let odd: [Double] = [.nan, .infinity, -.infinity, 1e6]
    let rate = Int.random(in: 2...3000, using: &self)
    return (0..<Int.random(in: 0...2000, using: &self)).map { _ in
      level += Double.random(in: -1...1, using: &self)
      return Int.random(in: 0..<rate, using: &self) == 0
        ? odd.randomElement(using: &self) ?? 0 : level
    }
  }
}

struct CurveAgainstTests {
  @Test func `x is the other metric at the same step`() throws {
    let loss = track(steps: [0, 1, 2, 3, 4, 5], values: [9, 8, 7, 6, 5, 4])
    let score = track(steps: [1, 3, 5, 7], values: [0.1, 0.2, 0.3, 0.4])
    let points = try loss.curve(against: score, floor: nil, columns: [0.1, 0.2, 0.3, 0.4])
    #expect(points == CurvePoints(x: [0.1, 0.2, 0.3], y: [8, 6, 4]))
  }

  @Test func `equal steps belong to each other in their order`() throws {
    let loss = track(steps: [1, 1, 1, 2], values: [1, 2, 3, 4])
    let score = track(steps: [1, 1, 2], values: [10, 20, 30])
    let points = try loss.curve(against: score, floor: nil, columns: [10, 20, 30])
    #expect(points == CurvePoints(x: [10, 20, 20, 30], y: [1, 2, 3, 4]))
  }

  @Test(arguments: 0..<40)
  func `every point finds the step that a search of all finds`(_ seed: UInt64) throws {
    var dice = Dice(state: seed &* 31 &+ 7)
    let isAscending = seed % 3 > 0
    var other = (0..<Int.random(in: 1...6000, using: &dice)).map { _ in
      Double(Int.random(in: 0...9000, using: &dice))
    }
    other = Array(Set(other))
    if isAscending { other.sort() } else { other.shuffle(using: &dice) }
    var steps = (0..<3000).map { _ in Double(Int.random(in: 0...9000, using: &dice)) }
    if seed % 2 == 0 { steps.sort() }
    steps = steps.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    let line = track(steps: steps, values: steps.indices.map { -Double($0) })
    let against = track(steps: other, values: other.map { $0 * 2 })
    let points = try line.curve(
      against: against,
      floor: nil,
      columns: (0...18_000).map(Double.init)
    )
    let known = Set(other)
    let expected = steps.indices.filter { known.contains(steps[$0]) }
    #expect(points.x == expected.map { steps[$0] * 2 })
    #expect(points.y == expected.map { -Double($0) })
  }

  private func track(steps: [Double], values: [Double]) -> SeriesTrack {
    SeriesTrack(SeriesData(steps: steps, times: steps, values: values))
  }
}

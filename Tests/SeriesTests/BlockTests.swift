import Foundation
import Series
import Testing

/// Points that were sealed are what was logged, however their columns were kept.
struct BlockTests {
  /// What a column of numbers is like.
  private enum Shape: CaseIterable {
    case counted, stepped, backward, bytes, shorts, words, far, thousandths, clock, millionths
    case fractions, constant, zeros, wild, notANumber, infinite, negative, single
  }

  private static func column(_ shape: Shape, _ count: Int, _ dice: inout Dice) -> [Double] {
    let start = Double(Int.random(in: -1000...1_000_000, using: &dice))
    var clock = 1_700_000_000 + Double(Int.random(in: 0...1_000_000, using: &dice)) / 7
    return (0..<count).map { index in
      let place = Double(index)
      switch shape {
      case .counted: return place
      case .stepped: return start + 50 * place
      case .backward: return start - place
      case .bytes: return start + Double(Int.random(in: 0...255, using: &dice))
      case .shorts: return start + Double(Int.random(in: 0...65_535, using: &dice))
      case .words: return start + Double(Int.random(in: 0...4_294_967_295, using: &dice))
      case .far:
        return Double(Int.random(in: -9_000_000_000_000_000...9_000_000_000_000_000, using: &dice))
      case .thousandths: return 1_700_000_000 + place / 1000
      case .clock:
        clock += Double(Int.random(in: 0...1_000_000, using: &dice)) / 1e9
        return clock
      case .millionths: return start + Double(Int.random(in: 0...999_999, using: &dice)) / 1e6
      case .fractions: return place / 3
      case .constant: return start / 7
      case .zeros: return Bool.random(using: &dice) ? 0 : -0.0
      case .wild: return dice.number()
      case .notANumber: return .nan
      case .infinite: return [.infinity, -.infinity, place].randomElement(using: &dice) ?? 0
      case .negative: return -place / 3
      case .single: return Double(Float.random(in: -1...1, using: &dice))
      }
    }
  }

  @Test(arguments: 0..<25)
  func `every kind of column is given back bit for bit`(_ seed: UInt64) throws {
    let file = try TemporaryFile()
    var dice = Dice(state: seed)
    var expected = SeriesData()
    do {
      var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 1)
      for _ in 0..<Int.random(in: 1...5, using: &dice) {
        let count = [1, 2, 63, 64, 65, 300, 4096, 4097, 5000].randomElement(using: &dice) ?? 1
        let shapes = (0..<3).map { _ in Shape.allCases.randomElement(using: &dice) ?? .wild }
        let steps = Self.column(shapes[0], count, &dice)
        let times = Self.column(shapes[1], count, &dice)
        let values = Self.column(shapes[2], count, &dice)
        for index in 0..<count {
          writer.append("x", step: steps[index], time: times[index], value: values[index])
        }
        expected.steps += steps
        expected.times += times
        expected.values += values
        try writer.flush()
      }
      #expect(writer.summary(of: 0).map(Self.bits) == expected.summary.map(Self.bits))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: file.metrics).count == 2)
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh())
    let track = try #require(reader["x"])
    #expect(track.count == expected.count)
    #expect(Self.bits(try track.allPoints()) == Self.bits(expected))
    #expect(track.summary.map(Self.bits) == expected.summary.map(Self.bits))
    for _ in 0..<10 {
      let start = Int.random(in: 0...expected.count, using: &dice)
      let end = Int.random(in: start...expected.count, using: &dice)
      let part = SeriesData(
        steps: Array(expected.steps[start..<end]),
        times: Array(expected.times[start..<end]),
        values: Array(expected.values[start..<end])
      )
      #expect(Self.bits(try track.points(start..<end)) == Self.bits(part))
    }
    // A writer that comes later knows the same.
    let writer = try SeriesWriter(folder: file.metrics)
    #expect(writer.summary(of: 0).map(Self.bits) == expected.summary.map(Self.bits))
  }

  private static func bits(_ data: SeriesData) -> [[UInt64]] {
    [data.steps, data.times, data.values].map { $0.map(\.bitPattern) }
  }

  /// Without the sum, whose last bits depend on the order of adding.
  private static func bits(_ summary: SeriesSummary) -> [UInt64?] {
    [
      UInt64(summary.count), UInt64(summary.finiteCount), summary.first.bitPattern,
      summary.last.bitPattern, summary.lastStep.bitPattern, summary.min?.bitPattern,
      summary.minStep?.bitPattern, summary.max?.bitPattern, summary.maxStep?.bitPattern,
      summary.stepRange?.lowerBound.bitPattern, summary.stepRange?.upperBound.bitPattern,
      summary.timeRange?.lowerBound.bitPattern, summary.timeRange?.upperBound.bitPattern,
    ]
  }

  @Test func `usual points take few bytes`() throws {
    let file = try TemporaryFile()
    do {
      var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 10_000)
      for point in 0..<50_000 {
        let time = 1_700_000_000.1 + Double(point) * 0.000_987_654_321
        writer.append("loss", step: Double(point), time: time, value: 1 / Double(point + 3))
        if point % 1000 == 999 { try writer.flush() }
      }
      try writer.seal()
    }
    var size = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: file.metrics) {
      size += try Data(contentsOf: file.folder.appendingPathComponent(name)).count
    }
    #expect(size < 20 * 50_000)
    #expect(size < 13 * 50_000)
  }

  @Test func `a block that was changed is told, and the others are read`() throws {
    let file = try TemporaryFile()
    do {
      var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 1)
      for block in 0..<3 {
        for point in 0..<100 {
          writer.append("loss", step: Double(100 * block + point), time: 0, value: .pi)
        }
        try writer.flush()
      }
    }
    let path = file.metrics + "/blocks"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh())
    let track = try #require(reader["loss"])
    #expect(track.summary?.max == .pi)
    #expect(throws: SeriesError.damaged(path: path, offset: bytes.count / 3)) {
      try track.allPoints()
    }
    #expect(try track.points(0..<100).count == 100)
    #expect(try track.points(200..<300).steps.first == 200)
  }
}

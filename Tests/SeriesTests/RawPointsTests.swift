import Foundation
import Series
import Testing

/// Rows and histograms are those that a look at every point gives.
struct RawPointsTests {
  @Test(arguments: 0..<60)
  func `rows and counts of any window are those of a search through all points`(
    _ seed: UInt64
  ) throws {
    var dice = Dice(state: seed &* 53 &+ 11)
    let file = try TemporaryFile()
    let (track, data) = try Self.series(in: file.metrics, &dice)
    let axis: SeriesAxis = seed % 3 == 0 ? .time : .step
    let xs = axis == .step ? data.steps : data.times
    for round in 0..<6 {
      let window = round == 0 ? nil : Self.window(over: xs, &dice)
      let inside = xs.indices.filter { index in
        guard let window else { return true }
        return xs[index].isFinite && window.range.contains(xs[index] - window.origin)
      }
      let offset = Int.random(in: 0...inside.count, using: &dice)
      let limit = Int.random(in: 0...200, using: &dice)
      let rows = try track.rows(by: axis, window: window, offset: offset, limit: limit)
      let expected = Array(inside.dropFirst(offset).prefix(limit))
      #expect(rows.total == inside.count)
      #expect(rows.places == expected)
      #expect(rows.points.values.map(\.bitPattern) == expected.map { data.values[$0].bitPattern })
      #expect(rows.points.steps.map(\.bitPattern) == expected.map { data.steps[$0].bitPattern })
      if let window { #expect(try track.count(by: axis, window: window) == inside.count) }

      let values = inside.map { data.values[$0] }
      let finite = values.filter(\.isFinite)
      let range = try track.valueRange(by: axis, window: window)
      #expect(range?.lowerBound == finite.min())
      #expect(range?.upperBound == finite.max())
      let bins = [1, 7, 64, 5040].randomElement(using: &dice) ?? 1
      let within = round % 2 == 0 ? nil : -2.5...3.0
      let histogram = try track.histogram(bins: bins, range: within, by: axis, window: window)
      guard let used = within ?? range else {
        #expect(histogram == nil)
        continue
      }
      var naive = SeriesHistogram(bins: bins, range: used)
      naive.add(values)
      #expect(histogram == naive)
      let inBins = finite.count { used.contains($0) }
      #expect(naive.counts.reduce(0, +) == inBins)
      #expect(naive.below == finite.count { $0 < used.lowerBound })
      #expect(naive.above == finite.count { $0 > used.upperBound })
      #expect(naive.notFinite == values.count - finite.count)
    }
  }

  @Test(arguments: 0..<30)
  func `values up to a bound are those of a search through all points from a place on`(
    _ seed: UInt64
  ) throws {
    var dice = Dice(state: seed &* 31 &+ 5)
    let file = try TemporaryFile()
    let (track, data) = try Self.series(in: file.metrics, &dice)
    for _ in 0..<8 {
      // In the journal, in a sealed block, at its edge or behind the last point.
      let start = Int.random(in: 0...data.count + 1, using: &dice)
      let bound = Double.random(in: -1...1, using: &dice)
      let naive = data.values.dropFirst(start).count { $0.isFinite && $0 <= bound }
      #expect(try track.count(upTo: bound, from: start) == naive)
    }
  }

  @Test func `values stand in the bins that they belong to`() throws {
    var histogram = SeriesHistogram(bins: 4, range: 0...8)
    histogram.add([0, 1.9, 2, 4, 7.9, 8, -1, 9, .nan, .infinity])
    #expect(histogram.counts == [2, 1, 1, 2])
    #expect(histogram.below == 1)
    #expect(histogram.above == 1)
    #expect(histogram.notFinite == 2)
    var narrow = SeriesHistogram(bins: 3, range: 5...5)
    narrow.add([5, 5])
    #expect(narrow.counts == [2, 0, 0])
    let most = Double.greatestFiniteMagnitude
    var wide = SeriesHistogram(bins: 2, range: -most...most)
    wide.add([-most, -most / 4, 0, most])
    #expect(wide.counts == [2, 2])
  }

  @Test func `rows against another metric have its values as their x`() throws {
    func track(_ steps: [Double], _ values: [Double]) -> SeriesTrack {
      SeriesTrack(SeriesData(steps: steps, times: steps, values: values))
    }
    let loss = track([0, 1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4])
    let score = track([1, 3, 5, 7], [0.1, 0.2, 0.3, 0.4])
    let page = try loss.rows(against: score, window: SeriesWindow(0.15...1), offset: 1, limit: 9)
    #expect(page.rows.total == 2)
    #expect(page.rows.places == [5])
    #expect(page.x == [0.3])
    #expect(try loss.valueRange(against: score) == 4...8)
    var histogram = SeriesHistogram(bins: 2, range: 0...10)
    try histogram.add(loss, against: score, window: SeriesWindow(0.15...1))
    #expect(histogram.counts == [1, 1])
  }

  /// A series with blocks and a journal, and what was logged.
  private static func series(
    in folder: String,
    _ dice: inout Dice
  ) throws -> (SeriesTrack, SeriesData) {
    var data = SeriesData()
    var writer = try SeriesWriter(folder: folder, pointsOfJournal: 500)
    let kind = Int.random(in: 0..<4, using: &dice)
    var (step, level) = (0.0, 0.0)
    for _ in 0..<Int.random(in: 0...3, using: &dice) {
      for _ in 0..<Int.random(in: 1...5000, using: &dice) {
        step += Double(Int.random(in: kind == 0 ? 0...0 : 0...3, using: &dice))
        if kind == 2, Int.random(in: 0..<50, using: &dice) == 0 { step -= 20 }
        level += Double.random(in: -0.1...0.1, using: &dice)
        let isOdd = kind == 3 && Int.random(in: 0..<9, using: &dice) == 0
        let point = (isOdd ? dice.number() : step, isOdd ? dice.number() : level)
        data.steps.append(point.0)
        data.times.append(1.7e9 + step / 8)
        data.values.append(point.1)
        writer.append("x", step: point.0, time: 1.7e9 + step / 8, value: point.1)
      }
      try writer.flush()
    }
    var reader = SeriesReader(folder: folder)
    _ = try reader.refresh()
    return (reader["x"] ?? SeriesTrack(SeriesData()), data)
  }

  private static func window(over xs: [Double], _ dice: inout Dice) -> SeriesWindow {
    let finite = xs.filter { abs($0) < 1e12 }
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let origin = Bool.random(using: &dice) ? 0 : low
    let ends = (0..<2).map { _ in
      Bool.random(using: &dice)
        ? (finite.randomElement(using: &dice) ?? 0) - origin
        : Double.random(in: low - 1...high + 1, using: &dice) - origin
    }
    return SeriesWindow(min(ends[0], ends[1])...max(ends[0], ends[1]), origin: origin)
  }
}

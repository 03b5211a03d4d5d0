import Foundation
import Glibc
import Series
import Testing

/// What is kept between draws changes nothing of what is drawn.
struct RedrawTests {
  @Test(arguments: 0..<40)
  func `a curve drawn again after appends and in other windows is that of a new reader`(
    _ seed: UInt64
  ) throws {
    var dice = Dice(state: seed &* 41 &+ 3)
    let file = try TemporaryFile()
    var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 700)
    var data = SeriesData()
    var reader = SeriesReader(folder: file.metrics)
    let kind = Int.random(in: 0..<5, using: &dice)
    var (step, level) = (0.0, 0.0)
    for _ in 0..<5 {
      for _ in 0..<Int.random(in: 1...4000, using: &dice) {
        step += 1
        if kind == 1, Int.random(in: 0..<70, using: &dice) == 0 { step -= 40 }
        level += Double.random(in: -1...1, using: &dice)
        var value = kind == 2 ? level : Double(Float(level))
        if kind == 3, Int.random(in: 0..<200, using: &dice) == 0 { value = .nan }
        // Spikes at the edges of spans and blocks.
        if kind == 4, data.count % 64 < 2 || data.count % 4096 > 4093 { value *= 1000 }
        let time = 1.7e9 + (kind == 2 ? sqrt(step) : step / 8)
        data.steps.append(step)
        data.times.append(time)
        data.values.append(value)
        writer.append("x", step: step, time: time, value: value)
      }
      try writer.flush()
      _ = try reader.refresh()
      var fresh = SeriesReader(folder: file.metrics)
      _ = try fresh.refresh()
      let (kept, new) = (try #require(reader["x"]), try #require(fresh["x"]))
      for _ in 0..<4 {
        let axis: SeriesAxis = Bool.random(using: &dice) ? .step : .time
        let origin = axis == .step ? 0 : 1.7e9
        let width = Double.random(in: 5...400, using: &dice)
        let start = Double.random(in: 0...step / 2, using: &dice)
        let floor: Double? = Bool.random(using: &dice) ? 0 : nil
        let columns = (0...50).map { origin + start + Double($0) * width }
        let again = try kept.curve(by: axis, floor: floor, columns: columns)
        #expect(
          Self.bits(again) == Self.bits(try new.curve(by: axis, floor: floor, columns: columns))
        )
        let naive = Self.ends(
          axis == .step ? data.steps : data.times,
          data.values,
          above: floor ?? -.infinity,
          columns
        )
        #expect(Self.ends(again.x, again.y, above: floor ?? -.infinity, columns) == naive)
      }
    }
  }

  /// The runs of a curve by their column, first, least, greatest and last value.
  private static func ends(
    _ xs: [Double],
    _ ys: [Double],
    above floor: Double,
    _ columns: [Double]
  ) -> [[Double]] {
    var runs: [[Double]] = []
    var isOpen = false
    for (x, y) in zip(xs, ys) {
      guard y > floor, y.isFinite else {
        isOpen = false
        continue
      }
      let at = Double(columns.count { $0 <= x })
      if isOpen, let last = runs.indices.last, runs[last][0] == at {
        runs[last][2] = min(runs[last][2], y)
        runs[last][3] = max(runs[last][3], y)
        runs[last][4] = y
      } else {
        runs.append([at, y, y, y, y])
      }
      isOpen = true
    }
    return runs
  }

  private static func bits(_ points: CurvePoints) -> [[UInt64]] {
    [points.x.map(\.bitPattern), points.y.map(\.bitPattern)]
  }
}

/// Somebody cuts the file of blocks off while it is read: that is told, and nothing worse happens.
struct CutOffTests {
  private static func series(_ folder: String) throws -> SeriesReader {
    var writer = try SeriesWriter(folder: folder, pointsOfJournal: 1)
    for point in 0..<40_000 {
      let value = Double((point * 7919) % 1009)
      writer.append("x", step: Double(point), time: Double(point) / 7, value: value)
    }
    try writer.flush()
    try writer.seal()
    var reader = SeriesReader(folder: folder)
    _ = try reader.refresh()
    return reader
  }

  private static func curve(_ track: SeriesTrack) throws -> CurvePoints {
    try track.curve(by: .time, floor: nil, columns: (0..<185).map { Double($0) * 31 })
  }

  @Test func `a series whose blocks were cut off is damaged until they are back`() throws {
    let file = try TemporaryFile()
    let track = try #require(try Self.series(file.metrics)["x"])
    let path = file.metrics + "/blocks"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let whole = try Self.curve(track)
    for length in [bytes.count - 1, bytes.count / 2, 4097, 1, 0] {
      #expect(truncate(path, off_t(length)) == 0)
      let damaged = SeriesError.damaged(path: path, offset: length)
      #expect(throws: damaged) { try Self.curve(track) }
      #expect(throws: damaged) { try track.check() }
      #expect(throws: damaged) { try track.rows(offset: 0, limit: 1) }
      #expect(throws: damaged) { try track.histogram(bins: 9) }
      #expect(throws: damaged) { try track.allPoints() }
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(try Self.curve(track) == whole)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `blocks that are cut off again and again during a read never end the process`() async throws
  {
    let file = try TemporaryFile()
    let reader = try Self.series(file.metrics)
    let path = file.metrics + "/blocks"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let whole = try Self.curve(try #require(reader["x"]))
    let cuts = Task.detached {
      var at = 0
      while !Task.isCancelled {
        at = (at + 7919) % bytes.count
        truncate(path, off_t(at))
        await Task.yield()
        try? bytes.write(to: URL(fileURLWithPath: path))
        await Task.yield()
      }
    }
    var (good, told) = (0, 0)
    for _ in 0..<5000 where good < 20 || told < 20 {
      do {
        let track = try Self.fresh(file.metrics)
        let points = try Self.curve(track)
        _ = try track.allPoints()
        // Bytes that were away for a moment are zeros, which only a whole read tells from values.
        if points == whole { good += 1 }
      } catch is SeriesError {
        told += 1
      }
      await Task.yield()
    }
    cuts.cancel()
    await cuts.value
    #expect(good > 0)
    #expect(told > 0)
  }

  private static func fresh(_ folder: String) throws -> SeriesTrack {
    var reader = SeriesReader(folder: folder)
    _ = try reader.refresh()
    return try #require(reader["x"])
  }
}

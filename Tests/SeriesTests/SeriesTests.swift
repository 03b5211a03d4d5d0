import Foundation
import Series
import Testing

/// A file in a folder of its own, removed at the end.
final class TemporaryFile {
  let folder: URL
  var metrics: String { folder.path }
  var path: String { metrics + "/journal-0" }

  init() throws {
    // In memory, where waiting for the disk costs nothing.
    let memory = URL(fileURLWithPath: "/dev/shm")
    let isThere = FileManager.default.isWritableFile(atPath: memory.path)
    folder = (isThere ? memory : FileManager.default.temporaryDirectory)
      .appendingPathComponent("series-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
}

struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 31)
  }

  /// Any bit pattern, or one of the usual and unusual numbers.
  mutating func number() -> Double {
    let usual: [Double] = [
      0, -0.0, 1, -1, 3, 0.5, 1e300, -1e-300, .nan, .infinity, -.infinity, 1.7e9, 1_700_000_000.25,
      9_007_199_254_740_992, .leastNonzeroMagnitude,
    ]
    return Bool.random(using: &self)
      ? Double(bitPattern: next() ^ next() << 32) : usual.randomElement(using: &self) ?? 0
  }
}

/// What a reader has, in a form in which NaN equals itself.
func contents(_ reader: SeriesReader) throws -> [String: [[UInt64]]] {
  var all: [String: [[UInt64]]] = [:]
  for name in reader.names {
    guard let data = try reader[name]?.allPoints() else { continue }
    all[name] = [data.steps, data.times, data.values].map { $0.map(\.bitPattern) }
  }
  return all
}

struct SeriesTests {
  @Test(arguments: 0..<30)
  func `what is written is read bit for bit, by a reader that follows`(_ seed: UInt64) throws {
    let file = try TemporaryFile()
    var dice = Dice(state: seed)
    var expected: [String: [[UInt64]]] = [:]
    var order: [String] = []
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh() == false)
    var time = 1_700_000_000.0
    for _ in 0..<3 {
      let pointsOfJournal = [1 << 18, 5000, 200, 30, 1].randomElement(using: &dice) ?? 1
      var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: pointsOfJournal)
      #expect(writer.names == order)
      for _ in 0..<Int.random(in: 0..<6, using: &dice) {
        let count = Int.random(in: 0..<40, using: &dice)
        for _ in 0..<count {
          let name = ["loss", "val_loss", "손실", "a b", ""].randomElement(using: &dice) ?? ""
          let plain = Bool.random(using: &dice)
          time += 0.25
          let point = [
            plain ? Double(writer.count(of: name)) : dice.number(),
            plain ? time : dice.number(),
            dice.number(),
          ]
          writer.append(name, step: point[0], time: point[1], value: point[2])
          guard !name.isEmpty else { continue }
          if expected[name] == nil { order.append(name) }
          for column in 0..<3 {
            expected[name, default: [[], [], []]][column].append(point[column].bitPattern)
          }
        }
        let before = try contents(reader)
        #expect(try contents(reader) == before)
        try writer.flush()
        let isNew = try reader.refresh()
        #expect(try contents(reader) == expected)
        #expect(isNew == (before != expected))
        #expect(try reader.refresh() == false)
      }
      for name in order { #expect(writer.count(of: name) == expected[name]?[0].count) }
      if Bool.random(using: &dice) {
        try writer.seal()
        #expect(try reader.refresh() == false)
        #expect(try contents(reader) == expected)
      }
    }
    #expect(reader.names == order)
  }

  /// Three flushes; the file's bytes and where each flush ended.
  private func small(_ file: TemporaryFile) throws -> (bytes: [UInt8], ends: [Int]) {
    var ends: [Int] = []
    var writer = try SeriesWriter(folder: file.metrics)
    for flush in 0..<3 {
      for point in 0..<2 {
        writer.append("loss", step: Double(2 * flush + point), time: 5, value: .pi)
      }
      if flush > 0 { writer.append("accuracy", step: 0.5, time: 1e-9, value: .nan) }
      try writer.flush()
      ends.append(try file.bytes().count)
    }
    return (try file.bytes(), ends)
  }

  @Test func `a tail torn at any byte is awaited by readers and cut off by the next writer`() throws
  {
    let file = try TemporaryFile()
    let (bytes, ends) = try small(file)
    for length in 0...bytes.count {
      try file.write(Array(bytes[..<length]))
      let whole = ends.filter { $0 <= length }.count
      var reader = SeriesReader(folder: file.metrics)
      #expect(try reader.refresh() == (whole > 0))
      #expect((reader["loss"]?.count ?? 0) == 2 * whole)

      var writer = try SeriesWriter(folder: file.metrics)
      #expect(try file.bytes().count == (whole > 0 ? ends[whole - 1] : 0))
      #expect(writer.count(of: "loss") == 2 * whole)
      writer.append("loss", step: 99, time: 1, value: 2)
      try writer.flush()
      #expect(try reader.refresh())
      #expect(reader["loss"]?.count == 2 * whole + 1)
      #expect(try reader["loss"]?.allPoints().steps.last == 99)
    }
  }

  @Test func `a torn tail that is completed is read`() throws {
    let file = try TemporaryFile()
    let bytes = try small(file).bytes
    try file.write([])
    var reader = SeriesReader(folder: file.metrics)
    var news = 0
    for length in 0...bytes.count {
      try file.write(Array(bytes[..<length]))
      if try reader.refresh() { news += 1 }
    }
    #expect(news == 3)
    #expect(try reader["loss"]?.allPoints().steps == [0, 1, 2, 3, 4, 5])
    #expect(reader["accuracy"]?.count == 2)
  }

  @Test func `a damaged frame is told and what stands before it is kept`() throws {
    let file = try TemporaryFile()
    var (bytes, ends) = try small(file)
    bytes[ends[0] + 12] ^= 1
    try file.write(bytes)
    var reader = SeriesReader(folder: file.metrics)
    let error = SeriesError.damaged(path: file.path, offset: ends[0])
    for _ in 0..<2 {
      #expect(throws: error) { try reader.refresh() }
      #expect(try reader["loss"]?.allPoints().steps == [0, 1])
    }
    #expect(throws: error) { _ = try SeriesWriter(folder: file.metrics) }
    #expect(try file.bytes() == bytes)
  }

  @Test func `a file that became shorter is told`() throws {
    let file = try TemporaryFile()
    let (bytes, ends) = try small(file)
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh())
    try file.write(Array(bytes[..<ends[1]]))
    #expect(throws: SeriesError.damaged(path: file.path, offset: ends[1])) { try reader.refresh() }
  }

  @Test(arguments: 0..<200)
  func `changed bytes never do more than end the reading`(_ seed: UInt64) throws {
    let file = try TemporaryFile()
    var dice = Dice(state: seed)
    let original = try small(file).bytes
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
    }
    if seed % 4 == 0 { bytes += (0..<30).map { _ in UInt8.random(in: 0...255, using: &dice) } }
    try file.write(bytes)
    var reader = SeriesReader(folder: file.metrics)
    _ = try? reader.refresh()
    let steps = try reader["loss"]?.allPoints().steps ?? []
    // A checksum stands between every change and a point.
    #expect(steps == Array([0.0, 1, 2, 3, 4, 5][..<steps.count]))
  }

  @Test func `a payload that its checksum calls good is still checked`() throws {
    let file = try TemporaryFile()
    var dice = Dice(state: 3)
    for _ in 0..<300 {
      // Define "a", then tags, ids and counts at random.
      let tail = (0..<12).map { _ in UInt8.random(in: 0...255, using: &dice) & 0x83 }
      try file.write(frame([1, 0, 1, 0x61] + [2, 0] + tail))
      var reader = SeriesReader(folder: file.metrics)
      _ = try? reader.refresh()
      _ = try? reader.refresh()
      let data = try reader["a"]?.allPoints() ?? SeriesData()
      #expect(data.steps.count == data.values.count)
      #expect(data.times.count == data.values.count)
      #expect(data.count <= 1)
    }
  }

  /// A frame with a checksum that holds, computed bit by bit.
  private func frame(_ payload: [UInt8]) -> [UInt8] {
    var crc = ~UInt32(0)
    for byte in payload {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    }
    let header = [UInt32(payload.count), ~crc]
    return header.flatMap { word in (0..<4).map { UInt8(word >> (8 * UInt32($0)) & 0xFF) } }
      + payload
  }

  @Test func `one batch may be longer than a frame`() throws {
    let file = try TemporaryFile()
    var writer = try SeriesWriter(folder: file.metrics)
    for point in 0..<100_000 {
      writer.append("loss", step: Double(point) + 0.5, time: .nan, value: Double(point))
    }
    try writer.flush()
    #expect(try file.bytes().count > 2 << 20)
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh())
    #expect(try reader["loss"]?.allPoints().values == (0..<100_000).map(Double.init))
  }

  @Test(arguments: [1, 5, 64, 128, 129, 1000, 20_000])
  func `a writer's sparkline follows the points, also for a writer that comes later`(_ count: Int)
    throws
  {
    let file = try TemporaryFile()
    var data = SeriesData()
    do {
      var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 3000)
      for point in 0..<count {
        let value = point % 5 == 3 ? .nan : Double(point)
        writer.append("loss", step: 0, time: 0, value: value)
        data.values.append(value)
        if point % 100 == 0 { try writer.flush() }
      }
      try writer.flush()
      try check(writer.sparkline(of: 0, 32), data, exact: count <= 128)
    }
    let writer = try SeriesWriter(folder: file.metrics)
    try check(writer.sparkline(of: 0, 32), data, exact: count <= 128)
  }

  private func check(_ line: [Double], _ data: SeriesData, exact: Bool) throws {
    let expected = data.sparkline(32)
    #expect(line.count == expected.count)
    let tolerance = exact ? 1e-6 : Double(data.count) / 16
    for (found, mean) in zip(line, expected) where !mean.isNaN {
      #expect(abs(found - mean) <= tolerance, "\(found) for \(mean)")
    }
  }

  @Test func `names beyond the limits are dropped and counted`() throws {
    let file = try TemporaryFile()
    var writer = try SeriesWriter(folder: file.metrics)
    writer.append(String(repeating: "é", count: 129), step: 0, time: 0, value: 0)
    #expect(writer.dropped == 1)
    for name in 0..<10_003 { writer.append("m\(name)", step: 0, time: 0, value: 0) }
    #expect(writer.dropped == 4)
    try writer.flush()
    var reader = SeriesReader(folder: file.metrics)
    #expect(try reader.refresh())
    #expect(reader.names.count == 10_000)
    #expect(reader["m9999"]?.count == 1)
    #expect(reader["m10000"] == nil)
  }

  @Test func `a second writer is refused while the first one lives`() throws {
    let file = try TemporaryFile()
    let first = try SeriesWriter(folder: file.metrics)
    #expect(throws: SeriesError.self) { _ = try SeriesWriter(folder: file.metrics) }
    #expect(first.names.isEmpty)
  }

  @Test func `a lazy writer makes its folder with its first point, and notices another one then`()
    throws
  {
    let file = try TemporaryFile()
    let folder = file.metrics + "/late"
    var lazy = try SeriesWriter(folder: folder, isLazy: true)
    try lazy.seal()
    try lazy.sync()
    #expect(access(folder, F_OK) != 0)
    var other = try SeriesWriter(folder: folder, isLazy: true)
    lazy.append("loss", step: 1, time: 0, value: 2)
    try lazy.flush()
    other.append("loss", step: 1, time: 0, value: 3)
    #expect(throws: SeriesError.busy(path: folder)) { try other.flush() }
    var reader = SeriesReader(folder: folder)
    #expect(try reader.refresh())
    #expect(reader["loss"]?.count == 1)
    // What is there already is gone on with at once.
    #expect(throws: SeriesError.busy(path: folder)) {
      _ = try SeriesWriter(folder: folder, isLazy: true)
    }
    _ = consume lazy
    var next = try SeriesWriter(folder: folder, isLazy: true)
    next.append("loss", step: 2, time: 0, value: 1)
    try next.flush()
    #expect(try reader.refresh())
    #expect(reader["loss"]?.count == 2)
  }

  @Test func `a full disk loses nothing and says so`() throws {
    let file = try TemporaryFile()
    try FileManager.default.createSymbolicLink(
      atPath: file.path,
      withDestinationPath: "/dev/full"
    )
    var writer = try SeriesWriter(folder: file.metrics)
    writer.append("loss", step: 0, time: 0, value: 1)
    for _ in 0..<2 { #expect(throws: SeriesError.self) { try writer.flush() } }
    #expect(writer.dropped == 0)
    #expect(writer.count(of: "loss") == 1)
  }
}

struct SeriesSummaryTests {
  @Test func `a summary is of the finite values, and the last one as it was logged`() {
    let data = SeriesData(
      steps: [0, 1, 2, 3, 4],
      times: [0, 0, 0, 0, 0],
      values: [2, .nan, -1, .infinity, 2]
    )
    #expect(
      data.summary
        == SeriesSummary(
          count: 5,
          first: 2,
          last: 2,
          lastStep: 4,
          min: -1,
          minStep: 2,
          max: 2,
          maxStep: 0,
          sum: 3,
          finiteCount: 3,
          stepRange: 0...4,
          timeRange: 0...0
        )
    )
    #expect(SeriesData().summary == nil)
    let lost = SeriesData(steps: [7], times: [0], values: [.infinity])
    #expect(lost.summary?.last == .infinity)
    #expect(lost.summary?.min == nil)
  }

  @Test func `a sparkline has the means of equal shares`() {
    let data = SeriesData(values: [1, 3, .nan, 5, .nan, .infinity])
    let line = data.sparkline(3)
    #expect(line.count == 3)
    #expect(Array(line[..<2]) == [2, 5])
    #expect(line[2].isNaN)
    #expect(SeriesData(values: [4, 5]).sparkline(9) == [4, 5])
    #expect(data.sparkline(0).isEmpty)
    #expect(data.sparkline(-1).isEmpty)
    #expect(SeriesData(values: [1e308, 1e308]).sparkline(1) == [1e308])
  }

  @Test func `a sparkline of few blocks has all of its shares`() {
    let numbers = (0..<5000).map(Double.init)
    let data = SeriesData(steps: numbers, times: numbers, values: numbers)
    #expect(SeriesTrack(data).sparkline(32) == data.sparkline(32))
    #expect(SeriesTrack(data).sparkline(2).count == 2)
  }
}

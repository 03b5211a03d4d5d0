import Foundation
import Series
import Testing

/// What a writer that was killed leaves: every state of its files between two system calls, and in
/// the middle of each that writes.
struct CrashTests {
  /// The files of a metrics folder by name.
  private typealias Files = [String: [UInt8]]

  private static func files(in folder: TemporaryFile) throws -> Files {
    var files: Files = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.metrics) {
      files[name] = Array(try Data(contentsOf: folder.folder.appendingPathComponent(name)))
    }
    return files
  }

  private static func put(_ files: Files, into folder: TemporaryFile) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.metrics) {
      try FileManager.default.removeItem(at: folder.folder.appendingPathComponent(name))
    }
    for (name, bytes) in files {
      try Data(bytes).write(to: folder.folder.appendingPathComponent(name))
    }
  }

  /// The system calls of one flush, as the states of the files after each: the batch's `write`, and
  /// when it ends a journal, those of the rotation.
  private static func states(from before: Files, to after: Files, batch: [UInt8], journal: String)
    -> [Files]
  {
    var states = [before]
    var now = before
    func grow(_ name: String, by bytes: ArraySlice<UInt8>) {
      now[name, default: []] += []
      states.append(now)
      for byte in bytes {
        now[name, default: []].append(byte)
        states.append(now)
      }
    }
    grow(journal, by: batch[...])
    guard after[journal] == nil else { return states }
    for name in ["blocks", "index"] {
      grow(name, by: (after[name] ?? [])[(before[name] ?? []).count...])
    }
    now[journal] = nil
    states.append(now)
    return states
  }

  /// What the writer of `states` has flushed: three series, five flushes, of which two rotate.
  private static let counts = [7, 9, 3, 12, 2]

  private static func append(_ flush: Int, to writer: inout SeriesWriter) {
    for point in 0..<counts[flush] {
      let place = counts[..<flush].reduce(0, +) + point
      for name in ["loss", "acc", "손실"][...(flush == 0 ? 1 : 2)] {
        writer.append(
          name,
          step: Double(place),
          time: 1.7e9 + Double(place),
          value: .pi / Double(place)
        )
      }
    }
    writer.note(source: "input", offset: counts[...flush].reduce(0, +))
  }

  private static func check(_ folder: TemporaryFile, flushes: ClosedRange<Int>) throws {
    var reader = SeriesReader(folder: folder.metrics)
    _ = try reader.refresh()
    let steps = try reader["loss"]?.allPoints().steps ?? []
    let ends = (0...counts.count).map { counts[..<$0].reduce(0, +) }
    let taken = ends.firstIndex(of: steps.count) ?? -1
    #expect(flushes.contains(taken), "\(taken) flushes instead of \(flushes)")
    #expect(steps == (0..<steps.count).map(Double.init))
    #expect(try reader["acc"]?.allPoints().steps ?? [] == steps)
    #expect(
      try reader["손실"]?.allPoints().steps ?? []
        == (min(7, steps.count)..<steps.count).map(Double.init)
    )

    // The next writer knows how far it came, goes on, and all is there.
    do {
      var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: 40)
      #expect(writer.offset(of: "input") == steps.count)
      #expect(writer.count(of: "loss") == steps.count)
      for flush in max(0, taken)..<counts.count {
        append(flush, to: &writer)
        try writer.flush()
      }
      try writer.seal()
    }
    _ = try reader.refresh()
    #expect(try reader["loss"]?.allPoints().steps == (0..<33).map(Double.init))
    #expect(try reader["손실"]?.allPoints().steps == (7..<33).map(Double.init))
    #expect(
      try reader["acc"]?.allPoints().values.map(\.bitPattern)
        == (0..<33).map { (.pi / Double($0)).bitPattern }
    )
    var second = SeriesReader(folder: folder.metrics)
    #expect(try second.refresh())
    #expect(try contents(second) == contents(reader))
    #expect(second["loss"]?.summary == reader["loss"]?.summary)
  }

  @Test(arguments: 0..<counts.count)
  func `whatever byte a kill comes at, what was flushed is there once`(_ flush: Int) throws {
    let folder = try TemporaryFile()
    var before: Files = [:]
    var after: Files = [:]
    var batch: [UInt8] = []
    var name = ""
    do {
      // A writer that never rotates tells the batch's bytes.
      let other = try TemporaryFile()
      for last in 0...flush {
        try Self.put(before, into: other)
        do {
          var writer = try SeriesWriter(folder: other.metrics)
          Self.append(last, to: &writer)
          try writer.flush()
        }
        let journal = try Self.files(in: other).first { $0.key.hasPrefix("journal") }
        name = journal?.key ?? ""
        batch = Array((journal?.value ?? [])[(before[name] ?? []).count...])
        try Self.put(before, into: folder)
        do {
          var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: 40)
          Self.append(last, to: &writer)
          try writer.flush()
        }
        after = try Self.files(in: folder)
        if last < flush { before = after }
      }
    }
    #expect((after[name] == nil) == (flush % 2 == 1))
    let states = Self.states(from: before, to: after, batch: batch, journal: name)
    #expect(states.last == after, "the calls are those that the writer makes")
    let acknowledged = 1 + batch.count
    // Each third byte, and every one in the long form, `LATHE_ROUNDS=1` or more.
    let isLong = ProcessInfo.processInfo.environment["LATHE_ROUNDS"] != nil
    for (place, state) in states.enumerated()
    where isLong || place % 3 == 0 || states.count - place < 4 {
      try Self.put(state, into: folder)
      let flushes = place < acknowledged ? flush...flush : flush + 1...flush + 1
      try Self.check(folder, flushes: flushes)
    }
  }
}

import Foundation
import Glibc
import Series
import Testing

/// Bytes that no writer has written: whatever they say, reading ends with an error or with points, and
/// takes no more memory than the files are long.
///
/// Each file of a store is tried in a process of its own, so that its memory can be told. `LATHE_ROUNDS=200`
/// is a longer form, and `LATHE_FUZZ_SECONDS=600` goes on for that long a file.
@Suite(.serialized)
struct FuzzTests {
  @Test func `changed bytes of a journal never do more than end the reading`() async {
    let result = await #expect(
      processExitsWith: .success,
      observing: [\.standardOutputContent]
    ) { try Fuzz("journal-2").run(seed: 1) }
    FuzzTests.tell(result)
  }

  @Test func `changed bytes of an index never do more than end the reading`() async {
    let result = await #expect(
      processExitsWith: .success,
      observing: [\.standardOutputContent]
    ) { try Fuzz("index").run(seed: 2) }
    FuzzTests.tell(result)
  }

  @Test func `changed bytes of blocks never do more than end the reading`() async {
    let result = await #expect(
      processExitsWith: .success,
      observing: [\.standardOutputContent]
    ) { try Fuzz("blocks").run(seed: 3) }
    FuzzTests.tell(result)
  }

  private static func tell(_ result: ExitTest.Result?) {
    let words = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    for line in words.split(separator: "\n") where line.hasPrefix("fuzz of ") { print(line) }
  }
}

/// Changes one file of a store again and again, and reads it.
private struct Fuzz {
  /// The file that is changed.
  private let name: String
  private let environment = ProcessInfo.processInfo.environment

  init(_ name: String) { self.name = name }

  /// What may be kept beside the store's own bytes, however long it goes on.
  private static let mostMemory = 64 << 20

  func run(seed: UInt64) throws {
    let stores = [
      try Self.store(points: 170, journal: 150), try Self.store(points: 9_000, journal: 12_000),
    ]
    let rounds = 135 * (environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 1)
    let seconds = environment["LATHE_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
    let folder = try TemporaryFile()
    let started = Date()
    var round = 0
    var good = 0
    var slowest = 0.0
    var before = 0
    repeat {
      for _ in 0..<rounds {
        // What the first rounds leave in the allocator is no growth.
        if round == 100 { before = Self.restartPeak() }
        var dice = Dice(
          state: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(round) &* 0xbf58_476d_1ce4_e5b9
        )
        let begun = Date()
        if try self.round(round, stores[round % 8 == 7 ? 1 : 0], in: folder, &dice) { good += 1 }
        slowest = max(slowest, Date().timeIntervalSince(begun))
        round += 1
      }
    } while Date().timeIntervalSince(started) < seconds
    let grown = Self.memory("VmHWM:") - before
    print(
      "fuzz of \(name): \(round) rounds, \(good) read to the end, slowest \(Int(slowest * 1000)) ms, \(grown >> 20) MB grown"
    )
    #expect(good > 0)
    #expect(good < round)
    #expect(grown < Self.mostMemory, "\(grown) bytes")
    #expect(slowest < 20)
  }

  /// Changes the file and has it read and gone on with; returns whether all could be read.
  private func round(
    _ round: Int,
    _ store: [String: [UInt8]],
    in folder: TemporaryFile,
    _ dice: inout Dice
  ) throws -> Bool {
    for (name, bytes) in store {
      var bytes = bytes
      // One of sixteen is left as it is.
      if name == self.name, round % 16 != 3 {
        for _ in 0..<Int.random(in: 1...4, using: &dice) { Self.damage(&bytes, &dice) }
        // Three of four times the checksums are made to hold, so that what they guard is tried too.
        if name != "blocks", round % 4 != 0 { Self.mendChecksums(&bytes) }
      }
      try Data(bytes).write(to: folder.folder.appendingPathComponent(name))
    }
    let isGood = read(folder.metrics, &dice)
    // A writer refuses it or goes on with it.
    if round % 8 == 0, var writer = try? SeriesWriter(folder: folder.metrics) {
      writer.append("loss", step: 1, time: 2, value: 3)
      try writer.flush()
      try? writer.seal()
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.metrics) {
      try FileManager.default.removeItem(at: folder.folder.appendingPathComponent(name))
    }
    return isGood
  }

  /// A store with two rotations and a journal, whose columns are of every width.
  private static func store(points: Int, journal: Int) throws -> [String: [UInt8]] {
    let folder = try TemporaryFile()
    do {
      var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: journal)
      var dice = Dice(state: 5)
      for point in 0..<points {
        let time = 1.7e9 + Double(point) / 8
        writer.append("loss", step: Double(point), time: time, value: 1 / Double(point + 1))
        writer.append("b", step: dice.number(), time: time + 1e-7, value: dice.number())
        if point > 170 {
          let jump = Double(point % 7 * (point < 5_000 ? 30 : 40_000))
          writer.append(
            "jumps",
            step: Double(point) + jump,
            time: time + jump,
            value: Double(point % 9)
          )
        }
        if point % max(40, points / 50) == 0 { try writer.flush() }
      }
      writer.note(source: "in", offset: 77)
      try writer.flush()
      for point in 0..<9 { writer.append("c", step: Double(point), time: 0, value: 1) }
      try writer.flush()
    }
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.metrics) {
      files[name] = Array(try Data(contentsOf: folder.folder.appendingPathComponent(name)))
    }
    #expect(files.keys.sorted() == ["blocks", "index", "journal-2"])
    return files
  }

  /// Returns whether all could be read.
  private func read(_ folder: String, _ dice: inout Dice) -> Bool {
    var reader = SeriesReader(folder: folder)
    var isGood = (try? reader.refresh()) != nil
    _ = try? reader.refresh()
    for series in reader.names {
      guard let track = reader[series] else { continue }
      let all = try? track.allPoints()
      if let all { #expect(all.count == track.count) }
      let start = Int.random(in: 0...track.count, using: &dice)
      let end = Int.random(in: start...track.count, using: &dice)
      if let part = try? track.points(start..<end) { #expect(part.count == end - start) }
      var passed = 0
      let count: (Double, Double, Double) -> Void = { _, _, _ in passed += 1 }
      if (try? track.forEach(count)) != nil { #expect(passed == track.count) }
      draw(track, &dice)
      isGood = isGood && all != nil
    }
    return isGood
  }

  /// Asks for the curve of a chart, by step and by time, and for a smoothed one.
  private func draw(_ track: SeriesTrack, _ dice: inout Dice) {
    let origin = Double.random(in: -10...200, using: &dice)
    let width = Double.random(in: 1e-3...1e4, using: &dice)
    let columns = (0...100).map { origin + Double($0) * width / 100 }
    for axis in [SeriesAxis.step, .time] {
      _ = try? track.curve(by: axis, floor: axis == .time ? 0 : nil, columns: columns)
    }
    var smoothed = SmoothedTrack(
      Bool.random(using: &dice) ? .average(weight: 0.9) : .median(width: 5)
    )
    guard (try? smoothed.refresh(from: track)) != nil else { return }
    _ = try? smoothed.curve(by: .step, floor: nil, columns: columns)
  }

  /// Forgets the most memory that this process has had; returns how much it has now, in bytes.
  private static func restartPeak() -> Int {
    let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    #expect(write(file, "5", 1) == 1)
    return memory("VmRSS:")
  }

  private static func memory(_ field: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
    let number = line?.split { !$0.isNumber }.first
    return (number.flatMap { Int($0) } ?? 0) << 10
  }

  private static func damage(_ bytes: inout [UInt8], _ dice: inout Dice) {
    let place = Int.random(in: 0..<max(1, bytes.count), using: &dice)
    guard place < bytes.count else { return }
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &dice)
    case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &dice) ?? 0
    case 3:
      bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &dice)))
    case 4: bytes.insert(contentsOf: bytes[place...].prefix(30), at: place)
    default: bytes.replaceSubrange(place..<min(bytes.count, place + 8), with: [0xff, 0xff, 0xff])
    }
  }

  private static func mendChecksums(_ bytes: inout [UInt8]) {
    var at = 0
    while at + 8 < bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
      guard length > 0, at + 8 + length <= bytes.count else { return }
      let checksum = checksum(bytes[at + 8..<at + 8 + length])
      for byte in 0..<4 { bytes[at + 4 + byte] = UInt8(checksum >> (8 * UInt32(byte)) & 0xff) }
      at += 8 + length
    }
  }
}

/// CRC-32C, bit by bit.
func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var crc = ~UInt32(0)
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }
  return ~crc
}

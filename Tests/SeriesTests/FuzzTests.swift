import Foundation
import Series
import Testing

/// Bytes that no writer has written: whatever they say, reading ends with an error or with points.
struct FuzzTests {
  /// How many times 400 files are read; `LATHE_ROUNDS=200` is the long form.
  private static let rounds =
    ProcessInfo.processInfo.environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 1

  /// A store with two rotations and a journal.
  private static func files() throws -> [String: [UInt8]] {
    let folder = try TemporaryFile()
    do {
      var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: 150)
      var dice = Dice(state: 5)
      for point in 0..<170 {
        let time = 1.7e9 + Double(point) / 8
        writer.append("loss", step: Double(point), time: time, value: 1 / Double(point + 1))
        writer.append("b", step: dice.number(), time: time + 1e-7, value: dice.number())
        if point % 40 == 0 { try writer.flush() }
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
    return files
  }

  @Test func `changed bytes never do more than end the reading`() throws {
    let original = try Self.files()
    #expect(original.keys.sorted() == ["blocks", "index", "journal-2"])
    let folder = try TemporaryFile()
    var good = 0
    for round in 0..<Self.rounds * 400 {
      var dice = Dice(state: UInt64(round))
      var files = original
      let name = ["blocks", "index", "journal-2"].randomElement(using: &dice) ?? ""
      var bytes = files[name] ?? []
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        Self.damage(&bytes, &dice)
      }
      // Three of four times the checksums are made to hold, so that what they guard is tried too.
      if name != "blocks", round % 4 != 0 { Self.mendChecksums(&bytes) }
      files[name] = bytes
      for (name, bytes) in files {
        try Data(bytes).write(to: folder.folder.appendingPathComponent(name))
      }
      if Self.read(folder.metrics, &dice) { good += 1 }
      // A writer refuses it or goes on with it.
      if round % 8 == 0, var writer = try? SeriesWriter(folder: folder.metrics) {
        writer.append("loss", step: 1, time: 2, value: 3)
        try writer.flush()
        try writer.seal()
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.metrics) {
        try FileManager.default.removeItem(at: folder.folder.appendingPathComponent(name))
      }
    }
    #expect(good > 0)
    #expect(good < Self.rounds * 400)
  }

  /// Returns whether all could be read.
  private static func read(_ folder: String, _ dice: inout Dice) -> Bool {
    var reader = SeriesReader(folder: folder)
    var isGood = (try? reader.refresh()) != nil
    _ = try? reader.refresh()
    for name in reader.names {
      guard let track = reader[name] else { continue }
      let all = try? track.allPoints()
      if let all { #expect(all.count == track.count) }
      let start = Int.random(in: 0...track.count, using: &dice)
      let end = Int.random(in: start...track.count, using: &dice)
      if let part = try? track.points(start..<end) { #expect(part.count == end - start) }
      isGood = isGood && all != nil
    }
    return isGood
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

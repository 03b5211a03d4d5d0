import Foundation

@testable import Engine

/// TensorBoard's event files as its own writers write them, byte by byte.
struct EventBytes {
  var bytes: [UInt8] = []

  mutating func add(event: [UInt8]) {
    let length = withUnsafeBytes(of: UInt64(event.count).littleEndian) { Array($0) }
    bytes += length + Self.checksum(length) + event + Self.checksum(event)
  }

  mutating func add(tag: String, step: Int64, time: Double = 1_700_000_000, value: Float) {
    add(
      event: Self.event(
        step: step,
        time: time,
        value: Self.text(1, tag) + Self.fixed32(2, value.bitPattern)
      )
    )
  }

  static func event(step: Int64, time: Double, value: [UInt8]) -> [UInt8] {
    fixed64(1, time.bitPattern) + varint(2, UInt64(bitPattern: step))
      + message(5, message(1, value))
  }

  static func tensor(_ type: UInt64, _ fields: [UInt8]) -> [UInt8] {
    text(1, "t") + message(8, varint(1, type) + message(2, []) + fields)
  }

  // MARK: Wire format

  static func varint(_ field: UInt64, _ value: UInt64) -> [UInt8] { raw(field << 3) + raw(value) }
  static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    raw(field << 3 | 2) + raw(UInt64(bytes.count)) + bytes
  }
  static func text(_ field: UInt64, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }
  static func fixed32(_ field: UInt64, _ bits: UInt32) -> [UInt8] {
    raw(field << 3 | 5) + withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }
  static func fixed64(_ field: UInt64, _ bits: UInt64) -> [UInt8] {
    raw(field << 3 | 1) + withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }

  private static func raw(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: bytes.withUnsafeBytes(EventRecord.masked).littleEndian) { Array($0) }
  }
}

/// A folder of its own that is gone with the value.
final class EventTestFolder {
  let path = NSTemporaryDirectory() + "events-" + UUID().uuidString

  init() { make("") }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func make(_ folder: String) {
    try? FileManager.default.createDirectory(
      atPath: path + "/" + folder,
      withIntermediateDirectories: true
    )
  }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) {
    make((name as NSString).deletingLastPathComponent)
    try? Data(bytes).write(to: URL(filePath: path + "/" + name))
  }
}

extension EventFolder {
  /// Everything that can be read now.
  mutating func readAll() throws -> (scalars: [Scalar], troubles: [String]) {
    discover()
    var scalars: [Scalar] = []
    var troubles: [String] = []
    repeat {
      var budget = 1 << 20
      troubles += refresh(budget: &budget, { scalars.append($0) }, consumed: { _, _ in })
    } while hasMore
    return (scalars, troubles)
  }
}

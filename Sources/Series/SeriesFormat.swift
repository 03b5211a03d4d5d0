/// The metrics file of one attempt: a journal of frames, each written at once and never changed.
///
/// A frame is `u32 length | u32 CRC-32C of the payload | payload` with 1 to 1,048,576 bytes of
/// payload; fixed-size numbers are little-endian, `varint` is LEB128 of at most 64 bits, `zigzag` a
/// varint of `(n << 1) ^ (n >> 63)`. A payload is a row of entries, each a tag and its fields:
///
/// - 1, define a series: `varint id`, `varint length`, `name` (1 to 256 bytes of UTF-8). Ids count
///   up from 0 in the order of the first points.
/// - 2, points: `varint id`, `varint count`, `u8 columns`, then a column of steps, one of times and
///   one of values, `count` of each. Values are f64. Bit 0 of `columns` says that the steps are
///   whole numbers, kept as zigzag differences, the first one to 0; otherwise they are f64. Bit 1
///   says the same of times as whole microseconds.
enum SeriesFormat {
  static let longestPayload = 1 << 20
  static let headerLength = 8
  static let longestName = 256
  static let mostNames = 10_000
  /// The least that a point takes: one byte of step, one of time, eight of value.
  static let shortestPoint = 10

  static let defineTag: UInt8 = 1
  static let pointsTag: UInt8 = 2
  static let wholeSteps: UInt8 = 1
  static let microseconds: UInt8 = 2
  static let microsecond = 1e6

  static let mostPointsOfBlock = 4096
  static let pointsOfSpan = 64

  /// Points of one entry, few enough to fit a frame several times.
  static let mostPointsOfEntry = 8192

  /// The integer that stands for `value * scale`, where it gives back exactly `value`.
  static func whole(_ value: Double, scale: Double) -> Int64? {
    let scaled = (value * scale).rounded()
    guard abs(scaled) < 9e15 else { return nil }
    let integer = Int64(scaled)
    return (Double(integer) / scale).bitPattern == value.bitPattern ? integer : nil
  }
}

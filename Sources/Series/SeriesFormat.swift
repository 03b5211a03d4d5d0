/// The folder with the metrics of one attempt: a journal, sealed blocks and their index.
///
/// Points go to `journal-G` first. When it holds enough of them, they are *sealed*: appended to
/// `blocks` by series, described in `index`, and the journal with the next number takes over. One
/// frame of the index is one such rotation; with it the points are in the blocks, before it they are
/// in the journal. What `blocks` holds behind the last block of the index, and journals up to the one
/// that the index calls sealed, were left by a writer that was killed and count for nothing.
///
/// Journal and index are rows of frames, each written at once and never changed:
/// `u32 length | u32 CRC-32C of the payload | payload` with 1 to 33,554,432 bytes of payload.
/// Fixed-size numbers are little-endian, `varint` is LEB128 of at most 64 bits, `zigzag` a varint of
/// `(n << 1) ^ (n >> 63)`. A payload is a row of entries, each a tag and its fields:
///
/// - 1, define a series: `varint id`, `varint length`, `name` (1 to 256 bytes of UTF-8). Ids count
///   up from 0.
/// - 2, points, in a journal: `varint id`, `varint count`, `u8 columns`, then a column of steps, one
///   of times and one of values, `count` of each. Values are f64. Bit 0 of `columns` says that the
///   steps are whole numbers, kept as zigzag differences, the first one to 0; otherwise they are f64.
///   Bit 1 says the same of times as whole microseconds.
/// - 3, progress of a source: `varint length`, `name` (1 to 512 bytes), `varint offset`. The
///   source was taken in up to there; what came of it is in this frame and in those before it.
/// - 4, blocks, in an index: `varint count`, then entries of 152 bytes, see `SealedBlock`. Blocks
///   follow each other without gaps, in the order of the index.
/// - 5, end of a rotation, in an index: `varint G`. Journals up to `G` are sealed.
///
/// `BlockCoding` describes a block's bytes.
enum SeriesFormat {
  static let longestPayload = 32 << 20
  static let headerLength = 8
  static let longestName = 256
  static let mostNames = 10_000
  static let longestSource = 512
  static let mostSources = 4096
  static let mostPointsOfBlock = 4096
  static let pointsOfSpan = 64
  /// A writer keeps below it, whatever the disk says; a reader believes no more.
  static let mostPointsOfJournal = 1 << 22
  /// The most that one frame holds, which is one batch.
  static let mostPointsOfBatch = 1 << 20
  static let longestIndex = 1 << 30
  /// The least that a point takes: one byte of step, one of time, eight of value.
  static let shortestPoint = 10

  static let defineTag: UInt8 = 1
  static let pointsTag: UInt8 = 2
  static let sourceTag: UInt8 = 3
  static let blocksTag: UInt8 = 4
  static let sealedTag: UInt8 = 5
  static let wholeSteps: UInt8 = 1
  static let microseconds: UInt8 = 2
  static let microsecond = 1e6

  /// Progress of sources that came without points is written when it is this many bytes.
  static let progressOfFrame = 1 << 16

  static func index(in folder: String) -> String { folder + "/index" }
  static func blocks(in folder: String) -> String { folder + "/blocks" }
  static func journal(_ generation: Int, in folder: String) -> String {
    folder + "/journal-\(generation)"
  }

  /// The integer that stands for `value * scale`, where it gives back exactly `value`.
  static func whole(_ value: Double, scale: Double) -> Int64? {
    let scaled = value * scale
    guard abs(scaled) < 9e15 else { return nil }
    // The nearest one; where that is not so, the test below says it.
    let integer = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
    return (Double(integer) / scale).bitPattern == value.bitPattern ? integer : nil
  }
}

/// What the frames read so far add up to.
struct SeriesDecoder: Sendable {
  struct Malformed: Error {}

  private(set) var names: [String] = []
  private(set) var ids: [String: Int] = [:]
  /// Points of each series, by id; filled even where the points themselves are not kept.
  private(set) var counts: [Int] = []
  private(set) var series: [SeriesTrack] = []
  private let keepsPoints: Bool
  /// A payload was taken in half and then refused; taking it again would repeat its points.
  private var isBroken = false

  init(keepsPoints: Bool) {
    self.keepsPoints = keepsPoints
  }

  /// Takes in the whole frames at the start of `bytes`.
  ///
  /// Returns their length and whether they are all; not so before a frame that is not one. A frame
  /// that is cut off by the end of `bytes` is left.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> (length: Int, isGood: Bool) {
    var length = 0
    guard !isBroken else { return (0, false) }
    while bytes.count - length >= SeriesFormat.headerLength {
      let size = Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: length, as: UInt32.self))
      )
      guard size > 0, size <= SeriesFormat.longestPayload else { return (length, false) }
      let start = length + SeriesFormat.headerLength
      guard bytes.count - start >= size else { break }
      let checksum = UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: length + 4, as: UInt32.self)
      )
      let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
      guard CRC32C.checksum(payload) == checksum else { return (length, false) }
      do {
        try take(payload: payload)
      } catch {
        isBroken = true
        return (length, false)
      }
      length = start + size
    }
    return (length, true)
  }

  private mutating func take(payload: UnsafeRawBufferPointer) throws(Malformed) {
    var cursor = ByteCursor(bytes: payload)
    while !cursor.isAtEnd {
      switch try cursor.byte() {
      case SeriesFormat.defineTag: try define(&cursor)
      case SeriesFormat.pointsTag: try points(&cursor)
      default: throw Malformed()
      }
    }
  }

  private mutating func define(_ cursor: inout ByteCursor) throws(Malformed) {
    let id = try cursor.count(atMost: SeriesFormat.mostNames - 1)
    let length = try cursor.count(atMost: SeriesFormat.longestName)
    let bytes = try cursor.take(length)
    guard id == names.count, let name = String(validating: bytes, as: UTF8.self), !name.isEmpty,
      ids[name] == nil
    else { throw Malformed() }
    names.append(name)
    ids[name] = id
    counts.append(0)
    series.append(SeriesTrack())
  }

  private mutating func points(_ cursor: inout ByteCursor) throws(Malformed) {
    let id = try cursor.count(atMost: SeriesFormat.mostNames)
    let count = try cursor.count(atMost: cursor.left / SeriesFormat.shortestPoint)
    let columns = try cursor.byte()
    guard id < names.count, columns < 4 else { throw Malformed() }
    let stepScale: Double? = columns & SeriesFormat.wholeSteps != 0 ? 1 : nil
    let timeScale = columns & SeriesFormat.microseconds != 0 ? SeriesFormat.microsecond : nil
    var data = SeriesData()
    try cursor.column(count, scale: stepScale, into: &data.steps)
    try cursor.column(count, scale: timeScale, into: &data.times)
    try cursor.column(count, scale: nil, into: &data.values)
    if keepsPoints { series[id].append(data) }
    counts[id] += count
  }
}

/// Reads a payload's fields; every read is checked against its end.
private struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var left: Int { bytes.count - at }
  var isAtEnd: Bool { left == 0 }

  mutating func byte() throws(SeriesDecoder.Malformed) -> UInt8 {
    guard at < bytes.count else { throw SeriesDecoder.Malformed() }
    at += 1
    return bytes[at - 1]
  }

  mutating func take(_ count: Int) throws(SeriesDecoder.Malformed) -> UnsafeRawBufferPointer {
    guard count <= left else { throw SeriesDecoder.Malformed() }
    at += count
    return UnsafeRawBufferPointer(rebasing: bytes[at - count..<at])
  }

  mutating func varint() throws(SeriesDecoder.Malformed) -> UInt64 {
    if at < bytes.count, bytes[at] < 0x80 {
      at += 1
      return UInt64(bytes[at - 1])
    }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw SeriesDecoder.Malformed()
  }

  mutating func count(atMost limit: Int) throws(SeriesDecoder.Malformed) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw SeriesDecoder.Malformed() }
    return Int(value)
  }

  mutating func column(
    _ count: Int,
    scale: Double?,
    into values: inout [Double]
  ) throws(SeriesDecoder.Malformed) {
    guard let scale else {
      let column = try take(8 * count)
      for index in 0..<count {
        let bits = column.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
        values.append(Double(bitPattern: UInt64(littleEndian: bits)))
      }
      return
    }
    var integer: Int64 = 0
    for _ in 0..<count {
      let bits = try varint()
      integer &+= Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
      values.append(Double(integer) / scale)
    }
  }
}

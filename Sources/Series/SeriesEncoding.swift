extension SeriesFormat {
  /// Appends entries that define a series.
  static func encode(define id: Int, name: String, into bytes: inout [UInt8]) {
    bytes.append(defineTag)
    append(varint: UInt64(id), to: &bytes)
    append(varint: UInt64(name.utf8.count), to: &bytes)
    bytes.append(contentsOf: name.utf8)
  }

  /// Appends an entry with the progress of a source.
  static func encode(source: String, offset: Int, into bytes: inout [UInt8]) {
    bytes.append(sourceTag)
    append(varint: UInt64(source.utf8.count), to: &bytes)
    bytes.append(contentsOf: source.utf8)
    append(varint: UInt64(offset), to: &bytes)
  }

  /// Appends one entry with a range of a block's points.
  static func encode(
    points data: SeriesData,
    _ range: Range<Int>,
    of id: Int,
    into bytes: inout [UInt8]
  ) {
    let areWhole = data.steps[range].allSatisfy { whole($0, scale: 1) != nil }
    let areMicroseconds = data.times[range].allSatisfy { whole($0, scale: microsecond) != nil }
    bytes.append(pointsTag)
    append(varint: UInt64(id), to: &bytes)
    append(varint: UInt64(range.count), to: &bytes)
    bytes.append((areWhole ? wholeSteps : 0) | (areMicroseconds ? microseconds : 0))
    append(column: data.steps[range], scale: areWhole ? 1 : nil, to: &bytes)
    append(column: data.times[range], scale: areMicroseconds ? microsecond : nil, to: &bytes)
    append(column: data.values[range], scale: nil, to: &bytes)
  }

  /// Appends a payload's length and checksum, then itself.
  static func encode(frame payload: [UInt8], into bytes: inout [UInt8]) {
    append(UInt32(payload.count), to: &bytes)
    append(payload.withUnsafeBytes { CRC32C.checksum($0) }, to: &bytes)
    bytes += payload
  }

  private static func append(
    column: ArraySlice<Double>,
    scale: Double?,
    to bytes: inout [UInt8]
  ) {
    guard let scale else { return append(column.map(\.bitPattern), to: &bytes) }
    bytes += [UInt8](unsafeUninitializedCapacity: 10 * column.count) { buffer, filled in
      var previous: Int64 = 0
      for value in column {
        let integer = whole(value, scale: scale) ?? 0
        let difference = integer - previous
        previous = integer
        var rest = UInt64(bitPattern: (difference << 1) ^ (difference >> 63))
        while rest >= 0x80 {
          buffer[filled] = UInt8(truncatingIfNeeded: rest) | 0x80
          filled += 1
          rest >>= 7
        }
        buffer[filled] = UInt8(rest)
        filled += 1
      }
    }
  }

  static func append(varint value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends an integer, little-endian.
  static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends integers, each little-endian.
  static func append(_ words: [some FixedWidthInteger], to bytes: inout [UInt8]) {
    words.map(\.littleEndian).withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

/// Reads a payload's fields; every read is checked against its end.
struct ByteCursor {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var left: Int { bytes.count - at }
  var isAtEnd: Bool { left == 0 }

  mutating func byte() throws(FrameFile.Malformed) -> UInt8 {
    guard at < bytes.count else { throw FrameFile.Malformed() }
    at += 1
    return bytes[at - 1]
  }

  mutating func take(_ count: Int) throws(FrameFile.Malformed) -> UnsafeRawBufferPointer {
    guard count <= left else { throw FrameFile.Malformed() }
    at += count
    return UnsafeRawBufferPointer(rebasing: bytes[at - count..<at])
  }

  mutating func varint() throws(FrameFile.Malformed) -> UInt64 {
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
    throw FrameFile.Malformed()
  }

  mutating func count(atMost limit: Int) throws(FrameFile.Malformed) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw FrameFile.Malformed() }
    return Int(value)
  }

  /// A length and as many bytes of UTF-8, at least one.
  mutating func text(atMost limit: Int) throws(FrameFile.Malformed) -> String {
    let bytes = try take(try count(atMost: limit))
    guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else {
      throw FrameFile.Malformed()
    }
    return text
  }

  /// A column of f64, or of zigzag differences of integers that stand for numbers times `scale`.
  mutating func column(
    _ count: Int,
    scale: Double?,
    into values: inout [Double]
  ) throws(FrameFile.Malformed) {
    guard let scale else {
      let column = try take(8 * count)
      for index in 0..<count {
        values.append(Double(bitPattern: column.little(UInt64.self, at: 8 * index)))
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

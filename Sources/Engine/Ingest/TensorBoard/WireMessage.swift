/// A cursor over the fields of one protocol-buffer message; nothing is copied.
///
/// Source: the encoding of protocol buffers, wire types 0 (varint), 1 (64 bits), 2 (bytes) and
/// 5 (32 bits). Groups (3 and 4), which none of TensorBoard's messages has, are malformed.
struct WireMessage {
  struct Malformed: Error {}

  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(UnsafeRawBufferPointer)
  }

  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The next field; nil at the end.
  mutating func next() throws(Malformed) -> (field: Int, value: Value)? {
    guard at < bytes.count else { return nil }
    let key = try varint()
    let field = Int(truncatingIfNeeded: key >> 3)
    guard field > 0 else { throw Malformed() }
    switch key & 7 {
    case 0: return (field, .varint(try varint()))
    case 1: return (field, .fixed64(try integer(UInt64.self)))
    case 2: return (field, .bytes(try sized()))
    case 5: return (field, .fixed32(try integer(UInt32.self)))
    default: throw Malformed()
    }
  }

  /// The next bare varint, as in a packed field; nil at the end.
  mutating func nextVarint() throws(Malformed) -> UInt64? {
    at < bytes.count ? try varint() : nil
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.count, shift < 64 {
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }

  private mutating func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type
  ) throws(Malformed) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard bytes.count - at >= size else { throw Malformed() }
    defer { at += size }
    return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: type))
  }

  private mutating func sized() throws(Malformed) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - at) else { throw Malformed() }
    let start = at
    at += Int(length)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<at])
  }
}

extension WireMessage.Value {
  var text: String? {
    guard case .bytes(let bytes) = self else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A double, or an integer, as a number.
  var double: Double? {
    switch self {
    case .fixed64(let bits): Double(bitPattern: bits)
    case .fixed32(let bits): Double(Float(bitPattern: bits))
    case .varint, .bytes: nil
    }
  }
}

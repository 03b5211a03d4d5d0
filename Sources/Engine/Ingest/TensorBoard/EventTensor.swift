/// A tensor as TensorBoard's scalar summaries carry it: one number of any numeric type.
///
/// Source: TensorFlow's `tensor.proto` and `types.proto`.
struct EventTensor {
  /// The number; nil where the tensor is no single one.
  private(set) var scalar: Double?

  init(_ bytes: UnsafeRawBufferPointer) throws(WireMessage.Malformed) {
    var type: UInt64 = 0
    var elements: UInt64 = 1
    var content: UnsafeRawBufferPointer?
    var number: Double?
    var integer: UInt64?
    var message = WireMessage(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .varint(let bits)): type = bits
      case (2, .bytes(let shape)): elements = try Self.elements(shape)
      case (4, .bytes(let raw)): content = raw
      // One element may be packed or not; both are allowed on the wire.
      case (5, .fixed32), (6, .fixed64): number = value.double
      case (5, .bytes(let packed)) where packed.count == 4:
        number = Double(Float(bitPattern: packed.integer()))
      case (6, .bytes(let packed)) where packed.count == 8:
        number = Double(bitPattern: packed.integer())
      case (7, .varint(let bits)), (10, .varint(let bits)), (11, .varint(let bits)),
        (13, .varint(let bits)), (16, .varint(let bits)), (17, .varint(let bits)):
        integer = bits
      case (7, .bytes(let packed)), (10, .bytes(let packed)), (11, .bytes(let packed)),
        (13, .bytes(let packed)), (16, .bytes(let packed)), (17, .bytes(let packed)):
        var packed = WireMessage(packed)
        integer = try packed.nextVarint()
      default: continue
      }
    }
    guard elements == 1 else { return }
    if let content, !content.isEmpty {
      scalar = Self.number(content, type)
    } else if let integer {
      scalar = Self.number(integer, type)
    } else if let number {
      scalar = number
    } else if Self.isNumeric(type) {
      // The default value is left out on the wire.
      scalar = 0
    }
  }

  private static func elements(
    _ shape: UnsafeRawBufferPointer
  ) throws(WireMessage.Malformed) -> UInt64 {
    var elements: UInt64 = 1
    var message = WireMessage(shape)
    while let (field, value) = try message.next() {
      guard field == 2, case .bytes(let dimension) = value else { continue }
      var size: UInt64 = 0
      var inner = WireMessage(dimension)
      while let (field, value) = try inner.next() {
        if field == 1, case .varint(let bits) = value { size = bits }
      }
      if size != 1 { elements = 0 }
    }
    return elements
  }

  /// A number in the bytes of `tensor_content`.
  private static func number(_ bytes: UnsafeRawBufferPointer, _ type: UInt64) -> Double? {
    switch (type, bytes.count) {
    case (1, 4): Double(Float(bitPattern: bytes.integer()))
    case (2, 8): Double(bitPattern: bytes.integer())
    case (3, 4): Double(Int32(bitPattern: bytes.integer()))
    case (4, 1), (10, 1): Double(bytes[0])
    case (5, 2): Double(Int16(bitPattern: bytes.integer()))
    case (6, 1): Double(Int8(bitPattern: bytes[0]))
    case (9, 8): Double(Int64(bitPattern: bytes.integer()))
    case (14, 2), (19, 2): number(UInt64(bytes.integer(UInt16.self)), type)
    case (17, 2): Double(bytes.integer(UInt16.self))
    case (22, 4): Double(bytes.integer(UInt32.self))
    case (23, 8): Double(bytes.integer(UInt64.self))
    default: nil
    }
  }

  /// A number from an integer field; halves travel as their bits.
  private static func number(_ bits: UInt64, _ type: UInt64) -> Double? {
    switch type {
    case 3, 5, 6, 9: Double(Int64(bitPattern: bits))
    case 4, 10, 17, 22, 23: Double(bits)
    case 14: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits & 0xFFFF) << 16))
    case 19: half(UInt16(truncatingIfNeeded: bits))
    default: nil
    }
  }

  private static func isNumeric(_ type: UInt64) -> Bool {
    [1, 2, 3, 4, 5, 6, 9, 10, 14, 17, 19, 22, 23].contains(type)
  }

  /// IEEE 754 binary16 (Swift's own Float16 is not on every processor).
  private static func half(_ bits: UInt16) -> Double {
    let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type = Integer.self
  ) -> Integer {
    Integer(littleEndian: loadUnaligned(as: type))
  }
}

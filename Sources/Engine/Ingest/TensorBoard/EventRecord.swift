import Series

/// The frame around one event in a TensorBoard event file.
///
/// `u64 length | u32 masked CRC-32C of these 8 bytes | data | u32 masked CRC-32C of the data`,
/// little-endian. Source: TensorFlow's `record_writer.h`.
enum EventRecord {
  static let headerLength = 12
  static let overhead = 16
  /// Longer ones (images, graphs) are passed over without being read.
  static let longest = 4 << 20

  /// The length of the record's data; nil where the header's checksum does not hold.
  static func length(_ header: UnsafeRawBufferPointer) -> UInt64? {
    let length = UnsafeRawBufferPointer(rebasing: header[..<8])
    guard masked(length) == integer(header, at: 8) else { return nil }
    return UInt64(littleEndian: header.loadUnaligned(as: UInt64.self))
  }

  /// Whether the data are what was written; `trailer` follows them in the file.
  static func holds(_ data: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer) -> Bool {
    masked(data) == integer(trailer, at: 0)
  }

  /// TensorFlow masks a checksum, as one over data that hold checksums is weak.
  static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let checksum = CRC32C.checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  private static func integer(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}

import Crypto
package import Foundation

/// The SHA-256 of some bytes: 32 bytes in place, written as 64 lower-case hexadecimal digits.
package struct Digest: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  /// The bytes in their order: each word holds eight, the first one in its highest bits.
  let words: (UInt64, UInt64, UInt64, UInt64)

  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Reads a digest that was written down; nil unless it is 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    var hex = hex
    guard let found = hex.withUTF8({ Digest(hex: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = found
  }

  /// The digest of bytes.
  package init(of data: some DataProtocol) {
    self.init(SHA256.hash(data: data))
  }

  package init(of text: String) {
    var text = text
    self = text.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) }
  }

  /// In place: for a short text the generic way costs more than the hash.
  package init(of bytes: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    self.init(hash.finalize())
  }

  init(_ hash: SHA256.Digest) {
    words = hash.withUnsafeBytes { Digest.words(of: $0) }
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 digest")
      )
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  package var hex: String {
    String(unsafeUninitializedCapacity: 64) { digits in
      write(hex: UnsafeMutableRawBufferPointer(digits))
      return 64
    }
  }

  package var description: String { hex }
  /// The first 12 digits, for screens.
  package var short: String { String(hex.prefix(12)) }

  package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }
  package static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }

  package func hash(into hasher: inout Hasher) {
    // Its bytes are as good as random: one word tells digests apart.
    hasher.combine(words.0)
  }
}

// Bytes and digits.
extension Digest {
  /// 32 raw bytes; nil for any other number.
  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    words = Digest.words(of: bytes)
  }

  /// Lower-case digits; nil for anything else.
  init?(hex: UnsafeRawBufferPointer) {
    guard hex.count == 64 else { return nil }
    func word(_ index: Int) -> UInt64? {
      guard let high = half(index * 16), let low = half(index * 16 + 8) else { return nil }
      return UInt64(high) << 32 | UInt64(low)
    }
    func half(_ place: Int) -> UInt32? {
      Digest.half(
        UInt64(littleEndian: hex.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      )
    }
    guard let a = word(0), let b = word(1), let c = word(2), let d = word(3) else { return nil }
    words = (a, b, c, d)
  }

  /// Eight digits at once, the first one in the lowest byte.
  private static func digits(_ half: UInt32) -> UInt64 {
    // One nibble a byte, the highest one in the lowest byte.
    var nibbles = UInt64(half)
    nibbles = nibbles >> 16 | (nibbles & 0xFFFF) << 32
    nibbles = (nibbles >> 8) & 0x0000_00FF_0000_00FF | (nibbles & 0x0000_00FF_0000_00FF) << 16
    nibbles = (nibbles >> 4) & 0x000F_000F_000F_000F | (nibbles & 0x000F_000F_000F_000F) << 8
    return text(ofNibbles: nibbles)
  }

  private static func text(ofNibbles nibbles: UInt64) -> UInt64 {
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39
  }

  /// What eight digits stand for; nil where one is none.
  private static func half(_ digits: UInt64) -> UInt32? {
    let letters = (digits >> 6) & 0x0101_0101_0101_0101
    var nibbles = (digits & 0x0F0F_0F0F_0F0F_0F0F) &+ letters &* 9
    guard nibbles & 0xF0F0_F0F0_F0F0_F0F0 == 0, text(ofNibbles: nibbles) == digits else {
      return nil
    }
    nibbles = (nibbles & 0x000F_000F_000F_000F) << 4 | (nibbles >> 8) & 0x000F_000F_000F_000F
    nibbles = (nibbles & 0x0000_00FF_0000_00FF) << 8 | (nibbles >> 16) & 0x0000_00FF_0000_00FF
    return UInt32(truncatingIfNeeded: (nibbles & 0xFFFF) << 16 | (nibbles >> 32) & 0xFFFF)
  }

  /// Writes the 64 digits to the beginning of a buffer that has room for them.
  package func write(hex digits: UnsafeMutableRawBufferPointer) {
    func write(_ word: UInt64, at place: Int) {
      let high = Digest.digits(UInt32(truncatingIfNeeded: word >> 32))
      let low = Digest.digits(UInt32(truncatingIfNeeded: word))
      digits.storeBytes(of: high.littleEndian, toByteOffset: place, as: UInt64.self)
      digits.storeBytes(of: low.littleEndian, toByteOffset: place + 8, as: UInt64.self)
    }
    write(words.0, at: 0)
    write(words.1, at: 16)
    write(words.2, at: 32)
    write(words.3, at: 48)
  }

  private static func words(of bytes: UnsafeRawBufferPointer)
    -> (UInt64, UInt64, UInt64, UInt64)
  {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    return (word(0), word(1), word(2), word(3))
  }
}

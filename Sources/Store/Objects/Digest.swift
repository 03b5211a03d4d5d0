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

  init(of bytes: UnsafeRawBufferPointer) {
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

  init?(hex: UnsafeRawBufferPointer) {
    guard hex.count == 64 else { return nil }
    var parts: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for index in 0..<4 {
      var word: UInt64 = 0
      for digit in hex[(index * 16)..<(index * 16 + 16)] {
        let value: UInt8
        switch digit {
        case 48...57: value = digit - 48
        case 97...102: value = digit - 87
        default: return nil
        }
        word = word << 4 | UInt64(value)
      }
      switch index {
      case 0: parts.0 = word
      case 1: parts.1 = word
      case 2: parts.2 = word
      default: parts.3 = word
      }
    }
    words = parts
  }

  /// Writes the 64 digits to the beginning of a buffer that has room for them.
  func write(hex digits: UnsafeMutableRawBufferPointer) {
    var place = 0
    func write(_ word: UInt64) {
      for shift in stride(from: 60, through: 0, by: -4) {
        let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
        digits[place] = nibble < 10 ? 48 + nibble : 87 + nibble
        place += 1
      }
    }
    write(words.0)
    write(words.1)
    write(words.2)
    write(words.3)
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

import Crypto
package import Foundation

/// The SHA-256 of some bytes, as 64 lower-case hexadecimal digits.
package struct Digest: Sendable, Hashable, Codable, CustomStringConvertible {
  package let hex: String

  /// Reads a digest that was written down; nil unless it is 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    guard hex.utf8.count == 64,
      hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.hex = hex
  }

  /// The digest of bytes.
  package init(of data: some DataProtocol) {
    self.init(SHA256.hash(data: data))
  }

  package init(of text: String) {
    self.init(of: Data(text.utf8))
  }

  init(_ hash: some Sequence<UInt8>) {
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64)
    for byte in hash {
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
    hex = String(decoding: bytes, as: UTF8.self)
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

  package var description: String { hex }
  /// The first 12 digits, for screens.
  package var short: String { String(hex.prefix(12)) }
}

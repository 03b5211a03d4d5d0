import Foundation
import Testing

@testable import Store

struct DigestTests {
  @Test func `the digits are those of the bytes`() throws {
    var generator = Seeded(state: 5)
    for _ in 0..<200 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let digest = try #require(bytes.withUnsafeBytes { Digest(bytes: $0) })
      let hex = bytes.map { String(format: "%02x", $0) }.joined()
      #expect(digest.hex == hex)
      #expect(Digest(hex: hex) == digest)
    }
  }

  @Test func `no other byte passes for a digit`() {
    let digits = Set("0123456789abcdef".utf8)
    for place in 0..<64 {
      for byte in UInt8.min...UInt8.max {
        var hex = [UInt8](repeating: 48 + UInt8(place % 10), count: 64)
        hex[place] = byte
        let digest = hex.withUnsafeBytes { Digest(hex: $0) }
        #expect((digest != nil) == digits.contains(byte), "\(byte) at \(place)")
      }
    }
  }
}

/// Texts of JSON: where they end, and what their escapes stand for.
enum JSONText {
  /// The range of a text's bytes between its quotes, escapes as they stand.
  static func range(
    _ line: UnsafeBufferPointer<UInt8>,
    _ index: inout Int
  ) -> Range<Int>? {
    guard index < line.count else { return nil }
    let quote = line[index]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    index += 1
    let start = index
    while index < line.count {
      let byte = line[index]
      if byte == quote {
        index += 1
        return start..<(index - 1)
      }
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  /// A text between its quotes, its escapes resolved.
  static func string(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: unescaped(line[range]), as: UTF8.self)
  }

  static func unescaped(_ raw: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = raw.startIndex
    while index < raw.endIndex {
      let byte = raw[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < raw.endIndex else {
        bytes.append(byte)
        continue
      }
      let escaped = raw[index]
      index += 1
      switch escaped {
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "b"): bytes.append(8)
      case UInt8(ascii: "f"): bytes.append(12)
      case UInt8(ascii: "u"): bytes += scalar(raw, &index)
      default: bytes.append(escaped)
      }
    }
    return bytes
  }

  /// The UTF-8 of `\uXXXX`, or of two of them that are one character.
  private static func scalar(
    _ raw: Slice<UnsafeBufferPointer<UInt8>>,
    _ index: inout Int
  ) -> [UInt8] {
    guard var code = hex(raw, index) else { return Array("\u{FFFD}".utf8) }
    index += 4
    if (0xD800..<0xDC00).contains(code), index + 6 <= raw.endIndex,
      raw[index] == UInt8(ascii: "\\"), raw[index + 1] == UInt8(ascii: "u"),
      let low = hex(raw, index + 2), (0xDC00..<0xE000).contains(low)
    {
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      index += 6
    }
    return Array(String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
  }

  private static func hex(_ raw: Slice<UnsafeBufferPointer<UInt8>>, _ start: Int) -> UInt32? {
    guard start + 4 <= raw.endIndex else { return nil }
    var code: UInt32 = 0
    for byte in raw[start..<(start + 4)] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - 55)
      default: return nil
      }
    }
    return code
  }
}

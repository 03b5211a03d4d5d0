/// What curses does not switch: mouse reports, bracketed paste and focus reports.
enum Modes {
  /// Buttons and drags (1002) in SGR coordinates (1006), focus (1004), bracketed paste (2004).
  static let on = "\u{1B}[?1002h\u{1B}[?1006h\u{1B}[?1004h\u{1B}[?2004h"
  /// Ends synchronized output first, or a terminal might stay frozen.
  static let off = "\u{1B}[?2026l\u{1B}[?2004l\u{1B}[?1004l\u{1B}[?1006l\u{1B}[?1003l\u{1B}[?1002l"

  /// All moves of the mouse (1003), or only drags (1002): terminals know one such mode at a time.
  static func moves(_ on: Bool) -> String {
    on ? "\u{1B}[?1003h" : "\u{1B}[?1003l\u{1B}[?1002h"
  }

  /// A terminfo string without its delays, such as "$<5>".
  static func withoutPadding(_ capability: UnsafePointer<CChar>) -> String {
    let text = String(cString: capability)
    var kept = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
      kept += rest[..<start]
      let tail = rest[start...]
      guard tail.dropFirst().first == "<", let end = tail.firstIndex(of: ">") else {
        kept.append("$")
        rest = tail.dropFirst()
        continue
      }
      rest = rest[rest.index(after: end)...]
    }
    return kept + rest
  }
}

/// Bytes in base 64, as RFC 4648 has it.
func base64(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var encoded: [UInt8] = []
  var group: UInt32 = 0
  var count = 0
  func end() {
    for place in 0..<4 {
      let digit = digits[Int(group >> UInt32(18 - 6 * place)) & 63]
      encoded.append(place <= count ? digit : UInt8(ascii: "="))
    }
    (group, count) = (0, 0)
  }
  for byte in bytes {
    group |= UInt32(byte) << UInt32(16 - 8 * count)
    count += 1
    if count == 3 { end() }
  }
  if count > 0 { end() }
  return String(decoding: encoded, as: UTF8.self)
}

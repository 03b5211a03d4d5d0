import Foundation

/// Text of points, made fast: there may be a hundred million of them.
package enum PointText {
  /// Every digit that there is, and no ".0" behind whole numbers.
  package static func plain(_ value: Double) -> String {
    guard value == value.rounded(), abs(value) < 1e15 else { return value.description }
    return value == 0 && value.sign == .minus ? "-0" : String(Int(value))
  }

  /// Seconds since 1970 to the microsecond, as they are kept.
  package static func seconds(_ time: Double) -> String {
    guard time.isFinite, abs(time) < 9e12 else { return time.description }
    let all = Int((abs(time) * 1_000_000).rounded())
    let part = String(all % 1_000_000)
    let sign = time < 0 && all > 0 ? "-" : ""
    return "\(sign)\(all / 1_000_000).\(String(repeating: "0", count: 6 - part.count))\(part)"
  }

  /// A field of a line of comma-separated values, harmless on a terminal.
  package static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

/// Times in UTC with milliseconds, as `JSON` writes them; the text of a second is made once.
package struct ClockText {
  private var second = Int.min
  private var text = ""

  package init() {}

  package mutating func text(_ time: Double) -> String {
    guard time.isFinite, abs(time) < 2e11 else { return "null" }
    let all = Int((time * 1000).rounded(.down))
    let (quotient, remainder) = all.quotientAndRemainder(dividingBy: 1000)
    let (second, part) = remainder < 0 ? (quotient - 1, remainder + 1000) : (quotient, remainder)
    if second != self.second {
      self.second = second
      let date = Date(timeIntervalSince1970: Double(second))
      text = String(date.formatted(Date.ISO8601FormatStyle()).dropLast())
    }
    let digits = String(part)
    return "\"\(text).\(String(repeating: "0", count: 3 - digits.count))\(digits)Z\""
  }
}

/// Collects text and hands it on in large pieces.
struct TextStream {
  private let output: Output
  private var bytes: [UInt8] = []

  init(to output: Output) {
    self.output = output
    bytes.reserveCapacity(1 << 16)
  }

  mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    if bytes.count >= 1 << 16 { flush() }
  }

  mutating func flush() {
    output.write(bytes: bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

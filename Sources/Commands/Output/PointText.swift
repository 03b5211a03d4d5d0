import Foundation

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

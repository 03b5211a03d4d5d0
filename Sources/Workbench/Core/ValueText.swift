import Glibc
import Terminal

/// A metric's value in about four significant digits: "0.2884", "153.2", "1.2e-05", "NaN".
func valueText(_ value: Double) -> SafeText {
  guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
  let size = abs(value)
  if value == value.rounded(), size < 1e6 { return "\(Int(value))" }
  guard size >= 1e-4, size < 1e6 else { return scientific(value) }
  let places = size >= 1000 ? 1 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4
  let scale = [1, 10, 100, 1000, 10_000][places]
  let scaled = Int((size * Double(scale)).rounded())
  return "\(value < 0 ? "-" : "")\(scaled / scale).\(digits(scaled % scale, places))"
}

private func scientific(_ value: Double) -> SafeText {
  var exponent = Int(log10(abs(value)).rounded(.down))
  // In two steps: 10^-324 is 0 to a Double, and the least values are smaller than 10^-323.
  let half = exponent / 2
  let mantissa = abs(value) / pow(10, Double(half)) / pow(10, Double(exponent - half))
  var hundredths = Int((mantissa * 100).rounded())
  if hundredths >= 1000 {
    hundredths /= 10
    exponent += 1
  }
  return "\(value < 0 ? "-" : "")\(hundredths / 100).\(digits(hundredths % 100, 2))e\(exponent)"
}

private func digits(_ number: Int, _ places: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, places - text.count)) + text
}

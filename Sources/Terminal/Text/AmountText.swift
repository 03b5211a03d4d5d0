// How much time and how many bytes, the same wherever they are shown.

/// A duration such as "0.4s", "42s", "2m14s", "3h05m" or "2d04h"; empty when it is not a number.
package func durationText(_ seconds: Double) -> SafeText {
  guard seconds.isFinite, seconds < 1e9 else { return "" }
  let past = max(0, seconds)
  if past < 9.95 { return tenths(past) + "s" }
  let whole = Int(past)
  return switch whole {
  case ..<60: "\(whole)s"
  case ..<3600: "\(whole / 60)m\(twoDigits(whole % 60))s"
  case ..<86400: "\(whole / 3600)h\(twoDigits(whole / 60 % 60))m"
  default: "\(whole / 86400)d\(twoDigits(whole / 3600 % 24))h"
  }
}

/// Bytes in 1024s: "412 B", "3.1 KiB", "16 GiB".
package func bytesText(_ bytes: Int) -> SafeText {
  guard bytes >= 1024 else { return "\(max(0, bytes)) B" }
  let units: [SafeText] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 999.5, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return (value < 9.95 ? tenths(value) : "\(Int(value.rounded()))") + " " + units[unit]
}

/// With one decimal place where that is not 0.
private func tenths(_ value: Double) -> SafeText {
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
}

/// A number below 100 with a zero before it where it has one digit.
package func twoDigits(_ number: Int) -> SafeText {
  number < 10 ? "0\(number)" : "\(number)"
}

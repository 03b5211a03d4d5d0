internal import Glibc

/// A number for tables and labels: four significant digits, without zeros at the end.
///
/// Whole below a million as it is (12345), beyond with an exponent (1.235e6), below 0.0001 likewise
/// (1.2e-5), and below 0.001 where it would not fit a table's eight cells (1.651e-4); "nan", "inf" and
/// "-inf" for what is not finite.
package func numberText(_ value: Double) -> SafeText {
  guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
  guard value != 0 else { return "0" }
  let exponent = Int(log10(abs(value)).rounded(.down))
  if exponent >= -4, exponent < 6 {
    let text = trimmed(decimal(abs(value), places: max(0, 3 - exponent)))
    if text.count <= 8 { return SafeText(trusted: value < 0 ? "-" + text : text) }
  }
  return SafeText(trusted: scientific(value, places: 3))
}

/// The step of a point: whole ones with all of their digits, because the next one is another step.
package func stepText(_ step: Double) -> SafeText {
  // Beyond this not every whole number has a Double of its own.
  guard step == step.rounded(), abs(step) <= 0x1p53 else { return numberText(step) }
  return SafeText(trusted: String(Int(step)))
}

/// A number with a fixed count of decimal places, by round-half-away; never in the locale's form.
func decimal(_ value: Double, places: Int) -> String {
  let places = min(max(0, places), 15)
  let scaled = (abs(value) * pow(10, Double(places))).rounded()
  guard scaled < 9e15 else { return "\(value)" }
  let digits = String(Int64(scaled))
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + padded }
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

/// A number with an exponent and at most `places` digits behind the point, such as 1.5e-7.
func scientific(_ value: Double, places: Int) -> String {
  guard value != 0, value.isFinite else { return "0" }
  var exponent = Int(log10(abs(value)).rounded(.down))
  // In two steps, because the power alone may be too large or too small for a Double.
  var mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
  let digits = pow(10, Double(places))
  mantissa = (mantissa * digits).rounded() / digits
  if abs(mantissa) >= 10 {
    mantissa /= 10
    exponent += 1
  }
  return trimmed(decimal(mantissa, places: places)) + "e\(exponent)"
}

/// Without zeros behind the point, and without a point behind which nothing is left.
func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  var text = Substring(text)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return String(text)
}

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

  /// A field of a line of comma-separated values: in quotes where it has a comma, a quote or the end of a
  /// line, also one that an accent makes a character of its own.
  ///
  /// Control characters stay: who prints it has made it a `SafeText` before.
  package static func field(_ text: String) -> String {
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    guard text.unicodeScalars.contains(where: special.contains) else { return text }
    var field = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field.append(scalar) }
      field.append(scalar)
    }
    field.append("\"")
    return String(field)
  }

  /// The columns of points as comma-separated values; the metric's only where there are several.
  package static func head(hasMetrics: Bool) -> String {
    hasMetrics ? "run,metric,step,time,value\n" : "run,step,time,value\n"
  }

  /// A point as comma-separated values, behind what stands before it on its line.
  package static func line(
    after start: String,
    step: Double,
    time: Double,
    value: Double
  ) -> String {
    "\(start)\(plain(step)),\(seconds(time)),\(plain(value))\n"
  }
}

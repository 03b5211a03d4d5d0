package import Foundation
import Terminal

/// A duration in two units: "0.4s", "8s", "1m02s", "3h05m", "2d4h".
package func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "0s" }
  if seconds < 0.95 { return String(format: "%.1fs", seconds) }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole)s" }
  if whole < 3600 { return "\(whole / 60)m" + twoDigits(whole % 60) + "s" }
  if whole < 86_400 { return "\(whole / 3600)h" + twoDigits(whole % 3600 / 60) + "m" }
  return "\(whole / 86_400)d\(whole % 86_400 / 3600)h"
}

/// How long ago something was: "12s ago", "3h05m ago".
package func ageText(_ date: Date, at now: Date) -> String {
  durationText(max(1, now.timeIntervalSince(date))) + " ago"
}

/// Bytes in 1024s, as the workbench shows them: "412 B", "3.1 KB", "16 GB".
package func sizeText(_ bytes: Int) -> String {
  guard bytes >= 1024 else { return "\(max(0, bytes)) B" }
  let units = ["B", "KB", "MB", "GB", "TB", "PB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 999.5, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  let tenths = Int((value * 10).rounded())
  if value >= 9.95 { return "\(Int(value.rounded())) \(units[unit])" }
  let digits = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  return "\(digits) \(units[unit])"
}

/// The time of day where the reader is: "14:02:11".
package func clockText(_ date: Date, in zone: TimeZone = .current) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = zone
  let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
  return [parts.hour, parts.minute, parts.second].map { twoDigits($0 ?? 0) }.joined(separator: ":")
}

/// Day and time where the reader is: "2026-03-01 14:02:11".
package func dateText(_ date: Date, in zone: TimeZone = .current) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = zone
  let parts = calendar.dateComponents([.year, .month, .day], from: date)
  return "\(parts.year ?? 0)-\(twoDigits(parts.month ?? 0))-\(twoDigits(parts.day ?? 0)) "
    + clockText(date, in: zone)
}

/// A metric's value in at most four significant digits.
package func figureText(_ value: Double) -> String { numberText(value).string }

/// Values as one row of blocks, thinned to `width` cells by the extreme of each group.
package func sparkText(_ values: [Double], width: Int) -> String {
  guard width > 0, !values.isEmpty else { return "" }
  let finite = values.filter(\.isFinite)
  let middle = ((finite.min() ?? 0) + (finite.max() ?? 0)) / 2
  let count = min(width, values.count)
  let shown = (0..<count).map { cell -> Double in
    let group = values[(cell * values.count / count)..<((cell + 1) * values.count / count)]
    return group.filter(\.isFinite).max { abs($0 - middle) < abs($1 - middle) } ?? .nan
  }
  return Sparkline(shown).text(.halfBlocks).string
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

import Curves
package import Foundation
import Terminal

/// How long ago something was: "12s ago", "3h05m ago".
package func ageText(_ date: Date, at now: Date) -> String {
  durationText(max(1, now.timeIntervalSince(date)).rounded()).string + " ago"
}

/// The time of day where the reader is: "14:02:11"; "--:--:--" for times of which nobody knows the day, as points of
/// hostile making have.
package func clockText(_ date: Date, in zone: TimeZone = .current) -> String {
  // Without a calendar, which takes a command a millisecond to make.
  let local = date.timeIntervalSince1970.rounded(.down) + Double(zone.secondsFromGMT(for: date))
  guard local.isFinite, abs(local) < 2e11 else { return "--:--:--" }
  let seconds = Int(local - (local / 86_400).rounded(.down) * 86_400)
  return [seconds / 3600, seconds / 60 % 60, seconds % 60].map { twoDigits($0).string }
    .joined(separator: ":")
}

/// Day and time where the reader is: "2026-03-01 14:02:11".
package func dateText(_ date: Date, in zone: TimeZone = .current) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = zone
  let parts = calendar.dateComponents([.year, .month, .day], from: date)
  return
    "\(parts.year ?? 0)-\(twoDigits(parts.month ?? 0).string)-\(twoDigits(parts.day ?? 0).string) "
    + clockText(date, in: zone)
}

/// A metric's value in at most four significant digits.
package func figureText(_ value: Double) -> String { numberText(value).string }

/// The value of a metric, with its unit where Lathe has sampled it.
package func figureText(_ value: Double, of metric: String) -> String {
  valueText(value, SampledMetric.unit(of: metric)).string
}

/// A point's step, as screens show it.
package func stepFigure(_ step: Double) -> String { stepText(step).string }

/// Where a metric has a point: its step, or of what Lathe has sampled the time since the attempt began.
package func stepFigure(_ step: Double, of metric: String) -> String {
  SampledMetric.isSampled(metric) ? valueText(step, .duration).string : stepFigure(step)
}

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

/// A count with its thousands set apart: "1,234,567".
package func countText(_ count: Int) -> String {
  var text = ""
  for (place, digit) in String(count).reversed().enumerated() {
    if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

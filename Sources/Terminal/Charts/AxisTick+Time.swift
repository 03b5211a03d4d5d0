internal import Glibc

extension AxisScale {
  private static let minute = 60.0
  private static let hour = 3600.0
  private static let day = 86_400.0

  /// The least step that is at least as wide as `raw`, in units that people count time in.
  private static func timeStep(atLeast raw: Double) -> Double {
    let steps: [Double] = [
      1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
      hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day,
    ]
    let least = raw * 0.999_999
    if raw >= 0.5, let step = steps.first(where: { $0 >= least }) { return step }
    let unit = raw < 1 ? 1 : day
    let power = pow(10, log10(raw / unit).rounded(.down)) * unit
    return ([1, 2, 5, 10].first { $0 * power >= least } ?? 10) * power
  }

  func durationTicks(_ count: Int) -> [AxisTick] {
    let raw = range.upperBound / Double(count) - range.lowerBound / Double(count)
    guard raw > 0, raw.isFinite else { return [] }
    let step = Self.timeStep(atLeast: raw)
    let places = step < 1 ? min(9, Int((-log10(step)).rounded(.up))) : 0
    let values = multiples(of: step)
    let labels = values.map { durationText($0, places: places) }
    let isTold = Set(labels).count == labels.count
    return zip(values, labels).map { value, label in
      AxisTick(
        value: value,
        label: isTold ? label : Self.plainDuration(value, step: step, places: places)
      )
    }
  }

  /// In one unit, where two would leave out what ticks differ in: "11105s" where "3h05" is said twice.
  private static func plainDuration(_ seconds: Double, step: Double, places: Int) -> String {
    if seconds == 0 { return "0" }
    let isMinutes = step >= minute
    return trimmed(decimal(isMinutes ? seconds / minute : seconds, places: places))
      + (isMinutes ? "m" : "s")
  }

  /// Times of day; where a day begins its date, and nothing but dates where a step is a day or more.
  func clockTicks(_ count: Int, secondsFromGMT: Int) -> [AxisTick] {
    let raw = range.upperBound / Double(count) - range.lowerBound / Double(count)
    let offset = Double(secondsFromGMT)
    // Calendars end where numbers of years have five digits.
    guard raw > 0, abs(range.lowerBound) < 2.5e11, abs(range.upperBound) < 2.5e11 else { return [] }
    let step = Self.timeStep(atLeast: max(raw, 1e-6))
    return multiples(of: step, offset: offset).map {
      AxisTick(value: $0, label: clockText($0, secondsFromGMT: secondsFromGMT, step: step))
    }
  }
}

/// A span of time in at most two units: 0.5s, 90s, 2m, 2m30, 1h30, 2d, 2d6h.
func durationText(_ seconds: Double, places: Int = 3) -> String {
  guard seconds.isFinite, abs(seconds) < 9e15 else { return numberText(seconds).string + "s" }
  if seconds < 0 { return "-" + durationText(-seconds, places: places) }
  if seconds == 0 { return "0" }
  if seconds < 120, seconds != 60 {
    return trimmed(decimal(seconds, places: places)) + "s"
  }
  let all = Int64(seconds.rounded())
  let (days, hours, minutes) = (all / 86_400, all / 3600 % 24, all / 60 % 60)
  func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if days > 0 { return hours == 0 ? "\(days)d" : "\(days)d\(hours)h" }
  if hours > 0 { return minutes == 0 ? "\(hours)h" : "\(hours)h" + two(minutes) }
  return all % 60 == 0 ? "\(minutes)m" : "\(minutes)m" + two(all % 60)
}

/// A time as a step between ticks asks for: 14:05:07.25, 14:05, Nov 22, 2026.
func clockText(_ time: Double, secondsFromGMT: Int, step: Double) -> String {
  let local = time + Double(secondsFromGMT)
  guard local.isFinite, abs(local) < 1e15 else { return numberText(time).string }
  // Rounded first, so that 59.9996 never becomes 60.
  let places = step < 1 ? min(6, Int((-log10(step)).rounded(.up))) : 0
  let unit = pow(10, Double(places))
  let ticks = (local * unit).rounded()
  let whole = (ticks / unit).rounded(.down)
  let days = (whole / 86_400).rounded(.down)
  let second = Int(whole - days * 86_400)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if step >= 86_400 || (second == 0 && step >= 60) {
    let (_, month, day) = civilDate(days: Int(days))
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return "\(months[month - 1]) \(day)"
  }
  let text = two(second / 3600) + ":" + two(second / 60 % 60)
  guard step < 60 else { return text }
  let seconds = text + ":" + two(second % 60)
  guard places > 0 else { return seconds }
  return seconds + decimal((ticks - whole * unit) / unit, places: places).dropFirst()
}

/// The date of a day since 1970-01-01 in the proleptic Gregorian calendar.
///
/// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
func civilDate(days: Int) -> (year: Int, month: Int, day: Int) {
  let shifted = days + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

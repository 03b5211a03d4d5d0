internal import Glibc

/// Maps values of one axis to 0 through 1.
struct AxisScale: Sendable, Equatable {
  let low: Double
  let high: Double
  let isLogarithmic: Bool

  /// The scale from the least to the greatest value; a range of no width is widened around it.
  ///
  /// On a logarithmic axis both must be above 0.
  init(_ least: Double, _ greatest: Double, isLogarithmic: Bool = false, padding: Double? = nil) {
    self.isLogarithmic = isLogarithmic
    var low = min(least, greatest)
    var high = max(least, greatest)
    if !(low < high) {
      if isLogarithmic {
        low = Swift.max(low / 2, .leastNormalMagnitude)
        high = Swift.min(high * 2, .greatestFiniteMagnitude)
      } else {
        let room = padding ?? (low == 0 ? 1 : abs(low) * 0.1)
        low = Swift.max(low - room, -.greatestFiniteMagnitude)
        high = Swift.min(high + room, .greatestFiniteMagnitude)
      }
    }
    if !(low < high) { (low, high) = isLogarithmic ? (0.5, 2) : (low - 1, high + 1) }
    self.low = isLogarithmic ? log10(low) : low
    self.high = isLogarithmic ? log10(high) : high
  }

  /// Where a value lies: 0 at the low end, 1 at the high end, beyond these for values outside.
  ///
  /// NaN for what has no place: NaN, infinities, and values of 0 or less on a logarithmic axis.
  func unit(_ value: Double) -> Double {
    guard value.isFinite else { return .nan }
    guard isLogarithmic else { return fraction(value) }
    return value > 0 ? fraction(log10(value)) : .nan
  }

  func contains(_ value: Double) -> Bool {
    let unit = unit(value)
    return unit >= 0 && unit <= 1
  }

  private func fraction(_ value: Double) -> Double {
    let span = high - low
    guard span.isFinite else { return (value / 2 - low / 2) / (high / 2 - low / 2) }
    return (value - low) / span
  }
}

/// A place on an axis that is labelled.
struct AxisTick: Equatable {
  var value: Double
  var label: String
}

extension AxisScale {
  /// Round values in the range, about `count` of them, in steps of 1, 2 or 5 times a power of ten.
  func ticks(_ count: Int) -> [AxisTick] {
    let count = max(1, count)
    guard isLogarithmic else { return linearTicks(low, high, count) }
    let decades = Int(low.rounded(.up))...max(Int(low.rounded(.up)), Int(high.rounded(.down)))
    let inside = decades.filter { Double($0) >= low && Double($0) <= high }
    if inside.count >= 2 {
      let stride = (inside.count + count - 1) / count
      return inside.filter { $0 % stride == 0 }.map(decade)
    }
    let linear = linearTicks(pow(10, low), pow(10, high), count)
    return linear.isEmpty ? inside.map(decade) : linear
  }

  private func decade(_ exponent: Int) -> AxisTick {
    let value = pow(10, Double(exponent))
    return AxisTick(value: value, label: numberText(value).string)
  }

  private func linearTicks(_ low: Double, _ high: Double, _ count: Int) -> [AxisTick] {
    let raw = high / Double(count) - low / Double(count)
    let power = pow(10, log10(raw).rounded(.down))
    guard power > 0, power.isFinite else { return [] }
    let step = ([1, 2, 5, 10].first { $0 * power >= raw * 0.999_999 } ?? 10) * power
    let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
    // Beyond 2^53 steps from 0 the ticks are no longer different numbers.
    guard step.isFinite, first <= last, abs(first) < 9e15, abs(last) < 9e15, last - first < 1000
    else { return [] }
    let greatest = max(abs(first * step), abs(last * step))
    return (0...Int(last - first)).map { index in
      let value = (first + Double(index)) * step
      return AxisTick(value: value, label: Self.label(value, step: step, greatest: greatest))
    }
  }

  private static func label(_ value: Double, step: Double, greatest: Double) -> String {
    if value == 0 { return "0" }
    let stepPower = Int((log10(step) + 1e-9).rounded(.down))
    if greatest >= 1e9 || greatest < 1e-3 {
      let valuePower = Int((log10(abs(value)) + 1e-9).rounded(.down))
      return scientific(value, places: min(12, max(0, valuePower - stepPower)))
    }
    if greatest >= 1e6, stepPower >= 3 {
      return trimmed(decimal(value / 1e6, places: max(0, 6 - stepPower))) + "M"
    }
    if greatest >= 1e4, stepPower >= 1 {
      return trimmed(decimal(value / 1e3, places: max(0, 3 - stepPower))) + "k"
    }
    return decimal(value, places: max(0, -stepPower))
  }
}

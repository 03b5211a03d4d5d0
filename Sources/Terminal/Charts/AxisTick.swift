internal import Glibc

/// A place on an axis that is labelled.
struct AxisTick: Equatable {
  var value: Double
  var label: String
}

extension AxisScale {
  /// Round values in the range, about `count` of them, in steps of 1, 2 or 5 times a power of ten.
  func ticks(_ count: Int) -> [AxisTick] {
    let count = max(1, count)
    let (low, high) = (range.lowerBound, range.upperBound)
    guard kind == .logarithmic else { return linearTicks(low, high, count) }
    let first = Int(log10(low).rounded(.up))
    let inside = Array(first...max(first, Int(log10(high).rounded(.down)))).filter {
      contains(pow(10, Double($0)))
    }
    if inside.count >= 2 {
      let stride = (inside.count + count - 1) / count
      return inside.filter { $0 % stride == 0 }.map(decade)
    }
    let linear = linearTicks(low, high, count)
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

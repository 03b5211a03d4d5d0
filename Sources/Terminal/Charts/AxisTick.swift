internal import Glibc

/// A place on an axis that is labelled.
struct AxisTick: Equatable {
  var value: Double
  var label: String
}

extension AxisScale {
  /// Round values in the range, about `count` of them, in steps that suit the unit.
  func ticks(_ count: Int, unit: AxisUnit = .number) -> [AxisTick] {
    let count = max(1, count)
    switch (unit, kind) {
    case (.clock(let secondsFromGMT), _): return clockTicks(count, secondsFromGMT: secondsFromGMT)
    case (.duration, .linear): return durationTicks(count)
    case (_, .linear): return linearTicks(range.lowerBound, range.upperBound, count)
    case (_, .logarithmic): return logarithmicTicks(count, unit)
    case (_, .symlog): return symlogTicks(count, unit)
    }
  }

  // MARK: Numbers

  private func logarithmicTicks(_ count: Int, _ unit: AxisUnit) -> [AxisTick] {
    let first = Int(log10(range.lowerBound).rounded(.up))
    let last = Int(log10(range.upperBound).rounded(.down))
    let decades = first <= last ? Array(first...last).filter { contains(pow(10, Double($0))) } : []
    guard decades.count >= 2 || (decades.count == 1 && count < 3) else {
      let linear = linearTicks(range.lowerBound, range.upperBound, count)
      return linear.isEmpty ? decades.map { tick(pow(10, Double($0)), unit) } : linear
    }
    if decades.count * 3 <= count {
      // Room for 1, 2 and 5 of each decade.
      return (first - 1...last).flatMap { decade in
        [1.0, 2, 5].map { $0 * pow(10, Double(decade)) }
      }.filter(contains).map { tick($0, unit) }
    }
    let stride = (decades.count + count - 1) / count
    return decades.filter { $0 % stride == 0 }.map { tick(pow(10, Double($0)), unit) }
  }

  /// 0 and decades on both sides of it, from the end of the linear part on.
  private func symlogTicks(_ count: Int, _ unit: AxisUnit) -> [AxisTick] {
    let greatest = max(abs(range.lowerBound), abs(range.upperBound))
    let first = Int(log10(linearPart).rounded()) + 1
    let last = max(first, Int((log10(greatest) + 1e-9).rounded(.down)))
    let sides = range.lowerBound < 0 && range.upperBound > 0 ? 2 : 1
    let decades = (last - first + 1) * sides + 1
    let stride = max(1, (decades + count - 1) / count)
    let powers = Swift.stride(from: last, through: first, by: -stride).map { pow(10, Double($0)) }
    let values = powers.map { -$0 } + [0] + powers.reversed()
    let inside = values.filter(contains)
    guard inside.count >= 2 else {
      return linearTicks(range.lowerBound, range.upperBound, count)
    }
    return inside.map { tick($0, unit) }
  }

  private func tick(_ value: Double, _ unit: AxisUnit) -> AxisTick {
    AxisTick(
      value: value,
      label: unit == .duration ? durationText(value) : numberText(value).string
    )
  }

  private func linearTicks(_ low: Double, _ high: Double, _ count: Int) -> [AxisTick] {
    let raw = high / Double(count) - low / Double(count)
    let power = pow(10, log10(raw).rounded(.down))
    guard power > 0, power.isFinite else { return [] }
    let step = ([1, 2, 5, 10].first { $0 * power >= raw * 0.999_999 } ?? 10) * power
    let values = multiples(of: step)
    let greatest = values.map(abs).max() ?? 0
    return values.map {
      AxisTick(value: $0, label: Self.label($0, step: step, greatest: greatest))
    }
  }

  /// The multiples of a step that lie in the range, shifted by an offset; none if they are too many.
  func multiples(of step: Double, offset: Double = 0) -> [Double] {
    let low = ((range.lowerBound + offset) / step).rounded(.up)
    let high = ((range.upperBound + offset) / step).rounded(.down)
    // Beyond 2^53 steps from 0 the ticks are no longer different numbers.
    guard step.isFinite, low <= high, abs(low) < 9e15, abs(high) < 9e15, high - low < 1000
    else { return [] }
    return (0...Int(high - low)).map { (low + Double($0)) * step - offset }
  }

  static func label(_ value: Double, step: Double, greatest: Double) -> String {
    if value == 0 { return "0" }
    let stepPower = Int((log10(step) + 1e-9).rounded(.down))
    if greatest >= 1e9 || greatest < 1e-3 {
      let valuePower = Int((log10(abs(value)) + 1e-9).rounded(.down))
      return scientific(value, places: min(14, max(0, valuePower - stepPower)))
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

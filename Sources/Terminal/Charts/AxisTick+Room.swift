internal import Glibc

/// Ticks whose labels fit, and all differ.
extension AxisScale {
  /// Ticks of an axis that lies across a width.
  ///
  /// Where numbers are long all of their digits are told while three of them have room, then their
  /// differences to a base, which is to be told beside them: "+1.234e9".
  func ticks(across width: Int, room: Int, unit: AxisUnit) -> (ticks: [AxisTick], base: String?) {
    if unit.isAmount { return valueTicks(max(1, width / room), width: room - 1, unit: unit) }
    let ticks = ticks(max(1, width / room), unit: unit)
    guard unit == .number, kind == .linear, !Self.areTold(ticks, width: room) else {
      return (ticks, nil)
    }
    // Fewer ticks have longer steps, and so shorter labels.
    for count in stride(from: max(1, width / room), through: 3, by: -1) {
      let long = self.ticks(count, unit: unit).map(\.withAllDigits)
      let widest = long.map(\.label.count).max() ?? 0
      if long.count > 2, Self.areTold(long, width: widest), long.count * (widest + 2) <= width {
        return (long, nil)
      }
    }
    return fitted(ticks, width: room - 1)
  }

  /// Whether labels have room and no two of them are the same.
  static func areTold(_ ticks: [AxisTick], width: Int) -> Bool {
    ticks.allSatisfy { $0.label.count <= width } && Set(ticks.map(\.label)).count == ticks.count
  }

  /// Ticks whose labels fit into a width.
  ///
  /// Where values differ only far behind the point, the labels are differences to a base, which is to
  /// be told beside them.
  func fitted(_ ticks: [AxisTick], width: Int) -> (ticks: [AxisTick], base: String?) {
    guard !Self.areTold(ticks, width: width) else { return (ticks, nil) }
    let short = ticks.map { AxisTick(value: $0.value, label: numberText($0.value).string) }
    if Self.areTold(short, width: width) { return (short, nil) }
    guard kind == .linear, let first = ticks.first, let last = ticks.last, first.value < last.value
    else { return (short.map { $0.cut(to: width) }, nil) }
    let span = last.value - first.value
    let unit = pow(10, log10(span).rounded(.up))
    let base = (first.value / unit).rounded(.down) * unit
    let step = span / Double(ticks.count - 1)
    guard base.isFinite, unit.isFinite, unit > 0, step > 0 else {
      return (short.map { $0.cut(to: width) }, nil)
    }
    let differences = ticks.map { tick in
      // Where not every whole number has a Double of its own ticks are not evenly apart.
      let difference =
        abs(tick.value) > 0x1p53
        ? tick.value - base : ((tick.value - base) / step).rounded() * step
      return AxisTick(
        value: tick.value,
        label: difference == 0
          ? "+0" : "+" + Self.label(difference, step: step, greatest: span + last.value - base)
      )
    }
    let text = Self.baseText(base, places: Int((-log10(unit)).rounded()))
    if Self.areTold(differences, width: width) { return (differences, text) }
    // Cut, exponents of three digits would read alike: the differences are counted in a power of ten.
    let power = Int((log10(step) + 1e-9).rounded(.down))
    let perStep = step / pow(10, Double(power / 2)) / pow(10, Double(power - power / 2))
    let places = abs(perStep - perStep.rounded()) < 1e-6 ? 0 : 1
    let counted = ticks.map { tick in
      let count =
        (tick.value - base) / pow(10, Double(power / 2)) / pow(10, Double(power - power / 2))
      let sign = base == 0 ? "" : "+"
      return AxisTick(value: tick.value, label: sign + decimal(count, places: places))
    }
    guard Self.areTold(counted, width: width) else {
      return (differences.map { $0.cut(to: width) }, text)
    }
    return (counted, (base == 0 ? "" : text + " ") + "x1e\(power)")
  }

  /// A number with a sign before it and no digit that it has left out: +1.234e9, -1234.5.
  private static func baseText(_ base: Double, places: Int) -> String {
    if base != 0, abs(base) < 1e-6 {
      let digits = Int(log10(abs(base)).rounded(.down)) + places
      return (base < 0 ? "-" : "+") + scientific(abs(base), places: min(14, max(0, digits)))
    }
    var text = trimmed(decimal(abs(base), places: max(0, places)))
    if !text.contains("."), !text.contains("e"), text.count > 6 {
      let digits = text.reversed().drop { $0 == "0" }.reversed()
      let rest = digits.dropFirst()
      let short =
        String(digits.prefix(1)) + (rest.isEmpty ? "" : "." + rest)
        + "e\(text.count - 1)"
      if short.count <= text.count { text = short }
    }
    return (base < 0 ? "-" : "+") + text.filter { $0 != "+" }
  }
}

extension AxisTick {
  fileprivate func cut(to width: Int) -> AxisTick {
    AxisTick(value: value, label: String(label.prefix(width)))
  }

  /// As it is where that is a whole number with a Double of its own.
  fileprivate var withAllDigits: AxisTick {
    guard value == value.rounded(), abs(value) <= 0x1p53 else { return self }
    return AxisTick(value: value, label: String(Int(value)))
  }
}

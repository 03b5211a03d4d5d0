internal import Glibc

/// What the numbers of an axis mean, which decides about its ticks and their labels.
package enum AxisUnit: Sendable, Hashable {
  case number
  /// Seconds: 90s, 2m, 1h30.
  case duration
  /// Seconds since 1970, shown as a time of day that many seconds east of Greenwich.
  case clock(secondsFromGMT: Int)
  /// In 1024s: 512MiB, 1.5GiB.
  case bytes
  /// Numbers with a word behind them: 97.5%, 250W.
  case suffixed(SafeText)

  /// Whether values are amounts of something, each told with the unit.
  var isAmount: Bool {
    switch self {
    case .number, .duration, .clock: false
    case .bytes, .suffixed: true
    }
  }

  /// What amounts of a size are told in: by how much they are divided, and the word.
  fileprivate func scale(of value: Double) -> (factor: Double, word: SafeText) {
    switch self {
    case .number, .duration, .clock: return (1, "")
    case .suffixed(let word): return (1, word)
    case .bytes:
      let words: [SafeText] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
      let place = words.indices.last { pow(1024, Double($0)) * 999.5 < abs(value) }
      let index = min(place.map { $0 + 1 } ?? 0, words.count - 1)
      return (pow(1024, Double(index)), words[index])
    }
  }
}

/// A value with its unit, for tables and labels: "4.508 MiB", "97.5%", "250W"; see `numberText`.
///
/// Seconds to the thousandth: "13.986s", "2m30".
package func valueText(_ value: Double, _ unit: AxisUnit) -> SafeText {
  if unit == .duration { return SafeText(trusted: durationText(value, places: 3)) }
  guard value.isFinite else { return numberText(value) }
  let (factor, word) = unit.scale(of: value)
  return numberText(value / factor) + (unit == .bytes ? " " : "") + word
}

extension AxisScale {
  /// Ticks of an axis of values whose labels fit into a width.
  ///
  /// Amounts have their unit behind the digits. Where that has no room it is told beside them, together
  /// with the base where there is one; see `fitted`.
  func valueTicks(
    _ count: Int,
    width: Int,
    unit: AxisUnit
  ) -> (ticks: [AxisTick], base: String?) {
    guard unit.isAmount else {
      return fitted(ticks(count, unit: unit).filter { contains($0.value) }, width: width)
    }
    guard kind != .linear else { return linearAmounts(count, width: width, unit: unit) }
    let ticks = ticks(count).filter { contains($0.value) }
    let whole = ticks.map { told($0.value, unit) }
    if Self.areTold(whole, width: width) { return (whole, nil) }
    // Within a decade values are evenly apart, and three digits tell none of them from the next.
    guard !Self.areEven(ticks) else { return linearAmounts(count, width: width, unit: unit) }
    return (fitted(ticks, width: width).ticks, unit.scale(of: 0).word.string)
  }

  private static func areEven(_ ticks: [AxisTick]) -> Bool {
    let steps = zip(ticks, ticks.dropFirst()).map { $1.value - $0.value }
    guard let first = steps.first else { return true }
    return steps.allSatisfy { abs($0 - first) <= abs(first) * 1e-6 }
  }

  /// Ticks that are evenly apart, all in one unit.
  private func linearAmounts(
    _ count: Int,
    width: Int,
    unit: AxisUnit
  ) -> (ticks: [AxisTick], base: String?) {
    let (factor, word) = unit.scale(of: max(abs(range.lowerBound), abs(range.upperBound)))
    let scaled = AxisScale(range.lowerBound / factor...range.upperBound / factor)
    let plain = scaled.ticks(count).filter { scaled.contains($0.value) }
    let whole = plain.map { tick in
      AxisTick(value: tick.value, label: tick.value == 0 ? "0" : tick.label + word.string)
    }
    let isTold = Self.areTold(whole, width: width)
    let fitted = isTold ? (ticks: whole, base: nil) : scaled.fitted(plain, width: width)
    return (
      fitted.ticks.map { AxisTick(value: $0.value * factor, label: $0.label) },
      isTold ? nil : (fitted.base.map { $0 + " " } ?? "") + word.string
    )
  }

  /// A tick of a logarithmic axis, of three digits: "9.54MiB", "977KiB".
  private func told(_ value: Double, _ unit: AxisUnit) -> AxisTick {
    let (factor, word) = unit.scale(of: value)
    let number = value / factor
    guard abs(number) >= 1 else {
      return AxisTick(value: value, label: (numberText(number) + word).string)
    }
    let text = trimmed(decimal(number, places: abs(number) < 10 ? 2 : abs(number) < 100 ? 1 : 0))
    return AxisTick(value: value, label: text + word.string)
  }
}

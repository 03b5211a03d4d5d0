internal import Glibc

/// Maps values of one axis to 0 through 1, and back.
struct AxisScale: Sendable, Hashable {
  let kind: AxisKind
  /// The values at 0 and at 1.
  let range: ClosedRange<Double>
  /// The ends as they are spaced.
  private let low: Double
  private let high: Double
  /// The width of the linear part of a symlog axis.
  let linearPart: Double

  /// The scale over a range; one of no width is widened around it.
  ///
  /// On a logarithmic axis both ends must be above 0.
  init(_ range: ClosedRange<Double>, kind: AxisKind = .linear) {
    let range = Self.widened(range, kind: kind)
    self.range = range
    self.kind = kind
    let greatest = max(abs(range.lowerBound), abs(range.upperBound))
    let power = log10(greatest).rounded(.down) - 3
    linearPart = max(pow(10, power.isFinite ? power : -300), .leastNormalMagnitude)
    low = Self.spaced(range.lowerBound, kind, linearPart)
    high = Self.spaced(range.upperBound, kind, linearPart)
  }

  /// Where a value lies: 0 at the low end, 1 at the high end, beyond these for values outside.
  ///
  /// NaN for what has no place: NaN, infinities, and values of 0 or less on a logarithmic axis. What
  /// lies very far outside is as good as less far.
  func unit(_ value: Double) -> Double {
    guard value.isFinite, kind != .logarithmic || value > 0 else { return .nan }
    let value = Self.spaced(value, kind, linearPart)
    let span = high - low
    let unit =
      span.isFinite ? (value - low) / span : (value / 2 - low / 2) / (high / 2 - low / 2)
    return min(max(unit, -1e12), 1e12)
  }

  /// The value at a place from 0 through 1.
  func value(at unit: Double) -> Double {
    let spaced = low * (1 - unit) + high * unit
    let value: Double =
      switch kind {
      case .linear: spaced
      case .logarithmic: pow(10, spaced)
      case .symlog:
        spaced < 0 ? -linearPart * (pow(10, -spaced) - 1) : linearPart * (pow(10, spaced) - 1)
      }
    return min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }

  func contains(_ value: Double) -> Bool {
    let unit = unit(value)
    return unit >= 0 && unit <= 1
  }

  private static func spaced(_ value: Double, _ kind: AxisKind, _ linearPart: Double) -> Double {
    switch kind {
    case .linear: value
    case .logarithmic: log10(value)
    case .symlog:
      value < 0 ? -log10(1 - value / linearPart) : log10(1 + value / linearPart)
    }
  }

  private static func widened(_ range: ClosedRange<Double>, kind: AxisKind) -> ClosedRange<Double> {
    let most = Double.greatestFiniteMagnitude
    var (low, high) = (max(range.lowerBound, -most), min(range.upperBound, most))
    if kind == .logarithmic, !(low > 0) { low = max(min(high, 1), .leastNormalMagnitude) }
    if low < high { return low...high }
    if kind == .logarithmic {
      (low, high) = (max(low / 2, .leastNormalMagnitude), min(max(low, high) * 2, most))
    } else {
      let room = low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (max(low - room, -most), min(low + room, most))
    }
    return low < high ? low...high : kind == .logarithmic ? 0.5...2 : -1...1
  }
}

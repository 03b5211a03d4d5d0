/// The exponential average of a series, whose first values weigh no more than they should.
///
/// With weight w it is s(n) / (1 - w^n), where s(n) = w s(n-1) + (1 - w) x(n) and s(0) = 0: see
/// TensorBoard's `vz_line_chart2/line-chart.ts` and, for the divisor, Kingma and Ba,
/// "Adam", 2015. It is computed as m(n) = m(n-1) + a(n) (x(n) - m(n-1)), a(n) = (1 - w) / (1 - w^n),
/// which is the same, has no sum that overflows and leaves a constant series exactly as it is. What
/// is NaN or infinite stays so, and counts for no other point.
struct DebiasedAverage: Sendable, Equatable {
  private let weight: Double
  private var mean = 0.0
  /// w^n; 0 as soon as it no longer counts.
  private var power = 1.0

  init(weight: Double) { self.weight = min(max(weight.isNaN ? 0 : weight, 0), 0.999_999) }

  @inline(__always)
  mutating func add(_ value: Double) -> Double {
    guard value.isFinite else { return value }
    var share = 1 - weight
    if power > 0 {
      power *= weight
      if power < 1e-18 { power = 0 }
      share /= 1 - power
    }
    let difference = value - mean
    mean = difference.isFinite ? mean + share * difference : mean * (1 - share) + value * share
    return mean
  }
}

/// The columns of dots that x values fall into: the very mapping that `LineChart` draws with.
///
/// Whoever thins a curve by these columns and keeps the first, least, greatest and last point of each
/// run in one column gets the dots of all points.
package struct DotColumns: Sendable, Hashable {
  package let range: ClosedRange<Double>
  package let kind: AxisKind
  package let count: Int
  let scale: AxisScale

  package init(range: ClosedRange<Double>, kind: AxisKind, count: Int) {
    scale = AxisScale(range, kind: kind)
    self.range = scale.range
    self.kind = kind
    self.count = max(0, count)
  }

  /// The column of a value, from 0; -1 left of all of them, `count` right of them.
  ///
  /// Never less for a greater value. What has no place on the axis (NaN; 0 or less on a logarithmic
  /// one) is at -1.
  package func column(of x: Double) -> Int {
    guard x.isFinite else { return x > 0 ? count : -1 }
    let dot = place(of: x).rounded()
    return dot.isNaN ? -1 : Int(min(max(dot, -1), Double(count)))
  }

  /// The place of a value in units of dots, NaN where it has none.
  func place(of x: Double) -> Double { scale.unit(x) * Double(max(0, count - 1)) }
}

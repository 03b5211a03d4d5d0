/// Sees every point of an attempt once, in the order in which the points are taken: watch rules.
///
/// Points that are taken up again after their runner was killed are not seen a second time.
protocol PointObserver {
  /// A series has become known under a number; told before its first point.
  mutating func define(_ id: Int, name: String)
  mutating func observe(_ id: Int, step: Double, time: Double, value: Double)
}

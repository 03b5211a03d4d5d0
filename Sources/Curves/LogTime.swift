package import Series

extension SeriesTrack {
  /// When the step was logged: the time of the last point at or before it.
  ///
  /// Looks up a handful of points, as if steps were ascending; where they are not, it is some point
  /// near by. Nil for a series without points.
  package func time(at step: Double) throws -> Double? {
    try before { $0.steps.first.map { $0 <= step } }?.times.first
  }

  /// What the steps had come to at a time: that of the last point up to it; nil before the first one.
  package func step(at time: Double) throws -> Double? {
    guard let point = try before({ $0.times.first.map { $0 <= time } }),
      let logged = point.times.first, logged <= time
    else { return nil }
    return point.steps.first
  }

  /// The last point of which something holds that holds of all before it; else the first one.
  private func before(_ holds: (SeriesData) -> Bool?) throws -> SeriesData? {
    guard count > 0 else { return nil }
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(try points(middle..<middle + 1)) == true { low = middle } else { high = middle }
    }
    return try points(low..<low + 1)
  }
}

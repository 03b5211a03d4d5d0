package import Series

extension SeriesTrack {
  /// When the step was logged: the time of the last point at or before it.
  ///
  /// Looks up a handful of points, as if steps were ascending; where they are not, it is some point
  /// near by. Nil for a series without points.
  package func time(at step: Double) throws -> Double? {
    guard count > 0 else { return nil }
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      let point = try points(middle..<middle + 1)
      if point.steps.first.map({ $0 <= step }) == true { low = middle } else { high = middle }
    }
    return try points(low..<low + 1).times.first
  }
}

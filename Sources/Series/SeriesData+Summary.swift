/// What a table shows of a series.
package struct SeriesSummary: Sendable, Equatable {
  package var count: Int
  /// As it was logged: it may be NaN or infinite.
  package var last: Double
  package var lastStep: Double
  /// The least finite value, nil when there is none; of equal ones the first gives the step.
  package var min: Double?
  package var minStep: Double?
  package var max: Double?
  package var maxStep: Double?

  package init(
    count: Int,
    last: Double,
    lastStep: Double,
    min: Double? = nil,
    minStep: Double? = nil,
    max: Double? = nil,
    maxStep: Double? = nil
  ) {
    self.count = count
    self.last = last
    self.lastStep = lastStep
    self.min = min
    self.minStep = minStep
    self.max = max
    self.maxStep = maxStep
  }
}

extension SeriesData {
  /// Nil for a series without points.
  package var summary: SeriesSummary? {
    guard let last = values.last, let lastStep = steps.last else { return nil }
    var summary = SeriesSummary(count: count, last: last, lastStep: lastStep)
    for (step, value) in zip(steps, values) where value.isFinite {
      if summary.min.map({ value < $0 }) ?? true { (summary.min, summary.minStep) = (value, step) }
      if summary.max.map({ value > $0 }) ?? true { (summary.max, summary.maxStep) = (value, step) }
    }
    return summary
  }

  /// Means of the finite values of equal shares of the points, in the order of logging.
  ///
  /// As many as `buckets`, or as there are points when these are fewer; NaN where a share has no
  /// finite value.
  package func sparkline(_ buckets: Int) -> [Double] {
    let shares = Swift.min(Swift.max(0, buckets), count)
    return (0..<shares).map { share in
      var mean = 0.0
      var taken = 0.0
      for value in values[share * count / shares..<(share + 1) * count / shares]
      where value.isFinite {
        taken += 1
        // Kept as a mean: a sum of large values could overflow.
        mean += value / taken - mean / taken
      }
      return taken > 0 ? mean : .nan
    }
  }
}

/// What a table shows of a series.
package struct SeriesSummary: Sendable, Equatable {
  package var count: Int
  /// As they were logged: they may be NaN or infinite.
  package var first: Double
  package var last: Double
  package var lastStep: Double
  /// The least finite value, nil when there is none; of equal ones the first gives the step.
  package var min: Double?
  package var minStep: Double?
  package var max: Double?
  package var maxStep: Double?
  /// Of the finite values, whose number is `finiteCount`; infinite where it overflows.
  package var sum: Double
  package var finiteCount: Int
  /// From the least to the greatest finite step and time; nil when there is none.
  package var stepRange: ClosedRange<Double>?
  package var timeRange: ClosedRange<Double>?

  package init(
    count: Int,
    first: Double,
    last: Double,
    lastStep: Double,
    min: Double? = nil,
    minStep: Double? = nil,
    max: Double? = nil,
    maxStep: Double? = nil,
    sum: Double = 0,
    finiteCount: Int = 0,
    stepRange: ClosedRange<Double>? = nil,
    timeRange: ClosedRange<Double>? = nil
  ) {
    self.count = count
    self.first = first
    self.last = last
    self.lastStep = lastStep
    self.min = min
    self.minStep = minStep
    self.max = max
    self.maxStep = maxStep
    self.sum = sum
    self.finiteCount = finiteCount
    self.stepRange = stepRange
    self.timeRange = timeRange
  }
}

extension SeriesSummary {
  /// Nil for a node without points.
  init?(_ node: SeriesNode) {
    guard node.count > 0 else { return nil }
    let hasFinite = node.finiteCount > 0
    self.init(
      count: node.count,
      first: node.first,
      last: node.last,
      lastStep: node.steps.last,
      min: hasFinite ? node.min : nil,
      minStep: hasFinite ? node.minStep : nil,
      max: hasFinite ? node.max : nil,
      maxStep: hasFinite ? node.maxStep : nil,
      sum: node.sum,
      finiteCount: node.finiteCount,
      stepRange: node.steps.range,
      timeRange: node.times.range
    )
  }
}

extension SeriesData {
  /// Nil for a series without points.
  package var summary: SeriesSummary? {
    var node = SeriesNode(start: 0)
    for index in 0..<count {
      node.add(step: steps[index], time: times[index], value: values[index])
    }
    return SeriesSummary(node)
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

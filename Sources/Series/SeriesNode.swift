/// What is known of a row of points without reading them: a node of a series' tree.
///
/// Exact: made by adding every point in the order of logging, or by adding nodes that follow each
/// other, with the same result but for the rounding of `sum`.
struct SeriesNode: Sendable, Equatable {
  /// The place of the first point in its series.
  var start: Int
  var count = 0
  var steps = AxisExtent()
  var times = AxisExtent()
  /// As they were logged: they may be NaN or infinite.
  var first = Double.nan
  var last = Double.nan
  /// How many values are neither NaN nor infinite; the rest of the node is about these.
  var finiteCount = 0
  /// NaN where no value is finite.
  var min = Double.nan
  var max = Double.nan
  /// The places in the series of the first of the least and of the first of the greatest values.
  var minIndex = 0
  var maxIndex = 0
  /// Their steps.
  var minStep = Double.nan
  var maxStep = Double.nan
  /// Infinite where it overflows.
  var sum = 0.0

  init(start: Int) {
    self.start = start
    minIndex = start
    maxIndex = start
  }

  /// The places of its points in the series.
  var range: Range<Int> { start..<start + count }
  var isAllFinite: Bool { finiteCount == count }

  /// Adds the point that follows.
  mutating func add(step: Double, time: Double, value: Double) {
    steps.add(step, isFirst: count == 0)
    times.add(time, isFirst: count == 0)
    if count == 0 { first = value }
    last = value
    if value.isFinite {
      if finiteCount == 0 || value < min {
        (min, minIndex, minStep) = (value, start + count, step)
      }
      if finiteCount == 0 || value > max {
        (max, maxIndex, maxStep) = (value, start + count, step)
      }
      finiteCount += 1
      sum += value
    }
    count += 1
  }

  /// Adds the node that follows.
  mutating func add(_ next: SeriesNode) {
    guard next.count > 0 else { return }
    guard count > 0 else {
      self = next
      return
    }
    steps.add(next.steps)
    times.add(next.times)
    last = next.last
    if next.finiteCount > 0 {
      if finiteCount == 0 || next.min < min {
        (min, minIndex, minStep) = (next.min, next.minIndex, next.minStep)
      }
      if finiteCount == 0 || next.max > max {
        (max, maxIndex, maxStep) = (next.max, next.maxIndex, next.maxStep)
      }
      finiteCount += next.finiteCount
      sum += next.sum
    }
    count += next.count
  }

  func extent(_ axis: SeriesAxis) -> AxisExtent {
    switch axis {
    case .step: steps
    case .time: times
    }
  }

  /// Whether there are points of which all this is true, as far as that is told without them.
  var isPossible: Bool {
    guard steps.isPossible, times.isPossible else { return false }
    guard finiteCount > 0 else { return min.isNaN && max.isNaN }
    guard min.isFinite, max.isFinite, min <= max else { return false }
    return !isAllFinite || (min...max ~= first && min...max ~= last)
  }
}

/// What is known of the steps, or of the times, of a row of points.
struct AxisExtent: Sendable, Equatable {
  /// As they were logged: they may be NaN or infinite.
  var first = Double.nan
  var last = Double.nan
  /// The least and the greatest that are finite; NaN where there is none.
  var min = Double.nan
  var max = Double.nan
  var isAllFinite = true
  /// None is NaN and none is less than the one before it.
  var isAscending = true

  /// Nil where none is finite.
  var range: ClosedRange<Double>? { min <= max ? min...max : nil }

  /// Whether there are numbers of which all this is true.
  var isPossible: Bool {
    if isAscending, !(first <= last) { return false }
    guard isAllFinite else {
      return (min.isNaN && max.isNaN) || (min.isFinite && max.isFinite && min <= max)
    }
    guard min.isFinite, max.isFinite, min <= max else { return false }
    return isAscending ? first == min && last == max : min...max ~= first && min...max ~= last
  }

  mutating func add(_ x: Double, isFirst: Bool) {
    if isFirst {
      first = x
      isAscending = !x.isNaN
    } else if !(last <= x) {
      // NaN is not ordered.
      isAscending = false
    }
    last = x
    guard x.isFinite else {
      isAllFinite = false
      return
    }
    // Nothing is ordered before the NaN that stands at first.
    if !(min <= x) { min = x }
    if !(max >= x) { max = x }
  }

  mutating func add(_ next: AxisExtent) {
    isAscending = isAscending && next.isAscending && last <= next.first
    isAllFinite = isAllFinite && next.isAllFinite
    last = next.last
    guard !next.min.isNaN else { return }
    if !(min <= next.min) { min = next.min }
    if !(max >= next.max) { max = next.max }
  }
}

/// The points of one metric in the order in which they were logged: three arrays of one length.
package struct SeriesData: Sendable, Equatable {
  /// x by step: the logged step, else the count of points before it.
  package var steps: [Double]
  /// Wall-clock time in seconds since 1970.
  package var times: [Double]
  /// NaN and infinities as they were logged.
  package var values: [Double]

  package init(steps: [Double] = [], times: [Double] = [], values: [Double] = []) {
    self.steps = steps
    self.times = times
    self.values = values
  }

  package var count: Int { values.count }

  func points(_ range: Range<Int>) -> SeriesData {
    SeriesData(
      steps: Array(steps[range]),
      times: Array(times[range]),
      values: Array(values[range])
    )
  }

  mutating func append(_ data: SeriesData) {
    steps += data.steps
    times += data.times
    values += data.values
  }

  mutating func removeAll(keepingCapacity: Bool) {
    steps.removeAll(keepingCapacity: keepingCapacity)
    times.removeAll(keepingCapacity: keepingCapacity)
    values.removeAll(keepingCapacity: keepingCapacity)
  }
}

/// Up to 4,096 points of one series in memory, with what is known of them and of each span of 64.
struct TailBlock: Sendable {
  private(set) var node: SeriesNode
  private(set) var data = SeriesData()
  private(set) var spans: [SeriesSpan] = []

  init(start: Int) { node = SeriesNode(start: start) }

  var isFull: Bool { node.count == SeriesFormat.mostPointsOfBlock }

  /// Appends as many of the points as there is room for, and returns how many.
  mutating func append(_ points: SeriesData, from start: Int) -> Int {
    let taken = min(points.count - start, SeriesFormat.mostPointsOfBlock - node.count)
    let range = start..<start + taken
    data.steps += points.steps[range]
    data.times += points.times[range]
    data.values += points.values[range]
    for index in range {
      let value = points.values[index]
      know(step: points.steps[index], time: points.times[index], value: value)
    }
    return taken
  }

  mutating func append(step: Double, time: Double, value: Double) {
    data.steps.append(step)
    data.times.append(time)
    data.values.append(value)
    know(step: step, time: time, value: value)
  }

  private mutating func know(step: Double, time: Double, value: Double) {
    if node.count % SeriesFormat.pointsOfSpan == 0 {
      spans.append(SeriesSpan(value))
    } else {
      spans[spans.count - 1].add(value)
    }
    node.add(step: step, time: time, value: value)
  }
}

/// The least and the greatest value of up to 64 points that follow each other.
///
/// Both are NaN when one of the values is not finite.
struct SeriesSpan: Sendable {
  private(set) var min: Double
  private(set) var max: Double

  init(_ value: Double) {
    min = value.isFinite ? value : .nan
    max = min
  }

  init(min: Double, max: Double) {
    self.min = min
    self.max = max
  }

  mutating func add(_ value: Double) {
    guard value.isFinite else {
      (min, max) = (.nan, .nan)
      return
    }
    // A span that is NaN stays so: nothing is less than NaN.
    if value < min { min = value }
    if value > max { max = value }
  }
}

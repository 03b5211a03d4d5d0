/// One series as it was at a refresh: a value, cheap to copy.
///
/// Its older points lie in sealed blocks of a file, the newest ones in memory. Nothing is read
/// before it is asked for, and what is read is not kept.
package struct SeriesTrack: Sendable {
  /// In the order of logging.
  var tail: [TailBlock] = []

  init() {}

  /// A series that is not on disk.
  package init(_ data: SeriesData) { append(data) }

  package var count: Int { tail.last.map(\.node.range.upperBound) ?? 0 }

  /// Nil for a series without points.
  package var summary: SeriesSummary? {
    var whole = SeriesNode(start: 0)
    for block in tail { whole.add(block.node) }
    return SeriesSummary(whole)
  }

  /// The points at these places, in the order of logging.
  package func points(_ range: Range<Int>) throws -> SeriesData {
    var data = SeriesData()
    for block in tail {
      let part = range.clamped(to: block.node.range)
      guard !part.isEmpty else { continue }
      let places = part.lowerBound - block.node.start..<part.upperBound - block.node.start
      data.steps += block.data.steps[places]
      data.times += block.data.times[places]
      data.values += block.data.values[places]
    }
    return data
  }

  /// Every point; for a series that is known to be short.
  package func allPoints() throws -> SeriesData { try points(0..<count) }

  /// One pass over all points in the order of logging, in bounded memory.
  package func forEach(_ body: (_ step: Double, _ time: Double, _ value: Double) -> Void) throws {
    try forEachBlock { _, data in
      for index in 0..<data.count { body(data.steps[index], data.times[index], data.values[index]) }
    }
  }

  /// One pass over the points from a place on, in pieces of up to 4,096.
  func forEachBlock(from start: Int = 0, _ body: (_ node: SeriesNode, SeriesData) throws -> Void)
    throws
  {
    for block in tail where block.node.range.upperBound > start {
      guard block.node.start < start else {
        try body(block.node, block.data)
        continue
      }
      var node = SeriesNode(start: start)
      let data = try points(start..<block.node.range.upperBound)
      for index in 0..<data.count {
        node.add(step: data.steps[index], time: data.times[index], value: data.values[index])
      }
      try body(node, data)
    }
  }

  mutating func append(_ data: SeriesData) {
    for index in 0..<data.count {
      append(step: data.steps[index], time: data.times[index], value: data.values[index])
    }
  }

  mutating func append(step: Double, time: Double, value: Double) {
    if tail.last?.isFull ?? true { tail.append(TailBlock(start: count)) }
    tail[tail.count - 1].append(step: step, time: time, value: value)
  }
}

/// The tree over one series' points, open for the time of one call.
///
/// Level 0 is the blocks, of up to 4,096 points each (not all of one size). A node of a level above
/// groups up to `fanOut` nodes of the level below. All nodes are in memory; the points and spans of
/// a block are read when they are asked for.
struct SeriesTree: ~Copyable {
  /// Where a node is: its level and its place in it.
  struct Place: Sendable, Hashable {
    var level: Int
    var index: Int
  }

  static let fanOut = 16

  private let track: SeriesTrack

  /// Opens the file of blocks, when there is one.
  init(_ track: SeriesTrack) throws { self.track = track }

  /// Nodes that together are all points, in the order of logging.
  var roots: [Place] { track.tail.indices.map { Place(level: 0, index: $0) } }

  subscript(place: Place) -> SeriesNode { track.tail[place.index].node }

  /// The nodes of the level below, in the order of logging; for a level above 0.
  func children(of place: Place) -> Range<Int> { 0..<0 }

  /// The points of a block of level 0.
  func block(at index: Int) -> BlockPoints { BlockPoints(track.tail[index]) }
}

/// The points of one block, each read in constant time.
///
/// What is needed of the file is read at the first time that it is needed; hence `mutating`.
struct BlockPoints {
  let node: SeriesNode
  private let tail: TailBlock

  init(_ tail: TailBlock) {
    self.tail = tail
    node = tail.node
  }

  var count: Int { node.count }
  /// Spans of 64 points; the last one may be shorter.
  var spanCount: Int { (count + SeriesFormat.pointsOfSpan - 1) / SeriesFormat.pointsOfSpan }

  /// The points of a span, as places in this block.
  func points(ofSpan span: Int) -> Range<Int> {
    let start = span * SeriesFormat.pointsOfSpan
    return start..<min(count, start + SeriesFormat.pointsOfSpan)
  }

  mutating func span(_ index: Int) throws -> SeriesSpan { tail.spans[index] }

  /// The step or time of a point by its place in this block.
  mutating func x(_ axis: SeriesAxis, at index: Int) throws -> Double {
    switch axis {
    case .step: tail.data.steps[index]
    case .time: tail.data.times[index]
    }
  }

  mutating func value(at index: Int) throws -> Double { tail.data.values[index] }
}

/// The tree over one series' points, open for the time of one call.
///
/// Level 0 is the blocks, of up to 4,096 points each (not all of one size). A node of a level above
/// groups up to `fanOut` nodes of the level below. All nodes are in memory; the points and spans of
/// a block are read when they are asked for.
struct SeriesTree {
  /// Where a node is: its level and its place in it.
  struct Place: Sendable, Hashable {
    var level: Int
    var index: Int
  }

  static let fanOut = 16

  private let track: SeriesTrack
  private let file: BlockFile?
  private let spans: SpanTableUse?

  /// Opens the file of blocks, when there is one.
  init(_ track: SeriesTrack) throws {
    self.track = track
    file = track.sealed.isEmpty ? nil : try track.openBlocks()
    spans = track.sealed.isEmpty ? nil : track.spanTable()
  }

  /// Nodes that together are all points, in the order of logging.
  var roots: [Place] {
    let level = track.groups.count
    let count = level == 0 ? track.sealed.count : track.groups[level - 1].count
    let tail = track.tail.indices.map { Place(level: 0, index: track.sealed.count + $0) }
    return (0..<count).map { Place(level: level, index: $0) } + tail
  }

  @inline(__always)
  subscript(place: Place) -> SeriesNode {
    if place.level > 0 { return track.groups[place.level - 1][place.index] }
    let tail = place.index - track.sealed.count
    return tail < 0 ? track.sealed[place.index].node : track.tail[tail].node
  }

  var blockCount: Int { track.sealed.count + track.tail.count }

  /// What is known of a node's x.
  @inline(__always)
  func extent(of place: Place, by axis: SeriesAxis) -> AxisExtent {
    if place.level > 0 { return track.groups[place.level - 1][place.index].extent(axis) }
    let tail = place.index - track.sealed.count
    return tail < 0
      ? track.sealed[place.index].node.extent(axis) : track.tail[tail].node.extent(axis)
  }

  /// What drawing asks of every node.
  @inline(__always)
  func outline(of place: Place, by axis: SeriesAxis) -> NodeOutline {
    let tail = place.level > 0 ? -1 : place.index - track.sealed.count
    return tail < 0
      ? track.outlines[place, axis] : NodeOutline(track.tail[tail].node, by: axis)
  }

  /// The place in the series of a node's first point.
  func start(of place: Place) -> Int {
    if place.level > 0 { return track.groups[place.level - 1][place.index].start }
    let tail = place.index - track.sealed.count
    return tail < 0 ? track.sealed[place.index].node.start : track.tail[tail].node.start
  }

  /// The nodes of the level below, in the order of logging; for a level above 0.
  func children(of place: Place) -> Range<Int> {
    let count = place.level == 1 ? track.sealed.count : track.groups[place.level - 2].count
    let start = place.index * SeriesTree.fanOut
    return start..<min(count, start + SeriesTree.fanOut)
  }

  /// The points of a block of level 0.
  func block(at index: Int, by axis: SeriesAxis) -> BlockPoints {
    guard index < track.sealed.count, let file else {
      return BlockPoints(track.tail[index - track.sealed.count], by: axis)
    }
    return BlockPoints(track.sealed[index], at: index, file, spans, by: axis)
  }
}

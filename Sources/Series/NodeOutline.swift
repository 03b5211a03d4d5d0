/// What drawing asks of each node that it passes, along one axis.
///
/// Kept apart from the nodes and blocks, which are more than three times as large (56 bytes against 176 and 192): a
/// picture passes ten thousands of them, and takes as long as the memory that it looks at.
struct NodeOutline: Sendable {
  /// The least and the greatest x; NaN where one is not finite.
  let xMin: Double
  let xMax: Double
  /// The least and the greatest value; NaN where one is not finite.
  let yMin: Double
  let yMax: Double
  let last: CurvePoint

  init(_ node: SeriesNode, by axis: SeriesAxis) {
    let x = node.extent(axis)
    (xMin, xMax) = x.isAllFinite ? (x.min, x.max) : (.nan, .nan)
    (yMin, yMax) = node.isAllFinite ? (node.min, node.max) : (.nan, .nan)
    last = CurvePoint(place: node.start + node.count - 1, x: x.last, y: node.last)
  }
}

/// The outlines of a tree's sealed nodes, by their levels: those of the blocks, of their groups, and so on.
struct TreeOutlines: Sendable {
  private(set) var steps: [[NodeOutline]] = []
  private(set) var times: [[NodeOutline]] = []

  @inline(__always)
  subscript(place: SeriesTree.Place, axis: SeriesAxis) -> NodeOutline {
    switch axis {
    case .step: steps[place.level][place.index]
    case .time: times[place.level][place.index]
    }
  }

  /// Takes a node that is new, the next one of its level, or has grown.
  mutating func set(_ node: SeriesNode, at place: SeriesTree.Place) {
    TreeOutlines.set(NodeOutline(node, by: .step), at: place, in: &steps)
    TreeOutlines.set(NodeOutline(node, by: .time), at: place, in: &times)
  }

  private static func set(
    _ outline: NodeOutline,
    at place: SeriesTree.Place,
    in levels: inout [[NodeOutline]]
  ) {
    if place.level == levels.count { levels.append([]) }
    if place.index < levels[place.level].count {
      levels[place.level][place.index] = outline
    } else {
      levels[place.level].append(outline)
    }
  }
}

/// What a curve shows in y: the values as they were logged, or smoothed ones.
protocol CurveValues: CurveFinder {
  var series: CurveSeries { get }
  /// The last point of all, nil when there is none.
  var last: CurvePoint? { mutating get throws }

  /// Adds all points of a node, which lie in one column.
  mutating func add(
    _ place: SeriesTree.Place,
    column: Int,
    to builder: inout CurveBuilder
  ) throws

  /// Adds some points of a block, which lie in one column, or, when it is nil, have no place in x.
  mutating func add(
    _ range: Range<Int>,
    of block: inout BlockPoints,
    column: Int?,
    to builder: inout CurveBuilder
  ) throws
}

/// A series' tree along one axis.
struct CurveSeries {
  let tree: SeriesTree
  let roots: [SeriesTree.Place]
  let axis: SeriesAxis

  init(_ track: SeriesTrack, by axis: SeriesAxis) throws {
    tree = try SeriesTree(track)
    roots = tree.roots
    self.axis = axis
  }

  /// The block that has a point.
  func block(with place: Int) -> Int {
    var root = 0
    var end = roots.count
    while end - root > 1 {
      let middle = (root + end) / 2
      if tree[roots[middle]].start <= place { root = middle } else { end = middle }
    }
    var node = roots[root]
    while node.level > 0 {
      let below = tree.children(of: node)
      var child = below.lowerBound
      while child + 1 < below.upperBound,
        tree[SeriesTree.Place(level: node.level - 1, index: child + 1)].start <= place
      { child += 1 }
      node = SeriesTree.Place(level: node.level - 1, index: child)
    }
    return node.index
  }
}

extension CurveSeries {
  /// The values of some points as they were logged.
  func values(_ range: Range<Int>) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(range.count)
    while values.count < range.count {
      let place = range.lowerBound + values.count
      var block = tree.block(at: block(with: place))
      let end = min(block.node.range.upperBound, range.upperBound)
      for index in place - block.node.start..<end - block.node.start {
        values.append(try block.value(at: index))
      }
    }
    return values
  }
}

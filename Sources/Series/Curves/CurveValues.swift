/// What a curve shows in y: the values as they were logged, or smoothed ones.
protocol CurveValues: CurveFinder {
  var series: CurveSeries { get }
  /// The block that the walk is in is the current one.
  var blocks: NearBlocks { get set }
  /// Adds what was held back.
  mutating func finish(_ builder: inout CurveBuilder) throws

  /// The last point of all, nil when there is none.
  var last: CurvePoint? { mutating get throws }

  /// Adds all points of a node, which lie in one column.
  mutating func add(
    _ place: SeriesTree.Place,
    column: Int,
    to builder: inout CurveBuilder
  ) throws

  /// Adds some points of the current block, which lie in one column, or, when it is nil, have no
  /// place in x.
  mutating func add(
    _ range: Range<Int>,
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

  /// The points of a block.
  func block(at index: Int) -> BlockPoints { tree.block(at: index, by: axis) }

  /// The block that has a point.
  func block(with place: Int) -> Int {
    // No block has more points than this.
    var low = min(place / SeriesFormat.mostPointsOfBlock, tree.blockCount - 1)
    var high = tree.blockCount
    if low + 1 < high, start(ofBlock: low + 1) > place { return low }
    while high - low > 1 {
      let middle = (low + high) / 2
      if start(ofBlock: middle) <= place { low = middle } else { high = middle }
    }
    return low
  }

  private func start(ofBlock index: Int) -> Int {
    tree.start(of: SeriesTree.Place(level: 0, index: index))
  }

  /// The values of some points as they were logged.
  func values(_ range: Range<Int>) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(range.count)
    try forEachValues(range) { values += $0 }
    return values
  }

  /// One pass over the values of some points, block by block.
  func forEachValues(_ range: Range<Int>, _ body: (ArraySlice<Double>) throws -> Void) throws {
    guard !range.isEmpty else { return }
    for index in block(with: range.lowerBound)..<tree.blockCount {
      var block = block(at: index)
      let part = range.clamped(to: block.range)
      guard !part.isEmpty else { return }
      try body(try block.values(part.lowerBound - block.start..<part.upperBound - block.start))
    }
  }
}

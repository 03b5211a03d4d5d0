/// The smoothed values of a series.
struct SmoothedValues: CurveValues {
  let series: CurveSeries
  private let smoothed: SmoothedTrack
  /// What cannot be drawn is not above it: 0 on a logarithmic axis.
  private let floor: Double
  /// The leaf whose values were computed last.
  private var near: (leaf: Int, values: [Double])?
  /// Points of one column that were not added yet, because more may follow.
  private var held: (range: Range<Int>, column: Int)?
  var blocks: NearBlocks

  init(_ smoothed: SmoothedTrack, _ series: CurveSeries, floor: Double?) {
    self.series = series
    self.smoothed = smoothed
    self.floor = floor ?? -.infinity
    blocks = NearBlocks(by: series.axis)
  }

  var last: CurvePoint? {
    mutating get throws { smoothed.track.count > 0 ? try point(smoothed.track.count - 1) : nil }
  }

  mutating func add(
    _ place: SeriesTree.Place,
    column: Int,
    to builder: inout CurveBuilder
  ) throws {
    try hold(series.tree[place].range, column: column, to: &builder)
  }

  mutating func add(
    _ range: Range<Int>,
    column: Int?,
    to builder: inout CurveBuilder
  ) throws {
    let start = blocks.current.start
    guard let column else {
      try finish(&builder)
      return try builder.skip(try point(start + range.lowerBound), column: nil, of: &self)
    }
    let places = start + range.lowerBound..<start + range.upperBound
    try hold(places, column: column, to: &builder)
  }

  mutating func find(_ value: Double, in place: CurvePlace) throws -> CurvePoint {
    guard place.level > 0 else {
      return CurvePoint(place: place.place, x: try x(place.place), y: value)
    }
    let first = place.place / smoothed.leafSize
    let leaf = smoothed.leaves.leaf(with: value, level: place.level - 1, at: first)
    let index = try values(ofLeaf: leaf).firstIndex(of: value) ?? 0
    let found = leaf * smoothed.leafSize + index
    return CurvePoint(place: found, x: try x(found), y: value)
  }

  mutating func finish(_ builder: inout CurveBuilder) throws {
    guard let held else { return }
    self.held = nil
    try add(held.range, column: held.column, to: &builder)
  }

  /// Takes points of one column together, since each end of a piece costs the values of a leaf.
  private mutating func hold(
    _ range: Range<Int>,
    column: Int,
    to builder: inout CurveBuilder
  ) throws {
    if let held, held.column == column, held.range.upperBound == range.lowerBound {
      self.held?.range = held.range.lowerBound..<range.upperBound
      return
    }
    try finish(&builder)
    held = (range, column)
  }

  /// Adds points that lie in one column.
  private mutating func add(
    _ range: Range<Int>,
    column: Int,
    to builder: inout CurveBuilder
  ) throws {
    let size = smoothed.leafSize
    var extremes = CurveExtremes()
    // Where the points that can be drawn and were not added yet begin.
    var from = range.lowerBound
    var at = range.lowerBound
    while at < range.upperBound {
      let leaf = at / size
      let leafEnd = min((leaf + 1) * size, smoothed.track.count)
      if at == leaf * size, leafEnd <= range.upperBound {
        let isToEnd = range.upperBound == smoothed.track.count
        let end = isToEnd ? smoothed.leaves.count : range.upperBound / size
        if let group = group(at: leaf, end: end) {
          let y = smoothed.leaves[group.level, leaf >> (SpanPyramid.shift * group.level)]
          extremes.add(y.min, y.max, in: CurvePlace(group: at, level: group.level + 1))
          at = min(group.end * size, smoothed.track.count)
          continue
        }
      }
      let values = try values(ofLeaf: leaf)
      let end = min(leafEnd, range.upperBound)
      while at < end {
        let y = values[at - leaf * size]
        if y > floor, y < .infinity {
          extremes.add(y) { CurvePlace(point: at) }
        } else {
          try add(from..<at, column, extremes, to: &builder)
          try builder.skip(try point(at), column: column, of: &self)
          from = at + 1
          extremes = CurveExtremes()
        }
        at += 1
      }
    }
    try add(from..<at, column, extremes, to: &builder)
  }

  /// The greatest group of leaves before `end` that can be drawn whole, nil for none.
  private func group(at leaf: Int, end: Int) -> (level: Int, end: Int)? {
    var group = smoothed.leaves.group(at: leaf, end: end)
    while !(smoothed.leaves[group.level, leaf >> (SpanPyramid.shift * group.level)].min > floor) {
      guard group.level > 0 else { return nil }
      let level = group.level - 1
      group = (level, min(leaf + (1 << (SpanPyramid.shift * level)), smoothed.leaves.count))
    }
    return group
  }

  private mutating func add(
    _ range: Range<Int>,
    _ column: Int,
    _ extremes: CurveExtremes,
    to builder: inout CurveBuilder
  ) throws {
    guard let last = range.last else { return }
    try builder.add(
      column: column,
      first: try point(range.lowerBound),
      last: try point(last),
      extremes: extremes,
      of: &self
    )
  }

  private mutating func point(_ place: Int) throws -> CurvePoint {
    let leaf = place / smoothed.leafSize
    let y = try values(ofLeaf: leaf)[place - leaf * smoothed.leafSize]
    return CurvePoint(place: place, x: try x(place), y: y)
  }

  private mutating func values(ofLeaf leaf: Int) throws -> [Double] {
    if let near, near.leaf == leaf { return near.values }
    let values = try smoothed.values(ofLeaf: leaf, series)
    near = (leaf, values)
    return values
  }

  private mutating func x(_ place: Int) throws -> Double { try blocks.x(place, of: series) }
}

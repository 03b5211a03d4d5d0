/// The values as they were logged.
struct RawCurveValues<Source: CurveSource>: CurveValues {
  let source: Source
  let pyramid: CurvePyramid
  let axis: SeriesAxis
  /// What cannot be drawn is not above it: 0 on a logarithmic axis.
  let floor: Double

  init(_ source: Source, by axis: SeriesAxis, floor: Double?) {
    self.source = source
    self.axis = axis
    self.floor = floor ?? -.infinity
    pyramid = source.pyramid
  }

  mutating func add(
    node level: Int,
    _ index: Int,
    column: Int,
    to builder: inout CurveBuilder
  ) throws {
    let node = pyramid[level, index]
    let (x, y) = (node.x(axis), node.values)
    if y.isFinite, y.min > floor {
      var extremes = CurveExtremes()
      extremes.add(y.min, y.max, in: .node(level, index))
      try builder.add(
        column: column,
        first: CurvePoint(position: node.start, x: x.first, y: y.first),
        last: CurvePoint(position: node.start + node.count - 1, x: x.last, y: y.last),
        extremes: extremes,
        find: find
      )
    } else if y.isFinite, y.max <= floor {
      try builder.skip(column: column, x: x.first, y: y.first, find: find)
    } else if level > 0 {
      for child in pyramid.children(level, index) {
        try add(node: level - 1, child, column: column, to: &builder)
      }
    } else {
      try add(0..<node.count, of: try source.block(index), index, column: column, to: &builder)
    }
  }

  mutating func add(
    _ range: Range<Int>,
    of block: Source.Block,
    _ index: Int,
    column: Int?,
    to builder: inout CurveBuilder
  ) throws {
    guard let column else {
      return try builder.skip(
        column: nil,
        x: block.x(range.lowerBound, axis),
        y: block.value(range.lowerBound),
        find: find
      )
    }
    let start = pyramid[0, index].start
    var extremes = CurveExtremes()
    // Where the points that can be drawn and were not added yet begin.
    var from = range.lowerBound
    var at = range.lowerBound
    while at < range.upperBound {
      let leafEnd = min((at | 63) + 1, block.count)
      if at & 63 == 0, leafEnd <= range.upperBound {
        let leaf = block.extremes(leaf: at >> 6)
        if leaf.min > floor {
          extremes.add(leaf.min, leaf.max, in: .leaf(at >> 6, of: index))
          at = leafEnd
          continue
        }
      }
      let end = min(leafEnd, range.upperBound)
      while at < end {
        let y = block.value(at)
        if y > floor, y < .infinity {
          extremes.add(y, at: start + at)
        } else {
          try add(from..<at, block, start, column, extremes, to: &builder)
          try builder.skip(column: column, x: block.x(at, axis), y: y, find: find)
          from = at + 1
          extremes = CurveExtremes()
        }
        at += 1
      }
    }
    try add(from..<at, block, start, column, extremes, to: &builder)
  }

  mutating func finish(_ builder: inout CurveBuilder) throws {
    try builder.finish(find: find)
  }

  private func add(
    _ range: Range<Int>,
    _ block: Source.Block,
    _ start: Int,
    _ column: Int,
    _ extremes: CurveExtremes,
    to builder: inout CurveBuilder
  ) throws {
    guard let last = range.last else { return }
    try builder.add(
      column: column,
      first: point(range.lowerBound, of: block, start),
      last: point(last, of: block, start),
      extremes: extremes,
      find: find
    )
  }

  private func point(_ index: Int, of block: Source.Block, _ start: Int) -> CurvePoint {
    CurvePoint(position: start + index, x: block.x(index, axis), y: block.value(index))
  }

  /// The first point with a value in a place.
  private func find(_ value: Double, in place: CurvePlace) throws -> CurvePoint {
    var (level, index) = (place.level, place.index)
    while level > CurvePlace.block {
      level -= 1
      let below = pyramid.children(level - CurvePlace.block + 1, index)
      index =
        below.first { child in
          let y = pyramid[level - CurvePlace.block, child].values
          return y.min == value || y.max == value
        } ?? below.lowerBound
    }
    let number = level == 0 ? pyramid.block(of: index) : level == 1 ? index >> 6 : index
    let block = try source.block(number)
    let start = pyramid[0, number].start
    if level == 0 { return point(index - start, of: block, start) }
    var leaf = index & 63
    if level == CurvePlace.block {
      leaf = 0
      while 64 * (leaf + 1) < block.count {
        let y = block.extremes(leaf: leaf)
        if y.min == value || y.max == value { break }
        leaf += 1
      }
    }
    var at = 64 * leaf
    let end = min(at + 64, block.count) - 1
    while at < end, block.value(at) != value { at += 1 }
    return point(at, of: block, start)
  }
}

extension CurvePlace {
  fileprivate static let block = 2

  fileprivate static func leaf(_ leaf: Int, of block: Int) -> CurvePlace {
    CurvePlace(level: 1, index: block << 6 | leaf)
  }

  fileprivate static func node(_ level: Int, _ index: Int) -> CurvePlace {
    CurvePlace(level: block + level, index: index)
  }
}

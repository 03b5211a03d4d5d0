/// What a curve shows in y: the points' own values, or smoothed ones.
protocol CurveValues {
  associatedtype Source: CurveSource

  /// Adds all points of a node of the pyramid, which lie in one column.
  mutating func add(
    node level: Int,
    _ index: Int,
    column: Int,
    to builder: inout CurveBuilder
  ) throws

  /// Adds some points of a block, which lie in one column, or, when it is nil, have no place in x.
  mutating func add(
    _ range: Range<Int>,
    of block: Source.Block,
    _ index: Int,
    column: Int?,
    to builder: inout CurveBuilder
  ) throws

  mutating func finish(_ builder: inout CurveBuilder) throws
}

/// Goes along a series in rows of points that share a column of dots.
///
/// It passes over whole nodes of the pyramid where their x lies in one column, searches the column's
/// end in blocks whose x ascends, and looks at each x in the others. With x ascending a column costs
/// a logarithm of its points; in any other order a curve costs at most its points.
struct CurveWalk<Values: CurveValues> {
  let source: Values.Source
  let axis: SeriesAxis
  private var probe: ColumnProbe

  init(_ source: Values.Source, by axis: SeriesAxis, column: @escaping (Double) -> Int) {
    self.source = source
    self.axis = axis
    probe = ColumnProbe(column)
  }

  mutating func curve(of values: inout Values) throws -> CurvePoints {
    var builder = CurveBuilder()
    let pyramid = source.pyramid
    var block = 0
    while block < pyramid.blocks {
      if let (level, column) = greatestNode(at: block, pyramid) {
        let index = block >> (CurvePyramid.shift * level)
        try values.add(node: level, index, column: column, to: &builder)
        block = pyramid.blocks(level, index).upperBound
      } else {
        let points = try source.block(block)
        let x = pyramid[0, block].x(axis)
        if x.isAscending, x.isFinite {
          try addAscending(points, block, values: &values, to: &builder)
        } else {
          try addAny(points, block, values: &values, to: &builder)
        }
        block += 1
      }
    }
    try values.finish(&builder)
    return builder.points
  }

  /// The level of the greatest node that begins at a block and lies in one column; nil for none.
  private mutating func greatestNode(
    at block: Int,
    _ pyramid: CurvePyramid
  ) -> (level: Int, column: Int)? {
    var found: (level: Int, column: Int)?
    for level in pyramid.levels.indices {
      let shift = CurvePyramid.shift * level
      guard block & ((1 << shift) - 1) == 0 else { break }
      let x = pyramid[level, block >> shift].x(axis)
      guard x.isFinite, let column = probe.column(from: x.min, through: x.max) else { break }
      found = (level, column)
    }
    return found
  }

  private mutating func addAscending(
    _ points: Values.Source.Block,
    _ block: Int,
    values: inout Values,
    to builder: inout CurveBuilder
  ) throws {
    let count = points.count
    var start = 0
    while start < count {
      let column = probe.column(of: points.x(start, axis))
      // Known to be in the column, and the width of the next leap.
      var (inside, leap) = (start, 1)
      if probe.isCurrent(ascending: points.x(count - 1, axis)) {
        inside = count - 1
      } else {
        while inside + leap < count, probe.isCurrent(ascending: points.x(inside + leap, axis)) {
          inside += leap
          leap *= 2
        }
        var outside = min(inside + leap, count - 1)
        while outside - inside > 1 {
          let middle = (inside + outside) / 2
          if probe.isCurrent(ascending: points.x(middle, axis)) {
            inside = middle
          } else {
            outside = middle
          }
        }
      }
      try values.add(start..<inside + 1, of: points, block, column: column, to: &builder)
      start = inside + 1
    }
  }

  private mutating func addAny(
    _ points: Values.Source.Block,
    _ block: Int,
    values: inout Values,
    to builder: inout CurveBuilder
  ) throws {
    var start = 0
    var column: Int?
    for index in 0..<points.count {
      let x = points.x(index, axis)
      let next = x.isFinite ? probe.column(of: x) : nil
      if next != column, start < index {
        try values.add(start..<index, of: points, block, column: column, to: &builder)
        start = index
      }
      column = next
    }
    try values.add(start..<points.count, of: points, block, column: column, to: &builder)
  }
}

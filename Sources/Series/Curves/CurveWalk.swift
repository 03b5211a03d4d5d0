/// Goes along a series in rows of points that share a column of dots.
///
/// It passes over whole nodes of the tree whose x lies in one column, searches the column's end in
/// blocks whose x ascends, and looks at each x in the others. So a column of ascending x costs a
/// logarithm of its points, and in any other order a curve costs at most its points.
struct CurveWalk<Values: CurveValues> {
  private var values: Values
  private var probe: ColumnProbe
  private var builder = CurveBuilder()
  private let axis: SeriesAxis

  init(_ values: Values, column: @escaping (Double) -> Int) {
    axis = values.series.axis
    self.values = values
    probe = ColumnProbe(column)
  }

  /// The points; to be asked for once.
  mutating func points() throws -> CurvePoints {
    for root in values.series.roots { try add(root) }
    try values.finish(&builder)
    return try builder.points(last: values.last, of: &values)
  }

  private mutating func add(_ place: SeriesTree.Place) throws {
    let x = values.series.tree[place].extent(axis)
    if x.isAllFinite, let column = probe.column(from: x.min, through: x.max) {
      try values.add(place, column: column, to: &builder)
    } else if place.level > 0 {
      for child in values.series.tree.children(of: place) {
        try add(SeriesTree.Place(level: place.level - 1, index: child))
      }
    } else {
      var block = values.series.tree.block(at: place.index)
      if x.isAscending, x.isAllFinite {
        try addAscending(&block)
      } else {
        try addAny(&block)
      }
    }
  }

  private mutating func addAscending(_ block: inout BlockPoints) throws {
    let last = block.count - 1
    var start = 0
    var length = 0
    while start <= last {
      let column = probe.column(of: try block.x(axis, at: start))
      let end = try end(from: start, expected: start + length, &block)
      length = end - start
      try values.add(start..<end, of: &block, column: column, to: &builder)
      start = end
    }
  }

  /// Where the current column ends, which has a point of a block whose x ascends.
  ///
  /// Searched in leaps of twice the length each, from the end that is expected, then by halves.
  private mutating func end(
    from start: Int,
    expected: Int,
    _ block: inout BlockPoints
  ) throws -> Int {
    let last = block.count - 1
    if probe.isCurrent(ascending: try block.x(axis, at: last)) { return last + 1 }
    // The last point that is known to be in the column, and the first that is known not to be.
    var (inside, outside) = (start, last)
    var leap = 1
    if expected - 2 > start, expected - 2 < last {
      if probe.isCurrent(ascending: try block.x(axis, at: expected - 2)) {
        inside = expected - 2
      } else {
        outside = expected - 2
      }
    }
    while inside + leap < outside {
      guard probe.isCurrent(ascending: try block.x(axis, at: inside + leap)) else {
        outside = inside + leap
        break
      }
      inside += leap
      leap *= 2
    }
    while outside - inside > 1 {
      let middle = (inside + outside) / 2
      if probe.isCurrent(ascending: try block.x(axis, at: middle)) {
        inside = middle
      } else {
        outside = middle
      }
    }
    return inside + 1
  }

  private mutating func addAny(_ block: inout BlockPoints) throws {
    var start = 0
    var column: Int?
    for index in 0..<block.count {
      let x = try block.x(axis, at: index)
      let next = x.isFinite ? probe.column(of: x) : nil
      if next != column, start < index {
        try values.add(start..<index, of: &block, column: column, to: &builder)
        start = index
      }
      column = next
    }
    try values.add(start..<block.count, of: &block, column: column, to: &builder)
  }
}

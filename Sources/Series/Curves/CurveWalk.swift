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
    while start <= last {
      let column = probe.column(of: try block.x(axis, at: start))
      // The last point that is known to be in the column.
      var inside = start
      if probe.isCurrent(ascending: try block.x(axis, at: last)) {
        inside = last
      } else {
        var leap = 1
        while inside + leap < last,
          probe.isCurrent(ascending: try block.x(axis, at: inside + leap))
        {
          inside += leap
          leap *= 2
        }
        var outside = min(inside + leap, last)
        while outside - inside > 1 {
          let middle = (inside + outside) / 2
          if probe.isCurrent(ascending: try block.x(axis, at: middle)) {
            inside = middle
          } else {
            outside = middle
          }
        }
      }
      try values.add(start..<inside + 1, of: &block, column: column, to: &builder)
      start = inside + 1
    }
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

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

  init(_ values: Values, columns: [Double]) {
    axis = values.series.axis
    self.values = values
    probe = ColumnProbe(columns)
  }

  /// The points; to be asked for once.
  mutating func points() throws -> CurvePoints {
    for root in values.series.roots { try add(root) }
    try values.finish(&builder)
    return try builder.points(last: values.last, of: &values)
  }

  private mutating func add(_ place: SeriesTree.Place) throws {
    let outline = values.series.tree.outline(of: place, by: axis)
    if !outline.xMin.isNaN,
      let column = probe.column(from: outline.xMin, through: outline.xMax)
    {
      try values.add(place, column: column, to: &builder)
    } else if place.level > 0 {
      for child in values.series.tree.children(of: place) {
        try add(SeriesTree.Place(level: place.level - 1, index: child))
      }
    } else {
      values.blocks.enter(values.series.block(at: place.index))
      let x = values.series.tree.extent(of: place, by: axis)
      if x.isAscending, x.isAllFinite {
        try addAscending(through: x.last)
      } else {
        try addAny()
      }
    }
  }

  private mutating func addAscending(through greatest: Double) throws {
    let count = values.blocks.current.count
    var start = 0
    while start < count {
      let x = try values.blocks.current.x(at: start)
      let column = probe.column(of: x)
      let end = greatest < probe.end ? count : try end(from: start, x, greatest)
      try values.add(start..<end, column: column, to: &builder)
      start = end
    }
  }

  /// Where the current column ends, which has a point of a block whose x ascends, but not its last.
  ///
  /// Guessed as if x grew evenly; searched from there in leaps of twice the length each, then by
  /// halves.
  private mutating func end(from start: Int, _ x: Double, _ greatest: Double) throws -> Int {
    let last = values.blocks.current.count - 1
    // The last point that is known to be in the column, and the first that is known not to be.
    var (inside, outside) = (start, last)
    var leap = 1
    let share = (probe.end - x) / (greatest - x)
    let guess = share > 0 && share < 1 ? start + Int(share * Double(last - start)) : start
    if guess > start, try !isInside(guess) {
      outside = guess
      while outside - leap > inside, try !isInside(outside - leap) {
        outside -= leap
        leap *= 2
      }
      inside = max(inside, outside - leap)
    } else {
      inside = guess
      while inside + leap < outside, try isInside(inside + leap) {
        inside += leap
        leap *= 2
      }
      outside = min(outside, inside + leap)
    }
    while outside - inside > 1 {
      let middle = (inside + outside) / 2
      if try isInside(middle) { inside = middle } else { outside = middle }
    }
    return inside + 1
  }

  /// Whether a point, none before what was asked for last, is in the current column.
  @inline(__always)
  private mutating func isInside(_ index: Int) throws -> Bool {
    try values.blocks.current.x(at: index) < probe.end
  }

  private mutating func addAny() throws {
    try values.blocks.current.loadAllX()
    let count = values.blocks.current.count
    var start = 0
    var column: Int?
    for index in 0..<count {
      let x = try values.blocks.current.x(at: index)
      let next = x.isFinite ? probe.column(of: x) : nil
      if next != column, start < index {
        try values.add(start..<index, column: column, to: &builder)
        start = index
      }
      column = next
    }
    try values.add(start..<count, column: column, to: &builder)
  }
}

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
  /// The current column, and about where in x it begins.
  private var begun = (column: Int.min, x: 0.0)
  /// About the width of a column in x.
  private var width = 0.0

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
    let x = values.series.tree.extent(of: place, by: axis)
    if x.isAllFinite, let column = probe.column(from: x.min, through: x.max) {
      begin(column, at: x.first)
      try values.add(place, column: column, to: &builder)
    } else if place.level > 0 {
      for child in values.series.tree.children(of: place) {
        try add(SeriesTree.Place(level: place.level - 1, index: child))
      }
    } else {
      var block = values.series.block(at: place.index)
      if x.isAscending, x.isAllFinite {
        try addAscending(&block)
      } else {
        try addAny(&block)
      }
    }
  }

  /// Measures a column when the next one begins, so that the end of that one can be guessed.
  @inline(__always)
  private mutating func begin(_ column: Int, at x: Double) {
    guard column != begun.column else { return }
    if column == begun.column &+ 1 { width = x - begun.x }
    begun = (column, x)
  }

  private mutating func addAscending(_ block: inout BlockPoints) throws {
    let last = block.count - 1
    var start = 0
    while start <= last {
      let x = try block.x(at: start)
      let column = probe.column(of: x)
      begin(column, at: x)
      let end = try end(from: start, x, &block)
      try values.add(start..<end, of: &block, column: column, to: &builder)
      start = end
    }
  }

  /// Where the current column ends, which has a point of a block whose x ascends.
  ///
  /// Guessed from the width of the column before, as if x grew evenly; searched from there in leaps
  /// of twice the length each, then by halves.
  private mutating func end(
    from start: Int,
    _ x: Double,
    _ block: inout BlockPoints
  ) throws -> Int {
    let last = block.count - 1
    let greatest = try block.x(at: last)
    if probe.isCurrent(ascending: greatest) { return last + 1 }
    // The last point that is known to be in the column, and the first that is known not to be.
    var (inside, outside) = (start, last)
    var leap = 1
    let share = (begun.x + width - x) / (greatest - x)
    let guess = share > 0 && share < 1 ? start + Int(share * Double(last - start)) : start
    if guess > start, try !probe.isCurrent(ascending: block.x(at: guess)) {
      outside = guess
      while outside - leap > inside, try !probe.isCurrent(ascending: block.x(at: outside - leap)) {
        outside -= leap
        leap *= 2
      }
      inside = max(inside, outside - leap)
    } else {
      inside = guess
      while inside + leap < outside, try probe.isCurrent(ascending: block.x(at: inside + leap)) {
        inside += leap
        leap *= 2
      }
      outside = min(outside, inside + leap)
    }
    while outside - inside > 1 {
      let middle = (inside + outside) / 2
      if probe.isCurrent(ascending: try block.x(at: middle)) {
        inside = middle
      } else {
        outside = middle
      }
    }
    return inside + 1
  }

  private mutating func addAny(_ block: inout BlockPoints) throws {
    try block.loadAllX()
    var start = 0
    var column: Int?
    for index in 0..<block.count {
      let x = try block.x(at: index)
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

/// One point of a series: its place in the order of logging, and where it is drawn.
struct CurvePoint: Equatable {
  var place: Int
  var x: Double
  var y: Double
}

/// Knows the points of groups of which only the least and greatest values were told.
protocol CurveFinder: ~Copyable {
  /// The first point with a value in a place.
  mutating func find(_ value: Double, in place: CurvePlace) throws -> CurvePoint
}

/// Joins pieces of a series, given in the order of logging, to runs, and keeps what M4 keeps of them.
struct CurveBuilder {
  private(set) var points = CurvePoints()
  private var run: Run?
  /// Kinds of marks kept since the last run in the column of `gapColumn`.
  private var gapMarks: UInt8 = 0
  private var gapColumn: Int?

  private struct Run {
    var column: Int
    var first: CurvePoint
    var last: CurvePoint
    var extremes: CurveExtremes
  }

  /// Adds points of one column that can all be drawn, by their first, last, least and greatest.
  @inline(__always)
  mutating func add<Finder: CurveFinder & ~Copyable>(
    column: Int,
    first: CurvePoint,
    last: CurvePoint,
    extremes: CurveExtremes,
    of finder: inout Finder
  ) throws {
    if run?.column == column {
      run?.last = last
      run?.extremes.add(extremes)
    } else {
      try finish(&finder)
      run = Run(column: column, first: first, last: last, extremes: extremes)
    }
  }

  /// Adds a point that cannot be drawn; its column is nil when it has no place in x either.
  mutating func skip<Finder: CurveFinder & ~Copyable>(
    column: Int?,
    x: Double,
    y: Double,
    of finder: inout Finder
  ) throws {
    if run != nil {
      try finish(&finder)
      (gapMarks, gapColumn) = (0, nil)
    }
    if let column, column != gapColumn { (gapMarks, gapColumn) = (0, column) }
    // Without a place in x nothing is marked, and any point that is kept breaks the line.
    let mark: UInt8 = column == nil ? 1 : y == .infinity ? 2 : 4
    guard column == nil ? gapMarks == 0 : gapMarks & mark == 0 else { return }
    gapMarks |= mark
    append(x, y)
  }

  /// Ends the run; the points are complete then.
  mutating func finish<Finder: CurveFinder & ~Copyable>(_ finder: inout Finder) throws {
    guard let run else { return }
    self.run = nil
    append(run.first.x, run.first.y)
    guard run.last.place > run.first.place else { return }
    let (low, high) = (min(run.first.y, run.last.y), max(run.first.y, run.last.y))
    let (least, greatest) = (run.extremes.min, run.extremes.max)
    let bottom = least < low ? try point(least, run.extremes.minPlace, of: &finder) : nil
    let top = greatest > high ? try point(greatest, run.extremes.maxPlace, of: &finder) : nil
    let isTopFirst = (top?.place ?? .max) < (bottom?.place ?? .min)
    if isTopFirst, let top { append(top.x, top.y) }
    if let bottom { append(bottom.x, bottom.y) }
    if !isTopFirst, let top { append(top.x, top.y) }
    append(run.last.x, run.last.y)
  }

  /// Sees to it that the last point stands last, so that it can be labelled.
  mutating func end(x: Double, y: Double) {
    let isLast =
      points.x.last?.bitPattern == x.bitPattern
      && points.y.last?.bitPattern == y.bitPattern
    if !isLast { append(x, y) }
  }

  private func point<Finder: CurveFinder & ~Copyable>(
    _ value: Double,
    _ place: CurvePlace,
    of finder: inout Finder
  ) throws -> CurvePoint {
    guard place.x.isNaN else { return CurvePoint(place: place.place, x: place.x, y: value) }
    return try finder.find(value, in: place)
  }

  private mutating func append(_ x: Double, _ y: Double) {
    points.x.append(x)
    points.y.append(y)
  }
}

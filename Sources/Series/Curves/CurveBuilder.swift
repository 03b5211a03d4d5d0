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
  private var points = CurvePoints()
  private var run: Run?
  private var gap = Gap()

  private struct Run {
    var column: Int
    var first: CurvePoint
    var last: CurvePoint
    var extremes: CurveExtremes
  }

  /// What is not drawn since the last run.
  private struct Gap {
    /// Whether a point of it was kept, so that the line is broken.
    var isKept = false
    var column: Int?
    /// The last +∞ in the column.
    var top: CurvePoint?
    /// The last other one in the column.
    var bottom: CurvePoint?
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
      endGap()
      run = Run(column: column, first: first, last: last, extremes: extremes)
    }
  }

  /// Whether the run goes on in a column and has values as small and as great already.
  ///
  /// Of points that lie between them only the last one counts: `extend`.
  @inline(__always)
  func covers(_ least: Double, _ greatest: Double, column: Int) -> Bool {
    guard let run, run.column == column else { return false }
    return run.extremes.min <= least && run.extremes.max >= greatest
  }

  /// Adds points of the run's column that it covers, by the last of them.
  @inline(__always)
  mutating func extend(to last: CurvePoint) { run?.last = last }

  /// Whether the run that goes on is in a column.
  @inline(__always)
  func isIn(_ column: Int) -> Bool { run?.column == column }

  /// Whether the run has a less and a greater value than these.
  func exceeds(_ least: Double, _ greatest: Double) -> Bool {
    guard let run else { return true }
    return run.extremes.min < least && run.extremes.max > greatest
  }

  /// Adds the extremes of the run's first points, which were added without.
  mutating func complete(with first: CurveExtremes) {
    guard let later = run?.extremes else { return }
    run?.extremes = first
    run?.extremes.add(later)
  }

  /// Adds a point that cannot be drawn; its column is nil when it has no place in x either.
  mutating func skip<Finder: CurveFinder & ~Copyable>(
    _ point: CurvePoint,
    column: Int?,
    of finder: inout Finder
  ) throws {
    if run != nil { try finish(&finder) }
    if column != gap.column { endColumn() }
    gap.column = column
    if column == nil {
      gap.bottom = gap.bottom ?? point
    } else if point.y == .infinity {
      gap.top = point
    } else {
      gap.bottom = point
    }
  }

  /// Ends what was begun; the last point always stands last then, so that it can be labelled.
  mutating func points<Finder: CurveFinder & ~Copyable>(
    last: CurvePoint?,
    of finder: inout Finder
  ) throws -> CurvePoints {
    try finish(&finder)
    endGap()
    if let last,
      points.x.last?.bitPattern != last.x.bitPattern
        || points.y.last?.bitPattern != last.y.bitPattern
    {
      append(last.x, last.y)
    }
    return points
  }

  /// Ends the run.
  private mutating func finish<Finder: CurveFinder & ~Copyable>(_ finder: inout Finder) throws {
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

  /// Keeps of the points in a gap and one column those that are marked last at the top and bottom.
  private mutating func endColumn() {
    guard gap.top != nil || gap.bottom != nil else { return }
    let marks = [gap.top, gap.bottom].compactMap { $0 }.sorted { $0.place < $1.place }
    (gap.top, gap.bottom) = (nil, nil)
    // Without a place in x nothing is marked, and any point breaks the line.
    guard gap.column != nil || !gap.isKept else { return }
    for point in marks { append(point.x, point.y) }
    gap.isKept = true
  }

  private mutating func endGap() {
    endColumn()
    gap = Gap()
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

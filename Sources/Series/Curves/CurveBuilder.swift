/// One point of a series: its place in the order of logging, and where it is drawn.
struct CurvePoint: Equatable {
  var place: Int
  var x: Double
  var y: Double
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
  mutating func add<Values: CurveValues & ~Copyable>(
    column: Int,
    first: CurvePoint,
    last: CurvePoint,
    extremes: CurveExtremes,
    of values: borrowing Values
  ) throws {
    if run?.column == column {
      run?.last = last
      run?.extremes.add(extremes)
    } else {
      try finish(values)
      run = Run(column: column, first: first, last: last, extremes: extremes)
    }
  }

  /// Adds a point that cannot be drawn; its column is nil when it has no place in x either.
  mutating func skip<Values: CurveValues & ~Copyable>(
    column: Int?,
    x: Double,
    y: Double,
    of values: borrowing Values
  ) throws {
    if run != nil {
      try finish(values)
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
  mutating func finish<Values: CurveValues & ~Copyable>(_ values: borrowing Values) throws {
    guard let run else { return }
    self.run = nil
    append(run.first.x, run.first.y)
    guard run.last.place > run.first.place else { return }
    let (low, high) = (min(run.first.y, run.last.y), max(run.first.y, run.last.y))
    let (least, greatest) = (run.extremes.min, run.extremes.max)
    let bottom = least < low ? try values.find(least, in: run.extremes.minPlace) : nil
    let top = greatest > high ? try values.find(greatest, in: run.extremes.maxPlace) : nil
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

  private mutating func append(_ x: Double, _ y: Double) {
    points.x.append(x)
    points.y.append(y)
  }
}

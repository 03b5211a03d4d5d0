/// Where a least or greatest value lies, as far as it is known before anybody asks.
struct CurvePlace: Equatable {
  /// 0 is a point; what a greater level's index counts is known to the values it came from.
  var level: Int
  var index: Int

  static func point(_ position: Int) -> CurvePlace { CurvePlace(level: 0, index: position) }
}

/// One point of a series: its position in the order of logging, and where it is drawn.
struct CurvePoint: Equatable {
  var position: Int
  var x: Double
  var y: Double
}

/// The least and greatest value of a row of points, and where they lie; of equal ones the first.
struct CurveExtremes: Equatable {
  private(set) var min = Double.infinity
  private(set) var max = -Double.infinity
  private(set) var minPlace = CurvePlace.point(0)
  private(set) var maxPlace = CurvePlace.point(0)

  @inline(__always)
  mutating func add(_ value: Double, at position: Int) {
    if value < min { (min, minPlace) = (value, .point(position)) }
    if value > max { (max, maxPlace) = (value, .point(position)) }
  }

  @inline(__always)
  mutating func add(_ least: Double, _ greatest: Double, in place: CurvePlace) {
    if least < min { (min, minPlace) = (least, place) }
    if greatest > max { (max, maxPlace) = (greatest, place) }
  }

  mutating func add(_ other: CurveExtremes) {
    if other.min < min { (min, minPlace) = (other.min, other.minPlace) }
    if other.max > max { (max, maxPlace) = (other.max, other.maxPlace) }
  }
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
  ///
  /// `find` gives the position and x of a point with a value that lies at a place; it is asked when
  /// a run has ended, at most twice.
  @inline(__always)
  mutating func add(
    column: Int,
    first: CurvePoint,
    last: CurvePoint,
    extremes: CurveExtremes,
    find: (Double, CurvePlace) throws -> CurvePoint
  ) rethrows {
    if run?.column == column {
      run?.last = last
      run?.extremes.add(extremes)
    } else {
      try finish(find: find)
      run = Run(column: column, first: first, last: last, extremes: extremes)
    }
  }

  /// Adds a point that cannot be drawn; its column is nil when it has no place in x either.
  mutating func skip(
    column: Int?,
    x: Double,
    y: Double,
    find: (Double, CurvePlace) throws -> CurvePoint
  ) rethrows {
    if run != nil {
      try finish(find: find)
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
  mutating func finish(find: (Double, CurvePlace) throws -> CurvePoint) rethrows {
    guard let run else { return }
    self.run = nil
    append(run.first.x, run.first.y)
    guard run.last.position > run.first.position else { return }
    let (low, high) = (min(run.first.y, run.last.y), max(run.first.y, run.last.y))
    let (least, greatest) = (run.extremes.min, run.extremes.max)
    let bottom = least < low ? try find(least, run.extremes.minPlace) : nil
    let top = greatest > high ? try find(greatest, run.extremes.maxPlace) : nil
    let isTopFirst = (top?.position ?? .max) < (bottom?.position ?? .min)
    if isTopFirst, let top { append(top.x, top.y) }
    if let bottom { append(bottom.x, bottom.y) }
    if !isTopFirst, let top { append(top.x, top.y) }
    append(run.last.x, run.last.y)
  }

  private mutating func append(_ x: Double, _ y: Double) {
    points.x.append(x)
    points.y.append(y)
  }
}

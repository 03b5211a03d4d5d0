extension SeriesTrack {
  /// The points that draw this series against another one: x is what that had at the same step.
  ///
  /// Where both have a step several times, the first belongs to the first and so on, and what is
  /// left over to the last; points at a step that the other one has not are left out. The rest is as
  /// in `curve(by:floor:columns:)`, but in one pass over both. Steps of the other series that go
  /// backward are looked up in a table of its first 4,194,304 points.
  package func curve(
    against other: SeriesTrack,
    floor: Double?,
    columns: [Double]
  ) throws -> CurvePoints {
    let floor = floor ?? -.infinity
    var curve = PairedCurve()
    var probe = ColumnProbe(columns)
    try forEachPair(with: other) { place, x, data, index in
      let point = CurvePoint(place: place, x: x, y: data.values[index])
      let column = x.isFinite ? probe.column(of: x) : nil
      try curve.add(point, column: column, isDrawn: point.y > floor && point.y < .infinity)
    }
    return try curve.points()
  }

  /// One pass over the points at whose step the other series has a value, x.
  func forEachPair(
    with other: SeriesTrack,
    _ body: (_ place: Int, _ x: Double, _ data: SeriesData, _ index: Int) throws -> Void
  ) throws {
    var steps = try StepLookup(other)
    try forEachBlock { node, data in
      for index in 0..<data.count {
        guard let x = try steps.value(at: data.steps[index]) else { continue }
        try body(node.start + index, x, data, index)
      }
    }
  }
}

/// A curve of points that come one by one.
private struct PairedCurve {
  private var builder = CurveBuilder()
  private var last: CurvePoint?
  private var finder = KnownPoints()

  mutating func add(_ point: CurvePoint, column: Int?, isDrawn: Bool) throws {
    last = point
    guard let column, isDrawn else {
      return try builder.skip(point, column: column, of: &finder)
    }
    let extremes = CurveExtremes(point.y, at: CurvePlace(point: point.place, x: point.x))
    try builder.add(column: column, first: point, last: point, extremes: extremes, of: &finder)
  }

  mutating func points() throws -> CurvePoints {
    try builder.points(last: last, of: &finder)
  }
}

/// Asked for nothing: each point came with its x.
private struct KnownPoints: CurveFinder {
  func find(_ value: Double, in place: CurvePlace) -> CurvePoint {
    CurvePoint(place: place.place, x: place.x, y: value)
  }
}

extension SeriesTrack {
  /// The points that draw this series, thinned to a few for each column of dots.
  ///
  /// `column` must be monotone; what lies left of the window is in column -1, what lies right of it
  /// in the column behind the last one. Values that are not above the floor cannot be drawn: 0 on a
  /// logarithmic axis. Throws a `SeriesError` when the file of blocks cannot be read.
  package func curve(
    by axis: SeriesAxis,
    floor: Double?,
    column: (Double) -> Int
  ) throws -> CurvePoints {
    try withoutActuallyEscaping(column) { column in
      let values = LoggedValues(try CurveSeries(self, by: axis), floor: floor)
      var walk = CurveWalk(values, column: column)
      return try walk.points()
    }
  }
}

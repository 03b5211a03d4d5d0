extension SeriesTrack {
  /// The points that draw this series, thinned to a few for each column of dots.
  ///
  /// `columns` says where each of them begins, ascending; what lies before the first one is a column
  /// as well. Values that are not above the floor cannot be drawn: 0 on a logarithmic axis. Throws a
  /// `SeriesError` when the file of blocks cannot be read.
  package func curve(
    by axis: SeriesAxis,
    floor: Double?,
    columns: [Double]
  ) throws -> CurvePoints {
    let values = LoggedValues(try CurveSeries(self, by: axis), floor: floor)
    var walk = CurveWalk(values, columns: columns)
    return try walk.points()
  }
}

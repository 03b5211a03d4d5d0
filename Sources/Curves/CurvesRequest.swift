package import Series
package import Store
package import Terminal

/// A metric of one attempt.
package struct SeriesKey: Sendable, Hashable {
  package var folder: AttemptFolder
  package var name: String

  package init(folder: AttemptFolder, name: String) {
    self.folder = folder
    self.name = name
  }
}

/// Which curves a chart shows, thinned for which columns of dots.
///
/// What it costs is the width of the chart, not the length of the series, but for smoothing and x by
/// another metric, which are one pass over the points.
package struct CurvesRequest: Sendable, Hashable {
  package var series: [SeriesKey]
  package var axis: CurveAxis
  package var xKind: AxisKind
  /// What is shown; nil for all points, also those still to come.
  package var window: ClosedRange<Double>?
  /// Columns of dots, as `ChartGeometry.dotColumns` tells.
  package var columns: Int
  /// What is not above it cannot be drawn: 0 on a logarithmic y axis.
  package var floor: Double?
  package var smoothing: Smoothing

  package init(
    series: [SeriesKey],
    axis: CurveAxis = .step,
    xKind: AxisKind = .linear,
    window: ClosedRange<Double>? = nil,
    columns: Int,
    floor: Double? = nil,
    smoothing: Smoothing = .none
  ) {
    self.series = series
    self.axis = axis
    self.xKind = xKind
    self.window = window
    self.columns = columns
    self.floor = floor
    self.smoothing = smoothing
  }
}

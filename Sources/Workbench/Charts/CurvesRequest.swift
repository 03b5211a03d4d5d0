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

/// What x stands for.
package enum CurveAxis: Sendable, Hashable {
  case step
  /// Seconds since the first point of the attempt.
  case relativeTime
  /// Seconds since 1970.
  case clock
  /// The value of another metric of the same attempt at the same step.
  case metric(String)
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

package struct CurvesFacts: Sendable, Equatable {
  /// The x range that the columns were made for: give it to the chart; nil when there is no point.
  package var range: ClosedRange<Double>?
  /// In the order of the request; one without points where the metric is not there.
  package var curves: [CurveFacts]
}

package struct CurveFacts: Sendable, Equatable {
  package var points: CurvePoints
  /// Nil where the request asks for no smoothing.
  package var smoothed: CurvePoints?
  package var summary: SeriesSummary?
}

/// A metric of an attempt without its points.
package struct MetricFacts: Sendable, Equatable {
  package var name: String
  package var summary: SeriesSummary
  /// Means of up to 32 equal shares of the points, for one row of text.
  package var sparkline: [Double]
}

/// How the values of some metrics are spread in a window of a chart: of every point, not of those drawn.
///
/// One pass over the points in the window, some 200 million a second: for the background.
package struct HistogramRequest: Sendable, Hashable {
  package var series: [SeriesKey]
  package var axis: CurveAxis
  /// In x as the axis shows it; nil for all points, also those still to come.
  package var window: ClosedRange<Double>?
  /// Many: `Histogram` joins as many as a bar needs.
  package var bins: Int

  package init(
    series: [SeriesKey],
    axis: CurveAxis = .step,
    window: ClosedRange<Double>? = nil,
    bins: Int = 5040
  ) {
    self.series = series
    self.axis = axis
    self.window = window
    self.bins = bins
  }
}

/// A page of the points of some metrics in a window of a chart, exactly as they were logged.
///
/// Each point of the first series is a row; the others' values stand beside it where they have a point
/// at the same x. So the rows of any other run are asked for by naming it first.
package struct TableRequest: Sendable, Hashable {
  package var series: [SeriesKey]
  package var axis: CurveAxis
  package var window: ClosedRange<Double>?
  /// Rows that are left out before the page, and the most that it has.
  package var offset: Int
  package var limit: Int

  package init(
    series: [SeriesKey],
    axis: CurveAxis = .step,
    window: ClosedRange<Double>? = nil,
    offset: Int,
    limit: Int
  ) {
    self.series = series
    self.axis = axis
    self.window = window
    self.offset = offset
    self.limit = limit
  }
}

package struct TableFacts: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// As the axis shows it.
    package var x: Double
    package var step: Double
    /// Seconds since 1970.
    package var time: Double
    /// One for each series of the request; nil where it has no point at this x.
    package var values: [Double?]
  }

  /// All rows in the window.
  package var total: Int
  package var rows: [Row]
}

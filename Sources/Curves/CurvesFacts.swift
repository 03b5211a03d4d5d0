package import Series
package import Terminal

package struct CurvesFacts: Sendable, Equatable {
  /// The x range that the columns were made for: give it to the chart; nil when there is no point.
  package var range: ClosedRange<Double>?
  /// In the order of the request; one without points where the metric is not there.
  package var curves: [CurveFacts]

  package init(range: ClosedRange<Double>?, curves: [CurveFacts]) {
    self.range = range
    self.curves = curves
  }
}

package struct CurveFacts: Sendable, Equatable {
  package var points: CurvePoints
  /// Nil where the request asks for no smoothing.
  package var smoothed: CurvePoints?
  package var summary: SeriesSummary?
  /// What was subtracted from logged times to get x: for what else is marked at its time.
  package var origin: Double
  /// Finite values that are not above the floor of the request.
  package var unplaced: Int

  package init(
    points: CurvePoints,
    smoothed: CurvePoints? = nil,
    summary: SeriesSummary? = nil,
    origin: Double = 0,
    unplaced: Int = 0
  ) {
    self.points = points
    self.smoothed = smoothed
    self.summary = summary
    self.origin = origin
    self.unplaced = unplaced
  }

  /// What a chart draws of the curve: the points, behind the smoothed line where there is one.
  ///
  /// A smoothed line says so in its label: "loss ~0.6".
  package func series(
    label: SafeText,
    smoothing: Smoothing = .none,
    color: Color,
    stroke: LineChart.Stroke,
    unit: AxisUnit? = nil
  ) -> [LineChart.Series] {
    let isMarked = smoothed != nil && smoothing != .none
    func line(_ points: CurvePoints, _ role: LineChart.Role) -> LineChart.Series {
      LineChart.Series(
        label: isMarked ? label + " " + smoothing.mark : label,
        x: points.x,
        y: points.y,
        color: color,
        stroke: stroke,
        role: role,
        unit: unit
      )
    }
    guard let smoothed else { return [line(points, .curve)] }
    return [line(points, .behind), line(smoothed, .curve)]
  }
}

extension Smoothing {
  /// "0.6", "median 9" or "off".
  package var word: SafeText {
    switch self {
    case .none: "off"
    case .average(let weight): numberText(weight)
    case .median(let width): "median \(width)"
    }
  }

  /// Behind the name of what is smoothed: "~0.6", "~med 9".
  package var mark: SafeText {
    if case .median(let width) = self { "~med \(width)" } else { "~" + word }
  }
}

/// A metric of an attempt without its points.
package struct MetricFacts: Sendable, Equatable {
  package var name: String
  package var summary: SeriesSummary
  /// Means of up to 32 equal shares of the points, for one row of text.
  package var sparkline: [Double]

  package init(name: String, summary: SeriesSummary, sparkline: [Double]) {
    self.name = name
    self.summary = summary
    self.sparkline = sparkline
  }
}

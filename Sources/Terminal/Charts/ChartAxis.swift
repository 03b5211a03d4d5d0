/// How the values of an axis are spaced.
package enum AxisKind: Sendable, Hashable, CaseIterable {
  case linear
  /// By the logarithm; what is 0 or less has no place.
  case logarithmic
  /// By the logarithm on both sides of 0, and nearly linear close to it.
  ///
  /// The linear part begins three decades below the greatest value shown. Source: Webber, "A
  /// bi-symmetric log transformation for wide-range data", Measurement Science and Technology 2012.
  case symlog
}

/// One axis of a chart.
package struct ChartAxis: Sendable, Hashable {
  package var kind: AxisKind
  package var unit: AxisUnit
  /// What is shown; nil for a range that fits the points.
  package var range: ClosedRange<Double>?
  /// Written at the end of the x axis.
  package var label: SafeText?
  /// Whether it tells the time since something began, so that it is shown from 0 on.
  package var isSince = false

  package init(
    _ kind: AxisKind = .linear,
    unit: AxisUnit = .number,
    range: ClosedRange<Double>? = nil,
    label: SafeText? = nil,
    isSince: Bool = false
  ) {
    self.kind = kind
    self.unit = unit
    self.range = range
    self.label = label
    self.isSince = isSince
  }

  /// The range, if it can be drawn on an axis of this kind.
  var usableRange: ClosedRange<Double>? {
    guard let range, range.lowerBound.isFinite, range.upperBound.isFinite else { return nil }
    return kind == .logarithmic && range.lowerBound <= 0 ? nil : range
  }
}

package import Terminal

/// What x stands for.
package enum CurveAxis: Sendable, Hashable {
  case step
  /// Seconds since the attempt began, or where Lathe has not sampled it, since its first point.
  case relativeTime
  /// Seconds since 1970.
  case clock
  /// The value of another metric of the same attempt at the same step.
  case metric(String)

  /// Where something that has a step and a time is on this axis; nil where it has no place.
  ///
  /// `origin` is that of the curve beside which it is shown.
  package func place(step: Double, time: Double, origin: Double) -> Double? {
    let x: Double =
      switch self {
      case .step: step
      case .relativeTime, .clock: time - origin
      case .metric: .nan
      }
    return x.isFinite ? x : nil
  }

  /// The axis of a chart, with its label.
  package func chartAxis(
    _ kind: AxisKind = .linear,
    range: ClosedRange<Double>? = nil,
    secondsFromGMT: Int
  ) -> ChartAxis {
    switch self {
    case .step: ChartAxis(kind, range: range, label: "step")
    case .relativeTime:
      ChartAxis(kind, unit: .duration, range: range, label: "time", isSince: true)
    case .clock:
      ChartAxis(kind, unit: .clock(secondsFromGMT: secondsFromGMT), range: range, label: "clock")
    case .metric(let name):
      ChartAxis(
        kind,
        unit: SampledMetric.unit(of: name),
        range: range,
        label: SafeText(hostile: name, limit: 24)
      )
    }
  }
}

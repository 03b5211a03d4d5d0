import Series

/// One series on the axis that was asked for.
struct DrawnTrack: Sendable {
  let key: SeriesKey
  let track: SeriesTrack?
  /// What is subtracted from logged x values.
  let origin: Double
  /// Nil where x is another metric.
  let logged: SeriesAxis?
  let other: SeriesTrack?

  init(key: SeriesKey, reader: SeriesReader, axis: CurveAxis) {
    self.key = key
    track = reader[key.name]
    switch axis {
    case .step: (logged, origin, other) = (.step, 0, nil)
    case .clock: (logged, origin, other) = (.time, 0, nil)
    case .relativeTime:
      // All metrics of an attempt begin together.
      (logged, origin, other) = (.time, SampledMetric.beginning(in: reader), nil)
    case .metric(let name): (logged, origin, other) = (nil, 0, reader[name])
    }
  }

  /// The points that are drawn, and those that give their x.
  var count: Int { track?.count ?? 0 }
  var otherCount: Int { other?.count ?? 0 }

  /// From the least to the greatest x.
  var extent: ClosedRange<Double>? {
    switch logged {
    case .step: return track?.summary?.stepRange
    case .time:
      guard let range = track?.summary?.timeRange else { return nil }
      return range.lowerBound - origin...range.upperBound - origin
    case nil:
      guard track != nil, let summary = other?.summary, let min = summary.min, let max = summary.max
      else { return nil }
      return min...max
    }
  }

  func points(floor: Double?, _ columns: [Double]) throws -> CurvePoints {
    guard let track else { return CurvePoints() }
    guard let logged else {
      guard let other else { return CurvePoints() }
      return try track.curve(against: other, floor: floor, columns: columns)
    }
    return try track.curve(by: logged, floor: floor, columns: columns).shifted(by: -origin)
  }
}

extension CurvePoints {
  func shifted(by distance: Double) -> CurvePoints {
    distance == 0 ? self : CurvePoints(x: x.map { $0 + distance }, y: y)
  }
}

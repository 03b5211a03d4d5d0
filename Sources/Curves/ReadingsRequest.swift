package import Series

/// What metrics said at steps: for each the last point at or before it.
package struct ReadingsRequest: Sendable, Hashable {
  package struct Place: Sendable, Hashable {
    package var series: SeriesKey
    package var step: Double

    package init(series: SeriesKey, step: Double) {
      self.series = series
      self.step = step
    }
  }

  package var places: [Place]

  package init(places: [Place]) { self.places = places }
}

/// One logged value.
package struct PointReading: Sendable, Equatable {
  package var step: Double
  package var value: Double
}

extension SeriesTrack {
  /// The last point at or before a step; of those at the same step the one that was logged last.
  package func reading(at step: Double) throws -> PointReading? {
    let before = try curve(by: .step, floor: nil, columns: [step.nextUp])
    var found: PointReading?
    for (x, value) in zip(before.x, before.y) where x <= step && x >= found?.step ?? -.infinity {
      found = PointReading(step: x, value: value)
    }
    return found
  }
}

package import Series

extension CurveSource {
  /// One for each series, all over the same range; none where no value is finite.
  package mutating func histograms(_ request: HistogramRequest) throws -> [SeriesHistogram] {
    let drawn = try drawn(request.series, request.axis)
    let ranges = try drawn.compactMap { try $0.valueRange(request.window) }
    guard let least = ranges.map(\.lowerBound).min(), let greatest = ranges.map(\.upperBound).max()
    else { return [] }
    return try drawn.map { series in
      var histogram = SeriesHistogram(bins: request.bins, range: least...greatest)
      try series.add(to: &histogram, request.window)
      return histogram
    }
  }

  package mutating func table(_ request: TableRequest) throws -> TableFacts {
    let drawn = try drawn(request.series, request.axis)
    guard let first = drawn.first else { return TableFacts(total: 0, rows: []) }
    let page = try first.page(request.window, offset: request.offset, limit: request.limit)
    let points = page.rows.points
    var facts = TableFacts(
      total: page.rows.total,
      rows: page.x.indices.map { index in
        TableFacts.Row(
          x: page.x[index],
          step: points.steps[index],
          time: points.times[index],
          values: [points.values[index]]
        )
      }
    )
    for other in drawn.dropFirst() {
      let values = try other.values(at: page.x)
      for index in facts.rows.indices { facts.rows[index].values.append(values[index]) }
    }
    return facts
  }
}

extension DrawnTrack {
  fileprivate func valueRange(_ window: ClosedRange<Double>?) throws -> ClosedRange<Double>? {
    if let logged { return try track?.valueRange(by: logged, window: place(of: window)) }
    guard let other else { return nil }
    return try track?.valueRange(against: other, window: place(of: window))
  }

  fileprivate func add(
    to histogram: inout SeriesHistogram,
    _ window: ClosedRange<Double>?
  ) throws {
    guard let track else { return }
    if let logged {
      try histogram.add(track, by: logged, window: place(of: window))
    } else if let other {
      try histogram.add(track, against: other, window: place(of: window))
    }
  }

  /// Rows, and their x as the axis shows it.
  fileprivate func page(
    _ window: ClosedRange<Double>?,
    offset: Int,
    limit: Int
  ) throws -> (rows: SeriesRows, x: [Double]) {
    guard let track else { return (SeriesRows(), []) }
    guard let logged else {
      guard let other else { return (SeriesRows(), []) }
      return try track.rows(against: other, window: place(of: window), offset: offset, limit: limit)
    }
    let rows = try track.rows(by: logged, window: place(of: window), offset: offset, limit: limit)
    let x = logged == .step ? rows.points.steps : rows.points.times
    return (rows, x.map { $0 - origin })
  }

  /// The values at some x; of equal ones the first belongs to the first and so on.
  fileprivate func values(at xs: [Double]) throws -> [Double?] {
    let finite = xs.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return xs.map { _ in nil } }
    let found = try page(least...greatest, offset: 0, limit: Self.mostBeside)
    var values: [Double: (next: Int, all: [Double])] = [:]
    for (x, value) in zip(found.x, found.rows.points.values) {
      values[x, default: (0, [])].all.append(value)
    }
    return xs.map { x in
      guard let known = values[x], known.next < known.all.count else { return nil }
      values[x]?.next += 1
      return known.all[known.next]
    }
  }

  /// The most points of another series that are looked at for those beside a page.
  private static let mostBeside = 100_000

  private func place(of window: ClosedRange<Double>?) -> SeriesWindow? {
    window.map { SeriesWindow($0, origin: origin) }
  }
}

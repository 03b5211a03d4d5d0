package import Series
package import Store
import Terminal

/// Answers what charts ask, from the metrics on disk; keeps what makes the next answer cheaper.
package struct CurveSource {
  private var readers: [AttemptFolder: SeriesReader] = [:]
  private var smoothed: [SmoothedKey: SmoothedTrack] = [:]
  private var thinned: [ThinnedKey: Thinned] = [:]
  /// How many of a series' values are not above a floor, up to a count of its points.
  private var unplaced: [FloorKey: (count: Int, found: Int)] = [:]
  /// Where the columns begin that were asked for last: the same for all curves of one origin.
  private var starts: (columns: DotColumns, origin: Double, values: [Double])?

  /// What a curve's points follow from, with those of a series up to a count.
  private struct ThinnedKey: Hashable {
    var series: SeriesKey
    var axis: CurveAxis
    var columns: DotColumns
    var origin: Double
    var floor: Double?
  }

  private struct Thinned {
    var count: Int
    /// Of the series that x is taken from.
    var otherCount: Int
    var points: CurvePoints
  }

  private struct FloorKey: Hashable {
    var series: SeriesKey
    var floor: Double
  }

  private struct SmoothedKey: Hashable {
    var series: SeriesKey
    var smoothing: Smoothing
  }

  private static let mostReaders = 64
  private static let mostSmoothed = 64
  private static let mostThinned = 64
  /// Two numbers each; one that was forgotten costs a pass over its points.
  private static let mostUnplaced = 4096

  package init() {}

  /// Every metric of an attempt, in the order of their first points.
  package mutating func metrics(_ folder: AttemptFolder) throws -> [MetricFacts] {
    let reader = try reader(folder)
    return reader.names.compactMap { name in
      guard let track = reader[name], let summary = track.summary else { return nil }
      return MetricFacts(name: name, summary: summary, sparkline: track.sparkline(32))
    }
  }

  package mutating func readings(_ request: ReadingsRequest) throws -> [PointReading?] {
    var seen: [AttemptFolder: SeriesReader] = [:]
    return try request.places.map { place in
      let reader = try seen[place.series.folder] ?? reader(place.series.folder)
      seen[place.series.folder] = reader
      return try reader[place.series.name]?.reading(at: place.step)
    }
  }

  /// The x range that all points of a request fit into; nil when there are none.
  package mutating func range(of request: CurvesRequest) throws -> ClosedRange<Double>? {
    fitted(try drawn(request.series, request.axis).compactMap(\.extent), request)
  }

  /// From the least to the greatest x of each series of a request; nil for one without points.
  package mutating func extents(of request: CurvesRequest) throws -> [ClosedRange<Double>?] {
    try drawn(request.series, request.axis).map(\.extent)
  }

  package mutating func curves(_ request: CurvesRequest) throws -> CurvesFacts {
    let drawn = try drawn(request.series, request.axis)
    let range = request.window ?? fitted(drawn.compactMap(\.extent), request)
    guard let range else {
      return CurvesFacts(
        range: nil,
        curves: drawn.map {
          CurveFacts(points: CurvePoints(), summary: $0.track?.summary, origin: $0.origin)
        }
      )
    }
    let columns = DotColumns(range: range, kind: request.xKind, count: request.columns)
    // Runs that share a result have one series: it is found once, with what was kept of it.
    var places: [SeriesKey: Int] = [:]
    var works: [CurveWork] = []
    for track in drawn where places[track.key] == nil {
      places[track.key] = works.count
      works.append(work(track, request, columns))
    }
    CurveWork.finish(works)
    // What was found is kept, also where another curve has failed.
    let found = works.map { work in Result { try keep(work, request, columns) } }
    return CurvesFacts(
      range: columns.range,
      curves: try drawn.map { track in
        let state = try places[track.key].map { try found[$0].get() } ?? CurveWork.State()
        return CurveFacts(
          points: state.points ?? CurvePoints(),
          smoothed: state.smoothed,
          summary: track.track?.summary,
          origin: track.origin,
          unplaced: try unplaced(track, request.floor)
        )
      }
    )
  }

  mutating func drawn(_ series: [SeriesKey], _ axis: CurveAxis) throws -> [DrawnTrack] {
    var drawn: [DrawnTrack] = []
    var seen: [AttemptFolder: SeriesReader] = [:]
    for key in series {
      let reader = try seen[key.folder] ?? reader(key.folder)
      seen[key.folder] = reader
      drawn.append(DrawnTrack(key: key, reader: reader, axis: axis))
    }
    return drawn
  }

  private func fitted(
    _ extents: [ClosedRange<Double>],
    _ request: CurvesRequest
  ) -> ClosedRange<Double>? {
    guard let least = extents.map(\.lowerBound).min(),
      let greatest = extents.map(\.upperBound).max()
    else { return nil }
    return LineChart.fittedX(
      least...greatest,
      kind: request.xKind,
      since: request.axis == .relativeTime
    )
  }

  // MARK: Finding curves

  /// What is to be found of a curve, with what was kept of it.
  private mutating func work(
    _ drawn: DrawnTrack,
    _ request: CurvesRequest,
    _ columns: DotColumns
  ) -> CurveWork {
    var known = CurveWork.State()
    // A series only grows.
    if let kept = thinned[thinnedKey(drawn, request, columns)], kept.count == drawn.count,
      kept.otherCount == drawn.otherCount
    {
      known.points = kept.points
    }
    if request.smoothing != .none, drawn.track != nil, drawn.logged != nil {
      let key = SmoothedKey(series: drawn.key, smoothing: request.smoothing)
      // Taken out, so that it is changed where it is and not copied.
      known.smooth = smoothed.removeValue(forKey: key) ?? SmoothedTrack(request.smoothing)
    }
    return CurveWork(
      drawn,
      floor: request.floor,
      starts: starts(of: columns, drawn.origin),
      known: known
    )
  }

  /// Keeps what was found for the next answer; throws where nothing was.
  private mutating func keep(
    _ work: CurveWork,
    _ request: CurvesRequest,
    _ columns: DotColumns
  ) throws -> CurveWork.State {
    let (found, drawn) = (try work.found(), work.drawn)
    if let points = found.points {
      let key = thinnedKey(drawn, request, columns)
      if thinned.count >= Self.mostThinned, thinned[key] == nil { thinned = [:] }
      thinned[key] = Thinned(count: drawn.count, otherCount: drawn.otherCount, points: points)
    }
    if let smooth = found.smooth {
      let key = SmoothedKey(series: drawn.key, smoothing: request.smoothing)
      if smoothed.count > Self.mostSmoothed, smoothed[key] == nil { smoothed = [:] }
      smoothed[key] = smooth
    }
    return found
  }

  private func thinnedKey(
    _ drawn: DrawnTrack,
    _ request: CurvesRequest,
    _ columns: DotColumns
  ) -> ThinnedKey {
    ThinnedKey(
      series: drawn.key,
      axis: request.axis,
      columns: columns,
      origin: drawn.origin,
      floor: request.floor
    )
  }

  /// Looks only at the points that have come since the last time.
  private mutating func unplaced(_ drawn: DrawnTrack, _ floor: Double?) throws -> Int {
    guard let floor, let track = drawn.track, let least = track.summary?.min, least <= floor
    else { return 0 }
    let key = FloorKey(series: drawn.key, floor: floor)
    if unplaced.count >= Self.mostUnplaced, unplaced[key] == nil { unplaced = [:] }
    let known = unplaced[key] ?? (0, 0)
    guard known.count < track.count else { return known.found }
    let found = known.found + (try track.count(upTo: floor, from: known.count))
    unplaced[key] = (track.count, found)
    return found
  }

  private mutating func starts(of columns: DotColumns, _ origin: Double) -> [Double] {
    if let starts, starts.columns == columns, starts.origin == origin { return starts.values }
    let values = columns.starts(origin: origin)
    starts = (columns, origin, values)
    return values
  }

  /// The metrics of an attempt as they are now.
  package mutating func reader(_ folder: AttemptFolder) throws -> SeriesReader {
    if readers.count > Self.mostReaders, readers[folder] == nil { readers = [:] }
    var reader = readers.removeValue(forKey: folder) ?? SeriesReader(folder: folder.metrics)
    // What was read before a damage is shown all the same.
    defer { readers[folder] = reader }
    _ = try reader.refresh()
    return reader
  }
}

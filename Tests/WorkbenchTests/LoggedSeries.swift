import Series
import Store
import Terminal

@testable import Curves
@testable import Workbench

/// A metric with all its points, and what a view is told of it.
struct LoggedSeries {
  var name: String
  var data: SeriesData

  static func metrics(_ all: [LoggedSeries]) -> Answer {
    .metrics(
      all.compactMap { series in
        series.data.summary.map {
          MetricFacts(name: series.name, summary: $0, sparkline: series.data.sparkline(32))
        }
      }
    )
  }

  /// What the files would answer; nil for questions about other things than points.
  static func answer(_ query: Query, _ points: (SeriesKey) -> SeriesData?) -> Answer? {
    do {
      switch query {
      case .curves(let request): return .curves(try curves(request, points))
      case .readings(let request):
        return .readings(
          try request.places.map { place in
            try points(place.series).flatMap { try SeriesTrack($0).reading(at: place.step) }
          }
        )
      case .table(let request): return .table(table(request, points))
      case .histogram(let request): return .histogram(histogram(request, points))
      default: return nil
      }
    } catch {
      return nil
    }
  }

  private static func x(_ data: SeriesData, _ axis: CurveAxis) -> [Double] {
    switch axis {
    case .step, .metric: data.steps
    case .clock: data.times
    case .relativeTime: data.times.map { $0 - (data.times.first ?? 0) }
    }
  }

  private static func table(
    _ request: TableRequest,
    _ points: (SeriesKey) -> SeriesData?
  ) -> TableFacts {
    let all = request.series.map { points($0) ?? SeriesData() }
    let places = all.map { x($0, request.axis) }
    let rows = places[0].indices.filter { request.window?.contains(places[0][$0]) ?? true }
    return TableFacts(
      total: rows.count,
      rows: rows.dropFirst(request.offset).prefix(request.limit).map { row in
        let at = places[0][row]
        return TableFacts.Row(
          x: at,
          step: all[0].steps[row],
          time: all[0].times[row],
          values: zip(all, places).map { data, x in
            x.firstIndex(of: at).map { data.values[$0] }
          }
        )
      }
    )
  }

  private static func histogram(
    _ request: HistogramRequest,
    _ points: (SeriesKey) -> SeriesData?
  ) -> [SeriesHistogram] {
    let all = request.series.map { key -> [Double] in
      let data = points(key) ?? SeriesData()
      return zip(x(data, request.axis), data.values)
        .filter { request.window?.contains($0.0) ?? true }.map(\.1)
    }
    let finite = all.joined().filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return [] }
    return all.map { values in
      var histogram = SeriesHistogram(bins: request.bins, range: least...greatest)
      histogram.add(values)
      return histogram
    }
  }

  private static func curves(
    _ request: CurvesRequest,
    _ points: (SeriesKey) -> SeriesData?
  ) throws -> CurvesFacts {
    let all = request.series.map { points($0) ?? SeriesData() }
    func x(_ data: SeriesData) -> [Double] {
      switch request.axis {
      case .step, .metric: data.steps
      case .clock: data.times
      case .relativeTime: data.times.map { $0 - (data.times.first ?? 0) }
      }
    }
    let places = all.flatMap(x)
    let extent = places.min().flatMap { least in places.max().map { least...$0 } }
    let range = request.window ?? extent.map { LineChart.fittedX($0, kind: request.xKind) }
    guard let range else {
      return CurvesFacts(range: nil, curves: all.map { _ in CurveFacts(points: CurvePoints()) })
    }
    let columns = DotColumns(range: range, kind: request.xKind, count: request.columns)
    let starts = columns.starts()
    return CurvesFacts(
      range: columns.range,
      curves: try all.map { data in
        let track = SeriesTrack(SeriesData(steps: x(data), times: data.times, values: data.values))
        var smoothed: CurvePoints?
        if request.smoothing != .none {
          var smooth = SmoothedTrack(request.smoothing)
          try smooth.refresh(from: track)
          smoothed = try smooth.curve(by: .step, floor: request.floor, columns: starts)
        }
        return CurveFacts(
          points: try track.curve(by: .step, floor: request.floor, columns: starts),
          smoothed: smoothed,
          summary: data.summary,
          unplaced: try request.floor.map { try track.count(upTo: $0) } ?? 0
        )
      }
    )
  }
}

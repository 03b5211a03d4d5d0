/// A series smoothed, every point of it, and kept as little.
///
/// Of each row of at least 64 points, a leaf, stand here the least and greatest smoothed value and
/// the state of the average before it; the values themselves are computed again where they are
/// needed, at the edges of columns of dots. So a hundred million points take 20 MB.
package struct SmoothedTrack: Sendable {
  package let smoothing: Smoothing
  /// What was smoothed.
  private(set) var track = SeriesTrack(SeriesData())
  private(set) var leaves = SpanPyramid()
  /// Points of a leaf; the last leaf may have fewer.
  private(set) var leafSize = 64
  /// The average before each leaf, and behind the settled ones.
  private var averages: [DebiasedAverage]
  /// Leaves whose values do not change when points are appended.
  private var settled = 0

  private static let mostLeaves = 1 << 19

  package init(_ smoothing: Smoothing) {
    self.smoothing = smoothing
    averages =
      if case .average(let weight) = smoothing { [DebiasedAverage(weight: weight)] } else { [] }
  }

  /// Smooths the points that a series got since the last call, in one pass.
  ///
  /// A series that has become shorter is smoothed from its start. Throws a `SeriesError` when the
  /// points cannot be read; nothing is smoothed then.
  package mutating func refresh(from track: SeriesTrack) throws {
    if track.count < self.track.count { self = SmoothedTrack(smoothing) }
    do {
      leaves.truncate(to: settled)
      coarsen(for: track.count)
      switch smoothing {
      case .none: break
      case .average: try takeAverages(of: track)
      case .median: try takeMedians(of: track)
      }
    } catch {
      self = SmoothedTrack(smoothing)
      throw error
    }
    self.track = track
  }

  /// As `SeriesTrack.curve`, of the smoothed values.
  package func curve(
    by axis: SeriesAxis,
    floor: Double?,
    columns: [Double]
  ) throws -> CurvePoints {
    if smoothing == .none { return try track.curve(by: axis, floor: floor, columns: columns) }
    let values = SmoothedValues(self, try CurveSeries(track, by: axis), floor: floor)
    var walk = CurveWalk(values, columns: columns)
    return try walk.points()
  }

  /// The smoothed values of a leaf.
  func values(ofLeaf leaf: Int, _ series: CurveSeries) throws -> [Double] {
    let range = leaf * leafSize..<min((leaf + 1) * leafSize, track.count)
    guard case .median(let width) = smoothing else {
      var average = averages[leaf]
      var values = try series.values(range)
      for index in values.indices { values[index] = average.add(values[index]) }
      return values
    }
    let start = max(0, range.lowerBound - smoothing.reach)
    let values = try series.values(start..<min(range.upperBound + smoothing.reach, track.count))
    return CentredMedian.smoothed(values, start: start, range: range, width: width)
  }
}

// MARK: The pass

extension SmoothedTrack {
  /// Makes leaves larger until there are not too many.
  private mutating func coarsen(for count: Int) {
    while count > Self.mostLeaves * leafSize {
      settled &= ~1
      leaves.truncate(to: settled)
      leaves.coarsen()
      settled /= 2
      leafSize *= 2
      guard !averages.isEmpty else { continue }
      averages = stride(from: 0, through: 2 * settled, by: 2).map { averages[$0] }
    }
  }

  private mutating func takeAverages(of track: SeriesTrack) throws {
    var average = averages[settled]
    var leaf = SpanSum()
    var room = leafSize
    let series = try CurveSeries(track, by: .step)
    try series.forEachValues(settled * leafSize..<track.count) { values in
      var start = values.startIndex
      while start < values.endIndex {
        let end = min(values.endIndex, start + room)
        for value in values[start..<end] { leaf.add(average.add(value)) }
        room -= end - start
        start = end
        guard room == 0 else { continue }
        leaves.append(leaf.span)
        averages.append(average)
        (leaf, room) = (SpanSum(), leafSize)
      }
    }
    settled = leaves.count
    if room < leafSize { leaves.append(leaf.span) }
  }

  private mutating func takeMedians(of track: SeriesTrack) throws {
    guard case .median(let width) = smoothing else { return }
    let reach = smoothing.reach
    let series = try CurveSeries(track, by: .step)
    let stretch = max(leafSize, 1 << 16)
    var start = settled * leafSize
    while start < track.count {
      let range = start..<min(start + stretch, track.count)
      let from = max(0, start - reach)
      let values = try series.values(from..<min(range.upperBound + reach, track.count))
      let smoothed = CentredMedian.smoothed(values, start: from, range: range, width: width)
      for first in Swift.stride(from: 0, to: smoothed.count, by: leafSize) {
        var leaf = SpanSum()
        for value in smoothed[first..<min(first + leafSize, smoothed.count)] { leaf.add(value) }
        leaves.append(leaf.span)
      }
      start = range.upperBound
    }
    settled = max(0, track.count - reach) / leafSize
  }
}

/// Adds up the span of a leaf.
private struct SpanSum {
  private var min = Double.infinity
  private var max = -Double.infinity
  private var isFinite = true

  var span: SeriesSpan {
    isFinite ? SeriesSpan(min: min, max: max) : SeriesSpan(min: .nan, max: .nan)
  }

  @inline(__always)
  mutating func add(_ value: Double) {
    min = value < min ? value : min
    max = value > max ? value : max
    isFinite = isFinite && value.isFinite
  }
}

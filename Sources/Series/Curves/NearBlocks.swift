/// The block that a walk is in, and others near it in which something was found.
///
/// Kept, because opening a block costs more than a look into it, and what is sought of a column that
/// ends lies mostly in the block that the walk is in or in the one before.
struct NearBlocks {
  /// One without points, until the first is entered.
  var current: BlockPoints
  private var before: BlockPoints
  private var far: BlockPoints

  init(by axis: SeriesAxis) {
    current = BlockPoints(TailBlock(start: 0), by: axis)
    (before, far) = (current, current)
  }

  mutating func enter(_ block: consuming BlockPoints) {
    swap(&before, &current)
    current = block
  }

  /// The first point with a value in a place of a series.
  mutating func find(
    _ value: Double,
    in place: CurvePlace,
    of series: CurveSeries
  ) throws -> CurvePoint {
    if current.range.contains(place.place) { return try current.find(value, in: place) }
    if before.range.contains(place.place) { return try before.find(value, in: place) }
    try reach(place.place, of: series)
    return try far.find(value, in: place)
  }

  /// The least and the greatest of some values of one block, all of which are above a floor.
  mutating func extremes(
    of places: Range<Int>,
    above floor: Double,
    of series: CurveSeries
  ) throws -> CurveExtremes {
    func found(_ block: inout BlockPoints) throws -> CurveExtremes {
      let range = places.lowerBound - block.start..<places.upperBound - block.start
      return try block.extremes(of: range, above: floor) ?? CurveExtremes()
    }
    if current.range.contains(places.lowerBound) { return try found(&current) }
    if before.range.contains(places.lowerBound) { return try found(&before) }
    try reach(places.lowerBound, of: series)
    return try found(&far)
  }

  /// The step or time of a point.
  mutating func x(_ place: Int, of series: CurveSeries) throws -> Double {
    if current.range.contains(place) { return try current.x(at: place - current.start) }
    if before.range.contains(place) { return try before.x(at: place - before.start) }
    try reach(place, of: series)
    return try far.x(at: place - far.start)
  }

  private mutating func reach(_ place: Int, of series: CurveSeries) throws {
    if !far.range.contains(place) { far = series.block(at: series.block(with: place)) }
  }
}

/// The values as they were logged.
struct LoggedValues: CurveValues {
  let series: CurveSeries
  /// What cannot be drawn is not above it: 0 on a logarithmic axis.
  private let floor: Double
  var blocks: NearBlocks
  /// What begins the run that goes on, by the bounds of its block.
  ///
  /// Its extremes are looked for when the run ends, and mostly need not be: of many blocks in a column
  /// others have a less and a greater value.
  private var held: Held?

  private struct Held {
    var column: Int
    /// Places in the series.
    var range: Range<Int>
    var bounds: (min: Double, max: Double)
  }

  init(_ series: CurveSeries, floor: Double?) {
    self.series = series
    self.floor = floor ?? -.infinity
    blocks = NearBlocks(by: series.axis)
  }

  mutating func finish(_ builder: inout CurveBuilder) throws { try settle(&builder) }

  /// Looks for the extremes of what is held, where they count.
  private mutating func settle(_ builder: inout CurveBuilder) throws {
    guard let held else { return }
    self.held = nil
    if builder.exceeds(held.bounds.min, held.bounds.max) { return }
    builder.complete(with: try blocks.extremes(of: held.range, above: floor, of: series))
  }

  var last: CurvePoint? {
    guard let root = series.roots.last else { return nil }
    let node = series.tree[root]
    let place = node.range.upperBound - 1
    return CurvePoint(place: place, x: node.extent(series.axis).last, y: node.last)
  }

  mutating func add(
    _ place: SeriesTree.Place,
    column: Int,
    to builder: inout CurveBuilder
  ) throws {
    if let held, held.column != column { try settle(&builder) }
    let outline = series.tree.outline(of: place, by: series.axis)
    // NaN is covered by nothing.
    if builder.covers(outline.yMin, outline.yMax, column: column) {
      return builder.extend(to: outline.last)
    }
    let node = series.tree[place]
    let x = node.extent(series.axis)
    if node.isAllFinite, node.min > floor {
      let isByStep = series.axis == .step
      var extremes = CurveExtremes(
        node.min,
        at: CurvePlace(point: node.minIndex, x: isByStep ? node.minStep : .nan)
      )
      extremes.add(node.max) {
        CurvePlace(point: node.maxIndex, x: isByStep ? node.maxStep : .nan)
      }
      try builder.add(
        column: column,
        first: CurvePoint(place: node.start, x: x.first, y: node.first),
        last: CurvePoint(place: node.range.upperBound - 1, x: x.last, y: node.last),
        extremes: extremes,
        of: &self
      )
    } else if node.isAllFinite, node.max <= floor {
      try settle(&builder)
      let last = CurvePoint(place: node.range.upperBound - 1, x: x.last, y: node.last)
      try builder.skip(last, column: column, of: &self)
    } else if place.level > 0 {
      for child in series.tree.children(of: place) {
        let below = SeriesTree.Place(level: place.level - 1, index: child)
        try add(below, column: column, to: &builder)
      }
    } else {
      blocks.enter(series.block(at: place.index))
      try add(0..<blocks.current.count, column: column, to: &builder)
    }
  }

  mutating func add(
    _ range: Range<Int>,
    column: Int?,
    to builder: inout CurveBuilder
  ) throws {
    if let held, held.column != column { try settle(&builder) }
    guard let column else {
      let first = try point(range.lowerBound)
      return try builder.skip(first, column: nil, of: &self)
    }
    if let bounds = blocks.current.bounds, bounds.min > floor {
      if builder.covers(bounds.min, bounds.max, column: column) {
        return builder.extend(to: try point(range.upperBound - 1))
      }
      if !builder.isIn(column) {
        try add(range, column, CurveExtremes(), to: &builder)
        let start = blocks.current.start
        held = Held(
          column: column,
          range: start + range.lowerBound..<start + range.upperBound,
          bounds: bounds
        )
        return
      }
    }
    try settle(&builder)
    if let extremes = try blocks.current.extremes(of: range, above: floor) {
      return try add(range, column, extremes, to: &builder)
    }
    let start = blocks.current.start
    var extremes = CurveExtremes()
    // Where the points that can be drawn and were not added yet begin.
    var from = range.lowerBound
    var at = range.lowerBound
    while at < range.upperBound {
      let span = at / SeriesFormat.pointsOfSpan
      let points = blocks.current.points(ofSpan: span)
      let end = min(points.upperBound, range.upperBound)
      if points == at..<end {
        let y = try blocks.current.span(span)
        if y.min > floor {
          extremes.add(y.min, y.max, in: CurvePlace(group: start + at))
          at = end
          continue
        }
      }
      while at < end {
        let y = try blocks.current.value(at: at)
        if y > floor, y < .infinity {
          try extremes.add(y) {
            CurvePlace(point: start + at, x: try blocks.current.x(at: at))
          }
        } else {
          try add(from..<at, column, extremes, to: &builder)
          // Of several of one kind that follow each other the last one stands for all.
          while at + 1 < end {
            let next = try blocks.current.value(at: at + 1)
            guard next > floor ? next == .infinity && y == next : y != .infinity else { break }
            at += 1
          }
          try builder.skip(try point(at), column: column, of: &self)
          from = at + 1
          extremes = CurveExtremes()
        }
        at += 1
      }
    }
    try add(from..<at, column, extremes, to: &builder)
  }

  private mutating func add(
    _ range: Range<Int>,
    _ column: Int,
    _ extremes: CurveExtremes,
    to builder: inout CurveBuilder
  ) throws {
    guard let last = range.last else { return }
    try builder.add(
      column: column,
      first: try point(range.lowerBound),
      last: try point(last),
      extremes: extremes,
      of: &self
    )
  }

  mutating func find(_ value: Double, in place: CurvePlace) throws -> CurvePoint {
    try blocks.find(value, in: place, of: series)
  }

  /// A point by its place in the current block.
  private mutating func point(_ index: Int) throws -> CurvePoint {
    CurvePoint(
      place: blocks.current.start + index,
      x: try blocks.current.x(at: index),
      y: try blocks.current.value(at: index)
    )
  }
}

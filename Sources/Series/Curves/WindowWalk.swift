/// A part of an axis: the finite x that lie in `range` when `origin` is subtracted from them.
package struct SeriesWindow: Sendable, Hashable {
  package var range: ClosedRange<Double>
  package var origin: Double

  package init(_ range: ClosedRange<Double>, origin: Double = 0) {
    self.range = range
    self.origin = origin
  }

  /// The difference never grows less where x grows.
  @inline(__always)
  func isBefore(_ x: Double) -> Bool { x - origin < range.lowerBound }

  @inline(__always)
  func isBehind(_ x: Double) -> Bool { x - origin > range.upperBound }

  @inline(__always)
  func contains(_ x: Double) -> Bool { x.isFinite && !isBefore(x) && !isBehind(x) }
}

/// Goes along the points of a series whose x lies in a window, in the order of logging.
///
/// Whole nodes of the tree are taken and left out by what is known of them; in a block at the
/// window's edge whose x ascends the edge is searched by halves, in any other each x is looked at.
struct WindowWalk {
  /// Points that follow each other: a whole node of the tree, or some points of a block.
  enum Piece {
    case node(SeriesTree.Place)
    case points(Range<Int>, block: Int)
  }

  let series: CurveSeries
  /// Nil for all points, also those without a place in x.
  private let window: SeriesWindow?

  init(_ track: SeriesTrack, by axis: SeriesAxis, _ window: SeriesWindow?) throws {
    series = try CurveSeries(track, by: axis)
    self.window = window
  }

  /// Calls for each piece.
  func forEachPiece(_ body: (Piece) throws -> Void) throws {
    for root in series.roots { try add(root, body) }
  }

  private func add(_ place: SeriesTree.Place, _ body: (Piece) throws -> Void) throws {
    guard let window else { return try body(.node(place)) }
    let x = series.tree.extent(of: place, by: series.axis)
    // Not so where no x is finite.
    guard !window.isBefore(x.max), x.min.isFinite, !window.isBehind(x.min) else { return }
    if x.isAllFinite, !window.isBefore(x.min), !window.isBehind(x.max) {
      return try body(.node(place))
    }
    guard place.level == 0 else {
      for child in series.tree.children(of: place) {
        try add(SeriesTree.Place(level: place.level - 1, index: child), body)
      }
      return
    }
    var block = series.block(at: place.index)
    if x.isAllFinite, x.isAscending {
      let start = try block.firstPlace { !window.isBefore($0) }
      let end = try block.firstPlace { window.isBehind($0) }
      if start < end { try body(.points(start..<end, block: place.index)) }
    } else {
      try addAny(&block, place.index, window, body)
    }
  }

  private func addAny(
    _ block: inout BlockPoints,
    _ index: Int,
    _ window: SeriesWindow,
    _ body: (Piece) throws -> Void
  ) throws {
    try block.loadAllX()
    var start: Int?
    for at in 0..<block.count {
      let x = try block.x(at: at)
      if window.contains(x) {
        start = start ?? at
      } else if let first = start {
        try body(.points(first..<at, block: index))
        start = nil
      }
    }
    if let start { try body(.points(start..<block.count, block: index)) }
  }
}

extension BlockPoints {
  /// The first place whose x is one of those that are sought, of ascending x; the count for none.
  fileprivate mutating func firstPlace(where isSought: (Double) -> Bool) throws -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isSought(try x(at: middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

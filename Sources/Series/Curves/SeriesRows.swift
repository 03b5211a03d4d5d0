/// Some of the points of a series that lie in a window: a page of a table.
package struct SeriesRows: Sendable, Equatable {
  /// How many points lie in the window.
  package var total = 0
  /// Those of the page, in the order of logging, exactly as they were logged.
  package var points = SeriesData()
  /// The place of each in its series, counted from 0.
  package var places: [Int] = []

  package init() {}
}

extension SeriesTrack {
  /// A page of the points whose x lies in a window, in the order of logging: up to `limit` of them
  /// after `offset` others.
  ///
  /// Without a window all points count, also those whose x is NaN or infinite. It costs the page where
  /// x ascends, else one look at each x in blocks that lie partly in the window. Throws a
  /// `SeriesError` when the file of blocks cannot be read.
  package func rows(
    by axis: SeriesAxis = .step,
    window: SeriesWindow? = nil,
    offset: Int,
    limit: Int
  ) throws -> SeriesRows {
    let walk = try WindowWalk(self, by: axis, window)
    var rows = SeriesRows()
    let first = max(0, offset)
    let end = first + min(max(0, limit), Int(Int32.max))
    var pieces: [Range<Int>] = []
    try walk.forEachPiece { piece in
      let range = walk.places(of: piece)
      // The part of the piece that is on the page.
      let from = range.lowerBound + max(0, first - rows.total)
      let to = range.lowerBound + min(range.count, end - rows.total)
      rows.total += range.count
      guard from < to else { return }
      if let last = pieces.indices.last, pieces[last].upperBound == from {
        pieces[last] = pieces[last].lowerBound..<to
      } else {
        pieces.append(from..<to)
      }
    }
    for piece in pieces {
      rows.points.append(try points(piece))
      rows.places += piece
    }
    return rows
  }

  /// As `rows(by:window:offset:limit:)`, where x is what another series had at the same step.
  ///
  /// Points at a step that the other one has not have no row. It is one pass over both. Returns each
  /// point's x beside the rows.
  package func rows(
    against other: SeriesTrack,
    window: SeriesWindow? = nil,
    offset: Int,
    limit: Int
  ) throws -> (rows: SeriesRows, x: [Double]) {
    var rows = SeriesRows()
    var xs: [Double] = []
    let first = max(0, offset)
    let end = first + min(max(0, limit), Int(Int32.max))
    try forEachPair(with: other) { place, x, data, index in
      guard window?.contains(x) != false else { return }
      if rows.total >= first, rows.total < end {
        xs.append(x)
        rows.places.append(place)
        rows.points.append(data.points(index..<index + 1))
      }
      rows.total += 1
    }
    return (rows, xs)
  }

  /// How many points have an x in a window.
  package func count(by axis: SeriesAxis = .step, window: SeriesWindow) throws -> Int {
    let walk = try WindowWalk(self, by: axis, window)
    var count = 0
    try walk.forEachPiece { count += walk.places(of: $0).count }
    return count
  }
}

extension WindowWalk {
  /// The places of a piece in the series.
  func places(of piece: Piece) -> Range<Int> {
    switch piece {
    case .node(let place): return series.tree[place].range
    case .points(let range, let block):
      let start = series.tree.start(of: SeriesTree.Place(level: 0, index: block))
      return start + range.lowerBound..<start + range.upperBound
    }
  }
}

/// How many values lie in each of some bins of equal width; exact, of every point.
package struct SeriesHistogram: Sendable, Equatable {
  /// From the lower edge of the first bin to the upper edge of the last one, which has that edge.
  package let range: ClosedRange<Double>
  package private(set) var counts: [Int]
  /// Values below and above the range.
  package private(set) var below = 0
  package private(set) var above = 0
  /// NaN and infinities.
  package private(set) var notFinite = 0
  /// Half of the range's width.
  private let half: Double

  package static let mostBins = 1 << 16

  /// Empty bins, at least one and at most 65,536; the ends of the range must be finite.
  package init(bins: Int, range: ClosedRange<Double>) {
    self.range = range
    counts = Array(repeating: 0, count: min(max(1, bins), Self.mostBins))
    // Of halves, since the difference may overflow.
    half = range.upperBound / 2 - range.lowerBound / 2
  }

  /// Adds every point of a series whose x lies in a window, or all without one.
  ///
  /// One pass over the values; what lies in one bin as a whole is not read. Throws a `SeriesError`
  /// when the file of blocks cannot be read.
  package mutating func add(
    _ track: SeriesTrack,
    by axis: SeriesAxis = .step,
    window: SeriesWindow? = nil
  ) throws {
    let walk = try WindowWalk(track, by: axis, window)
    try walk.forEachPiece { piece in
      switch piece {
      case .node(let place): try add(place, of: walk.series.tree)
      case .points(let range, let block):
        var block = walk.series.block(at: block)
        add(try block.values(range))
      }
    }
  }

  /// Adds the points whose x, which is what another series had at the same step, lies in a window.
  package mutating func add(
    _ track: SeriesTrack,
    against other: SeriesTrack,
    window: SeriesWindow? = nil
  ) throws {
    try track.forEachPair(with: other) { _, x, data, index in
      if window?.contains(x) != false { add(data.values[index]) }
    }
  }

  package mutating func add(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  @inline(__always)
  package mutating func add(_ value: Double) {
    if let bin = bin(of: value) {
      counts[bin] += 1
    } else if !value.isFinite {
      notFinite += 1
    } else if value < range.lowerBound {
      below += 1
    } else {
      above += 1
    }
  }

  /// Never less for a greater value, nil outside of the range.
  @inline(__always)
  private func bin(of value: Double) -> Int? {
    guard value >= range.lowerBound, value <= range.upperBound, value.isFinite else { return nil }
    let place = (value / 2 - range.lowerBound / 2) / half * Double(counts.count)
    // No number where there is no width.
    guard !place.isNaN else { return 0 }
    return place < Double(counts.count) ? Int(place) : counts.count - 1
  }

  private mutating func add(_ place: SeriesTree.Place, of tree: SeriesTree) throws {
    let node = tree[place]
    if node.finiteCount == 0 {
      notFinite += node.count
    } else if let bin = bin(of: node.min), bin == self.bin(of: node.max) {
      counts[bin] += node.finiteCount
      notFinite += node.count - node.finiteCount
    } else if place.level > 0 {
      for child in tree.children(of: place) {
        try add(SeriesTree.Place(level: place.level - 1, index: child), of: tree)
      }
    } else {
      var block = tree.block(at: place.index, by: .step)
      add(try block.values(0..<block.count))
    }
  }
}

extension SeriesTrack {
  /// How the values of the points in a window are spread; without a range from the least to the greatest.
  ///
  /// Nil where no range is given and no value is finite.
  package func histogram(
    bins: Int,
    range: ClosedRange<Double>? = nil,
    by axis: SeriesAxis = .step,
    window: SeriesWindow? = nil
  ) throws -> SeriesHistogram? {
    guard let range = try range ?? valueRange(by: axis, window: window) else { return nil }
    var histogram = SeriesHistogram(bins: bins, range: range)
    try histogram.add(self, by: axis, window: window)
    return histogram
  }

  /// From the least to the greatest finite value of the points in a window; nil for none.
  package func valueRange(
    by axis: SeriesAxis = .step,
    window: SeriesWindow? = nil
  ) throws -> ClosedRange<Double>? {
    let walk = try WindowWalk(self, by: axis, window)
    var (least, greatest) = (Double.infinity, -Double.infinity)
    func add(_ low: Double, _ high: Double) {
      // Nothing is less than NaN.
      if low < least { least = low }
      if high > greatest { greatest = high }
    }
    try walk.forEachPiece { piece in
      switch piece {
      case .node(let place):
        let node = walk.series.tree[place]
        add(node.min, node.max)
      case .points(let range, let block):
        var block = walk.series.block(at: block)
        for value in try block.values(range) where value.isFinite { add(value, value) }
      }
    }
    return least <= greatest ? least...greatest : nil
  }

  /// As `valueRange(by:window:)`, where x is what another series had at the same step.
  package func valueRange(
    against other: SeriesTrack,
    window: SeriesWindow? = nil
  ) throws -> ClosedRange<Double>? {
    var (least, greatest) = (Double.infinity, -Double.infinity)
    try forEachPair(with: other) { _, x, data, index in
      let value = data.values[index]
      guard value.isFinite, window?.contains(x) != false else { return }
      least = min(least, value)
      greatest = max(greatest, value)
    }
    return least <= greatest ? least...greatest : nil
  }
}

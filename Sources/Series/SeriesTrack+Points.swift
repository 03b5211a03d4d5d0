extension SeriesTrack {
  /// The points at these places, in the order of logging.
  ///
  /// Throws a `SeriesError` when the file of blocks cannot be read or is damaged.
  package func points(_ range: Range<Int>) throws -> SeriesData {
    var data = SeriesData()
    try forEachBlock(range) { node, block in
      let part = range.clamped(to: node.range)
      data.append(block.points(part.lowerBound - node.start..<part.upperBound - node.start))
    }
    return data
  }

  /// Every point; for a series that is known to be short.
  package func allPoints() throws -> SeriesData { try points(0..<count) }

  /// One pass over all points in the order of logging, in bounded memory.
  package func forEach(_ body: (_ step: Double, _ time: Double, _ value: Double) -> Void) throws {
    try forEachBlock(0..<count) { _, data in
      for index in 0..<data.count { body(data.steps[index], data.times[index], data.values[index]) }
    }
  }

  /// One pass over the points from a place on, in pieces of up to 4,096.
  func forEachBlock(
    from start: Int = 0,
    _ body: (_ node: SeriesNode, _ data: SeriesData) throws -> Void
  ) throws {
    try forEachBlock(start..<max(start, count)) { node, data in
      guard node.start < start else { return try body(node, data) }
      let rest = data.points(start - node.start..<node.count)
      var part = SeriesNode(start: start)
      for index in 0..<rest.count {
        part.add(step: rest.steps[index], time: rest.times[index], value: rest.values[index])
      }
      try body(part, rest)
    }
  }

  /// One pass over the blocks that have points in a range, each given out whole.
  func forEachBlock(
    _ range: Range<Int>,
    _ body: (_ node: SeriesNode, _ data: SeriesData) throws -> Void
  ) throws {
    if let first = firstBlock(at: range.lowerBound), !range.isEmpty {
      let file = try openBlocks()
      var data = SeriesData()
      for block in sealed[first...] {
        guard block.node.start < range.upperBound else { return }
        data.removeAll(keepingCapacity: true)
        try file.read(block, into: &data)
        try body(block.node, data)
      }
    }
    for block in tail where block.node.range.overlaps(range) {
      try body(block.node, block.data)
    }
  }

  /// The first sealed block that ends behind a place; nil when there is none.
  private func firstBlock(at place: Int) -> Int? {
    var (low, high) = (0, sealed.count)
    while low < high {
      let middle = (low + high) / 2
      if sealed[middle].node.range.upperBound <= place { low = middle + 1 } else { high = middle }
    }
    return low < sealed.count ? low : nil
  }
}

/// What is known of a row of points without reading them.
struct CurveNode: Sendable, Equatable {
  /// One column of the points.
  struct Column: Sendable, Equatable {
    var first: Double
    var last: Double
    /// Of the finite ones; ∞ when there is none.
    var min: Double
    /// Of the finite ones; -∞ when there is none.
    var max: Double
    var isFinite: Bool
    /// Whether none is less than the one before it, NaN being neither.
    var isAscending: Bool
  }

  var start: Int
  var count: Int
  var steps: Column
  var times: Column
  var values: Column

  func x(_ axis: SeriesAxis) -> Column {
    switch axis {
    case .step: steps
    case .time: times
    }
  }
}

/// Nodes over the blocks of a series: level 0 has one a block, each level above one for 16 below.
///
/// So a curve passes over the points that share a column of dots in steps of a logarithm.
struct CurvePyramid: Sendable {
  static let shift = 4

  /// The last node of a level may stand for fewer than 16 below it.
  private(set) var levels: [[CurveNode]] = [[]]

  var blocks: Int { levels[0].count }
  var count: Int { levels[0].last.map { $0.start + $0.count } ?? 0 }

  subscript(level: Int, index: Int) -> CurveNode { levels[level][index] }

  /// The blocks that a node stands for.
  func blocks(_ level: Int, _ index: Int) -> Range<Int> {
    let shift = Self.shift * level
    return index << shift..<min((index + 1) << shift, blocks)
  }

  /// The nodes below one; its level is above 0.
  func children(_ level: Int, _ index: Int) -> Range<Int> {
    index << Self.shift..<min((index + 1) << Self.shift, levels[level - 1].count)
  }

  /// The block that has a position.
  func block(of position: Int) -> Int {
    var (low, high) = (0, blocks)
    while high - low > 1 {
      let middle = (low + high) / 2
      if levels[0][middle].start <= position { low = middle } else { high = middle }
    }
    return low
  }

  /// Appends a block; its `start` is set here.
  mutating func append(_ block: CurveNode) {
    var block = block
    block.start = count
    levels[0].append(block)
    updateAbove(blocks - 1)
  }

  /// Takes another block for the last one, which has grown.
  mutating func replaceLast(_ block: CurveNode) {
    guard let last = levels[0].last else { return append(block) }
    levels[0][blocks - 1] = block
    levels[0][blocks - 1].start = last.start
    updateAbove(blocks - 1)
  }

  /// Leaves only the first blocks.
  mutating func removeBlocks(from first: Int) {
    guard first < blocks else { return }
    for level in levels.indices {
      let kept = first == 0 ? 0 : ((first - 1) >> (Self.shift * level)) + 1
      levels[level].removeLast(levels[level].count - kept)
    }
    levels.removeAll { $0.isEmpty }
    if levels.isEmpty { levels = [[]] }
    if first > 0 { updateAbove(first - 1) }
    while levels.count > 1, levels[levels.count - 2].count == 1 { levels.removeLast() }
  }

  private mutating func updateAbove(_ block: Int) {
    var (level, index) = (0, block)
    while levels[level].count > 1 {
      index >>= Self.shift
      level += 1
      if level == levels.count { levels.append([]) }
      let below = children(level, index)
      var node = levels[level - 1][below.lowerBound]
      for child in below.dropFirst() { node.append(levels[level - 1][child]) }
      if index < levels[level].count {
        levels[level][index] = node
      } else {
        levels[level].append(node)
      }
    }
  }
}

extension CurveNode {
  /// Joins the points that follow.
  mutating func append(_ next: CurveNode) {
    count += next.count
    steps.append(next.steps)
    times.append(next.times)
    values.append(next.values)
  }
}

extension CurveNode.Column {
  mutating func append(_ next: CurveNode.Column) {
    isAscending = isAscending && next.isAscending && last <= next.first
    isFinite = isFinite && next.isFinite
    min = Swift.min(min, next.min)
    max = Swift.max(max, next.max)
    last = next.last
  }
}

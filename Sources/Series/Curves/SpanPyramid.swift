/// The least and greatest values of leaves, of 16 leaves, of 16 of these, and so on.
///
/// NaN where one of the values below is not finite.
struct SpanPyramid: Sendable {
  static let shift = 4

  /// The last one of a level may stand for fewer than 16 of the level below.
  private var levels: [[SeriesSpan]] = [[]]

  var count: Int { levels[0].count }

  subscript(level: Int, index: Int) -> SeriesSpan { levels[level][index] }

  mutating func append(_ leaf: SeriesSpan) {
    levels[0].append(leaf)
    update(count - 1)
  }

  /// Keeps the first leaves only.
  mutating func truncate(to kept: Int) {
    guard kept < count else { return }
    for level in levels.indices {
      let above = kept == 0 ? 0 : ((kept - 1) >> (Self.shift * level)) + 1
      levels[level].removeLast(levels[level].count - above)
    }
    while levels.count > 1, levels[levels.count - 2].count <= 1 { levels.removeLast() }
    if kept > 0 { update(kept - 1) }
  }

  /// Joins each two leaves to one; their number must be even.
  mutating func coarsen() {
    let leaves = levels[0]
    levels = [[]]
    for index in stride(from: 0, to: leaves.count - 1, by: 2) {
      append(leaves[index].joined(leaves[index + 1]))
    }
  }

  /// The level and end of the greatest group that begins at a leaf and ends not behind `end`.
  func group(at leaf: Int, end: Int) -> (level: Int, end: Int) {
    var found = (level: 0, end: leaf + 1)
    for level in 1..<max(1, levels.count) {
      let size = 1 << (Self.shift * level)
      guard leaf & (size - 1) == 0, min(leaf + size, count) <= end else { break }
      found = (level, min(leaf + size, count))
    }
    return found
  }

  /// The first leaf below a group that has a value as its least or greatest one.
  func leaf(with value: Double, level: Int, at leaf: Int) -> Int {
    var index = leaf >> (Self.shift * level)
    for level in (0..<level).reversed() {
      index <<= Self.shift
      let end = min(index + (1 << Self.shift), levels[level].count) - 1
      while index < end, levels[level][index].min != value, levels[level][index].max != value {
        index += 1
      }
    }
    return index
  }

  private mutating func update(_ leaf: Int) {
    var (level, index) = (0, leaf)
    while levels[level].count > 1 {
      let start = (index >> Self.shift) << Self.shift
      let below = levels[level][start..<min(start + (1 << Self.shift), levels[level].count)]
      level += 1
      index >>= Self.shift
      if level == levels.count { levels.append([]) }
      let group = below.dropFirst().reduce(levels[level - 1][start]) { $0.joined($1) }
      if index < levels[level].count {
        levels[level][index] = group
      } else {
        levels[level].append(group)
      }
    }
  }
}

extension SeriesSpan {
  fileprivate func joined(_ next: SeriesSpan) -> SeriesSpan {
    // What is NaN stays so.
    min.isNaN || next.min.isNaN
      ? SeriesSpan(min: .nan, max: .nan)
      : SeriesSpan(min: Swift.min(min, next.min), max: Swift.max(max, next.max))
  }
}

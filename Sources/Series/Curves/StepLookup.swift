/// The values of a series by their steps, asked for mostly in the order of logging.
struct StepLookup {
  /// Points by ascending step, those of one step in the order of logging.
  private let track: SeriesTrack
  private let count: Int
  /// The points of these that are at hand: all of them when they had to be sorted.
  private var stretch = SeriesData()
  private var start = 0
  /// The point that was found last, or where the search goes on.
  private var at = 0
  private var isUsed = false

  private static let stretchLength = 4096
  private static let mostSorted = 1 << 22

  init(_ track: SeriesTrack) throws {
    self.track = track
    guard !track.node.steps.isAscending else {
      count = track.count
      return
    }
    let data = try track.points(0..<min(track.count, Self.mostSorted))
    // Swift's sort keeps the order of equal ones.
    let order = data.steps.indices.filter { !data.steps[$0].isNaN }
      .sorted { data.steps[$0] < data.steps[$1] }
    count = order.count
    stretch.steps = order.map { data.steps[$0] }
    stretch.values = order.map { data.values[$0] }
  }

  /// The value at a step, nil where there is none; each call takes the next one of equal steps.
  mutating func value(at step: Double) throws -> Double? {
    guard count > 0, !step.isNaN else { return nil }
    if isUsed, try self.step(at) == step {
      if at + 1 < count, try self.step(at + 1) == step { at += 1 }
      return try value(at)
    }
    isUsed = false
    if at > 0, try self.step(at - 1) >= step { at = 0 }
    try seek(step)
    guard try self.step(at) == step else { return nil }
    isUsed = true
    return try value(at)
  }

  /// Goes to the first point from `at` on whose step is not less, or to the last one.
  private mutating func seek(_ step: Double) throws {
    var leap = 1
    var low = at
    while low + leap < count, try self.step(low + leap - 1) < step {
      low += leap
      leap *= 2
    }
    var high = min(low + leap, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if try self.step(middle) < step { low = middle + 1 } else { high = middle }
    }
    at = low
  }

  @inline(__always)
  private mutating func step(_ index: Int) throws -> Double {
    if index < start || index >= start + stretch.count { try load(index) }
    return stretch.steps[index - start]
  }

  @inline(__always)
  private mutating func value(_ index: Int) throws -> Double {
    if index < start || index >= start + stretch.count { try load(index) }
    return stretch.values[index - start]
  }

  private mutating func load(_ index: Int) throws {
    start = index / Self.stretchLength * Self.stretchLength
    stretch = try track.points(start..<min(start + Self.stretchLength, track.count))
  }
}

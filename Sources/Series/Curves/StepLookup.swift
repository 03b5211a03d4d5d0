/// The values of a series by their steps, asked for mostly in the order of logging.
struct StepLookup {
  /// Points by ascending step; those of one step in the order of logging.
  private enum Order {
    /// As they were logged.
    case logged(SeriesTrack)
    case sorted([(step: Double, value: Double)])
  }

  private let order: Order
  private let count: Int
  /// Points that are at hand: a stretch of the order.
  private var stretch = SeriesData()
  private var start = 0
  /// The point that was found last, or where the search goes on.
  private var at = 0
  private var isUsed = false

  private static let stretchLength = 4096
  private static let mostSorted = 1 << 22

  init(_ track: SeriesTrack) throws {
    guard !track.node.steps.isAscending else {
      (order, count) = (.logged(track), track.count)
      return
    }
    var points: [(step: Double, value: Double)] = []
    let data = try track.points(0..<min(track.count, Self.mostSorted))
    points.reserveCapacity(data.count)
    for index in 0..<data.count where !data.steps[index].isNaN {
      points.append((data.steps[index], data.values[index]))
    }
    // Swift's sort keeps the order of equal ones.
    points.sort { $0.step < $1.step }
    (order, count) = (.sorted(points), points.count)
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

  private mutating func step(_ index: Int) throws -> Double {
    switch order {
    case .sorted(let points): return points[index].step
    case .logged(let track):
      try load(index, of: track)
      return stretch.steps[index - start]
    }
  }

  private mutating func value(_ index: Int) throws -> Double {
    switch order {
    case .sorted(let points): return points[index].value
    case .logged(let track):
      try load(index, of: track)
      return stretch.values[index - start]
    }
  }

  private mutating func load(_ index: Int, of track: SeriesTrack) throws {
    guard index < start || index >= start + stretch.count else { return }
    start = index / Self.stretchLength * Self.stretchLength
    stretch = try track.points(start..<min(start + Self.stretchLength, track.count))
  }
}

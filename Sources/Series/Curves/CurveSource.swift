/// A series as thinning reads it: blocks with what is known of them, and the points of each.
protocol CurveSource {
  associatedtype Block: CurveBlock

  var pyramid: CurvePyramid { get }
  /// The points of a block; cheap, because nothing of them is read before it is asked for.
  func block(_ index: Int) throws -> Block
}

/// Up to 4,096 points that lie together in memory.
protocol CurveBlock {
  var count: Int { get }
  func step(_ index: Int) -> Double
  func time(_ index: Int) -> Double
  func value(_ index: Int) -> Double
  /// The least and greatest value of 64 points (the last ones may be fewer); NaN when one of them is
  /// not finite.
  func extremes(leaf: Int) -> (min: Double, max: Double)
}

extension CurveBlock {
  @inline(__always)
  func x(_ index: Int, _ axis: SeriesAxis) -> Double {
    switch axis {
    case .step: step(index)
    case .time: time(index)
    }
  }
}

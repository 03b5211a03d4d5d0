/// A sparkline that is kept up while points come, in bounded memory.
///
/// Means of the finite values of shares of `width` points each; when there are too many shares, each
/// two become one.
struct SparklineShares: Sendable {
  private var width = 1
  private var means: [Double] = []
  /// How many finite values each share has.
  private var weights: [Double] = []
  /// Points of the last share.
  private var filled = 0

  private static let most = 128

  init() {}

  mutating func add(_ values: ArraySlice<Double>) {
    var rest = values
    while !rest.isEmpty {
      let taken = advance(rest.count)
      var mean = 0.0
      var weight = 0.0
      for value in rest.prefix(taken) where value.isFinite {
        weight += 1
        // Kept as a mean: a sum of large values could overflow.
        mean += value / weight - mean / weight
      }
      if weight > 0 { blend(mean, weight) }
      rest = rest.dropFirst(taken)
    }
  }

  /// Adds a block of which no more than the sum is known.
  mutating func add(_ node: SeriesNode) {
    let finite = Double(node.finiteCount)
    var left = node.count
    while left > 0 {
      let taken = advance(left)
      if finite > 0 { blend(node.sum / finite, finite * Double(taken) / Double(node.count)) }
      left -= taken
    }
  }

  /// As `SeriesData.sparkline`; of many points, a share at an edge counts wholly to one side.
  func line(_ buckets: Int) -> [Double] {
    let shares = min(max(0, buckets), means.count)
    return (0..<shares).map { share in
      var mean = 0.0
      var weight = 0.0
      for index in share * means.count / shares..<(share + 1) * means.count / shares
      where weights[index] > 0 {
        weight += weights[index]
        mean += (means[index] - mean) * (weights[index] / weight)
      }
      return weight > 0 ? mean : .nan
    }
  }

  /// Makes room in the last share for some of the points, and returns for how many.
  private mutating func advance(_ points: Int) -> Int {
    if means.isEmpty || filled == width {
      if means.count == Self.most { halve() }
      means.append(0)
      weights.append(0)
      filled = 0
    }
    let taken = min(points, width - filled)
    filled += taken
    return taken
  }

  private mutating func blend(_ value: Double, _ weight: Double) {
    let last = means.count - 1
    weights[last] += weight
    means[last] += value * (weight / weights[last]) - means[last] * (weight / weights[last])
  }

  private mutating func halve() {
    for index in 0..<means.count / 2 {
      let weight = weights[2 * index] + weights[2 * index + 1]
      guard weight > 0 else {
        means[index] = 0
        weights[index] = 0
        continue
      }
      let second = weights[2 * index + 1] / weight
      means[index] = means[2 * index] * (1 - second) + means[2 * index + 1] * second
      weights[index] = weight
    }
    means.removeLast(means.count / 2)
    weights.removeLast(weights.count / 2)
    width *= 2
  }
}

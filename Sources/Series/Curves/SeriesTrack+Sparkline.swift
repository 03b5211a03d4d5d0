extension SeriesTrack {
  /// Means of the finite values of about equal shares of the points, in the order of logging.
  ///
  /// At most `buckets` of them. A series of at least as many blocks counts by these: good for a row of text, and
  /// nothing but memory is read. NaN where a share has no finite value.
  package func sparkline(_ buckets: Int) -> [Double] {
    let nodes = sealed.map(\.node) + tail.map(\.node)
    if nodes.count < buckets || count <= SeriesFormat.mostPointsOfBlock,
      let data = try? points(0..<count)
    {
      return data.sparkline(buckets)
    }
    let shares = Swift.min(Swift.max(0, buckets), nodes.count)
    var sums = Array(repeating: 0.0, count: shares)
    var counts = Array(repeating: 0.0, count: shares)
    for node in nodes where shares > 0 && node.finiteCount > 0 {
      let middle = (node.range.lowerBound + node.range.upperBound) / 2
      let share = Swift.min(shares - 1, middle * shares / Swift.max(1, count))
      // As means, which do not overflow.
      let weight = Double(node.finiteCount)
      counts[share] += weight
      sums[share] += (node.sum / weight - sums[share]) * weight / counts[share]
    }
    return zip(sums, counts).map { $1 > 0 ? $0 : .nan }
  }
}

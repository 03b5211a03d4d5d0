extension LineChart {
  /// Whether any point has a place in x.
  var hasPlaces: Bool {
    series.contains { line in (0..<line.count).contains { x.kind.hasPlace(for: line.x[$0]) } }
  }

  /// The range of x that is shown by default for points of an extent.
  ///
  /// `since`: x is the time since something began, which is 0.
  package static func fittedX(
    _ extent: ClosedRange<Double>,
    kind: AxisKind,
    since isSince: Bool = false
  ) -> ClosedRange<Double> {
    var (left, right) = (extent.lowerBound, extent.upperBound)
    if kind == .logarithmic {
      left = left > 0 ? left : min(1, right)
    } else if isSince, left > 0 {
      // The few samples of a short step would else lie on an axis of hundredths.
      left = 0
    } else if left == right {
      // Of a single point: nothing is before the first step or the first second.
      (left, right) = (left >= 0 ? max(0, left - 1) : left - 1, right + 1)
    } else if left > 0, left <= max(1, right / 10) {
      // An axis that begins near 0 begins at 0: the first step is 1 as often as not.
      left = 0
    }
    return AxisScale(left <= right ? left...right : right...left, kind: kind).range
  }

  /// The scales of both axes; 0 through 1 where nothing has a place.
  func scales() -> (x: AxisScale, y: AxisScale) {
    let x = AxisScale(self.x.usableRange ?? fittedX, kind: self.x.kind)
    if let range = y.usableRange { return (x, AxisScale(range, kind: y.kind)) }
    var (low, high) = (Double.infinity, -Double.infinity)
    forEachPlace(in: x.range) { _, _, value in
      low = min(low, value)
      high = max(high, value)
    }
    if isRobust, low < high { (low, high) = robustRange(x, low, high) }
    if low > high { (low, high) = y.kind == .logarithmic ? (0.1, 10) : (0, 1) }
    if y.kind == .linear, low > 0, low <= high * 0.3 { low = 0 }
    // One amount is seen against nothing; there is none below 0.
    if y.kind == .linear, y.unit.isAmount, low == high, low >= 0 {
      (low, high) = (0, high == 0 ? 1 : high * 2)
    }
    return (x, AxisScale(low...high, kind: y.kind))
  }

  /// What is shown of y.
  package var yRange: ClosedRange<Double> { scales().y.range }

  private func forEachPlace(
    in range: ClosedRange<Double>,
    _ body: (_ series: Int, _ x: Double, _ y: Double) -> Void
  ) {
    for (index, line) in series.enumerated() {
      for point in 0..<line.count where y.kind.hasPlace(for: line.y[point]) {
        if range.contains(line.x[point]) { body(index, line.x[point], line.y[point]) }
      }
    }
  }

  /// The y range without values far outside of the others.
  ///
  /// Percentiles of points would be wrong here: a thinned curve is half extremes. So the least and
  /// greatest values of 256 columns are compared by Tukey's outer fences: beyond the quartiles by
  /// three times their distance is out ("Exploratory Data Analysis", 1977).
  private func robustRange(
    _ x: AxisScale,
    _ low: Double,
    _ high: Double
  ) -> (low: Double, high: Double) {
    let columns = DotColumns(range: x.range, kind: x.kind, count: 256)
    var extremes: [Int: (low: Double, high: Double)] = [:]
    forEachPlace(in: x.range) { series, at, value in
      let key = series * 256 + min(max(columns.column(of: at), 0), 255)
      let old = extremes[key] ?? (value, value)
      extremes[key] = (min(old.low, value), max(old.high, value))
    }
    let spacing = AxisScale(low...high, kind: y.kind)
    func fences(_ columns: [(low: Double, high: Double)]) -> ClosedRange<Double>? {
      let lows = columns.map { spacing.unit($0.low) }.sorted()
      let highs = columns.map { spacing.unit($0.high) }.sorted()
      let (first, third) = (lows[lows.count / 4], highs[highs.count - 1 - highs.count / 4])
      let room = 3 * (third - first)
      return room > 0 ? first - room...third + room : nil
    }
    guard let common = fences(Array(extremes.values)) else { return (low, high) }
    // A curve that lies elsewhere as a whole, such as another metric, is no outlier of the others.
    let curves = Dictionary(grouping: extremes) { $0.key / 256 }.mapValues { $0.map(\.value) }
    let own = curves.mapValues { columns in
      let out = columns.count {
        !common.contains(spacing.unit($0.low)) || !common.contains(spacing.unit($0.high))
      }
      return 2 * out > columns.count ? fences(columns) ?? 0...1 : common
    }
    var inside = (low: high, high: low)
    forEachPlace(in: x.range) { series, _, value in
      guard own[series]?.contains(spacing.unit(value)) == true else { return }
      inside = (min(inside.low, value), max(inside.high, value))
    }
    return inside.low <= inside.high ? inside : (low, high)
  }

  private var fittedX: ClosedRange<Double> {
    var (left, right) = (Double.infinity, -Double.infinity)
    for line in series {
      for index in 0..<line.count where x.kind.hasPlace(for: line.x[index]) {
        left = min(left, line.x[index])
        right = max(right, line.x[index])
      }
    }
    return left <= right
      ? Self.fittedX(left...right, kind: x.kind, since: x.isSince)
      : x.kind == .logarithmic ? 1...10 : 0...1
  }
}

extension AxisKind {
  /// Whether a value can be drawn on such an axis.
  func hasPlace(for value: Double) -> Bool {
    value.isFinite && (self != .logarithmic || value > 0)
  }
}

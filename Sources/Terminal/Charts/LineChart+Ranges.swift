extension LineChart {
  /// Whether any point has a place in x.
  var hasPlaces: Bool {
    series.contains { line in (0..<line.count).contains { x.kind.hasPlace(for: line.x[$0]) } }
  }

  /// The range of x that is shown by default for points of an extent.
  package static func fittedX(
    _ extent: ClosedRange<Double>,
    kind: AxisKind
  ) -> ClosedRange<Double> {
    var (left, right) = (extent.lowerBound, extent.upperBound)
    if kind == .logarithmic {
      left = left > 0 ? left : min(1, right)
    } else if left == right {
      (left, right) = (left - 0.5, right + 0.5)
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
    for line in series {
      for index in 0..<line.count {
        let (at, value) = (line.x[index], line.y[index])
        guard y.kind.hasPlace(for: value), x.range.contains(at) else { continue }
        low = min(low, value)
        high = max(high, value)
      }
    }
    if low > high { (low, high) = y.kind == .logarithmic ? (0.1, 10) : (0, 1) }
    if y.kind == .linear, low > 0, low <= high * 0.3 { low = 0 }
    return (x, AxisScale(low...high, kind: y.kind))
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
      ? Self.fittedX(left...right, kind: x.kind) : x.kind == .logarithmic ? 1...10 : 0...1
  }
}

extension AxisKind {
  /// Whether a value can be drawn on such an axis.
  func hasPlace(for value: Double) -> Bool {
    value.isFinite && (self != .logarithmic || value > 0)
  }
}

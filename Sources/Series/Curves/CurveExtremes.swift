/// The least and greatest value of a row of points, and where they lie; of equal ones the first.
struct CurveExtremes: Equatable {
  private(set) var min = Double.infinity
  private(set) var max = -Double.infinity
  private(set) var minPlace = CurvePlace(0)
  private(set) var maxPlace = CurvePlace(0)

  @inline(__always)
  mutating func add(_ value: Double, at place: Int) {
    if value < min { (min, minPlace) = (value, CurvePlace(place)) }
    if value > max { (max, maxPlace) = (value, CurvePlace(place)) }
  }

  @inline(__always)
  mutating func add(span place: Int, _ least: Double, _ greatest: Double) {
    if least < min { (min, minPlace) = (least, CurvePlace(spanAt: place)) }
    if greatest > max { (max, maxPlace) = (greatest, CurvePlace(spanAt: place)) }
  }

  @inline(__always)
  mutating func add(_ other: CurveExtremes) {
    if other.min < min { (min, minPlace) = (other.min, other.minPlace) }
    if other.max > max { (max, maxPlace) = (other.max, other.maxPlace) }
  }
}

/// Where a value lies in its series: a point, or a span that begins there and is not searched yet.
struct CurvePlace: Equatable {
  let isSpan: Bool
  let place: Int

  @inline(__always)
  init(_ place: Int) { (isSpan, self.place) = (false, place) }

  @inline(__always)
  init(spanAt place: Int) { (isSpan, self.place) = (true, place) }
}

/// The least and greatest value of a row of points, and where they lie; of equal ones the first.
struct CurveExtremes: Equatable {
  private(set) var min = Double.infinity
  private(set) var max = -Double.infinity
  private(set) var minPlace = CurvePlace(point: 0, x: 0)
  private(set) var maxPlace = CurvePlace(point: 0, x: 0)

  init() {}

  @inline(__always)
  init(_ value: Double, at place: CurvePlace) {
    (min, max) = (value, value)
    (minPlace, maxPlace) = (place, place)
  }

  /// Adds one value; its place is asked for only where it is needed.
  @inline(__always)
  mutating func add(_ value: Double, at place: () throws -> CurvePlace) rethrows {
    if value < min { (min, minPlace) = (value, try place()) }
    if value > max { (max, maxPlace) = (value, try place()) }
  }

  @inline(__always)
  mutating func add(_ least: Double, _ greatest: Double, in group: CurvePlace) {
    if least < min { (min, minPlace) = (least, group) }
    if greatest > max { (max, maxPlace) = (greatest, group) }
  }

  @inline(__always)
  mutating func add(_ other: CurveExtremes) {
    if other.min < min { (min, minPlace) = (other.min, other.minPlace) }
    if other.max > max { (max, maxPlace) = (other.max, other.maxPlace) }
  }
}

/// Where a value lies in its series.
struct CurvePlace: Equatable {
  /// The place of the point, or that of the first point of the group that has it.
  let place: Int
  /// 0 for a point, else what kind of group it is.
  let level: Int
  /// NaN where it is not known yet.
  let x: Double

  @inline(__always)
  init(point place: Int, x: Double = .nan) { (self.place, level, self.x) = (place, 0, x) }

  @inline(__always)
  init(group place: Int, level: Int = 1) { (self.place, self.level, x) = (place, level, .nan) }
}

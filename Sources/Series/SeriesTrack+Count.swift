extension SeriesTrack {
  /// How many finite values from a place on are no greater than a bound.
  ///
  /// Costs nothing where none is, else one pass over those points.
  package func count(upTo bound: Double, from start: Int = 0) throws -> Int {
    guard let least = summary?.min, least <= bound else { return 0 }
    var count = 0
    try forEachBlock(from: start) { _, data in
      for index in 0..<data.count where data.values[index] <= bound && data.values[index].isFinite {
        count += 1
      }
    }
    return count
  }
}

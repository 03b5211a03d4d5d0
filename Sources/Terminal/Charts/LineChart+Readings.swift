extension LineChart {
  /// What each curve says at a value of x, in the order of the series.
  ///
  /// The last value that falls into that column of dots, or else the nearest one left of it; nothing
  /// of a curve that has not begun there or that ended before.
  package func readings(at x: Double, in rect: Rect, glyphs: GlyphSet) -> [Reading] {
    readings(at: x, columns: geometry(in: rect, glyphs: glyphs).columns)
  }

  func readings(at x: Double, columns: DotColumns) -> [Reading] {
    let column = columns.column(of: x)
    return series.filter { $0.role == .curve }.compactMap { line in
      var reading: Reading?
      var before: (x: Double, value: Double)?
      var isPast = false
      for index in 0..<line.count where self.x.kind.hasPlace(for: line.x[index]) {
        let (at, value) = (line.x[index], line.y[index])
        let own = columns.column(of: at)
        if own > column {
          isPast = true
        } else if own < column {
          if before.map({ $0.x <= at }) ?? true { before = (at, value) }
        } else {
          let low = reading.map { min($0.low, value) } ?? value
          let high = reading.map { max($0.high, value) } ?? value
          reading = Reading(
            label: line.label,
            color: line.color,
            x: at,
            value: value,
            low: low,
            high: high,
            unit: line.unit
          )
        }
      }
      if let reading { return reading }
      guard isPast, let before else { return nil }
      return Reading(
        label: line.label,
        color: line.color,
        x: before.x,
        value: before.value,
        low: before.value,
        high: before.value,
        unit: line.unit
      )
    }
  }
}

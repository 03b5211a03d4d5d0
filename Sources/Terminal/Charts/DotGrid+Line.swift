extension DotGrid {
  /// Draws the line through points, with exactly the dots of every segment between two of them.
  ///
  /// Points that follow each other in one column of dots form one upright run: its dots are those
  /// from its least to its greatest value, and only its first and last points meet other columns.
  /// So the cost is a comparison a point and a segment a column; no order of x is asked for. Source:
  /// Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
  ///
  /// `place` maps a point to units of dots; NaN in either breaks the line.
  package mutating func drawLine(
    count: Int,
    place: (Int) -> (x: Double, y: Double)
  ) {
    var run: (column: Int, least: Double, greatest: Double, last: Place)?
    func finish(_ grid: inout DotGrid) {
      guard let run else { return }
      let first = Place(x: run.last.x, y: run.least)
      let last = Place(x: run.last.x, y: run.greatest)
      grid.drawColumn(run.column, from: first.row, through: last.row)
    }
    for index in 0..<count {
      let (x, y) = place(index)
      guard !x.isNaN, !y.isNaN else {
        finish(&self)
        run = nil
        continue
      }
      let point = Place(x: x, y: y)
      let column = point.column
      if let open = run, open.column == column {
        run = (column, min(open.least, y), max(open.greatest, y), point)
        continue
      }
      finish(&self)
      if let last = run?.last { draw(from: last, to: point) }
      run = (column, y, y, point)
    }
    finish(&self)
  }
}

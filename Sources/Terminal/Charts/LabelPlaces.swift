/// Finds places for text in a plot that cover neither each other nor, where possible, a curve.
struct LabelPlaces {
  struct Candidate {
    var rect: Rect
    var cost: Int
  }

  let plot: Rect
  /// What there is to cover above and left of each cell's corner.
  private var sums: [Int32]
  private var taken: [Rect] = []

  /// `columns` are those of the screen that have upright lines of marks or of the crosshair, `signs` the
  /// cells that have a sign of their own, which is not to be hidden.
  init(_ plot: Rect, _ ink: ChartInk, columns: [Int], signs: [Point] = []) {
    self.plot = plot
    let width = plot.width + 1
    sums = Array(repeating: 0, count: width * (plot.height + 1))
    var upright = [Int32](repeating: 0, count: plot.width)
    for column in columns where column >= plot.x && column < plot.maxX {
      upright[column - plot.x] = 30
    }
    let signs = Set(signs.map { ($0.y - plot.y) * plot.width + $0.x - plot.x })
    for row in 0..<plot.height {
      var across: Int32 = 0
      for column in 0..<plot.width {
        across += ink.hasLine(column, row) ? 100 : ink.hasShade(column, row) ? 8 : 0
        across += upright[column]
        if signs.contains(row * plot.width + column) { across += 1000 }
        sums[(row + 1) * width + column + 1] = sums[row * width + column + 1] + across
      }
    }
  }

  /// Whether a place lies in the plot and is not taken.
  func isFree(_ rect: Rect) -> Bool {
    rect.x >= plot.x && rect.y >= plot.y && rect.maxX <= plot.maxX && rect.maxY <= plot.maxY
      && !taken.contains { !$0.intersection(rect).isEmpty }
  }

  /// What a place in the plot would cover: 100 for a cell with a curve, less for lesser things.
  func covered(by rect: Rect) -> Int {
    let (left, top) = (rect.x - plot.x, rect.y - plot.y)
    let (right, bottom) = (left + rect.width, top + rect.height)
    let width = plot.width + 1
    return Int(
      sums[bottom * width + right] - sums[top * width + right] - sums[bottom * width + left]
        + sums[top * width + left]
    )
  }

  mutating func take(_ rect: Rect) { taken.append(rect) }

  /// The free place of least cost, with what it covers; then it is taken, and a cell on both sides.
  ///
  /// Nil where there is none, and where all of them cover more than `most`.
  mutating func best(of candidates: [Candidate], covering most: Int = .max) -> Rect? {
    var best: Candidate?
    for candidate in candidates where isFree(candidate.rect) {
      let covered = covered(by: candidate.rect)
      let cost = candidate.cost + covered
      if covered <= most, best.map({ cost < $0.cost }) ?? true {
        best = Candidate(rect: candidate.rect, cost: cost)
      }
    }
    if let best {
      let rect = best.rect
      take(Rect(x: rect.x - 1, y: rect.y, width: rect.width + 2, height: rect.height))
    }
    return best?.rect
  }
}

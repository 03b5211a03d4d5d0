/// Finds places for text in a plot that cover neither each other nor, where possible, a curve.
struct LabelPlaces {
  struct Candidate {
    var rect: Rect
    var cost: Int
  }

  let plot: Rect
  /// The number of cells with a line above and left of each cell's corner.
  private var sums: [Int32]
  private var taken: [Rect] = []

  init(_ plot: Rect, _ ink: ChartInk) {
    self.plot = plot
    let width = plot.width + 1
    sums = Array(repeating: 0, count: width * (plot.height + 1))
    for row in 0..<plot.height {
      var across: Int32 = 0
      for column in 0..<plot.width {
        if ink.hasLine(column, row) { across += 1 }
        sums[(row + 1) * width + column + 1] = sums[row * width + column + 1] + across
      }
    }
  }

  /// Whether a place lies in the plot and is not taken.
  func isFree(_ rect: Rect) -> Bool {
    rect.x >= plot.x && rect.y >= plot.y && rect.maxX <= plot.maxX && rect.maxY <= plot.maxY
      && !taken.contains { !$0.intersection(rect).isEmpty }
  }

  /// How many cells with a line a place in the plot would cover.
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

  /// The free place of least cost, to which every covered cell adds a lot; then it is taken.
  mutating func best(of candidates: [Candidate]) -> Rect? {
    var best: Candidate?
    for candidate in candidates where isFree(candidate.rect) {
      let cost = candidate.cost + 100 * covered(by: candidate.rect)
      if best.map({ cost < $0.cost }) ?? true {
        best = Candidate(rect: candidate.rect, cost: cost)
      }
    }
    if let best { take(best.rect) }
    return best?.rect
  }
}

import Terminal

/// Where the charts of a grid stand: rows of cells below each other, a heading above each group.
struct ChartGrid: Equatable {
  struct Cell: Equatable {
    var index: Int
    var rect: Rect
  }

  struct Heading: Equatable {
    /// The first chart below it.
    var index: Int
    var count: Int
    var rect: Rect
  }

  private enum Band: Equatable {
    case heading(index: Int, count: Int)
    case row(Range<Int>)
  }

  let columns: Int
  private(set) var cells: [Cell] = []
  private(set) var headings: [Heading] = []
  /// The bands from the first shown one on, and how many there are.
  private(set) var top: Int
  private(set) var bands: Int
  private let all: [Band]

  /// The narrowest and lowest cell that still shows a curve.
  private static let least = Size(width: 38, height: 8)

  /// Lays out charts whose groups begin at `starts`, scrolled to `top`, the selected one in view.
  init(count: Int, starts: [Int], selected: Int, top: Int, in area: Rect) {
    // No group needs more columns than it has charts.
    let groups = zip(starts, starts.dropFirst() + [count]).map { $1 - $0 }
    let columns = max(1, min(area.width / Self.least.width, groups.max() ?? count))
    let isGrouped = starts.count > 1
    let all = Self.bands(count: count, starts: starts, columns: columns)
    self.columns = columns
    self.all = all
    bands = all.count
    let rows = all.count { if case .row = $0 { true } else { false } }
    func height(_ shown: Int) -> Int {
      (area.height - (isGrouped ? min(starts.count, shown) : 0)) / shown
    }
    var shown = max(1, rows)
    while shown > 1, height(shown) < Self.least.height { shown -= 1 }
    let height = max(1, height(shown))
    let home = all.firstIndex {
      if case .row(let row) = $0 { row.contains(selected) } else { false }
    }
    self.top = min(max(0, top), max(0, all.count - 1))
    if let home {
      // The group's heading comes into view with its first row.
      let first = home > 0 && Self.isHeading(all[home - 1]) ? home - 1 : home
      if first < self.top { self.top = first }
      while self.top < home, !Self.fits(all[self.top...home], height, area.height) { self.top += 1 }
    }
    place(in: area, height: height)
  }

  private static func bands(count: Int, starts: [Int], columns: Int) -> [Band] {
    var bands: [Band] = []
    for (place, start) in starts.enumerated() {
      let end = place + 1 < starts.count ? starts[place + 1] : count
      if starts.count > 1 { bands.append(.heading(index: start, count: end - start)) }
      for first in stride(from: start, to: end, by: columns) {
        bands.append(.row(first..<min(end, first + columns)))
      }
    }
    return bands
  }

  private static func isHeading(_ band: Band) -> Bool {
    if case .heading = band { true } else { false }
  }

  private static func fits(_ bands: ArraySlice<Band>, _ height: Int, _ room: Int) -> Bool {
    bands.reduce(0) { $0 + (isHeading($1) ? 1 : height) } <= room
  }

  private mutating func place(in area: Rect, height: Int) {
    var rest = area
    for (place, band) in all.enumerated().dropFirst(top) {
      let needed = Self.isHeading(band) ? 1 : height
      // A heading comes with a row below it.
      let room = Self.isHeading(band) && place > top ? height + 1 : needed
      guard rest.height >= room else { return }
      let (line, below) = rest.top(needed)
      rest = below
      switch band {
      case .heading(let index, let count):
        headings.append(Heading(index: index, count: count, rect: line))
      case .row(let row):
        let width = area.width / columns
        for (column, index) in row.enumerated() {
          let isLast = column == columns - 1
          let x = area.x + column * width
          let rect = Rect(
            x: x,
            y: line.y,
            width: isLast ? area.maxX - x : width,
            height: needed
          )
          cells.append(Cell(index: index, rect: rect))
        }
      }
    }
  }

  /// The chart above or below another one, in the same column where there is one.
  func neighbour(of index: Int, rows: Int) -> Int {
    let all = self.all.compactMap { band -> Range<Int>? in
      if case .row(let row) = band { row } else { nil }
    }
    guard let row = all.firstIndex(where: { $0.contains(index) }) else { return index }
    let target = all[min(max(0, row + rows), all.count - 1)]
    return min(target.lowerBound + index - all[row].lowerBound, target.upperBound - 1)
  }
}

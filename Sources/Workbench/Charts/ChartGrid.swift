import Terminal

/// Where the charts of a grid stand: rows of cells below each other, a heading above each group.
///
/// Small groups share a row, side by side, and have the width of the screen among them; of a folded one
/// only the heading stands there.
struct ChartGrid: Equatable {
  /// Charts below one heading.
  struct Group: Equatable {
    var charts: Range<Int>
    var isFolded = false
  }

  struct Cell: Equatable {
    var index: Int
    var rect: Rect
  }

  struct Heading: Equatable {
    var group: Int
    var rect: Rect
  }

  /// Something in a band, from a column on.
  fileprivate struct Slot: Equatable {
    /// Of a chart, or of a group.
    var index: Int
    var column: Int
    var span = 1
  }

  /// `of`: the columns that it is divided into, all of them as wide.
  fileprivate enum Band: Equatable {
    case headings([Slot], of: Int)
    case row([Slot], of: Int)
  }

  let columns: Int
  let groups: [Group]
  private(set) var cells: [Cell] = []
  private(set) var headings: [Heading] = []
  /// The bands from the first shown one on, how many are shown, and how many there are.
  private(set) var top: Int
  private(set) var shown = 0
  private(set) var bands: Int
  private let all: [Band]

  /// The narrowest and lowest cell that still shows a curve.
  private static let least = Size(width: 38, height: 8)

  /// Lays out charts by their groups, scrolled to `top`, the selected one in view.
  init(_ groups: [Group], selected: Int, top: Int, in area: Rect) {
    let columns = Self.columns(for: groups, most: max(1, area.width / Self.least.width))
    let all = Self.bands(of: groups, columns: columns)
    self.columns = columns
    self.groups = groups
    self.all = all
    bands = all.count
    let rows = all.count { !$0.isHeading }
    let lines = all.count - rows
    func height(_ shown: Int) -> Int {
      (area.height - (shown >= rows ? lines : min(lines, shown))) / shown
    }
    var shown = max(1, rows)
    while shown > 1, height(shown) < Self.least.height { shown -= 1 }
    let height = max(1, height(shown))
    self.top = min(max(0, top), max(0, all.count - 1))
    if let home = all.firstIndex(where: { Self.has(selected, $0, groups) }) {
      // The group's heading comes into view with its first row.
      let first = home > 0 && all[home - 1].isHeading && !all[home].isHeading ? home - 1 : home
      if first < self.top { self.top = first }
      while self.top < home, !Self.fits(all[self.top...home], height, area.height) { self.top += 1 }
    }
    // Nothing is scrolled away while there is room for it.
    while self.top > 0, Self.fits(all[(self.top - 1)...], height, area.height) { self.top -= 1 }
    place(in: area, height: height)
  }

  /// As few as need no more rows than the most do: the charts are as wide as they can be.
  private static func columns(for groups: [Group], most: Int) -> Int {
    let least = rows(of: groups, columns: most)
    // Only headings.
    guard least > 0 else { return most }
    return (1..<most).first { rows(of: groups, columns: $0) <= least } ?? most
  }

  private static func rows(of groups: [Group], columns: Int) -> Int {
    var (rows, used) = (0, columns)
    for group in groups {
      let count = group.charts.count
      if group.isFolded || count > columns {
        used = columns
        rows += group.isFolded ? 0 : (count + columns - 1) / columns
      } else if used + count <= columns {
        used += count
      } else {
        (rows, used) = (rows + 1, count)
      }
    }
    return rows
  }

  private static func bands(of groups: [Group], columns: Int) -> [Band] {
    var bands: [Band] = []
    var (line, row, used, isLarge) = ([Slot](), [Slot](), 0, false)
    func end() {
      // The rows of a large group are divided alike, so that its charts stand below each other.
      let count = isLarge || row.isEmpty ? columns : used
      if groups.count > 1, !line.isEmpty { bands.append(.headings(line, of: count)) }
      if !row.isEmpty { bands.append(.row(row, of: count)) }
      (line, row, used) = ([], [], 0)
    }
    for (place, group) in groups.enumerated() {
      let count = group.isFolded ? 1 : group.charts.count
      // Folded ones share a line among themselves.
      if used + count > columns || !line.isEmpty && group.isFolded != row.isEmpty { end() }
      line.append(Slot(index: place, column: used, span: min(count, columns)))
      used += count
      isLarge = count > columns
      guard !group.isFolded else { continue }
      for (offset, index) in group.charts.enumerated() {
        if offset > 0, (used - count + offset) % columns == 0 {
          let rest = used
          end()
          used = rest
        }
        row.append(Slot(index: index, column: (used - count + offset) % columns))
      }
      if count > columns { end() }
    }
    end()
    return bands
  }

  /// Whether a band has a chart, or the heading that it is folded into.
  private static func has(_ index: Int, _ band: Band, _ groups: [Group]) -> Bool {
    switch band {
    case .row(let row, _): row.contains { $0.index == index }
    case .headings(let line, _):
      line.contains { groups[$0.index].isFolded && groups[$0.index].charts.contains(index) }
    }
  }

  private static func fits(_ bands: ArraySlice<Band>, _ height: Int, _ room: Int) -> Bool {
    bands.reduce(0) { $0 + ($1.isHeading ? 1 : height) } <= room
  }

  private mutating func place(in area: Rect, height: Int) {
    var rest = area
    for (place, band) in all.enumerated().dropFirst(top) {
      let needed = band.isHeading ? 1 : height
      // A heading comes with the row below it.
      let hasRow = band.isHeading && place + 1 < all.count && !all[place + 1].isHeading
      let room = hasRow && place > top ? height + 1 : needed
      guard rest.height >= room else { return }
      let (line, below) = rest.top(needed)
      rest = below
      shown += 1
      func rect(_ slot: Slot, of columns: Int) -> Rect {
        let width = area.width / columns
        let x = area.x + slot.column * width
        let isLast = slot.column + slot.span == columns
        let end = isLast ? area.maxX : x + slot.span * width
        return Rect(x: x, y: line.y, width: end - x, height: needed)
      }
      switch band {
      case .headings(let line, let columns):
        headings += line.map { Heading(group: $0.index, rect: rect($0, of: columns)) }
      case .row(let row, let columns):
        cells += row.map { Cell(index: $0.index, rect: rect($0, of: columns)) }
      }
    }
  }

  // MARK: Moving

  /// What can be selected, line by line: charts, and the first ones of folded groups.
  private var stops: [(slots: [Slot], of: Int)] {
    all.compactMap { band in
      switch band {
      case .row(let row, let columns): return (row, columns)
      case .headings(let line, let columns):
        let folded = line.filter { groups[$0.index].isFolded }
        return folded.isEmpty
          ? nil
          : (
            folded.map { Slot(index: groups[$0.index].charts.lowerBound, column: $0.column) },
            columns
          )
      }
    }
  }

  /// The first chart of its group where that is folded, else the chart itself.
  private func stop(of index: Int) -> Int {
    groups.first { $0.isFolded && $0.charts.contains(index) }?.charts.lowerBound ?? index
  }

  /// The chart above or below another one: the one whose middle is nearest, whatever columns the lines
  /// are divided into.
  func neighbour(of index: Int, rows: Int) -> Int {
    let (all, from) = (stops, stop(of: index))
    guard let line = all.firstIndex(where: { $0.slots.contains { $0.index == from } }),
      let column = all[line].slots.first(where: { $0.index == from })?.column
    else { return index }
    let (slots, columns) = all[min(max(0, line + rows), all.count - 1)]
    // Both middles in halves of a column of either line.
    func distance(_ slot: Slot) -> Int {
      abs((2 * slot.column + 1) * all[line].of - (2 * column + 1) * columns)
    }
    return slots.min { distance($0) < distance($1) }?.index ?? index
  }

  /// The chart some places before or behind another one.
  func neighbour(of index: Int, places: Int) -> Int {
    let (all, from) = (stops.flatMap(\.slots), stop(of: index))
    guard let place = all.firstIndex(where: { $0.index == from }) else { return index }
    return all[min(max(0, place + places), all.count - 1)].index
  }
}

extension ChartGrid.Band {
  fileprivate var isHeading: Bool {
    if case .headings = self { true } else { false }
  }
}

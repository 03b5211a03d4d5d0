/// What the series leave in the cells of a plot, before it is put on a screen.
struct ChartInk {
  let width: Int
  let height: Int
  let glyphs: GlyphSet
  /// The dots of each cell, row by row.
  private(set) var dots: [UInt8]
  /// The series whose colour a cell has.
  private(set) var owners: [Int16]
  /// Whether a cell is only shaded.
  private(set) var isShade: [Bool]

  init(width: Int, height: Int, glyphs: GlyphSet) {
    self.width = width
    self.height = height
    self.glyphs = glyphs
    dots = Array(repeating: 0, count: width * height)
    owners = Array(repeating: 0, count: width * height)
    isShade = Array(repeating: false, count: width * height)
  }

  /// Whether no line has a dot in the plot.
  var isEmpty: Bool { dots.allSatisfy { $0 == 0 } && !isShade.contains(true) }

  /// Adds a line over those before: its dots join theirs, the colour is its own.
  mutating func add(_ grid: DotGrid, of series: Int) {
    let owner = Int16(truncatingIfNeeded: series)
    for column in 0..<width {
      for row in rows(of: grid, column) {
        let dots = glyphs.dots(of: grid, column, row)
        guard dots != 0 else { continue }
        let index = row * width + column
        self.dots[index] = isShade[index] ? dots : self.dots[index] | dots
        isShade[index] = false
        owners[index] = owner
      }
    }
  }

  /// Adds a shade behind the lines, which are to be added after it.
  mutating func addShade(_ grid: DotGrid, of series: Int) {
    let owner = Int16(truncatingIfNeeded: series)
    for column in 0..<width {
      for row in rows(of: grid, column) {
        let dots = glyphs.dots(of: grid, column, row)
        guard dots != 0 else { continue }
        let index = row * width + column
        self.dots[index] |= dots
        isShade[index] = true
        owners[index] = owner
      }
    }
  }

  /// The rows of cells between the first and the last dot of a column of cells.
  private func rows(of grid: DotGrid, _ column: Int) -> Range<Int> {
    let (across, down) = (glyphs.dots.width, glyphs.dots.height)
    let start = column * across * grid.wordsPerColumn
    let words = grid.words[start..<start + across * grid.wordsPerColumn]
    var (first, last) = (Int.max, -1)
    for index in words.indices where words[index] != 0 {
      let row = (index - start) % grid.wordsPerColumn * 64
      first = min(first, row + words[index].trailingZeroBitCount)
      last = max(last, row + 63 - words[index].leadingZeroBitCount)
    }
    return last < 0 ? 0..<0 : first / down..<min(height, last / down + 1)
  }

  /// Whether a line, and not only a shade, passes a cell.
  func hasLine(_ column: Int, _ row: Int) -> Bool {
    guard column >= 0, row >= 0, column < width, row < height else { return false }
    return dots[row * width + column] != 0 && !isShade[row * width + column]
  }

  /// Whether there is nothing but a shade in a cell.
  func hasShade(_ column: Int, _ row: Int) -> Bool { isShade[row * width + column] }
}

// MARK: Glyphs

extension ChartInk {
  func draw(on screen: inout Screen, at origin: Point, series: [LineChart.Series]) {
    let colors = series.map(\.color)
    let marks = Self.marks(of: series)
    let table = Self.tables[glyphs.rawValue]
    for row in 0..<height {
      for column in 0..<width {
        let index = row * width + column
        let dots = dots[index]
        guard dots != 0 else { continue }
        let owner = Int(owners[index])
        let glyph: Character
        if isShade[index], glyphs == .ascii || glyphs == .halfBlocks {
          glyph = glyphs == .ascii ? "." : "░"
        } else {
          glyph = glyphs == .ascii ? marks[owner] : table[Int(dots)]
        }
        let color = isShade[index] ? colors[owner].faded : colors[owner]
        screen[origin.x + column, origin.y + row] = Cell(glyph, Style(color))
      }
    }
  }

  /// How each series is drawn in ASCII, by its number among the curves.
  static func marks(of series: [LineChart.Series]) -> [Character] {
    var curves = 0
    return series.map { line in
      defer { curves += line.role == .curve ? 1 : 0 }
      return line.mark ?? LineChart.mark(curves)
    }
  }

  /// The glyph of every combination of dots, by glyph set.
  private static let tables: [[Character]] = GlyphSet.allCases.map { glyphs in
    (0..<256).map { glyphs.character(dots: $0) }
  }
}

extension GlyphSet {
  /// The dots of a cell, in the order in which its characters are numbered.
  fileprivate func dots(of grid: DotGrid, _ column: Int, _ row: Int) -> UInt8 {
    switch self {
    case .ascii: return UInt8(truncatingIfNeeded: grid.bits(column, row, 1))
    case .halfBlocks: return UInt8(truncatingIfNeeded: grid.bits(column, row * 2, 2))
    case .sextants:
      let (left, right) = (grid.bits(column * 2, row * 3, 3), grid.bits(column * 2 + 1, row * 3, 3))
      return UInt8(
        truncatingIfNeeded: left & 1 | (right & 1) << 1 | (left & 2) << 1 | (right & 2) << 2
          | (left & 4) << 2 | (right & 4) << 3
      )
    case .braille:
      let (left, right) = (grid.bits(column * 2, row * 4, 4), grid.bits(column * 2 + 1, row * 4, 4))
      return UInt8(
        truncatingIfNeeded: left & 7 | (left & 8) << 3 | (right & 7) << 3 | (right & 8) << 4
      )
    }
  }

  /// The glyph of a cell's dots.
  ///
  /// Of the sextants the Unicode standard leaves out four that it had already: empty, full, and both
  /// halves; the others follow each other from U+1FB00.
  fileprivate func character(dots: Int) -> Character {
    switch self {
    case .ascii: dots == 0 ? " " : "*"
    case .halfBlocks: [" ", "▀", "▄", "█"][dots & 3]
    case .braille: Unicode.Scalar(UInt32(0x2800 + dots)).map { Character($0) } ?? " "
    case .sextants:
      switch dots & 63 {
      case 0: " "
      case 21: "▌"
      case 42: "▐"
      case 63: "█"
      case let dots:
        Unicode.Scalar(UInt32(0x1FB00 + dots - 1 - (dots > 21 ? 1 : 0) - (dots > 42 ? 1 : 0)))
          .map { Character($0) } ?? " "
      }
    }
  }
}

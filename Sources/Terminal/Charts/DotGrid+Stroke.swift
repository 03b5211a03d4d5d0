extension DotGrid {
  /// The dots of a line that show in a stroke.
  ///
  /// A stroke leaves out columns of dots; a steep part of three dots or more and a dot without a
  /// neighbour in a column that shows stay, so that no part of a line is lost.
  func stroked(_ stroke: LineChart.Stroke) -> DotGrid {
    guard stroke != .solid else { return self }
    var shown = self
    for column in 0..<columns where !stroke.shows(column) {
      let left = column > 0 && stroke.shows(column - 1)
      let right = column + 1 < columns && stroke.shows(column + 1)
      for word in 0..<wordsPerColumn {
        let own = self.word(column, word)
        guard own != 0 else { continue }
        let (above, below) = (inner(column, word - 1), inner(column, word + 1))
        let inner = inner(column, word)
        let steep = inner | inner << 1 | above >> 63 | inner >> 1 | below << 63
        var near: UInt64 = 0
        if left { near |= spread(column - 1, word) }
        if right { near |= spread(column + 1, word) }
        shown.words[column * wordsPerColumn + word] = own & (steep | ~near)
      }
    }
    return shown
  }

  /// Every other dot as on a chessboard, and dots that stand alone: a shade.
  func shaded() -> DotGrid {
    var shown = self
    for column in 0..<columns {
      let mask: UInt64 = column % 2 == 0 ? 0x5555_5555_5555_5555 : 0xAAAA_AAAA_AAAA_AAAA
      for word in 0..<wordsPerColumn {
        let own = self.word(column, word)
        guard own != 0 else { continue }
        let near =
          above(column, word) | below(column, word) | self.word(column - 1, word)
          | above(column - 1, word) | below(column - 1, word) | self.word(column + 1, word)
          | above(column + 1, word) | below(column + 1, word)
        shown.words[column * wordsPerColumn + word] = own & (mask | ~near)
      }
    }
    return shown
  }

  // MARK: Words of dots and their neighbours, nothing outside of the grid

  private func word(_ column: Int, _ word: Int) -> UInt64 {
    guard column >= 0, column < columns, word >= 0, word < wordsPerColumn else { return 0 }
    return words[column * wordsPerColumn + word]
  }

  /// The dots that are right above each place.
  private func above(_ column: Int, _ word: Int) -> UInt64 {
    self.word(column, word) << 1 | self.word(column, word - 1) >> 63
  }

  /// The dots that are right below each place.
  private func below(_ column: Int, _ word: Int) -> UInt64 {
    self.word(column, word) >> 1 | self.word(column, word + 1) << 63
  }

  /// The dots with one above and one below.
  private func inner(_ column: Int, _ word: Int) -> UInt64 {
    self.word(column, word) & above(column, word) & below(column, word)
  }

  /// The places at most two rows from a dot.
  private func spread(_ column: Int, _ word: Int) -> UInt64 {
    let own = self.word(column, word)
    let (before, after) = (self.word(column, word - 1), self.word(column, word + 1))
    return own | own << 1 | own << 2 | before >> 63 | before >> 62 | own >> 1 | own >> 2
      | after << 63 | after << 62
  }
}

extension LineChart.Stroke {
  /// Whether the dots of a column show: the pattern of the stroke, counted from the plot's left edge.
  package func shows(_ column: Int) -> Bool {
    switch self {
    case .solid: true
    case .dashed: column % 6 < 4
    case .dotted: column % 2 == 0
    case .dashDotted: column % 8 < 4 || column % 8 == 6
    case .sparse: column % 4 == 0
    case .longDashed: column % 14 < 11
    }
  }
}

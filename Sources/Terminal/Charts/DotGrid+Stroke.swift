extension DotGrid {
  /// The dots of a line that show in a stroke.
  ///
  /// A stroke leaves out columns of dots; a steep part of three dots or more and a dot without a
  /// neighbour in a column that shows stay, so that no part of a line is lost.
  func stroked(_ stroke: LineChart.Stroke) -> DotGrid {
    guard stroke != .solid else { return self }
    var shown = self
    for column in 0..<columns where !stroke.shows(column) {
      let own = Column(words[range(of: column)])
      let inner = own & own.up & own.down
      let steep = own & (inner | inner.up | inner.down)
      var near = Column(count: wordsPerColumn)
      for side in [column - 1, column + 1] where (0..<columns).contains(side) && stroke.shows(side)
      {
        near = near | Column(words[range(of: side)])
      }
      near = near | near.up | near.down
      near = near | near.up | near.down
      let kept = steep | own.without(near)
      shown.words.replaceSubrange(range(of: column), with: kept.words)
    }
    return shown
  }

  /// Every other dot as on a chessboard, and dots that stand alone: a shade.
  func shaded() -> DotGrid {
    var shown = self
    for column in 0..<columns {
      let own = Column(words[range(of: column)])
      let mask: UInt64 = column % 2 == 0 ? 0x5555_5555_5555_5555 : 0xAAAA_AAAA_AAAA_AAAA
      var near = own.up | own.down
      for side in [column - 1, column + 1] where (0..<columns).contains(side) {
        let other = Column(words[range(of: side)])
        near = near | other | other.up | other.down
      }
      let kept = Column(own.words.map { $0 & mask }) | own.without(near)
      shown.words.replaceSubrange(range(of: column), with: kept.words)
    }
    return shown
  }

  private func range(of column: Int) -> Range<Int> {
    column * wordsPerColumn..<(column + 1) * wordsPerColumn
  }

  /// The dots of one column, bit 0 of the first word at the top.
  private struct Column {
    var words: [UInt64]

    init(_ words: some Sequence<UInt64>) { self.words = Array(words) }
    init(count: Int) { words = Array(repeating: 0, count: count) }

    /// Every dot one row higher.
    var up: Column {
      Column(
        words.indices.map { words[$0] >> 1 | ($0 + 1 < words.count ? words[$0 + 1] << 63 : 0) }
      )
    }

    /// Every dot one row lower.
    var down: Column {
      Column(words.indices.map { words[$0] << 1 | ($0 > 0 ? words[$0 - 1] >> 63 : 0) })
    }

    func without(_ other: Column) -> Column {
      Column(zip(words, other.words).map { $0 & ~$1 })
    }

    static func & (left: Column, right: Column) -> Column {
      Column(zip(left.words, right.words).map { $0 & $1 })
    }

    static func | (left: Column, right: Column) -> Column {
      Column(zip(left.words, right.words).map { $0 | $1 })
    }
  }
}

extension LineChart.Stroke {
  /// Whether the dots of a column show.
  fileprivate func shows(_ column: Int) -> Bool {
    switch self {
    case .solid: true
    case .dashed: column % 6 < 4
    case .dotted: column % 2 == 0
    case .dashDotted: column % 8 < 4 || column % 8 == 6
    case .sparse: column % 4 == 0
    }
  }
}

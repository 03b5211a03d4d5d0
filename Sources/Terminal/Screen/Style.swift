/// A colour by its meaning; the terminal door decides how it looks in 256, 16 or no colours.
///
/// Screens name meanings and never palette numbers, so that a theme or a monochrome terminal is one
/// table in one place.
package enum Color: UInt8, Sendable, CaseIterable {
  case normal, dim, accent, good, warning, bad, running, selection
  /// Stable colours for overlaid series, by the order in which the runs were marked.
  case series1, series2, series3, series4, series5, series6
  /// Syntax colours of the editor.
  case keyword, string, number, comment, function
  /// What is shaded behind each series.
  case faded1, faded2, faded3, faded4, faded5, faded6
  /// A small chart within a selected row: has the selection's background by itself.
  case onSelection

  /// The colour of the `index`th series; they repeat after six.
  package static func series(_ index: Int) -> Color {
    let all: [Color] = [.series1, .series2, .series3, .series4, .series5, .series6]
    return all[((index % all.count) + all.count) % all.count]
  }

  /// Whether it recedes behind a series.
  package var isFaded: Bool { (Color.faded1.rawValue...Color.faded6.rawValue).contains(rawValue) }

  /// The colour of what is shaded behind things of this colour.
  package var faded: Color {
    switch self {
    case .series1: .faded1
    case .series2: .faded2
    case .series3: .faded3
    case .series4: .faded4
    case .series5: .faded5
    case .series6: .faded6
    default: .dim
    }
  }
}

/// How a cell is drawn.
package struct Style: Sendable, Equatable, Hashable {
  package var color: Color
  package var bold: Bool
  package var underline: Bool
  /// Foreground and background exchanged: the selected row, a pressed button.
  package var reverse: Bool

  package init(
    _ color: Color = .normal,
    bold: Bool = false,
    underline: Bool = false,
    reverse: Bool = false
  ) {
    self.color = color
    self.bold = bold
    self.underline = underline
    self.reverse = reverse
  }

  package static let normal = Style()
  package static let dim = Style(.dim)
  package static let bold = Style(bold: true)
  package static let accent = Style(.accent)
  package static let good = Style(.good)
  package static let warning = Style(.warning)
  package static let bad = Style(.bad)
  package static let running = Style(.running)
  package static let selected = Style(.selection, reverse: true)

  package func reversed(_ on: Bool = true) -> Style {
    var copy = self
    copy.reverse = on
    return copy
  }

  package func bolded(_ on: Bool = true) -> Style {
    var copy = self
    copy.bold = on
    return copy
  }
}

import CNcurses
import Terminal

/// How each meaning of a colour looks on this terminal.
struct Palette {
  struct Look {
    let attributes: Int32
    let pair: Int32
  }

  enum Depth: Sendable { case none, eight, sixteen, many }

  let depth: Depth
  /// The pair of each colour: of those that look the same it is one, so that nothing is switched
  /// between them.
  private let pairs: [Int32]
  /// Whether an erased cell looks as a blank one does: both have the terminal's own background.
  let isBlankErased: Bool

  private static let monochrome = Palette(depth: .none, keepsBackground: true)

  /// Starts curses' colours and fills its table of pairs: one for each look that differs.
  static func start() -> Palette {
    guard Environment.value("NO_COLOR") == nil else { return .monochrome }
    var keeps: Int32 = 0
    let colors = lathe_curses_start_colors(&keeps)
    guard colors >= 8 else { return .monochrome }
    let palette = Palette(
      depth: colors >= 256 ? .many : colors >= 16 ? .sixteen : .eight,
      keepsBackground: keeps == 1
    )
    for color in Color.allCases where palette.pairs[Int(color.rawValue)] == pair(of: color) {
      let own = number(of: color, palette.depth)
      // Where the terminal's own colours cannot be kept: white on black.
      let ink = own < 0 && keeps == 0 ? 7 : own
      var paper: Int32 = keeps == 1 ? -1 : 0
      if color == .onSelection { paper = Int32(number(of: .selection, palette.depth)) }
      init_extended_pair(pair(of: color), Int32(ink), paper)
    }
    return palette
  }

  private init(depth: Depth, keepsBackground: Bool) {
    self.depth = depth
    isBlankErased = keepsBackground
    var first: [Int: Int32] = [:]
    pairs = Color.allCases.map { color in
      let own = Self.pair(of: color)
      // It alone has a background.
      if color == .onSelection { return own }
      let number = Self.number(of: color, depth)
      if let known = first[number] { return known }
      first[number] = own
      return own
    }
  }

  /// Its own, which others that look the same use as well.
  private static func pair(of color: Color) -> Int32 { Int32(color.rawValue) + 1 }

  /// `isLine` of a piece of an upright line, which an underline would make a ladder.
  func look(of style: Style, isLine: @autoclosure () -> Bool = false) -> Look {
    var attributes: Int32 = 0
    if style.bold { attributes |= Int32(LATHE_BOLD) }
    if style.underline { attributes |= Int32(LATHE_UNDERLINE) }
    if style.reverse { attributes |= Int32(LATHE_REVERSE) }
    switch depth {
    case .none:
      let own = monochrome(style.color)
      let shown = isLine() ? own & ~Int32(LATHE_UNDERLINE) : own
      return Look(attributes: attributes | shown, pair: 0)
    case .eight where style.color == .dim || style.color == .comment || style.color.isFaded:
      return Look(attributes: attributes | Int32(LATHE_DIM), pair: 0)
    default: return Look(attributes: attributes, pair: pairs[Int(style.color.rawValue)])
    }
  }

  /// Whether nothing is seen of a blank in a style.
  func hidesBlanks(_ style: Style) -> Bool {
    !style.underline && !style.reverse && style.color != .onSelection && depth != .none
  }

  private func monochrome(_ color: Color) -> Int32 {
    switch color {
    case .dim, .comment, .faded1, .faded2, .faded3, .faded4, .faded5, .faded6: Int32(LATHE_DIM)
    case .accent, .running, .keyword: Int32(LATHE_BOLD)
    case .warning: Int32(LATHE_UNDERLINE)
    case .bad: Int32(LATHE_BOLD | LATHE_UNDERLINE)
    default: 0
    }
  }

  /// The palette's number; -1 is the terminal's own text colour.
  ///
  /// Of the 256 the ones of middle brightness, which read on dark and on light backgrounds; the
  /// series' are told apart by people who do not see red and green apart, too.
  private static func number(of color: Color, _ depth: Depth) -> Int {
    switch (color, depth) {
    case (.normal, _): -1
    case (.dim, .many): 244
    case (.accent, .many): 33
    case (.good, .many): 35
    case (.warning, .many): 172
    case (.bad, .many): 196
    case (.running, .many): 37
    case (.selection, .many): 67
    case (.series1, .many): 33
    case (.series2, .many): 208
    case (.series3, .many): 36
    case (.series4, .many): 170
    case (.series5, .many): 136
    case (.series6, .many): 73
    case (.keyword, .many): 133
    case (.string, .many): 71
    case (.number, .many): 173
    case (.comment, .many): 244
    case (.function, .many): 32
    // Of less saturation rather than darker, so that they recede on light backgrounds as well.
    case (.faded1, .many): 67
    case (.faded2, .many): 137
    case (.faded3, .many): 65
    case (.faded4, .many): 96
    case (.faded5, .many): 101
    case (.faded6, .many): 66
    case (.faded1, .sixteen), (.faded2, .sixteen), (.faded3, .sixteen), (.faded4, .sixteen),
      (.faded5, .sixteen), (.faded6, .sixteen):
      8
    case (.faded1, _), (.faded2, _), (.faded3, _), (.faded4, _), (.faded5, _), (.faded6, _): -1
    case (.onSelection, .many): 231
    case (.onSelection, .sixteen): 15
    case (.onSelection, _): 7
    case (.dim, .sixteen), (.comment, .sixteen): 8
    case (.series5, .sixteen): 13
    case (.series5, .eight): 1
    case (.series6, .sixteen): 12
    case (.dim, _), (.comment, _): -1
    case (.accent, _), (.running, _), (.function, _), (.series1, _): 6
    case (.good, _), (.string, _), (.series3, _): 2
    case (.warning, _), (.number, _), (.series2, _), (.series5, _): 3
    case (.bad, _): 1
    case (.selection, _), (.series6, _): 4
    case (.series4, _), (.keyword, _): 5
    }
  }
}

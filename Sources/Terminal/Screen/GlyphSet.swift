/// The finest set of glyphs that a terminal can show in one cell each.
package enum GlyphSet: Int, Sendable, CaseIterable {
  case ascii, halfBlocks, sextants, braille

  /// The set of a name: braille, sextants, blocks or ascii.
  package init?(named name: some StringProtocol) {
    guard let found = GlyphSet.allCases.first(where: { $0.name == name.lowercased() })
    else { return nil }
    self = found
  }

  package var name: String {
    switch self {
    case .ascii: "ascii"
    case .halfBlocks: "blocks"
    case .sextants: "sextants"
    case .braille: "braille"
    }
  }

  /// The dots of one cell.
  package var dots: Size {
    switch self {
    case .ascii: Size(width: 1, height: 1)
    case .halfBlocks: Size(width: 1, height: 2)
    case .sextants: Size(width: 2, height: 3)
    case .braille: Size(width: 2, height: 4)
    }
  }
}

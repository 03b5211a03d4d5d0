/// One of several allowed values, chosen by cycling through them.
package struct Choice: Sendable, Equatable {
  package let values: [String]
  package private(set) var index: Int

  /// `selected` is kept when it is one of the values; otherwise the first one is chosen.
  package init(_ values: [String], selected: String? = nil) {
    self.values = values
    index = selected.flatMap { values.firstIndex(of: $0) } ?? 0
  }

  /// The chosen value, nil if there are none.
  package var value: String? { values.indices.contains(index) ? values[index] : nil }

  package mutating func next() { step(1) }
  package mutating func previous() { step(-1) }

  /// Handles left, right, blank and Home and End; false for any other key.
  package mutating func handle(_ key: Key) -> Bool {
    switch key.code {
    case .left: previous()
    case .right, .character(" "): next()
    case .home: index = 0
    case .end: index = max(0, values.count - 1)
    default: return false
    }
    return true
  }

  /// Draws "‹ value ›  2/5".
  package func draw(
    on screen: inout Screen,
    in rect: Rect,
    focused: Bool,
    glyphs: GlyphSet = .braille
  ) {
    guard !rect.isEmpty else { return }
    screen.fill(rect.top(1).0)
    let style: Style = focused ? .accent : .dim
    let (left, right): (SafeText, SafeText) = glyphs == .ascii ? ("< ", " >") : ("‹ ", " ›")
    var text = StyledText(left, style)
    text.append(SafeText(hostile: value ?? ""), focused ? .bold : .normal)
    text.append(right, style)
    if values.count > 1 { text.append("  \(index + 1)/\(values.count)", .dim) }
    screen.write(text, x: rect.x, y: rect.y, width: rect.width)
  }

  private mutating func step(_ by: Int) {
    guard !values.isEmpty else { return }
    index = (index + by + values.count) % values.count
  }
}

/// A box in the middle of the screen with lines of text and buttons.
package struct Dialog: Sendable, Equatable {
  package var title: SafeText
  package var lines: [StyledText]
  package var buttons: [SafeText]
  package var selected: Int
  /// The edge: `.bad` for what cannot be undone.
  package var style: Style
  package var glyphs: GlyphSet

  package init(
    title: SafeText,
    lines: [StyledText],
    buttons: [SafeText],
    selected: Int = 0,
    style: Style = .accent,
    glyphs: GlyphSet = .braille
  ) {
    self.title = title
    self.lines = lines
    self.buttons = buttons
    self.selected = selected
    self.style = style
    self.glyphs = glyphs
  }

  /// Handles left, right, Tab and Shift-Tab; false for any other key.
  package mutating func handle(_ key: Key) -> Bool {
    guard !buttons.isEmpty else { return false }
    switch key.code {
    case .left, .backTab: selected = (selected + buttons.count - 1) % buttons.count
    case .right, .tab: selected = (selected + 1) % buttons.count
    default: return false
    }
    return true
  }

  /// Draws the dialog over what is there; returns the buttons' rectangles.
  @discardableResult
  package func draw(on screen: inout Screen, in rect: Rect) -> [Rect] {
    let buttonsWidth = buttons.reduce(0) { $0 + $1.width + 6 }
    let widest = max(lines.map(\.width).max() ?? 0, buttonsWidth, title.width + 4, 24)
    let width = min(rect.width, min(widest, 76) + 4)
    let wrapped = lines.flatMap { $0.wordWrapped(to: max(1, width - 4)) }
    let height = min(rect.height, wrapped.count + (buttons.isEmpty ? 2 : 4))
    let box = Rect(
      x: rect.x + (rect.width - width) / 2,
      y: rect.y + (rect.height - height) / 2,
      width: width,
      height: height
    )
    var frame = Frame(title, focused: true, glyphs: glyphs)
    frame.title = StyledText(title, style.bolded())
    let inside = frame.draw(on: &screen, in: box)
    screen.cursor = nil
    let text = inside.bottom(buttons.isEmpty ? 0 : 2).0
    for (index, line) in wrapped.prefix(text.height).enumerated() {
      screen.write(line, x: text.x + 1, y: text.y + index, width: text.width - 2)
    }
    return drawButtons(on: &screen, in: inside, width: buttonsWidth)
  }

  private func drawButtons(on screen: inout Screen, in inside: Rect, width: Int) -> [Rect] {
    guard !inside.isEmpty else { return [] }
    var places: [Rect] = []
    var x = inside.x + max(0, (inside.width - width + 2) / 2)
    for (index, button) in buttons.enumerated() {
      let label: SafeText = "[ " + button + " ]"
      let shown = index == selected ? Style(.selection, bold: true, reverse: true) : .normal
      let room = max(0, inside.maxX - x)
      let drawn = screen.write(label, x: x, y: inside.maxY - 1, style: shown, width: room)
      places.append(Rect(x: x, y: inside.maxY - 1, width: drawn, height: 1))
      x += drawn + 2
    }
    return places
  }
}

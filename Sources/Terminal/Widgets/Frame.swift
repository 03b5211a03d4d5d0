/// A box around a pane, with a title at the left and one at the right of its upper edge.
package struct Frame: Sendable, Equatable {
  package enum Corners: Sendable, Equatable { case rounded, square }

  package var title: StyledText
  package var right: StyledText
  /// The focused pane has a coloured edge, the others a dim one.
  package var focused: Bool
  package var corners: Corners
  package var glyphs: GlyphSet

  package init(
    title: StyledText = StyledText(),
    right: StyledText = StyledText(),
    focused: Bool = false,
    corners: Corners = .rounded,
    glyphs: GlyphSet = .braille
  ) {
    self.title = title
    self.right = right
    self.focused = focused
    self.corners = corners
    self.glyphs = glyphs
  }

  package init(
    _ title: SafeText,
    right: SafeText = "",
    focused: Bool = false,
    corners: Corners = .rounded,
    glyphs: GlyphSet = .braille
  ) {
    self.init(
      title: StyledText(title, focused ? .bold : .normal),
      right: StyledText(right, .dim),
      focused: focused,
      corners: corners,
      glyphs: glyphs
    )
  }

  /// Draws the box and blanks its inside; returns the inside.
  @discardableResult
  package func draw(on screen: inout Screen, in rect: Rect) -> Rect {
    guard rect.width >= 2, rect.height >= 2 else {
      screen.fill(rect)
      return Rect(x: rect.x, y: rect.y, width: 0, height: 0)
    }
    let style: Style = focused ? .accent : .dim
    let pen = Pen(glyphs: glyphs, corners: corners)
    screen.fill(rect.inset())
    for x in (rect.x + 1)..<(rect.maxX - 1) {
      screen[x, rect.y] = Cell(pen.horizontal, style)
      screen[x, rect.maxY - 1] = Cell(pen.horizontal, style)
    }
    for y in (rect.y + 1)..<(rect.maxY - 1) {
      screen[rect.x, y] = Cell(pen.vertical, style)
      screen[rect.maxX - 1, y] = Cell(pen.vertical, style)
    }
    screen[rect.x, rect.y] = Cell(pen.topLeft, style)
    screen[rect.maxX - 1, rect.y] = Cell(pen.topRight, style)
    screen[rect.x, rect.maxY - 1] = Cell(pen.bottomLeft, style)
    screen[rect.maxX - 1, rect.maxY - 1] = Cell(pen.bottomRight, style)
    drawTitles(on: &screen, in: rect)
    return rect.inset()
  }

  /// The left title goes first; the right one is left out where there is no room for both.
  private func drawTitles(on screen: inout Screen, in rect: Rect) {
    // A corner and a line at each side, a blank around each title.
    let room = rect.width - 6
    guard room > 0 else { return }
    var used = 0
    if !title.isEmpty {
      let shown = StyledText(" ") + title.cut(to: room) + StyledText(" ")
      used = screen.write(shown, x: rect.x + 2, y: rect.y, width: room + 2, ellipsis: false) + 1
    }
    let width = right.width
    guard width > 0, width <= room - used else { return }
    screen.write(
      StyledText(" ") + right + StyledText(" "),
      x: rect.maxX - 4 - width,
      y: rect.y,
      width: width + 2,
      ellipsis: false
    )
  }
}

/// The line characters of a box.
struct Pen {
  let horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight: Character

  init(glyphs: GlyphSet, corners: Frame.Corners) {
    switch (glyphs, corners) {
    case (.ascii, _):
      (horizontal, vertical) = ("-", "|")
      (topLeft, topRight, bottomLeft, bottomRight) = ("+", "+", "+", "+")
    case (_, .rounded):
      (horizontal, vertical) = ("─", "│")
      (topLeft, topRight, bottomLeft, bottomRight) = ("╭", "╮", "╰", "╯")
    case (_, .square):
      (horizontal, vertical) = ("─", "│")
      (topLeft, topRight, bottomLeft, bottomRight) = ("┌", "┐", "└", "┘")
    }
  }
}

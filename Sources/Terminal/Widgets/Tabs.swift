/// Names side by side, one of them in front.
package struct Tabs: Sendable, Equatable {
  package var titles: [SafeText]
  package var selected: Int

  package init(_ titles: [SafeText], selected: Int = 0) {
    self.titles = titles
    self.selected = selected
  }

  /// Draws one line, the selected tab always in view; returns where each tab was drawn.
  @discardableResult
  package func draw(on screen: inout Screen, in rect: Rect) -> [Rect?] {
    var places = [Rect?](repeating: nil, count: titles.count)
    guard !rect.isEmpty, !titles.isEmpty else { return places }
    screen.fill(rect.top(1).0)
    let widths = titles.map { $0.width + 3 }
    var first = 0
    let front = min(max(0, selected), titles.count - 1)
    while first < front, widths[first...front].reduce(0, +) > rect.width { first += 1 }
    var x = rect.x
    for index in first..<titles.count {
      guard index == first || x + widths[index] - 1 <= rect.maxX else { break }
      let style: Style = index == front ? Style(.accent, bold: true, reverse: true) : .dim
      let room = rect.maxX - x
      let drawn = screen.write(
        " " + titles[index] + " ",
        x: x,
        y: rect.y,
        style: style,
        width: room
      )
      places[index] = Rect(x: x, y: rect.y, width: drawn, height: 1)
      x += drawn + 1
    }
    return places
  }
}

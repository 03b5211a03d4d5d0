/// The keys that work here, now, on one line.
package struct Footer: Sendable, Equatable {
  package struct Hint: Sendable, Equatable {
    package var key: SafeText
    package var text: SafeText

    package init(_ key: SafeText, _ text: SafeText) {
      self.key = key
      self.text = text
    }
  }

  package var hints: [Hint]

  package init(_ hints: [Hint]) { self.hints = hints }

  /// Draws as many hints as fit, dropping from the right; returns where each of them was drawn.
  ///
  /// The last `kept` hints (the palette and the help) stay when others must go.
  @discardableResult
  package func draw(on screen: inout Screen, in rect: Rect, keeping kept: Int = 0) -> [Rect?] {
    var places = [Rect?](repeating: nil, count: hints.count)
    guard !rect.isEmpty else { return places }
    screen.fill(rect.top(1).0)
    let last = max(0, hints.count - max(0, kept))
    // The two blanks behind the last hint need no room.
    var room = rect.width - 1 + 2
    var shown: [Int] = []
    for index in Array(hints.indices[last...]) where width(hints[index]) <= room {
      room -= width(hints[index])
      shown.append(index)
    }
    var front: [Int] = []
    for index in 0..<last {
      guard width(hints[index]) <= room else { break }
      room -= width(hints[index])
      front.append(index)
    }
    var x = rect.x + 1
    for index in front + shown {
      let hint = hints[index]
      let start = x
      x += screen.write(hint.key, x: x, y: rect.y, style: Style(.accent, bold: true))
      x += screen.write(" " + hint.text, x: x, y: rect.y, style: .dim)
      places[index] = Rect(x: start, y: rect.y, width: x - start, height: 1)
      x += 2
    }
    return places
  }

  private func width(_ hint: Hint) -> Int { hint.key.width + 1 + hint.text.width + 2 }
}

/// Lines of text, wrapped at words, from a given line on.
package struct TextBlock: Sendable, Equatable {
  package var lines: [StyledText]

  package init(_ lines: [StyledText]) { self.lines = lines }

  /// The lines as they are drawn at a width.
  package func wrapped(to width: Int) -> [StyledText] {
    lines.flatMap { $0.wordWrapped(to: width) }
  }

  /// Draws from the wrapped line `offset` on; returns how many wrapped lines there are.
  @discardableResult
  package func draw(on screen: inout Screen, in rect: Rect, offset: Int = 0) -> Int {
    screen.fill(rect)
    let wrapped = wrapped(to: rect.width)
    for (index, line) in wrapped.dropFirst(max(0, offset)).prefix(rect.height).enumerated() {
      screen.write(line, x: rect.x, y: rect.y + index, width: rect.width, ellipsis: false)
    }
    return wrapped.count
  }
}

extension StyledText {
  /// The text as lines of at most `width` cells, broken at blanks where there are any.
  package func wordWrapped(to width: Int) -> [StyledText] {
    guard width > 0 else { return [] }
    guard self.width > width else { return [self] }
    if runs.count == 1, let run = runs.first {
      return run.text.wrapped(to: width).map { StyledText($0, run.style) }
    }
    // The plain text decides where the lines break, the runs are cut at the same places.
    let breaks = plain.wrapped(to: width)
    var rest = runs.flatMap { run in run.text.string.map { ($0, run.style) } }[...]
    return breaks.map { line in
      var styled = StyledText()
      for character in line.string {
        while let next = rest.first, next.0 != character { rest.removeFirst() }
        guard let next = rest.popFirst() else { break }
        if let last = styled.runs.last, last.style == next.1 {
          styled.runs[styled.runs.count - 1].text = last.text + SafeText(trusted: String(next.0))
        } else {
          styled.append(SafeText(trusted: String(next.0)), next.1)
        }
      }
      return styled
    }
  }
}

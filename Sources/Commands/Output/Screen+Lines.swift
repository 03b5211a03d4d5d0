package import Terminal

extension Screen {
  /// The picture as lines, blanks at their ends removed.
  package var outputLines: [Line] {
    (0..<size.height).map { y in
      var end = size.width
      while end > 0, self[end - 1, y].text == " " { end -= 1 }
      var line = StyledText()
      var (text, style) = ("", Style.normal)
      for x in 0..<end {
        let cell = self[x, y]
        // The right half of a wide character has no text of its own.
        guard let character = cell.text else { continue }
        if cell.style != style {
          line.append(SafeText(hostile: text), style)
          (text, style) = ("", cell.style)
        }
        text.append(character)
      }
      line.append(SafeText(hostile: text), style)
      return Line(line)
    }
  }
}

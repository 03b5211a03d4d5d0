/// Where a text stands in its column.
package enum Alignment: Sendable, Equatable {
  case left, right, center
}

extension SafeText {
  /// The text cut to `width` cells; a cut text ends in "…".
  package func cut(to width: Int) -> SafeText {
    guard width > 0 else { return "" }
    // A cell takes at least one byte, so a short text needs no measuring.
    if string.utf8.count <= width { return self }
    var used = 0
    var end = string.startIndex
    for index in string.indices {
      let cells = string[index].cellWidth
      if used + cells > width { return SafeText(trusted: String(string[..<end]) + "…") }
      used += cells
      if used <= width - 1 { end = string.index(after: index) }
    }
    return self
  }

  /// The text cut to `width` cells by leaving out its middle: of names both ends tell most.
  package func shortened(to width: Int) -> SafeText {
    guard width > 2, string.utf8.count > width, self.width > width else { return cut(to: width) }
    var (head, tail) = ("", "")
    var room = (width - 1) / 2
    for character in string {
      guard character.cellWidth <= room else { break }
      room -= character.cellWidth
      head.append(character)
    }
    room = width - 1 - head.reduce(0) { $0 + $1.cellWidth }
    for character in string.reversed() {
      guard character.cellWidth <= room else { break }
      room -= character.cellWidth
      tail.append(character)
    }
    // Marks without a cell of their own have lost what they stood on.
    while tail.last?.cellWidth == 0 { tail.removeLast() }
    return SafeText(trusted: head + "…" + tail.reversed())
  }

  /// The text in exactly `width` cells: cut, or filled with blanks.
  package func padded(to width: Int, _ alignment: Alignment = .left) -> SafeText {
    let shown = cut(to: width)
    let missing = max(0, width - shown.width)
    let left =
      switch alignment {
      case .left: 0
      case .right: missing
      case .center: missing / 2
      }
    return SafeText(
      trusted: String(repeating: " ", count: left) + shown.string
        + String(repeating: " ", count: missing - left)
    )
  }

  /// The text without its first `columns` cells; half of a wide character becomes a blank.
  package func dropping(columns: Int) -> SafeText {
    guard columns > 0 else { return self }
    var gone = 0
    var index = string.startIndex
    while index < string.endIndex, gone < columns {
      gone += string[index].cellWidth
      index = string.index(after: index)
    }
    let rest = String(string[index...])
    return SafeText(trusted: gone > columns ? " " + rest : rest)
  }

  /// The text as lines of at most `width` cells, broken at blanks where there are any.
  package func wrapped(to width: Int) -> [SafeText] {
    guard width > 0 else { return [] }
    guard !isEmpty else { return [self] }
    var lines: [String] = []
    var line = ""
    var used = 0
    func end() {
      lines.append(line)
      line = ""
      used = 0
    }
    let words = string.split(separator: " ", omittingEmptySubsequences: false)
    for (index, word) in words.enumerated() {
      let cells = word.reduce(0) { $0 + $1.cellWidth }
      if used > 0, used + 1 + cells > width {
        end()
      } else if index > 0, used > 0 || lines.isEmpty {
        // The indentation stays; blanks where a line was broken go.
        line += " "
        used += 1
      }
      for character in word {
        let wide = character.cellWidth
        if used + wide > width { end() }
        line.append(character)
        used += wide
      }
    }
    end()
    return lines.map { SafeText(trusted: $0) }
  }

  /// Each line of a hostile text, safe; at most `most` of them.
  package static func lines(hostile text: String, most: Int = 10_000) -> [SafeText] {
    text.split(separator: "\n", maxSplits: max(0, most), omittingEmptySubsequences: false)
      .prefix(most)
      .map { SafeText(hostile: $0.last == "\r" ? $0.dropLast() : $0) }
  }
}

extension SafeText {
  /// Nil for no text.
  var nonEmpty: SafeText? { isEmpty ? nil : self }
}

extension [SafeText] {
  /// The texts one after the other.
  package func joined(separator: SafeText = "") -> SafeText {
    SafeText(trusted: map(\.string).joined(separator: separator.string))
  }
}

package import Terminal

/// One line of output: pieces of safe text, each with its style.
package struct Line: Sendable, Equatable {
  package typealias Span = StyledText.Run

  package private(set) var spans: [Span]

  package init(_ text: SafeText = "", _ style: Style = .normal) {
    spans = text.isEmpty ? [] : [Span(text, style)]
  }

  package init(_ text: StyledText) { spans = text.runs.filter { !$0.text.isEmpty } }

  package var width: Int { spans.reduce(0) { $0 + $1.text.width } }
  package var isEmpty: Bool { spans.isEmpty }

  /// The text without its colours.
  package var plain: String { spans.map(\.text.string).joined() }

  package static func + (left: Line, right: Line) -> Line {
    var both = left
    both.spans += right.spans
    return both
  }

  package static func += (left: inout Line, right: Line) { left.spans += right.spans }

  /// The line cut to `width` cells; a cut line ends in "…".
  package func cut(to room: Int) -> Line { Line(StyledText(spans).cut(to: room)) }

  /// The line with blanks up to `width` cells, behind it or before it.
  package func padded(to room: Int, right: Bool = false) -> Line {
    let missing = room - width
    guard missing > 0 else { return self }
    let blanks = Line(SafeText.blanks(missing))
    return right ? blanks + self : self + blanks
  }

  /// The line as lines of at most `room` cells, broken between words; the later ones are set in.
  package func broken(to room: Int, indent: Int = 4) -> [Line] {
    guard room > 1, width > room else { return [self] }
    // In a narrow terminal the margin would leave no room for words.
    let indent = room < indent * 3 ? 0 : indent
    var lines: [Line] = []
    var rest = spans.flatMap { span in span.text.string.map { (character: $0, style: span.style) } }
    while !rest.isEmpty {
      let margin = lines.isEmpty ? 0 : indent
      var used = margin
      var end = 0
      while end < rest.count, used + rest[end].character.cellWidth <= room {
        used += rest[end].character.cellWidth
        end += 1
      }
      // A word without an end is broken anywhere; blanks at a beginning are the line's own.
      if end < rest.count, rest[end].character != " ",
        let blank = rest[..<end].lastIndex(where: { $0.character == " " }),
        rest[..<blank].contains(where: { $0.character != " " })
      {
        end = blank
      }
      var line = Line(SafeText.blanks(margin))
      for (character, style) in rest[..<max(1, end)] {
        line += Line(SafeText(hostile: String(character)), style)
      }
      lines.append(line.joined)
      rest.removeFirst(max(1, end))
      while rest.first?.character == " " { rest.removeFirst() }
    }
    return lines
  }

  /// The same line with neighbours of one style in one piece.
  private var joined: Line {
    var line = Line()
    for span in spans {
      if let last = line.spans.last, last.style == span.style {
        line.spans[line.spans.count - 1].text = last.text + span.text
      } else {
        line.spans.append(span)
      }
    }
    return line
  }

  package func styled(_ style: Style) -> Line {
    var copy = self
    for index in copy.spans.indices { copy.spans[index].style = style }
    return copy
  }
}

extension [Line] {
  /// The lines as one, with `separator` between those that are not empty.
  package func joined(_ separator: SafeText) -> Line {
    var all = Line()
    for line in self where !line.isEmpty {
      if !all.isEmpty { all += Line(separator) }
      all += line
    }
    return all
  }

  /// The lines as plain text, each with its line break.
  package var plain: String { map { $0.plain + "\n" }.joined() }
}

extension SafeText {
  static func blanks(_ count: Int) -> SafeText {
    SafeText(hostile: String(repeating: " ", count: Swift.max(0, count)))
  }
}

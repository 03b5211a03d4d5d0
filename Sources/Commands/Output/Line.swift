package import Terminal

/// One line of output: pieces of safe text, each with its style.
package struct Line: Sendable, Equatable {
  package struct Span: Sendable, Equatable {
    package var text: SafeText
    package var style: Style
  }

  package private(set) var spans: [Span]

  package init(_ text: SafeText = "", _ style: Style = .normal) {
    spans = text.isEmpty ? [] : [Span(text: text, style: style)]
  }

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
  package func cut(to room: Int) -> Line {
    guard width > room else { return self }
    var cut = Line()
    var left = room
    for span in spans {
      let taken = span.text.width
      guard taken < left || (taken == left && span == spans.last) else {
        // One cell more than there is makes the cut visible even where the span would just fit.
        let text = taken > left ? span.text.cut(to: left) : (span.text + "…").cut(to: left)
        cut.spans.append(Span(text: text, style: span.style))
        return cut
      }
      cut.spans.append(span)
      left -= taken
    }
    return cut
  }

  /// The line with blanks up to `width` cells, behind it or before it.
  package func padded(to room: Int, right: Bool = false) -> Line {
    let missing = room - width
    guard missing > 0 else { return self }
    let blanks = Line(SafeText.blanks(missing))
    return right ? blanks + self : self + blanks
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

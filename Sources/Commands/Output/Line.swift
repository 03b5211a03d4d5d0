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

/// A document's text by lines, to find the place of something inside a scalar.
package struct SourceText: Sendable {
  private let lines: [[Unicode.Scalar]]

  package init(_ text: String) {
    lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }.map(
      Array.init
    )
  }

  /// The place of the first `fragment` at or behind a place; nil when there is none within `reach`
  /// Unicode scalars.
  ///
  /// A scalar's text is not its source: blocks are indented and quoted texts have escapes. The
  /// fragments that stand in the one stand in the other in the same order.
  package func place(of fragment: String, from start: Place, within reach: Int) -> Place? {
    let wanted = Array(fragment.unicodeScalars)
    guard !wanted.isEmpty, start.line >= 1, start.line <= lines.count else { return nil }
    var left = reach
    for line in start.line...lines.count {
      let scalars = lines[line - 1]
      var column = line == start.line ? max(0, start.column - 1) : 0
      while column + wanted.count <= scalars.count, left > 0 {
        if scalars[column...].starts(with: wanted) { return Place(line: line, column: column + 1) }
        column += 1
        left -= 1
      }
      left -= 1
      if left <= 0 { return nil }
    }
    return nil
  }
}

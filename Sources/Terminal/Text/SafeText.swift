/// Text that cannot harm a terminal: the one gate through which text reaches a cell or a stream.
///
/// Everything that did not come from Lathe's own source (logs, file names, metric names, templates)
/// passes `init(hostile:)`: control characters, escape sequences, C1 codes, bidirectional controls
/// and other invisible formatting characters become visible or are dropped; tabs become blanks;
/// line breaks become "⏎". A string literal in Lathe's source is safe as it stands.
package struct SafeText: Sendable, Equatable, Hashable, ExpressibleByStringInterpolation {
  package let string: String

  /// Makes any text safe, on one line; what is longer than `limit` characters ends in "…".
  package init(hostile text: some StringProtocol, limit: Int = 4096) {
    string = SafeText.clean(text, limit: limit)
  }

  package init(stringLiteral value: String) {
    string = value
  }

  /// Literal parts of Lathe's own source are safe; interpolated strings are hostile unless they are
  /// `SafeText` or numbers.
  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 8)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ value: SafeText) { text += value.string }
    package mutating func appendInterpolation(_ value: some BinaryInteger) {
      text += String(describing: value)
    }
    package mutating func appendInterpolation(_ value: some StringProtocol) {
      text += SafeText(hostile: value).string
    }
  }

  package init(stringInterpolation: StringInterpolation) {
    string = stringInterpolation.text
  }

  package static func + (left: SafeText, right: SafeText) -> SafeText {
    SafeText(trusted: left.string + right.string)
  }

  /// The number of cells that the text takes.
  package var width: Int {
    let bytes = string.utf8
    return bytes.allSatisfy(\.isPrintable)
      ? bytes.count : string.reduce(0) { $0 + $1.cellWidth }
  }

  package var isEmpty: Bool { string.isEmpty }

  /// For parts of text that was safe already.
  init(trusted: String) { string = trusted }
}

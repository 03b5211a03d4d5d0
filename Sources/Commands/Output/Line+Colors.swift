import Terminal

extension Line {
  /// The line with SGR codes where its styles ask for them.
  package var colored: String {
    spans.map { span in
      let codes = span.style.codes
      return codes.isEmpty ? span.text.string : "\u{1b}[\(codes)m\(span.text.string)\u{1b}[0m"
    }.joined()
  }
}

extension Style {
  /// Parameters of the SGR sequence; empty for plain text.
  ///
  /// Only the sixteen colours that the user's own palette defines: they are readable on any background.
  package var codes: String {
    var codes: [String] = []
    if bold { codes.append("1") }
    if underline { codes.append("4") }
    if reverse { codes.append("7") }
    if let code = color.code { codes.append(code) }
    return codes.joined(separator: ";")
  }
}

extension Color {
  fileprivate var code: String? {
    switch self {
    case .normal, .selection, .onSelection: nil
    case .dim, .comment, .faded1, .faded2, .faded3, .faded4, .faded5, .faded6: "2"
    case .accent, .function: "34"
    case .good, .string: "32"
    case .warning, .number: "33"
    case .bad: "31"
    case .running, .keyword: "36"
    case .series1: "36"
    case .series2: "33"
    case .series3: "35"
    case .series4: "32"
    case .series5: "31"
    case .series6: "34"
    }
  }
}

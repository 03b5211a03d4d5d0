package import Terminal

/// Colours a line at a time, quickly and roughly; what it does not know stays uncoloured.
package struct SyntaxColours: Sendable, Equatable {
  package struct Span: Sendable, Equatable {
    /// Columns in characters.
    package let range: Range<Int>
    package let color: Color

    package init(_ range: Range<Int>, _ color: Color) {
      self.range = range
      self.color = color
    }
  }

  package let language: Language
  /// The quote that ends a string of several lines, nil outside of one.
  private var openQuote: Character?

  package init(_ language: Language) { self.language = language }

  /// Colours the next line; lines are given in their order.
  package mutating func next(_ line: String) -> [Span] {
    // A line of that length is data, and colouring it would be felt.
    guard language != .plain, line.utf8.count <= 4000 else { return [] }
    var scanner = Scanner(characters: Array(line))
    if language == .python, let quote = openQuote {
      guard scanner.skipTriple(quote) else {
        return [Span(0..<scanner.characters.count, .string)]
      }
      scanner.spans.append(Span(0..<scanner.at, .string))
      openQuote = nil
    }
    if language == .yaml { scanner.takeYAMLKey() }
    while scanner.at < scanner.characters.count { take(&scanner) }
    return scanner.spans
  }

  private mutating func take(_ scanner: inout Scanner) {
    let start = scanner.at
    let character = scanner.characters[start]
    let before = start > 0 ? scanner.characters[start - 1] : " "
    switch character {
    case "#" where language != .json && (language == .python || before.isWhitespace):
      scanner.end(.comment, at: scanner.characters.count)
    case "\"", "'":
      guard language != .json || character == "\"" else {
        scanner.at += 1
        return
      }
      if language == .python, scanner.isTriple(character) {
        scanner.at += 3
        if !scanner.skipTriple(character) { openQuote = character }
        scanner.spans.append(Span(start..<scanner.at, .string))
      } else {
        takeString(&scanner, quote: character)
      }
    case "$" where language == .shell: takeVariable(&scanner)
    case "@" where language == .python && scanner.isAtStart(start):
      scanner.skipWord(extra: ".")
      scanner.end(.function, from: start)
    case "!" where language == .yaml && before.isWhitespace:
      scanner.skipWord(extra: ":!.")
      scanner.end(.function, from: start)
    case _ where character.isASCII && character.isNumber && !before.isWordPart:
      scanner.skipWord(extra: ".+-", onlyAfterExponent: true)
      scanner.end(.number, from: start)
    case _ where character.isWordPart: takeWord(&scanner)
    default: scanner.at += 1
    }
  }

  private func takeString(_ scanner: inout Scanner, quote: Character) {
    let start = scanner.at
    // An apostrophe within a plain YAML or shell word opens nothing.
    if language == .yaml, start > 0, scanner.characters[start - 1].isWordPart {
      scanner.at += 1
      return
    }
    scanner.skipString(quote, escapes: language != .yaml || quote == "\"")
    let isKey = language == .json && scanner.nextIsColon
    scanner.end(isKey ? .keyword : .string, from: start)
  }

  private func takeVariable(_ scanner: inout Scanner) {
    let start = scanner.at
    scanner.at += 1
    if scanner.current == "{" {
      while let current = scanner.current, current != "}" {
        _ = current
        scanner.at += 1
      }
      scanner.at = min(scanner.at + 1, scanner.characters.count)
    } else {
      scanner.skipWord()
    }
    scanner.end(.number, from: start)
  }

  private func takeWord(_ scanner: inout Scanner) {
    let start = scanner.at
    scanner.skipWord()
    let word = String(scanner.characters[start..<scanner.at])
    if Self.keywords(of: language).contains(word) {
      scanner.end(.keyword, from: start)
    } else if Self.constants(of: language).contains(word) {
      scanner.end(.number, from: start)
    } else if language == .python, scanner.current == "(" {
      scanner.end(.function, from: start)
    }
  }

  private static func keywords(of language: Language) -> Set<String> {
    switch language {
    case .python: pythonKeywords
    case .shell: shellKeywords
    default: []
    }
  }

  private static func constants(of language: Language) -> Set<String> {
    switch language {
    case .python: ["True", "False", "None", "self", "cls"]
    case .yaml, .json: ["true", "false", "null", "yes", "no"]
    default: []
    }
  }

  private static let pythonKeywords: Set<String> = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
  ]
  private static let shellKeywords: Set<String> = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in",
    "function", "return", "exit", "export", "local", "set", "source", "trap", "shift", "unset",
  ]
}

/// A place in a line, and the spans found so far.
private struct Scanner {
  let characters: [Character]
  var at = 0
  var spans: [SyntaxColours.Span] = []

  init(characters: [Character]) { self.characters = characters }

  var current: Character? { at < characters.count ? characters[at] : nil }

  mutating func end(_ color: Color, from start: Int) {
    if start < at { spans.append(.init(start..<at, color)) }
  }

  mutating func end(_ color: Color, at end: Int) {
    spans.append(.init(at..<end, color))
    at = end
  }

  func isAtStart(_ index: Int) -> Bool { characters[..<index].allSatisfy(\.isWhitespace) }

  func isTriple(_ quote: Character) -> Bool {
    at + 2 < characters.count && characters[at + 1] == quote && characters[at + 2] == quote
  }

  /// Goes behind the closing three quotes; false if they are not in this line.
  mutating func skipTriple(_ quote: Character) -> Bool {
    while at < characters.count {
      if characters[at] == "\\" {
        at = min(at + 2, characters.count)
      } else if characters[at] == quote, isTriple(quote) {
        at += 3
        return true
      } else {
        at += 1
      }
    }
    return false
  }

  mutating func skipString(_ quote: Character, escapes: Bool) {
    at += 1
    while at < characters.count, characters[at] != quote {
      at += escapes && characters[at] == "\\" ? 2 : 1
    }
    at = min(at + 1, characters.count)
  }

  mutating func skipWord(extra: String = "", onlyAfterExponent: Bool = false) {
    if let current, !current.isWordPart { at += 1 }
    while let current {
      let isExtra = extra.contains(current)
      guard current.isWordPart || isExtra else { return }
      // The sign in 1e-3 belongs to the number, the one in 1-3 does not.
      if isExtra, onlyAfterExponent, current != ".", !"eE".contains(characters[at - 1]) { return }
      at += 1
    }
  }

  var nextIsColon: Bool { characters[at...].first { !$0.isWhitespace } == ":" }

  /// A YAML key: what stands before the first ": " of a line, or a ":" at its end.
  mutating func takeYAMLKey() {
    while let current, current == " " || current == "-" {
      _ = current
      at += 1
    }
    let start = at
    guard let first = current, first != "#", first != "\"", first != "'" else { return }
    var end = start
    while end < characters.count {
      if characters[end] == "#", end > 0, characters[end - 1] == " " { return }
      if characters[end] == ":", end + 1 == characters.count || characters[end + 1] == " " {
        at = end
        return self.end(.keyword, from: start)
      }
      end += 1
    }
  }
}

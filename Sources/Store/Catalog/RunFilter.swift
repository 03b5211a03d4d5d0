/// Which runs a filter finds: those that contain a text and meet conditions.
///
/// `lr=0.2 val_loss<0.3 digits`: a word with `=`, `!=`, `<`, `<=`, `>` or `>=` behind a name is a
/// condition on the parameter or metric of that name, with or without blanks beside the sign. All other
/// words are one text. A comma behind a value is no part of it. A name with `=` and nothing behind it
/// finds the runs that have it at all.
package struct RunFilter: Sendable, Equatable {
  package struct Condition: Sendable, Equatable {
    package enum Comparison: String, Sendable, CaseIterable {
      // Longer signs first: "<=" begins with "<".
      case unequal = "!="
      case most = "<="
      case least = ">="
      case same = "=="
      case equal = "="
      case below = "<"
      case above = ">"
    }

    package var name: String
    package var comparison: Comparison
    /// Empty while it is not typed yet.
    package var value: String
  }

  package private(set) var text: String
  package private(set) var conditions: [Condition] = []

  private static let mostConditions = 16

  package init(_ filter: String) {
    let words = filter.split(whereSeparator: \.isWhitespace).map(String.init)
    var rest: [String] = []
    var index = 0
    while index < words.count {
      var word = words[index]
      index += 1
      if Condition.isName(word), index < words.count, Condition.sign(of: words[index]) != nil {
        word += words[index]
        index += 1
      }
      guard conditions.count < Self.mostConditions, var condition = Condition(word) else {
        rest.append(word)
        continue
      }
      if condition.value.isEmpty, index < words.count, !Self.begins(words[index...]) {
        condition.value = words[index]
        index += 1
      }
      // As in a list: "lr=0.2, seed=1".
      if condition.value.hasSuffix(",") { condition.value.removeLast() }
      conditions.append(condition)
    }
    text = conditions.isEmpty ? filter : rest.joined(separator: " ")
  }

  /// Whether words begin with a condition, with or without blanks beside its sign.
  private static func begins(_ words: ArraySlice<String>) -> Bool {
    guard let first = words.first else { return false }
    if Condition(first) != nil { return true }
    guard Condition.isName(first), let sign = words.dropFirst().first else { return false }
    return Condition.sign(of: sign) != nil
  }
}

extension RunFilter.Condition {
  /// Nil where a word is no condition.
  init?(_ word: String) {
    guard let start = word.firstIndex(where: "=!<>".contains) else { return nil }
    let (name, rest) = (String(word[..<start]), String(word[start...]))
    guard Self.isName(name), let sign = Self.sign(of: rest) else { return nil }
    self.init(name: name, comparison: sign, value: String(rest.dropFirst(sign.rawValue.count)))
  }

  static func sign(of word: String) -> Comparison? {
    Comparison.allCases.first { word.hasPrefix($0.rawValue) }
  }

  /// Whether a word could be the name of a parameter or a metric; "lr-" of "lr->0.1" is an arrow's.
  static func isName(_ word: String) -> Bool {
    word.contains(where: \.isLetter) && !word.contains(where: "=!<>\"'".contains)
      && !word.hasSuffix("-")
  }

  /// Whether it asks for less or more than what is no number, which no run is.
  package var lacksNumber: Bool {
    switch comparison {
    case .below, .above, .most, .least: !value.isEmpty && number == nil
    case .same, .equal, .unequal: false
    }
  }

  /// The value as a number; nil where it is none.
  var number: Double? { Double(value).flatMap { $0.isFinite ? $0 : nil } }
}

import Documents

extension PipelineReader {
  mutating func readCondition(_ fields: [String: Node], into draft: inout StepDraft) {
    var comparisons: [ConditionStep.Comparison] = []
    if let node = fields["if"] {
      if node.sequence?.isEmpty == true { error(at: node.place, "'if' is empty.") }
      for item in node.sequence ?? [node] {
        guard let comparison = comparison(item, into: &draft) else { continue }
        comparisons.append(comparison)
      }
    }
    let thenSteps = branch(fields["then"], "then", true, into: &draft)
    let elseSteps = branch(fields["else"], "else", false, into: &draft)
    if fields["then"] == nil, fields["else"] == nil {
      error(at: draft.step.place, "Step '\(draft.step.name)' needs 'then' or 'else'.")
    }
    draft.step.work = .condition(
      ConditionStep(comparisons: comparisons, thenSteps: thenSteps, elseSteps: elseSteps)
    )
  }

  private mutating func branch(
    _ node: Node?,
    _ key: String,
    _ outcome: Bool,
    into draft: inout StepDraft
  ) -> [String] {
    guard let node else { return [] }
    var names: [String] = []
    for item in node.sequence ?? [node] {
      guard let name = string(item, key) else { continue }
      names.append(name)
      draft.branches.append((name, outcome, item.place))
    }
    return names
  }

  private mutating func comparison(
    _ node: Node,
    into draft: inout StepDraft
  ) -> ConditionStep.Comparison? {
    let before = diagnostics.count
    guard let text = text(node, "if", into: &draft), diagnostics.count == before else { return nil }
    guard let (left, sign, right) = text.splitAtOperator else {
      let isAssignment = node.scalar?.text.contains("=") == true
      error(
        at: node.place,
        "The condition compares nothing.",
        hint: isAssignment
          ? "Did you mean '=='?" : "Write LEFT OPERATOR RIGHT with one of == != < <= > >=."
      )
      return nil
    }
    guard !left.isBlank, !right.isBlank else {
      error(at: node.place, "A side of '\(sign.rawValue)' is missing.")
      return nil
    }
    guard right.splitAtOperator == nil else {
      error(
        at: node.place,
        "The condition has more than one operator.",
        hint: "Write a list of conditions: all of them have to hold."
      )
      return nil
    }
    if sign != .equal, sign != .notEqual {
      for side in [left, right] {
        guard let literal = side.literal, literal.number == nil else { continue }
        error(
          at: node.place,
          "'\(sign.rawValue)' compares numbers, and '\(literal.prefix(80))' is not one."
        )
      }
    }
    return .init(left: left.unquoted, operator: sign, right: right.unquoted)
  }
}

extension Text {
  /// The text when it has no references.
  var literal: String? {
    if parts.count == 1, case .literal(let text) = parts[0] { text } else { nil }
  }

  fileprivate var isBlank: Bool { parts.isEmpty || literal?.allSatisfy(\.isWhitespace) == true }

  /// Both sides of the first operator that stands outside quotes, blanks removed.
  fileprivate var splitAtOperator: (Text, ConditionStep.Comparison.Operator, Text)? {
    var quote: Character?
    for (index, part) in parts.enumerated() {
      guard case .literal(let text) = part else { continue }
      var position = text.startIndex
      while position < text.endIndex {
        let character = text[position]
        if let open = quote {
          if character == open { quote = nil }
        } else if character == "'" || character == "\"" {
          quote = character
        } else if let sign = ConditionStep.Comparison.Operator(before: text[position...]) {
          let rest = text[position...].dropFirst(sign.rawValue.count)
          let left = parts[..<index] + [.literal(String(text[..<position]))]
          let right = [.literal(String(rest))] + parts[(index + 1)...]
          return (Text(Array(left)).trimmed, sign, Text(Array(right)).trimmed)
        }
        position = text.index(after: position)
      }
    }
    return nil
  }

  private var trimmed: Text {
    var parts = parts
    if case .literal(let text)? = parts.first {
      parts[0] = .literal(String(text.drop(while: \.isWhitespace)))
    }
    if case .literal(let text)? = parts.last {
      let kept = text.reversed().drop(while: \.isWhitespace).reversed()
      parts[parts.count - 1] = .literal(String(kept))
    }
    parts.removeAll { $0 == .literal("") }
    return Text(parts)
  }

  /// Without the quotes around a literal side.
  fileprivate var unquoted: Text {
    guard let literal, literal.count >= 2, let first = literal.first, first == literal.last,
      first == "'" || first == "\""
    else { return self }
    return Text(String(literal.dropFirst().dropLast()))
  }
}

extension ConditionStep.Comparison.Operator {
  /// The longest operator that the text begins with.
  fileprivate init?(before text: Substring) {
    // allCases has the longer ones first.
    guard let sign = Self.allCases.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
    self = sign
  }
}

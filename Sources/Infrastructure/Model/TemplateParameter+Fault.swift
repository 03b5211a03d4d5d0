extension TemplateParameter {
  /// Whether the value is a list, written with commas.
  package var isList: Bool { type == "CommaDelimitedList" || type.hasPrefix("List<") }

  /// The members of a list's text, blanks around them removed; an empty text has none.
  package func members(of value: String) -> [String] {
    guard !value.isEmpty else { return [] }
    return value.split(separator: ",", omittingEmptySubsequences: false).map { member in
      String(member.trimmed)
    }
  }

  /// What is wrong with a value, in CloudFormation's words; nil when nothing is.
  ///
  /// The constraints of a list hold for each member.
  package func fault(of value: String) -> String? {
    guard value.utf8.count <= 4096 else {
      return "Parameter '\(name)' must contain at most 4096 bytes."
    }
    for member in isList ? members(of: value) : [value] {
      guard let fault = scalarFault(of: member) else { continue }
      guard let constraintDescription, fault.isConstraint else { return fault.message }
      return "Parameter \(name) failed to satisfy constraint: \(constraintDescription)"
    }
    return nil
  }

  private func scalarFault(of value: String) -> (message: String, isConstraint: Bool)? {
    if type == "Number" || type == "List<Number>" {
      guard let number = Double(value), number.isFinite,
        !value.contains(where: { "xX".contains($0) })
      else { return ("Parameter '\(name)' must be a number.", false) }
      if let minValue, number < minValue {
        return ("Parameter '\(name)' must be a number not less than \(shown(minValue)).", true)
      }
      if let maxValue, number > maxValue {
        return ("Parameter '\(name)' must be a number not greater than \(shown(maxValue)).", true)
      }
    }
    if !allowedValues.isEmpty, !allowedValues.contains(value) {
      let values = allowedValues.joined(separator: ", ")
      return ("Parameter '\(name)' must be one of AllowedValues: \(values).", true)
    }
    if let minLength, value.unicodeScalars.count < minLength {
      return ("Parameter '\(name)' must contain at least \(minLength) characters.", true)
    }
    if let maxLength, value.unicodeScalars.count > maxLength {
      return ("Parameter '\(name)' must contain at most \(maxLength) characters.", true)
    }
    if let allowedPattern, !matches(value, allowedPattern) {
      return ("Parameter '\(name)' must match pattern \(allowedPattern)", true)
    }
    return nil
  }

  private func shown(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

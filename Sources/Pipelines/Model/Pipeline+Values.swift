import Documents

extension Pipeline {
  /// Every parameter's value: the given ones as typed by a user, else the defaults.
  ///
  /// Unknown names, missing values and broken constraints are reported together.
  package func values(
    for given: [String: String]
  ) throws(InvalidParameters) -> [String: ParameterValue] {
    var values: [String: ParameterValue] = [:]
    var faults: [InvalidParameters.Fault] = []
    for declaration in parameters {
      if let text = given[declaration.name] {
        switch declaration.value(of: text) {
        case .success(let value): values[declaration.name] = value
        case .failure(let fault): faults.append(fault)
        }
      } else if let value = declaration.defaultValue {
        values[declaration.name] = value
      } else {
        faults.append(
          .init(
            parameter: declaration.name,
            message: "Parameter '\(declaration.name)' has no default and needs a value.",
            hint: "Give it with -p \(declaration.name)=VALUE."
          )
        )
      }
    }
    let names = parameters.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      faults.append(
        .init(
          parameter: name,
          message: "Pipeline '\(self.name)' has no parameter '\(name)'.",
          hint: suggestion(for: name, among: names)
        )
      )
    }
    guard faults.isEmpty else { throw InvalidParameters(faults) }
    return values
  }
}

extension ParameterDeclaration {
  /// The value that a text stands for, if the constraints allow it.
  package func value(of text: String) -> Result<ParameterValue, InvalidParameters.Fault> {
    guard let value = parsed(text) else {
      return .failure(fault(text, "which is not \(kind.noun)", hint: kind.hint))
    }
    if !allowed.isEmpty, !allowed.contains(value) {
      let names = allowed.map(\.description)
      return .failure(
        fault(text, "which is not among its values", hint: suggestion(for: text, among: names))
      )
    }
    if let number = value.number {
      if let minimum, number < minimum {
        return .failure(fault(text, "less than its minimum \(Self.shown(minimum))"))
      }
      if let maximum, number > maximum {
        return .failure(fault(text, "more than its maximum \(Self.shown(maximum))"))
      }
    }
    return .success(value)
  }

  private func parsed(_ text: String) -> ParameterValue? {
    switch kind {
    case .string: text.unicodeScalars.contains("\0") ? nil : .string(text)
    case .integer: text.hasPrefix("+") ? nil : Int(text).map { .integer($0) }
    case .float: text.number.map { .float($0) }
    case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
    }
  }

  private func fault(_ text: String, _ reason: String, hint: String = "") -> InvalidParameters.Fault
  {
    .init(
      parameter: name,
      message: "Parameter '\(name)' is '\(text.prefix(80))', \(reason).",
      hint: hint
    )
  }

  private static func shown(_ bound: Double) -> String {
    Int(exactly: bound).map(String.init) ?? String(bound)
  }
}

extension ParameterDeclaration.Kind {
  fileprivate var noun: String {
    switch self {
    case .string: "a text"
    case .integer: "a whole number"
    case .float: "a number"
    case .boolean: "a truth value"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .string: ""
    case .integer: "Write it in digits, such as 20."
    case .float: "Write it such as 0.1 or 1e-3."
    case .boolean: "Write true or false."
    }
  }
}

extension ParameterValue {
  /// The value as a number; nil for text and booleans.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    case .string, .boolean: nil
    }
  }
}

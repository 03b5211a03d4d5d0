/// The long options of a command as parameters: what tells runs of one command apart.
///
/// `--lr 0.1` and `--lr=0.1` are a value, `--amp` alone is true; what stands behind `--` is left alone.
package struct CommandOptions: Sendable, Equatable {
  package let arguments: [String]
  /// Where each option's value stands; the last of a name counts.
  private var places: [String: Place] = [:]

  private enum Place: Sendable, Equatable {
    /// In the same argument, behind "=".
    case inside(Int)
    case argument(Int)
    case flag
  }

  package init(_ arguments: [String]) {
    self.arguments = arguments
    var index = 1
    while index < arguments.count, arguments[index] != "--" {
      let word = arguments[index]
      index += 1
      guard word.hasPrefix("--") else { continue }
      let name = String(word.dropFirst(2).prefix { $0 != "=" })
      guard !name.isEmpty else { continue }
      if word.contains("=") {
        places[name] = .inside(index - 1)
      } else if index < arguments.count, CommandOptions.isValue(arguments[index]) {
        places[name] = .argument(index)
        index += 1
      } else {
        places[name] = .flag
      }
    }
  }

  package var parameters: [String: ParameterValue] {
    places.mapValues { place in
      switch place {
      case .inside(let index): CommandOptions.value(arguments[index].drop { $0 != "=" }.dropFirst())
      case .argument(let index): CommandOptions.value(arguments[index][...])
      case .flag: .boolean(true)
      }
    }
  }

  /// The arguments without those options that are parameters.
  package var words: [String] {
    var options: Set<Int> = []
    for (name, place) in places {
      switch place {
      case .inside(let index): options.insert(index)
      case .argument(let index): options.formUnion([index - 1, index])
      // It has no value that would stand for it; the last one was counted.
      case .flag:
        arguments.prefix { $0 != "--" }.lastIndex(of: "--" + name).map { _ = options.insert($0) }
      }
    }
    return arguments.indices.filter { !options.contains($0) }.map { arguments[$0] }
  }

  /// The arguments with other values; a name that the command has no value for is refused.
  package func replacing(_ values: [String: String]) throws(InvalidParameters) -> [String] {
    var replaced = arguments
    var faults: [InvalidParameters.Fault] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      switch places[name] {
      case .inside(let index): replaced[index] = "--\(name)=\(value)"
      case .argument(let index): replaced[index] = value
      case .flag, nil:
        faults.append(
          InvalidParameters.Fault(
            parameter: name,
            message: "The command has no option --\(name) with a value.",
            hint: places.isEmpty
              ? "Write those to be changed behind it: --\(name) VALUE."
              : "Its options are \(places.keys.sorted().map { "--" + $0 }.joined(separator: ", "))."
          )
        )
      }
    }
    guard faults.isEmpty else { throw InvalidParameters(faults) }
    return replaced
  }

  /// A negative number is a value, another option is not.
  private static func isValue(_ word: String) -> Bool {
    !word.hasPrefix("-") || Double(word) != nil
  }

  private static func value(_ text: Substring) -> ParameterValue {
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .float(number) }
    if text == "true" || text == "false" { return .boolean(text == "true") }
    return .string(String(text))
  }
}

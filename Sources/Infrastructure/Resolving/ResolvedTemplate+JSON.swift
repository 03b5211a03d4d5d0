extension ResolvedTemplate {
  /// The template as JSON: parameters by name, resources and outputs in their order, two blanks deep.
  ///
  /// Values of NoEcho parameters are shown as `****`; what depends on a resource stays its function.
  package func jsonText() -> String {
    let parameters = parameters.keys.sorted().map { name in
      Value.Member(name, .string(noEcho.contains(name) ? "****" : self.parameters[name] ?? ""))
    }
    let resources = resources.map { resource in
      Value.Member(
        resource.logicalID,
        .map([
          .init("Type", .string(resource.type)),
          .init("DependsOn", .list(resource.dependsOn.map { .string($0) })),
          .init("Properties", resource.properties),
        ])
      )
    }
    let outputs = outputs.map { output in
      var members = [Value.Member("Value", output.value)]
      if !output.description.isEmpty {
        members.insert(.init("Description", .string(output.description)), at: 0)
      }
      return Value.Member(output.name, .map(members))
    }
    return Value.map([
      .init("Parameters", .map(parameters)),
      .init("Resources", .map(resources)),
      .init("Outputs", .map(outputs)),
      .init("Capabilities", .list(capabilities.map { .string($0) })),
    ]).jsonText()
  }
}

extension Value {
  /// The value as JSON text, functions in their long form.
  package func jsonText() -> String {
    var text = ""
    write(to: &text, indent: 0)
    return text
  }

  private func write(to text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let number): text += number.isDecimal ? number : quoted(number)
    case .string(let string): text += quoted(string)
    case .list(let values):
      write(values.map { (nil, $0) }, "[", "]", to: &text, indent)
    case .map(let members):
      write(members.map { ($0.name, $0.value) }, "{", "}", to: &text, indent)
    default:
      let (name, argument) = longForm
      write([(name, argument)], "{", "}", to: &text, indent)
    }
  }

  private func write(
    _ items: [(name: String?, value: Value)],
    _ open: String,
    _ close: String,
    to text: inout String,
    _ indent: Int
  ) {
    guard !items.isEmpty else {
      text += open + close
      return
    }
    text += open
    for (index, item) in items.enumerated() {
      text += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: indent + 1)
      if let name = item.name { text += quoted(name) + ": " }
      item.value.write(to: &text, indent: indent + 1)
    }
    text += "\n" + String(repeating: "  ", count: indent) + close
  }

  private var longForm: (String, Value) {
    switch self {
    case .ref(let name): ("Ref", .string(name))
    case .getAtt(let resource, let attribute):
      ("Fn::GetAtt", .list([.string(resource), .string(attribute)]))
    case .sub(let text, let variables):
      ("Fn::Sub", variables.isEmpty ? .string(text) : .list([.string(text), .map(variables)]))
    case .join(let separator, let values): ("Fn::Join", .list([.string(separator), values]))
    case .base64(let value): ("Fn::Base64", value)
    case .if(let condition, let then, let otherwise):
      ("Fn::If", .list([.string(condition), then, otherwise]))
    case .equals(let a, let b): ("Fn::Equals", .list([a, b]))
    case .not(let value): ("Fn::Not", .list([value]))
    case .and(let values): ("Fn::And", .list(values))
    case .or(let values): ("Fn::Or", .list(values))
    case .condition(let name): ("Condition", .string(name))
    case .select(let index, let list): ("Fn::Select", .list([index, list]))
    case .split(let separator, let text): ("Fn::Split", .list([.string(separator), text]))
    case .findInMap(let map, let first, let second):
      ("Fn::FindInMap", .list([map, first, second]))
    case .null, .boolean, .number, .string, .list, .map: ("", self)
    }
  }
}

/// A JSON string (RFC 8259, section 7); control characters are escaped.
private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case let control where control.value < 0x20 || 0x7F...0x9F ~= control.value:
      let digits = String(control.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

import Documents

extension TemplateReader {
  private static let parameterKeys = [
    "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description",
    "MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho", "Type",
  ]

  mutating func readParameters(_ node: Node, interface metadata: Node?) {
    for entry in members(node, "Parameters") {
      checkName(entry, "Parameter")
      guard entry.value.mapping != nil else {
        error(
          at: entry.value.place,
          "Template format error: Any Parameters member must be an object."
        )
        continue
      }
      template.parameters.append(parameter(entry))
    }
    if template.parameters.count > 200 {
      error(at: node.place, "Template format error: there are more than 200 parameters.")
    }
    if let interface = metadata?["AWS::CloudFormation::Interface"] { arrange(by: interface) }
  }

  private mutating func parameter(_ entry: Node.Entry) -> TemplateParameter {
    let node = entry.value
    checkKeys(node, Self.parameterKeys, "Invalid template parameter property")
    var parameter = TemplateParameter(name: entry.key, place: entry.place)
    if let type = node["Type"].flatMap({ text($0, "Type") }) {
      parameter.type = type
      checkType(type, at: node["Type"]?.place ?? entry.place)
    } else if node["Type"] == nil {
      error(
        at: entry.place,
        "Template format error: Every Parameters object must contain a Type member: \(entry.key)."
      )
    }
    parameter.description = node["Description"].flatMap { text($0, "Description") } ?? ""
    parameter.constraintDescription = node["ConstraintDescription"]
      .flatMap { text($0, "ConstraintDescription") }
    if let pattern = node["AllowedPattern"], let source = text(pattern, "AllowedPattern") {
      parameter.allowedPattern = source
      if let fault = patternFault(source) {
        error(at: pattern.place, "The AllowedPattern of \(entry.key) cannot be used: \(fault)")
      }
    }
    parameter.minLength = number(node["MinLength"], "MinLength").flatMap { Int(exactly: $0) }
    parameter.maxLength = number(node["MaxLength"], "MaxLength").flatMap { Int(exactly: $0) }
    parameter.minValue = number(node["MinValue"], "MinValue")
    parameter.maxValue = number(node["MaxValue"], "MaxValue")
    if let noEcho = node["NoEcho"] { parameter.noEcho = noEcho.scalar?.value.text == "true" }
    if let allowed = node["AllowedValues"] {
      guard let items = allowed.sequence else {
        error(
          at: allowed.place,
          "Template format error: Every AllowedValues member must be a list."
        )
        return parameter
      }
      parameter.allowedValues = items.compactMap { plainText($0, "AllowedValues") }
    }
    if let node = node["Default"], let text = plainText(node, "Default") {
      parameter.defaultValue = text
      if let fault = parameter.fault(of: text) {
        error(at: node.place, "The default does not fit: \(fault)")
      }
    }
    return parameter
  }

  private mutating func checkType(_ type: String, at place: Place) {
    let known = ["String", "Number", "List<Number>", "CommaDelimitedList"]
    guard !known.contains(type), !type.hasPrefix("AWS::"), !type.hasPrefix("List<AWS::"),
      type != "List<String>"
    else { return }
    error(
      at: place,
      "Template format error: Unrecognized parameter type: \(type).",
      hint: suggestion(for: type, among: known)
    )
  }

  private mutating func plainText(_ node: Node, _ what: String) -> String? {
    guard let text = text(node, what) else { return nil }
    return node.scalar?.value.text ?? text
  }

  private mutating func number(_ node: Node?, _ what: String) -> Double? {
    guard let node, let text = text(node, what) else { return nil }
    guard let number = Double(text), number.isFinite else {
      error(at: node.place, "Template format error: '\(what)' has to be a number.")
      return nil
    }
    return number
  }

  /// Groups, labels and order from the console's interface metadata.
  private mutating func arrange(by interface: Node) {
    var order: [String] = []
    var positions: [String: Int] = [:]
    for (position, parameter) in template.parameters.enumerated() {
      positions[parameter.name] = position
    }
    for group in interface["ParameterGroups"]?.sequence ?? [] {
      let label = group["Label"]?["default"]?.scalar?.text
      for item in group["Parameters"]?.sequence ?? [] {
        guard let name = item.scalar?.text else { continue }
        guard let position = positions[name] else {
          unknownParameter(name, at: item.place)
          continue
        }
        guard !order.contains(name) else { continue }
        template.parameters[position].group = label
        order.append(name)
      }
    }
    for entry in interface["ParameterLabels"]?.mapping ?? [] {
      guard let position = positions[entry.key] else {
        unknownParameter(entry.key, at: entry.place)
        continue
      }
      template.parameters[position].label = entry.value["default"]?.scalar?.text
    }
    let grouped = order.compactMap { positions[$0] }.map { template.parameters[$0] }
    let isGrouped = Set(order)
    template.parameters = grouped + template.parameters.filter { !isGrouped.contains($0.name) }
  }

  private mutating func unknownParameter(_ name: String, at place: Place) {
    let names = template.parameters.map(\.name)
    warning(
      at: place,
      "The interface names parameter '\(name)', which the template does not have.",
      hint: suggestion(for: name, among: names)
    )
  }
}

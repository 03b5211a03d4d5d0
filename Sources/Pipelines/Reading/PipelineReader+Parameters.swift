import Documents

extension PipelineReader {
  private static let parameterKeys = ["type", "default", "enum", "min", "max", "description"]

  mutating func readParameters(_ node: Node) {
    for entry in entries(node, of: "'parameters'") ?? [] {
      guard check(name: entry.key, at: entry.place, "A parameter's name"),
        let declaration = parameter(entry)
      else { continue }
      parameters.append(declaration)
    }
  }

  /// A declaration is kept even when its type is wrong, so that references to it do not fail as well.
  private mutating func parameter(_ entry: Node.Entry) -> ParameterDeclaration? {
    let owner = "Parameter '\(entry.key)'"
    var declaration = ParameterDeclaration(name: entry.key, kind: .string, place: entry.place)
    guard
      let fields = fields(
        entry.value,
        of: owner,
        allowed: Self.parameterKeys,
        required: ["type"]
      ), let typeNode = fields["type"], let type = string(typeNode, "type")
    else { return declaration }
    guard let kind = ParameterDeclaration.Kind(rawValue: type) else {
      let kinds = ParameterDeclaration.Kind.allCases.map(\.rawValue)
      error(
        at: typeNode.place,
        "\(owner) has the unknown type '\(type)'.",
        hint: suggestion(for: type, among: kinds)
      )
      return declaration
    }
    declaration.kind = kind
    if let node = fields["description"] {
      declaration.description = string(node, "description") ?? ""
    }
    declaration.minimum = bound(fields["min"], "min", kind, owner)
    declaration.maximum = bound(fields["max"], "max", kind, owner)
    if let minimum = declaration.minimum, let maximum = declaration.maximum, minimum > maximum,
      let node = fields["max"]
    {
      error(at: node.place, "\(owner) has a 'max' below its 'min'.")
    }
    if let node = fields["enum"], let items = items(node, "enum") {
      if items.isEmpty { error(at: node.place, "\(owner) allows no value: its 'enum' is empty.") }
      declaration.allowed = items.compactMap { value($0, "enum", declaration) }
    }
    if let node = fields["default"] {
      declaration.defaultValue = value(node, "default", declaration)
    }
    return declaration
  }

  private mutating func bound(
    _ node: Node?,
    _ key: String,
    _ kind: ParameterDeclaration.Kind,
    _ owner: String
  ) -> Double? {
    guard let node else { return nil }
    guard kind == .integer || kind == .float else {
      error(at: node.place, "\(owner) is a \(kind.rawValue), for which '\(key)' has no meaning.")
      return nil
    }
    guard let text = string(node, key) else { return nil }
    guard let number = text.number else {
      error(at: node.place, "\(owner) has '\(text)' as '\(key)', which is not a number.")
      return nil
    }
    return number
  }

  private mutating func value(
    _ node: Node,
    _ key: String,
    _ declaration: ParameterDeclaration
  ) -> ParameterValue? {
    guard let text = string(node, key) else { return nil }
    switch declaration.value(of: text) {
    case .success(let value): return value
    case .failure(let fault):
      error(at: node.place, "The \(key) of \(fault.message.lowercasedFirst)", hint: fault.hint)
      return nil
    }
  }
}

extension String {
  /// The text as a finite decimal number.
  var number: Double? {
    guard let first = utf8.first, first != UInt8(ascii: "+"), !contains("x"), !contains("X"),
      let number = Double(self), number.isFinite
    else { return nil }
    return number
  }

  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

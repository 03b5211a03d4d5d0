import Documents

/// Evaluates functions as far as that can be done before the resources exist.
struct Evaluator {
  let template: Template
  let pseudo: PseudoParameters
  var parameters: [String: Value] = [:]
  var conditions: [String: Bool] = [:]
  /// The logical ids of the resources that will be made.
  var resources: Set<String> = []
  /// For messages: the section that is being evaluated.
  var block = "in the Resources block of the template"

  init(template: Template, pseudo: PseudoParameters) {
    self.template = template
    self.pseudo = pseudo
  }

  mutating func decideConditions() throws(Explanation) {
    let names = template.conditions.keys.sorted()
    let needs = names.map { name in (name, template.conditions[name]?.conditionNames ?? []) }
    guard case .success(let order) = dependencyOrder(needs) else {
      throw Explanation(what: "Template error: conditions depend on each other in a circle.")
    }
    for name in order.map({ names[$0] }) {
      conditions[name] = try decide(template.conditions[name] ?? .null)
    }
  }

  func resolve(_ resource: TemplateResource) throws(Explanation) -> ResolvedResource {
    let properties = try evaluate(resource.properties) ?? .map([])
    for name in resource.dependsOn where !resources.contains(name) { throw unresolved(name) }
    var needed: [String] = []
    for name in properties.resourceNames + resource.dependsOn where !needed.contains(name) {
      needed.append(name)
    }
    return ResolvedResource(
      logicalID: resource.logicalID,
      type: resource.type,
      properties: properties,
      dependsOn: needed,
      place: resource.place
    )
  }

  private func decide(_ value: Value) throws(Explanation) -> Bool {
    switch value {
    case .condition(let name): return conditions[name] ?? false
    case .not(let value): return try !decide(value)
    case .and(let values):
      for value in values where try !decide(value) { return false }
      return true
    case .or(let values):
      for value in values where try decide(value) { return true }
      return false
    case .equals(let a, let b):
      guard let left = try evaluate(a)?.text, let right = try evaluate(b)?.text else {
        throw Explanation(
          what:
            "Template error: every Fn::Equals object requires a list of 2 string parameters."
        )
      }
      return left == right
    default:
      throw Explanation(what: "Template error: a condition cannot be decided.")
    }
  }

  /// The value as far as it is known; nil is `AWS::NoValue`.
  func evaluate(_ value: Value) throws(Explanation) -> Value? {
    switch value {
    case .null, .boolean, .number, .string: return value
    case .list(let values): return .list(try evaluate(all: values))
    case .map(let members):
      var kept: [Value.Member] = []
      for member in members {
        guard let value = try evaluate(member.value) else { continue }
        kept.append(.init(member.name, value))
      }
      return .map(kept)
    case .ref(let name): return try ref(name)
    case .getAtt(let resource, _):
      guard resources.contains(resource) else { throw unresolved(resource) }
      return value
    case .sub(let text, let variables): return try sub(text, variables)
    case .if(let condition, let then, let otherwise):
      return try evaluate(conditions[condition] ?? false ? then : otherwise)
    case .join(let separator, let values):
      guard let values = try evaluate(values) else { return nil }
      return try .join(separator: separator, values: values).folded()
    case .base64(let value):
      guard let value = try evaluate(value) else { return nil }
      return try Value.base64(value).folded()
    case .select(let index, let list):
      guard let index = try evaluate(index), let list = try evaluate(list) else { return nil }
      return try .select(index: index, list: list).folded()
    case .split(let separator, let text):
      guard let text = try evaluate(text) else { return nil }
      return try .split(separator: separator, text: text).folded()
    case .findInMap(let map, let first, let second):
      let keys = [try evaluate(map)?.text, try evaluate(first)?.text, try evaluate(second)?.text]
        .map { $0 ?? "?" }
      guard let found = template.mappings[keys[0]]?[keys[1]]?[keys[2]] else {
        throw Explanation(
          what: "Template error: Unable to get mapping for \(keys.joined(separator: "::"))"
        )
      }
      return found
    case .equals, .not, .and, .or, .condition: return .boolean(try decide(value))
    }
  }

  private func evaluate(all values: [Value]) throws(Explanation) -> [Value] {
    var kept: [Value] = []
    for value in values {
      if let value = try evaluate(value) { kept.append(value) }
    }
    return kept
  }

  private func ref(_ name: String) throws(Explanation) -> Value? {
    if name == "AWS::NoValue" { return nil }
    if let value = parameters[name] ?? pseudo.value(of: name) { return value }
    guard resources.contains(name) else { throw unresolved(name) }
    return .ref(name)
  }

  /// The pieces of the text in one list; what resources will give stays open among them.
  private func sub(_ text: String, _ variables: [Value.Member]) throws(Explanation) -> Value {
    var pieces: [Value] = []
    for part in SubPart.parts(of: text) {
      switch part {
      case .text(let text): pieces.append(.string(text))
      case .name(let name, _):
        let piece: Value?
        if let variable = variables.last(where: { $0.name == name }) {
          piece = try evaluate(variable.value)
        } else if name.contains("."), parameters[name] == nil {
          let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
          guard parts.count == 2 else { throw unresolved(name) }
          piece = try evaluate(.getAtt(resource: parts[0], attribute: parts[1]))
        } else {
          piece = try ref(name)
        }
        guard let piece, piece.isText else {
          throw Explanation(
            what:
              "Template error: variable \(name) in Fn::Sub expression does not resolve to a string"
          )
        }
        pieces.append(piece)
      }
    }
    return try .join(separator: "", values: .list(pieces)).folded()
  }

  private func unresolved(_ name: String) -> Explanation {
    Explanation(
      what: "Template format error: Unresolved resource dependencies [\(name)] \(block)",
      why: template.resources.contains { $0.logicalID == name }
        ? "The condition of '\(name)' is false, so that it is not made." : "",
      next: "Refer to it in an Fn::If of the same condition, or give its condition here too."
    )
  }
}

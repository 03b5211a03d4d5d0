import Documents

extension TemplateReader {
  /// Checks every name that a function uses, now that all names are known.
  mutating func checkUses() {
    let parameters = Set(template.parameters.map(\.name))
    var types: [String: String] = [:]
    for resource in template.resources { types[resource.logicalID] = resource.type }
    let logicalIDs = template.resources.map(\.logicalID)
    let names = template.parameters.map(\.name) + logicalIDs
    let conditionNames = template.conditions.keys.sorted()
    let mapNames = template.mappings.keys.sorted()

    for use in uses {
      switch use.target {
      case .condition(let name):
        guard template.conditions[name] == nil else { continue }
        error(
          at: use.place,
          "Template error: unresolved condition dependency \(name).",
          hint: suggestion(for: name, among: conditionNames)
        )
      case .map(let name):
        guard template.mappings[name] == nil else { continue }
        error(
          at: use.place,
          "Template error: Unable to get mapping for \(name).",
          hint: suggestion(for: name, among: mapNames)
        )
      case .ref(let name):
        guard !parameters.contains(name), !PseudoParameters.names.contains(name) else { continue }
        guard types[name] == nil || use.section.isCondition else { continue }
        unresolved(name, use, among: names + PseudoParameters.names)
      case .dependsOn(let name):
        guard types[name] == nil else { continue }
        unresolved(name, use, among: logicalIDs)
      case .getAtt(let resource, let attribute):
        guard !use.section.isCondition else {
          unresolved(resource, use, among: names)
          continue
        }
        checkAttribute(attribute, of: resource, types[resource], use) { name in
          "Template error: instance of Fn::GetAtt references undefined resource \(name)."
        }
      case .sub(let name):
        if parameters.contains(name) || PseudoParameters.names.contains(name) { continue }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        if parts.count == 2, !use.section.isCondition {
          checkAttribute(parts[1], of: parts[0], types[parts[0]], use) { _ in
            "Template error: instance of Fn::Sub references invalid resource attribute \(name)."
          }
        } else if types[name] == nil || use.section.isCondition {
          let near = nearest(name, among: names).map { "Did you mean '\($0)'? " } ?? ""
          error(
            at: use.place,
            use.section.unresolved(name),
            hint: near + "If the shell is to read it, write '${!\(name)}'."
          )
        }
      }
    }
  }

  private mutating func unresolved(_ name: String, _ use: Use, among names: [String]) {
    error(at: use.place, use.section.unresolved(name), hint: suggestion(for: name, among: names))
  }

  private mutating func checkAttribute(
    _ attribute: String,
    of resource: String,
    _ type: String?,
    _ use: Use,
    undefined: (String) -> String
  ) {
    guard let type else {
      let logicalIDs = template.resources.map(\.logicalID)
      error(
        at: use.place,
        undefined(resource),
        hint: suggestion(for: resource, among: logicalIDs)
      )
      return
    }
    guard let known = ResourceType.named(type), !known.attributes.contains(attribute) else {
      return
    }
    error(
      at: use.place,
      "Template error: resource type \(type) does not support attribute \(attribute).",
      hint: suggestion(for: attribute, among: known.attributes)
    )
  }

  /// Circles among conditions and among resources, as far as no Fn::If decides about them.
  mutating func checkCycles() {
    var conditions: [String: [String]] = [:]
    var resources: [String: [String]] = [:]
    for use in uses where !use.isConditional {
      switch (use.section, use.target) {
      case (.condition(let from), .condition(let to)): conditions[from, default: []].append(to)
      case (.resource(let from), .ref(let to)), (.resource(let from), .getAtt(let to, _)),
        (.resource(let from), .dependsOn(let to)):
        resources[from, default: []].append(to)
      case (.resource(let from), .sub(let name)):
        resources[from, default: []].append(String(name.prefix { $0 != "." }))
      default: continue
      }
    }
    let names = template.conditions.keys.sorted()
    if case .failure(let cycle) = dependencyOrder(names.map { ($0, conditions[$0] ?? []) }) {
      let place = uses.first { $0.section == .condition(cycle.names[0]) }?.place
      error(
        at: place ?? .start,
        "Template error: conditions depend on each other in a circle: \(cycle.names.joined(separator: " -> "))."
      )
    }
    let order = dependencyOrder(
      template.resources.map { ($0.logicalID, resources[$0.logicalID] ?? []) }
    )
    if case .failure(let cycle) = order {
      let place = template.resources.first { $0.logicalID == cycle.names[0] }?.place
      error(at: place ?? .start, circularDependency(cycle))
    }
  }
}

/// CloudFormation's words for a circle, and the way round it.
func circularDependency(_ cycle: DependencyCycle) -> String {
  "Circular dependency between resources: [\(cycle.names.dropLast().joined(separator: ", "))] "
    + "(\(cycle.names.joined(separator: " -> ")))."
}

extension Use.Section {
  var isCondition: Bool { if case .condition = self { true } else { false } }

  func unresolved(_ name: String) -> String {
    switch self {
    case .condition:
      "Template format error: Unresolved dependencies [\(name)]. Cannot reference resources in the Conditions block of the template."
    case .output, .none:
      "Unresolved resource dependencies [\(name)] in the Outputs block of the template."
    case .resource:
      "Template format error: Unresolved resource dependencies [\(name)] in the Resources block of the template."
    }
  }
}

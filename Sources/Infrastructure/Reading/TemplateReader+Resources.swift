import Documents

extension TemplateReader {
  private static let resourceKeys = [
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type",
    "UpdatePolicy", "UpdateReplacePolicy",
  ]

  mutating func readResources(_ node: Node) {
    let entries = members(node, "Resources")
    if entries.count > 500 {
      error(at: node.place, "Template format error: there are more than 500 resources.")
      return
    }
    for entry in entries {
      checkName(entry, "Resource")
      guard entry.value.mapping != nil, entry.value.tag == nil else {
        error(
          at: entry.value.place,
          "Template format error: Any Resources member must be an object."
        )
        continue
      }
      section = .resource(entry.key)
      template.resources.append(resource(entry))
    }
    section = .none
  }

  private mutating func resource(_ entry: Node.Entry) -> TemplateResource {
    let node = entry.value
    let path = "Resources/\(entry.key)"
    checkKeys(node, Self.resourceKeys, "Invalid template resource property")
    var resource = TemplateResource(
      logicalID: entry.key,
      type: "",
      properties: .map([]),
      place: entry.place
    )
    if let type = node["Type"] {
      resource.type = text(type, "Type") ?? ""
    } else {
      error(
        at: entry.place,
        "Template format error: [/\(path)] Every Resources object must contain a Type member."
      )
    }
    if let properties = node["Properties"] {
      _ = members(properties, path + "/Properties")
      resource.properties = value(properties, path + "/Properties")
    }
    if let condition = node["Condition"] { resource.condition = conditionName(condition) }
    if let dependsOn = node["DependsOn"] { resource.dependsOn = names(dependsOn) }
    checkType(resource, node)
    return resource
  }

  private mutating func names(_ node: Node) -> [String] {
    var names: [String] = []
    for item in node.sequence ?? [node] {
      guard let name = item.scalar?.text, item.tag == nil else {
        error(
          at: item.place,
          "Template format error: DependsOn must be a string or list of strings."
        )
        continue
      }
      names.append(name)
      note(.dependsOn(name), at: item.place)
    }
    return names
  }

  private mutating func checkType(_ resource: TemplateResource, _ node: Node) {
    guard let typeNode = node["Type"], !resource.type.isEmpty else { return }
    guard let type = ResourceType.named(resource.type) else {
      let names = ResourceType.all.map(\.name)
      let near = nearest(resource.type, among: names).map { "Did you mean '\($0)'?" }
      error(
        at: typeNode.place,
        "Template format error: Unrecognized resource types: [\(resource.type)].",
        hint: near ?? "Supported here: \(names.joined(separator: ", "))."
      )
      return
    }
    for entry in node["Properties"]?.mapping ?? [] where !type.properties.contains(entry.key) {
      guard !entry.key.hasPrefix("Fn::") else { continue }
      warning(
        at: entry.place,
        "\(type.name) has no property '\(entry.key)'; it is ignored.",
        hint: nearest(entry.key, among: type.properties).map { "Did you mean '\($0)'?" } ?? ""
      )
    }
    for name in type.required where node["Properties"]?[name] == nil {
      error(at: resource.place, "Resource '\(resource.logicalID)' needs the property '\(name)'.")
    }
  }
}

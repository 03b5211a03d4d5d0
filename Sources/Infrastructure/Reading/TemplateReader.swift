import Documents

/// Reads a template out of a document and collects what is wrong with it.
struct TemplateReader {
  let source: SourceText
  var diagnostics: [Diagnostic] = []
  /// Findings behind these help nobody, and a hostile document could have any number.
  private static let findingLimit = 200
  var template = Template(
    description: "",
    parameters: [],
    conditions: [:],
    resources: [],
    outputs: []
  )
  /// Every name that a function uses, to be checked when all names are known.
  var uses: [Use] = []
  /// Where the reader is, for what the uses mean there.
  var section = Use.Section.none
  /// How many `Fn::If` stand around the reader; what is in one may never count.
  var ifDepth = 0

  init(source: SourceText) { self.source = source }

  private static let keys = [
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions",
    "Resources", "Outputs", "Rules", "Transform",
  ]

  mutating func template(_ root: Node) -> Template {
    guard let entries = root.mapping else {
      error(at: root.place, "Template format error: unsupported structure.")
      return template
    }
    for entry in entries where !Self.keys.contains(entry.key) {
      error(
        at: entry.place,
        "Invalid template property or properties [\(entry.key)].",
        hint: suggestion(for: entry.key, among: Self.keys)
      )
    }
    readHeader(root)
    if let node = root["Parameters"] { readParameters(node, interface: root["Metadata"]) }
    if let node = root["Mappings"] { readMappings(node) }
    if let node = root["Conditions"] { readConditions(node) }
    if let node = root["Resources"], node.mapping?.isEmpty != true {
      readResources(node)
    } else {
      error(
        at: entries.first { $0.key == "Resources" }?.place ?? root.place,
        "Template format error: At least one Resources member must be defined."
      )
    }
    if let node = root["Outputs"] { readOutputs(node) }
    checkUses()
    checkCycles()
    return template
  }

  mutating func error(
    at place: Place,
    _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String = ""
  ) {
    guard diagnostics.count < Self.findingLimit else { return }
    diagnostics.append(Diagnostic(at: place, message(), hint: hint()))
  }

  mutating func warning(
    at place: Place,
    _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String = ""
  ) {
    guard diagnostics.count < Self.findingLimit else { return }
    diagnostics.append(Diagnostic(.warning, at: place, message(), hint: hint()))
  }
}

extension TemplateReader {
  private mutating func readHeader(_ root: Node) {
    if let version = root["AWSTemplateFormatVersion"], version.scalar?.text != "2010-09-09" {
      error(
        at: version.place,
        "Template format error: unsupported value for AWSTemplateFormatVersion.",
        hint: "Write \"2010-09-09\"."
      )
    }
    if let node = root["Description"] {
      template.description = text(node, "Description") ?? ""
      if template.description.utf8.count > 1024 {
        error(at: node.place, "Template format error: 'Description' is longer than 1024 bytes.")
      }
    }
    if let node = root["Transform"] {
      error(at: node.place, "Transforms are not run here.", hint: "Expand the template first.")
    }
    if let node = root["Rules"] { warning(at: node.place, "Rules are not checked here.") }
  }

  private mutating func readMappings(_ node: Node) {
    for map in members(node, "Mappings") {
      var first: [String: [String: Value]] = [:]
      for key in members(map.value, "Mappings/\(map.key)") {
        guard let attributes = key.value.mapping else {
          error(
            at: key.place,
            "Template format error: Every Mappings member \(key.key) must be a map."
          )
          continue
        }
        for attribute in attributes {
          let plain = plainValue(attribute.value)
          if plain == nil {
            error(
              at: attribute.value.place,
              "Template format error: Every Mappings attribute must be a String or a List."
            )
          }
          first[key.key, default: [:]][attribute.key] = plain
        }
      }
      template.mappings[map.key] = first
    }
  }

  private func plainValue(_ node: Node) -> Value? {
    guard node.tag == nil, !node.isNull else { return nil }
    if let scalar = node.scalar { return .string(scalar.value.text ?? scalar.text) }
    guard let items = node.sequence else { return nil }
    let values = items.compactMap { $0.scalar.map { Value.string($0.value.text ?? $0.text) } }
    return values.count == items.count ? .list(values) : nil
  }

  private mutating func readConditions(_ node: Node) {
    for entry in members(node, "Conditions") {
      section = .condition(entry.key)
      template.conditions[entry.key] = condition(entry.value, "Conditions/\(entry.key)")
    }
    section = .none
  }

  private mutating func readOutputs(_ node: Node) {
    for entry in members(node, "Outputs") {
      checkName(entry, "Output")
      let path = "Outputs/\(entry.key)"
      section = .output(entry.key)
      checkKeys(
        entry.value,
        ["Description", "Value", "Export", "Condition"],
        "Invalid template output property"
      )
      guard let valueNode = entry.value["Value"] else {
        error(
          at: entry.place,
          "Template format error: Every Outputs member must contain a Value object."
        )
        continue
      }
      var output = TemplateOutput(name: entry.key, value: value(valueNode, path + "/Value"))
      if let node = entry.value["Description"] {
        output.description = text(node, "Description") ?? ""
      }
      if let node = entry.value["Condition"] { output.condition = conditionName(node) }
      template.outputs.append(output)
    }
    section = .none
  }
}

// MARK: - Fields

extension TemplateReader {
  mutating func members(_ node: Node, _ path: String) -> [Node.Entry] {
    guard let entries = node.mapping, node.tag == nil else {
      error(
        at: node.place,
        "Template format error: '\(path)' has to be a map, and is \(node.kind)."
      )
      return []
    }
    return entries
  }

  mutating func text(_ node: Node, _ what: String) -> String? {
    guard let scalar = node.scalar, !node.isNull, node.tag?.hasPrefix("!") != true else {
      error(
        at: node.place,
        "Template format error: '\(what)' has to be a text, and is \(node.kind)."
      )
      return nil
    }
    return scalar.text
  }

  mutating func checkKeys(_ node: Node, _ allowed: [String], _ message: String) {
    for entry in node.mapping ?? [] where !allowed.contains(entry.key) {
      error(
        at: entry.place,
        "\(message) '\(entry.key)'.",
        hint: suggestion(for: entry.key, among: allowed)
      )
    }
  }

  mutating func checkName(_ entry: Node.Entry, _ what: String) {
    let isAlphanumeric =
      !entry.key.isEmpty && entry.key.utf8.count <= 255
      && entry.key.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0)
      }
    guard !isAlphanumeric else { return }
    error(
      at: entry.place,
      "Template format error: \(what) name \(entry.key.prefix(80)) is non alphanumeric.",
      hint: "Use letters and digits only."
    )
  }
}

import Documents

/// Reads a pipeline out of a document and collects what is wrong with it.
struct PipelineReader {
  var diagnostics: [Diagnostic] = []
  /// Findings behind these help nobody, and a hostile document could have any number.
  private static let findingLimit = 200
  /// The steps as they become known, for references and the graph.
  var drafts: [StepDraft] = []
  /// The steps' positions in `drafts` by name.
  var positions: [String: Int] = [:]
  var parameters: [ParameterDeclaration] = []

  static let keys = [
    "name", "description", "parameters", "steps", "notify", "max_parallel_steps",
  ]
  /// Keys that a pipeline may give for all of its Processing and Training steps.
  static let defaultKeys = [
    "python", "before", "env", "pass_env", "secrets", "code", "cpu", "memory", "gpu", "cache",
    "retry", "timeout", "grace", "checkpoint", "watch",
  ]

  mutating func pipeline(_ root: Node, name: String) -> Pipeline? {
    guard
      let fields = fields(
        root,
        of: "The pipeline",
        allowed: Self.keys + Self.defaultKeys,
        required: ["steps"]
      )
    else { return nil }
    var pipeline = Pipeline(name: name, steps: [])
    if let node = fields["name"], let given = self.name(node, of: "The pipeline's name") {
      pipeline.name = given
    }
    if let node = fields["description"] {
      pipeline.description = string(node, "description") ?? ""
    }
    if let node = fields["notify"] { pipeline.notify = notify(node) }
    if let node = fields["max_parallel_steps"] {
      pipeline.maxParallelSteps = whole(node, "max_parallel_steps", 1...100_000)
    }
    if let node = fields["parameters"] { readParameters(node) }
    let defaults = settings(fields, over: StepSettings())
    if let node = fields["steps"] { readSteps(node, defaults) }
    checkReferences()
    assignBranches()
    pipeline.parameters = parameters
    pipeline.steps = sortedSteps()
    return pipeline
  }

  mutating func error(
    at place: Place,
    _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String = ""
  ) {
    guard diagnostics.count < Self.findingLimit else { return }
    let found = Diagnostic(at: place, message(), hint: hint())
    // What is said once for all steps is read for each of them.
    if !diagnostics.contains(found) { diagnostics.append(found) }
  }
}

/// A step while the rest of the pipeline is still being read.
struct StepDraft {
  var step: Step
  /// Every reference with its place, to be checked when all steps are known.
  var references: [(reference: Reference, place: Place)] = []
  /// Steps named by `depends_on`, `then` and `else`, with their places.
  var dependsOn: [(name: String, place: Place)] = []
  var branches: [(name: String, outcome: Bool, place: Place)] = []
}

// MARK: - Fields

extension PipelineReader {
  /// The fields of a map; unknown and missing keys are reported.
  ///
  /// A key whose value is null counts as absent.
  mutating func fields(
    _ node: Node,
    of owner: @autoclosure () -> String,
    allowed: [String],
    required: [String] = []
  ) -> [String: Node]? {
    guard let entries = entries(node, of: owner()) else { return nil }
    var fields: [String: Node] = [:]
    fields.reserveCapacity(entries.count)
    for entry in entries {
      if !allowed.contains(entry.key) {
        error(
          at: entry.place,
          "\(owner()) has no key '\(entry.key)'.",
          hint: suggestion(for: entry.key, among: allowed)
        )
      } else if !entry.value.isNull {
        fields[entry.key] = entry.value
      }
    }
    for key in required where fields[key] == nil {
      error(
        at: entries.first { $0.key == key }?.place ?? node.place,
        "\(owner()) needs '\(key)'."
      )
    }
    return fields
  }

  mutating func entries(_ node: Node, of owner: @autoclosure () -> String) -> [Node.Entry]? {
    checkTag(node)
    guard let entries = node.mapping else {
      error(at: node.place, "\(owner()) has to be a map of keys and values, and is \(node.kind).")
      return nil
    }
    return entries
  }

  mutating func items(_ node: Node, _ what: String) -> [Node]? {
    checkTag(node)
    guard let items = node.sequence else {
      error(
        at: node.place,
        "'\(what)' has to be a list, and is \(node.kind).",
        hint: "Write [a, b]."
      )
      return nil
    }
    return items
  }

  /// A list of texts; a single text stands for a list of one.
  mutating func strings(_ node: Node, _ what: String) -> [String]? {
    if node.scalar != nil { return string(node, what).map { [$0] } }
    guard let items = items(node, what) else { return nil }
    return items.compactMap { string($0, what) }
  }

  /// A scalar's text as it is written: numbers and booleans are texts here too.
  mutating func string(_ node: Node, _ what: String) -> String? {
    checkTag(node)
    guard let scalar = node.scalar, !node.isNull else {
      error(at: node.place, "'\(what)' has to be a text, and is \(node.kind).")
      return nil
    }
    guard !scalar.text.utf8.contains(0) else {
      error(at: node.place, "'\(what)' contains a NUL character.")
      return nil
    }
    return scalar.text
  }

  mutating func boolean(_ node: Node, _ what: String) -> Bool? {
    switch node.scalar?.text {
    case "true": return true
    case "false": return false
    default:
      error(at: node.place, "'\(what)' has to be true or false, and is \(node.kind).")
      return nil
    }
  }

  mutating func name(_ node: Node, of owner: String) -> String? {
    guard let name = string(node, owner) else { return nil }
    return check(name: name, at: node.place, owner) ? name : nil
  }

  mutating func check(name: String, at place: Place, _ owner: String) -> Bool {
    if name.isName { return true }
    error(
      at: place,
      "\(owner) cannot be '\(name.prefix(80))'.",
      hint: "Use up to 64 letters, digits, '-' and '_', beginning with a letter or digit."
    )
    return false
  }

  private mutating func checkTag(_ node: Node) {
    guard let tag = node.tag, !tag.hasPrefix("tag:yaml.org,2002:") else { return }
    error(at: node.place, "The tag '\(tag)' has no meaning in a pipeline.", hint: "Leave it out.")
  }
}

extension String {
  /// Whether this names a pipeline, step, parameter, input or output.
  var isName: Bool {
    let bytes = utf8
    guard let first = bytes.first, bytes.count <= 64, first.isLetterOrDigit else { return false }
    return bytes.allSatisfy {
      $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
  }

  /// Whether this names an environment variable.
  var isVariableName: Bool {
    guard let first = utf8.first, utf8.count <= 256, !first.isDigit else { return false }
    return utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
  }
}

extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

  var isLetter: Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
  }

  var isLetterOrDigit: Bool { isDigit || isLetter }
}

import Documents

extension PipelineReader {
  private static let stepKeys = ["type", "depends_on"]
  private static let processKeys = stepKeys + ["run", "inputs", "outputs", "metrics"] + defaultKeys
  private static let conditionKeys = stepKeys + ["if", "then", "else"]
  private static let registerKeys =
    stepKeys + ["group", "model", "report", "approval", "description"]
  private static let failKeys = stepKeys + ["message"]
  private static let types = StepType.allCases.map(\.rawValue)
  private static let stepLimit = 20_000

  mutating func readSteps(_ node: Node, _ defaults: StepSettings) {
    let named = namedSteps(node)
    guard named.count <= Self.stepLimit else {
      error(
        at: node.place,
        "There are \(named.count) steps; at most \(Self.stepLimit) can be run."
      )
      return
    }
    var seen: [String: Place] = [:]
    for (entry, isListed) in named
    where check(name: entry.key, at: entry.place, "A step's name") {
      // The keys of a map are told apart already.
      if isListed, let first = seen.updateValue(entry.place, forKey: entry.key) {
        error(
          at: entry.place,
          "A second step is named '\(entry.key)'.",
          hint: "The first one is on line \(first.line)."
        )
        seen[entry.key] = first
        continue
      }
      readStep(entry, extraKeys: isListed ? ["name"] : [], defaults)
    }
  }

  /// The steps of a map by key, or of a list by `name`.
  private mutating func namedSteps(_ node: Node) -> [(entry: Node.Entry, isListed: Bool)] {
    var named: [(Node.Entry, Bool)] = []
    if let items = node.sequence {
      for item in items {
        guard let entries = entries(item, of: "A step") else { continue }
        guard let name = entries.first(where: { $0.key == "name" }) else {
          error(at: item.place, "The step needs 'name'.")
          continue
        }
        guard let text = string(name.value, "name") else { continue }
        named.append((Node.Entry(key: text, place: name.value.place, value: item), true))
      }
    } else {
      named = (entries(node, of: "'steps'") ?? []).map { ($0, false) }
    }
    if named.isEmpty, node.mapping?.isEmpty == true || node.sequence?.isEmpty == true {
      error(at: node.place, "The pipeline has no steps.")
    }
    return named
  }

  private mutating func readStep(
    _ entry: Node.Entry,
    extraKeys: [String],
    _ defaults: StepSettings
  ) {
    var owner: String { "Step '\(entry.key)'" }
    let typeNode = entry.value["type"]
    var type = typeNode?.scalar.flatMap { StepType(rawValue: $0.text) }
    if let typeNode, type == nil, !typeNode.isNull, let text = string(typeNode, "type") {
      // The rest is read as what was probably meant, so that its faults are told at once.
      type = nearest(text, among: Self.types).flatMap(StepType.init(rawValue:))
      error(
        at: typeNode.place,
        "\(owner) has the unknown type '\(text)'.",
        hint: suggestion(for: text, among: Self.types)
      )
    }
    var draft = StepDraft(
      step: Step(
        name: entry.key,
        type: type ?? .processing,
        work: .fail(message: Text("")),
        place: entry.place
      )
    )
    let (allowed, required) = keys(of: type)
    let fields = fields(
      entry.value,
      of: owner,
      allowed: extraKeys.isEmpty ? allowed : allowed + extraKeys,
      required: required
    )
    guard let fields else {
      drafts.append(draft)
      return
    }
    if let node = fields["depends_on"] {
      for item in node.sequence ?? [node] {
        guard let name = string(item, "depends_on") else { continue }
        draft.dependsOn.append((name, item.place))
      }
    }
    switch type {
    case .processing, .training: readProcess(fields, into: &draft, defaults)
    case .condition: readCondition(fields, into: &draft)
    case .registerModel: readRegister(fields, into: &draft)
    case .fail: readFail(fields, into: &draft)
    case nil: break
    }
    drafts.append(draft)
  }

  /// The keys that a type allows and those that it requires; an unknown type allows all.
  private func keys(of type: StepType?) -> (allowed: [String], required: [String]) {
    switch type {
    case .processing, .training: (Self.processKeys, ["type", "run"])
    case .condition: (Self.conditionKeys, ["type", "if"])
    case .registerModel: (Self.registerKeys, ["type", "group", "model"])
    case .fail: (Self.failKeys, ["type", "message"])
    case nil:
      (
        (Self.processKeys + Self.conditionKeys + Self.registerKeys + Self.failKeys).uniqued,
        ["type"]
      )
    }
  }

  private mutating func readFail(_ fields: [String: Node], into draft: inout StepDraft) {
    guard let node = fields["message"], let message = text(node, "message", into: &draft) else {
      return
    }
    draft.step.work = .fail(message: message)
  }

  private mutating func readRegister(_ fields: [String: Node], into draft: inout StepDraft) {
    let group = fields["group"].flatMap { text($0, "group", into: &draft) }
    let model = fields["model"].flatMap { output($0, "model", into: &draft) }
    let report = fields["report"].flatMap { output($0, "report", into: &draft) }
    let description = fields["description"].flatMap { text($0, "description", into: &draft) }
    var approval = "PendingManualApproval"
    if let node = fields["approval"], let given = string(node, "approval") {
      let known = ["PendingManualApproval", "Approved", "Rejected"]
      approval = given
      if !known.contains(given) {
        error(
          at: node.place,
          "'approval' cannot be '\(given)'.",
          hint: suggestion(for: given, among: known)
        )
      }
    }
    guard let group, let model else { return }
    draft.step.work = .register(
      RegisterStep(
        group: group,
        model: model,
        report: report,
        approval: approval,
        description: description
      )
    )
  }
}

// MARK: - Texts with references

extension PipelineReader {
  /// A text with its references, each of which is noted in the draft for checking.
  mutating func text(
    _ node: Node,
    _ what: String,
    for use: ParsedText.Use = .plain,
    into draft: inout StepDraft
  ) -> Text? {
    guard let source = string(node, what) else { return nil }
    let parsed = ParsedText(source, for: use)
    for fault in parsed.faults {
      error(at: node.place(at: fault.offset), fault.message, hint: fault.hint)
    }
    for (reference, offset) in zip(parsed.text.references, parsed.offsets) {
      draft.references.append((reference, node.place(at: offset)))
    }
    return parsed.text
  }

  /// A single `${steps.STEP.outputs.NAME}`.
  mutating func output(
    _ node: Node,
    _ what: String,
    into draft: inout StepDraft
  ) -> (step: String, output: String)? {
    let before = diagnostics.count
    guard let text = text(node, what, into: &draft) else { return nil }
    if text.parts.count == 1, case .reference(.stepOutput(let step, let output)) = text.parts[0] {
      return (step, output)
    }
    if diagnostics.count == before {
      error(
        at: node.place,
        "'\(what)' has to be another step's output.",
        hint: "Write \"${steps.STEP.outputs.NAME}\"."
      )
    }
    return nil
  }
}

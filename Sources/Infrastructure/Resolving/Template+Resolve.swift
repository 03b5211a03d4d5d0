import Documents

extension Template {
  /// Fills in the parameters, decides conditions and orders the resources.
  ///
  /// Parameters that are not among the `given` ones, as typed, take their defaults. Throws
  /// `InvalidTemplateParameters` with every fault at once, or an `Explanation` in CloudFormation's words.
  package func resolved(
    with given: [String: String],
    pseudo: PseudoParameters
  ) throws -> ResolvedTemplate {
    let texts = try texts(for: given)
    var evaluator = Evaluator(template: self, pseudo: pseudo)
    for parameter in parameters {
      let text = texts[parameter.name] ?? ""
      evaluator.parameters[parameter.name] =
        parameter.isList
        ? .list(parameter.members(of: text).map { .string($0) }) : .string(text)
    }
    try evaluator.decideConditions()

    let made = resources.filter { $0.condition.map { evaluator.conditions[$0] ?? false } ?? true }
    evaluator.resources = Set(made.map(\.logicalID))
    let resolved = try made.map { try evaluator.resolve($0) }
    let order: [Int]
    switch dependencyOrder(resolved.map { ($0.logicalID, $0.dependsOn) }) {
    case .success(let positions): order = positions
    case .failure(let cycle):
      throw Explanation(
        what: circularDependency(cycle),
        next: "Break the circle: one of them must not need the next one."
      )
    }

    evaluator.block = "in the Outputs block of the template"
    var outputs: [TemplateOutput] = []
    for output in self.outputs {
      if let name = output.condition, evaluator.conditions[name] != true { continue }
      var output = output
      guard let value = try evaluator.evaluate(output.value), value.isText else {
        throw Explanation(
          what:
            "Template format error: The Value field of every Outputs member must evaluate to a String.",
          why: "Output '\(output.name)' does not.",
          next: "Join a list with Fn::Join."
        )
      }
      output.value = value
      outputs.append(output)
    }
    return ResolvedTemplate(
      parameters: texts,
      noEcho: Set(parameters.filter(\.noEcho).map(\.name)),
      resources: order.map { resolved[$0] },
      outputs: outputs,
      capabilities: capabilities(resolved)
    )
  }

  /// What is wrong with one value while it is typed into the form; nil when nothing is.
  package func fault(of value: String, for parameter: TemplateParameter) -> String? {
    parameter.fault(of: value)
  }

  private func texts(for given: [String: String]) throws -> [String: String] {
    var texts: [String: String] = [:]
    var faults: [InvalidTemplateParameters.Fault] = []
    for parameter in parameters {
      guard let text = given[parameter.name] ?? parameter.defaultValue else {
        faults.append(
          .init(
            parameter: parameter.name,
            message: "Parameters: [\(parameter.name)] must have values",
            hint: "Give it with -p \(parameter.name)=VALUE."
          )
        )
        continue
      }
      texts[parameter.name] = text
      guard let message = parameter.fault(of: text) else { continue }
      faults.append(
        .init(
          parameter: parameter.name,
          message: message,
          // The message lists them.
          hint: nearest(text, among: parameter.allowedValues).map { "Did you mean '\($0)'?" } ?? ""
        )
      )
    }
    let names = parameters.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      faults.append(
        .init(
          parameter: name,
          message: "Parameters: [\(name)] do not exist in the template",
          hint: suggestion(for: name, among: names)
        )
      )
    }
    guard faults.isEmpty else { throw InvalidTemplateParameters(faults) }
    return texts
  }

  private func capabilities(_ resources: [ResolvedResource]) -> [String] {
    let roles = resources.filter { $0.type.hasPrefix("AWS::IAM::") }
    guard !roles.isEmpty else { return [] }
    return roles.contains { $0.properties["RoleName"] != nil }
      ? ["CAPABILITY_NAMED_IAM"] : ["CAPABILITY_IAM"]
  }
}

extension Value {
  /// Whether this is a text, or will be one when the resources exist.
  var isText: Bool {
    switch self {
    case .null, .list, .map, .split: false
    default: true
    }
  }
}

import Documents

extension PipelineReader {
  /// Rules by their names; the second ones are what people call them.
  private static let rules: [(names: [String], keys: [String])] = [
    (["ExplodingTensor", "NaN"], ["only_nan"]),
    (
      ["LossNotDecreasing", "Plateau"],
      ["num_steps", "diff_percent", "increase_threshold_percent"]
    ),
    (["Overfit"], ["train", "ratio_threshold", "patience", "start_step"]),
    (["Overtraining"], ["patience", "delta"]),
    (["StalledTraining", "Stall", "StalledTrainingRule"], ["threshold"]),
    (["Divergence"], ["ratio", "patience"]),
    (["Threshold"], ["above", "below", "patience"]),
  ]

  /// The rules of `watch:` of a step and of the pipeline; the latter where they concern the step.
  mutating func watch(_ items: [WatchItem], _ process: ProcessStep) -> [WatchRule] {
    items.compactMap { item in
      var rule = rule(item.node, of: nil, in: process.metrics, isForAll: item.isForAll)
      if item.isForAll { rule?.isForAll = true }
      return rule
    }
  }

  /// One rule below a metric.
  mutating func rule(_ node: Node, of metric: MetricDefinition) -> WatchRule? {
    rule(node, of: metric, in: [metric], isForAll: false)
  }

  private mutating func rule(
    _ node: Node,
    of owner: MetricDefinition?,
    in metrics: [MetricDefinition],
    isForAll: Bool
  ) -> WatchRule? {
    let nameNode = node.mapping == nil ? node : node["rule"]
    guard let nameNode else {
      error(at: node.place, "A watch rule needs 'rule'.", hint: Self.ruleHint)
      return nil
    }
    guard let name = string(nameNode, "rule") else { return nil }
    guard let (names, keys) = Self.rule(named: name) else {
      let names = Self.rules.flatMap(\.names)
      error(
        at: nameNode.place,
        "There is no watch rule '\(name.prefix(80))'.",
        hint: suggestion(for: name, among: names)
      )
      return nil
    }
    var given: [String: Node] = [:]
    if node.mapping != nil {
      let common =
        ["rule", "action"] + (owner == nil && names[0] != "StalledTraining" ? ["metric"] : [])
      guard let fields = fields(node, of: "Rule '\(name)'", allowed: common + keys) else {
        return nil
      }
      given = fields
    }
    var fields = RuleFields(given: given, place: node.place)
    // All of its keys are looked at before one that is missing ends it: everything is told at once.
    let kind = kind(names[0], &fields, owner?.name)
    var reaction: WatchRule.Action?
    if let node = given["action"], let text = string(node, "action") {
      reaction = action(text, node.place)
    }
    guard let kind else {
      _ = given["metric"].flatMap { string($0, "metric") }
      return nil
    }
    var rule = WatchRule(kind, written: name)
    if let reaction { rule.action = reaction }
    switch kind {
    case .stalledTraining: return rule
    case .explodingTensor:
      rule.metric = owner?.name ?? given["metric"].flatMap { string($0, "metric") }
      return rule
    default: break
    }
    rule.metric = owner?.name ?? given["metric"].flatMap { string($0, "metric") }
    if rule.metric == nil {
      let main = metrics.first(where: \.isMain) ?? (metrics.count == 1 ? metrics[0] : nil)
      guard let main else {
        if !isForAll {
          error(
            at: node.place,
            "Rule '\(name)' needs 'metric', as the step has no main metric.",
            hint: "Name one, or say 'main: true' of a metric."
          )
        }
        return nil
      }
      rule.metric = main.name
    }
    let goal = metrics.first { $0.name == rule.metric }?.goal
    rule.goal = goal ?? Goal.guessed(for: rule.metric ?? "") ?? .min
    return rule
  }

  private static let ruleHint = "There are: \(rules.map { $0.names[0] }.joined(separator: ", "))."

  private static func rule(named name: String) -> (names: [String], keys: [String])? {
    rules.first { $0.names.contains { $0.lowercased() == name.lowercased() } }
  }

  private mutating func action(_ text: String, _ place: Place) -> WatchRule.Action {
    switch text.lowercased() {
    case "alert": return .alert
    case "stop", "stoptraining": return .stop
    default:
      error(at: place, "'action' has to be Alert or StopTraining, and is '\(text.prefix(80))'.")
      return .alert
    }
  }

  /// Defaults are SageMaker Debugger's.
  private mutating func kind(
    _ name: String,
    _ fields: inout RuleFields,
    _ owner: String?
  ) -> WatchRule.Kind? {
    switch name {
    case "ExplodingTensor":
      let onlyNaN = fields.given["only_nan"].flatMap { boolean($0, "only_nan") }
      return .explodingTensor(onlyNaN: onlyNaN ?? false)
    case "LossNotDecreasing":
      return .lossNotDecreasing(
        numSteps: positive(fields, "num_steps", 10),
        diffPercent: positive(fields, "diff_percent", 0.1),
        increaseThresholdPercent: positive(fields, "increase_threshold_percent", 5)
      )
    case "Overfit":
      let ratio = positive(fields, "ratio_threshold", 0.1)
      let patience = Int(positive(fields, "patience", 1))
      let start = positive(fields, "start_step", 0)
      guard let train = fields.given["train"].flatMap({ string($0, "train") }) else {
        if fields.given["train"] != nil { return nil }
        error(
          at: fields.place,
          "Rule 'Overfit' needs 'train', the metric that the validation metric is held against.",
          hint: "Write train: train_loss."
        )
        return nil
      }
      if train == owner ?? fields.given["metric"]?.scalar?.text {
        error(at: fields.place, "Rule 'Overfit' holds '\(train.prefix(80))' against itself.")
      }
      return .overfit(
        train: train,
        ratioThreshold: ratio,
        patience: patience,
        startStep: start
      )
    case "Overtraining":
      let metric = owner ?? fields.given["metric"]?.scalar?.text ?? ""
      return .overtraining(
        // SageMaker's patience_train and patience_validation.
        patience: Int(positive(fields, "patience", metric.isOfValidation ? 10 : 5)),
        delta: positive(fields, "delta", 0.01)
      )
    case "StalledTraining":
      let limit = fields.given["threshold"].flatMap { seconds($0, "threshold", 0...1e12) }
      return .stalledTraining(seconds: limit ?? 1800)
    case "Divergence":
      return .divergence(
        ratio: positive(fields, "ratio", 1),
        patience: Int(positive(fields, "patience", 3))
      )
    default:
      let above = fields.given["above"].flatMap { finite($0, "above") }
      let below = fields.given["below"].flatMap { finite($0, "below") }
      let patience = Int(positive(fields, "patience", 1))
      if fields.given["above"] == nil, fields.given["below"] == nil {
        error(at: fields.place, "Rule 'Threshold' needs 'above' or 'below'.")
      }
      guard above != nil || below != nil else { return nil }
      if let above, let below, above < below {
        error(
          at: fields.given["below"]?.place ?? fields.place,
          "Rule 'Threshold' fires at every value: each is above \(number(above)) or below "
            + "\(number(below)).",
          hint: "'above' is the greater bound: exchange the two."
        )
      }
      return .threshold(
        above: above,
        below: below,
        patience: patience
      )
    }
  }

  private mutating func positive(_ fields: RuleFields, _ key: String, _ usual: Double) -> Double {
    guard let node = fields.given[key], let number = finite(node, key) else { return usual }
    let isCount = key == "patience"
    // Over no steps there is no change.
    let isSpan = key == "num_steps"
    guard number >= (isCount ? 1 : 0), !isSpan || number > 0, number <= 1e12,
      !isCount || number == number.rounded()
    else {
      let what =
        isCount
        ? "a whole number of at least 1" : isSpan ? "a number above 0" : "a number from 0 on"
      error(
        at: node.place,
        "'\(key)' has to be \(what), and is '\(node.scalar?.text.prefix(80) ?? "")'."
      )
      return usual
    }
    return number
  }

  private mutating func finite(_ node: Node, _ key: String) -> Double? {
    guard let text = string(node, key) else { return nil }
    guard let number = text.number else {
      error(at: node.place, "'\(key)' has to be a number, and is '\(text.prefix(80))'.")
      return nil
    }
    return number
  }
}

/// An item of `watch:` as it is written.
struct WatchItem {
  var node: Node
  /// Of the pipeline: it concerns only the steps that have its metric.
  var isForAll: Bool
}

/// The fields of one rule, and where it stands.
private struct RuleFields {
  var given: [String: Node]
  var place: Place
}

extension String {
  fileprivate var isOfValidation: Bool {
    let name = lowercased()
    return ["val", "test", "eval", "dev"].contains { name.contains($0) }
  }
}

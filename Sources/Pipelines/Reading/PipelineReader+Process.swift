import Documents

extension PipelineReader {
  mutating func readProcess(
    _ fields: [String: Node],
    into draft: inout StepDraft,
    _ defaults: StepSettings
  ) {
    let settings = settings(fields, over: defaults)
    var process = ProcessStep(command: .arguments([]))
    process.python = settings.python
    process.before = settings.before
    process.environment = settings.environment
    process.passEnvironment = settings.passEnvironment
    process.code = settings.code
    process.cpus = settings.cpus
    process.memory = settings.memory
    process.gpus = settings.gpus
    process.secrets = settings.secrets
    process.cache = settings.cache
    process.retry = settings.retry
    process.timeout = settings.timeout
    process.grace = settings.grace
    process.checkpoint = settings.checkpoint
    if !settings.references.isEmpty { draft.references += settings.references }
    for name in settings.secrets where settings.environment[name] != nil {
      error(
        at: fields["secrets"]?.place ?? fields["env"]?.place ?? draft.step.place,
        "'\(name)' is a secret and is set in 'env' as well.",
        hint: "A secret's value comes from the shell that launches: leave it out of 'env'."
      )
    }

    if let node = fields["run"] { process.command = command(node, into: &draft) }
    if let node = fields["inputs"] { process.inputs = inputs(node, into: &draft) }
    if let node = fields["outputs"] { process.outputs = outputs(node) }
    if let node = fields["metrics"] { process.metrics = metrics(node, &process.watch) }
    process.watch += watch(settings.watch, process)
    draft.step.work = .process(process)
  }

  private mutating func command(_ node: Node, into draft: inout StepDraft) -> ProcessStep.Command {
    if let items = node.sequence {
      if items.isEmpty { error(at: node.place, "'run' is empty.") }
      return .arguments(items.compactMap { text($0, "run", into: &draft) })
    }
    guard let line = text(node, "run", for: .shell, into: &draft) else { return .arguments([]) }
    if node.scalar?.text.allSatisfy(\.isWhitespace) == true {
      error(at: node.place, "'run' is empty.")
    }
    return .shell(line)
  }

  private mutating func inputs(
    _ node: Node,
    into draft: inout StepDraft
  ) -> [String: ProcessStep.Input] {
    var inputs: [String: ProcessStep.Input] = [:]
    for entry in entries(node, of: "'inputs'") ?? []
    where check(name: entry.key, at: entry.place, "An input's name") {
      if entry.value.mapping != nil {
        inputs[entry.key] = judgedInput(entry)
        continue
      }
      let before = diagnostics.count
      guard let text = text(entry.value, entry.key, into: &draft) else { continue }
      switch text.parts.count == 1 ? text.parts[0] : nil {
      case .literal(let path):
        inputs[entry.key] = instancePath(path, at: entry.value.place, "inputs").map { .path($0) }
      case .reference(.stepOutput(let step, let output)):
        inputs[entry.key] = .output(step: step, output: output)
      default:
        guard diagnostics.count == before else { continue }
        error(
          at: entry.value.place,
          "Input '\(entry.key)' has to be a path in the instance or one output of another step.",
          hint: "Write data/raw.csv or \"${steps.STEP.outputs.NAME}\"."
        )
      }
    }
    return inputs
  }

  /// An input that says how it is judged: `{ path: /data/images, by: stat }`.
  private mutating func judgedInput(_ entry: Node.Entry) -> ProcessStep.Input? {
    let owner = "Input '\(entry.key)'"
    guard
      let fields = fields(
        entry.value,
        of: owner,
        allowed: ["path", "by", "version"],
        required: ["path"]
      )
    else { return nil }
    var judgement = ProcessStep.Judgement.content
    let version = fields["version"].flatMap { string($0, "version") }
    let by = fields["by"].flatMap { string($0, "by") } ?? (version == nil ? "content" : "version")
    switch by {
    case "content": judgement = .content
    case "stat": judgement = .stat
    case "version":
      judgement = .version(version ?? "")
      if fields["version"] == nil {
        error(
          at: entry.value.place,
          "\(owner) is judged by its version, and has none.",
          hint: "Write { path: /data/images, by: version, version: \"3\" }."
        )
      }
    default:
      error(
        at: fields["by"]?.place ?? entry.value.place,
        "\(owner) cannot be judged by '\(by.prefix(80))'.",
        hint: suggestion(for: by, among: ["content", "stat", "version"])
      )
      return nil
    }
    if by == "content" || by == "stat", let node = fields["version"] {
      error(at: node.place, "\(owner) is judged by \(by), for which 'version' has no meaning.")
    }
    guard let node = fields["path"], let path = string(node, "path") else { return nil }
    guard path.hasPrefix("/") else {
      return instancePath(path, at: node.place, "inputs").map { .path($0, by: judgement) }
    }
    guard judgement != .content else {
      error(
        at: node.place,
        "'\(path.prefix(80))' leaves the instance.",
        hint:
          "What is judged by stat or version may lie elsewhere: { path: \(path.prefix(80)), by: stat }."
      )
      return nil
    }
    guard path.utf8.count <= 4096, !path.split(separator: "/").contains("..") else {
      error(at: node.place, "\(owner) has the path '\(path.prefix(80))', which cannot be used.")
      return nil
    }
    return .path("/" + path.normalizedPath, by: judgement)
  }

  private mutating func outputs(_ node: Node) -> [String: String] {
    var outputs: [String: String] = [:]
    var paths: [String: String] = [:]
    for entry in entries(node, of: "'outputs'") ?? [] {
      guard check(name: entry.key, at: entry.place, "An output's name"),
        let path = string(entry.value, entry.key)
      else { continue }
      let normal = path.normalizedPath
      if !path.staysInside {
        error(
          at: entry.value.place,
          "Output '\(entry.key)' is '\(path.prefix(80))', which leaves the step's work folder.",
          hint: "Give a path relative to the work folder, such as \(entry.key)."
        )
      } else if normal.isEmpty {
        error(
          at: entry.value.place,
          "Output '\(entry.key)' has to be a file or folder in the step's work folder."
        )
      } else if let other = paths[normal] {
        error(
          at: entry.value.place,
          "Outputs '\(other)' and '\(entry.key)' are the same path '\(normal)'."
        )
      }
      paths[normal] = entry.key
      outputs[entry.key] = normal
    }
    return outputs
  }

  private mutating func metrics(
    _ node: Node,
    _ watch: inout [WatchRule]
  ) -> [MetricDefinition] {
    var metrics: [MetricDefinition] = []
    for item in items(node, "metrics") ?? [] {
      guard
        let fields = fields(
          item,
          of: "A metric",
          allowed: ["name", "regex", "goal", "main", "watch"],
          required: ["name"]
        ), let name = fields["name"].flatMap({ metricName($0) })
      else { continue }
      if metrics.contains(where: { $0.name == name }) {
        error(at: item.place, "A second metric is named '\(name)'.")
      }
      let pattern = fields["regex"].flatMap { self.pattern($0, of: name) }
      guard fields["regex"] == nil || pattern != nil else { continue }
      var metric = MetricDefinition(name: name, pattern: pattern)
      if let goal = fields["goal"], let text = string(goal, "goal") {
        metric.goal = Goal(written: text)
        if metric.goal == nil {
          error(at: goal.place, "'goal' has to be min or max, and is '\(text.prefix(80))'.")
        }
      }
      if let main = fields["main"] { metric.isMain = boolean(main, "main") ?? false }
      for item in fields["watch"].flatMap({ items($0, "watch") }) ?? [] {
        if let rule = rule(item, of: metric) { watch.append(rule) }
      }
      metrics.append(metric)
    }
    return metrics
  }

  private mutating func metricName(_ node: Node) -> String? {
    guard let name = string(node, "name") else { return nil }
    // SageMaker's rule (any 1 to 255 characters), but for what would make two lines of them.
    let isFine =
      1...255 ~= name.utf8.count && name.contains { !$0.isWhitespace }
      && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    if isFine { return name }
    error(
      at: node.place,
      "A metric's name cannot be '\(name.prefix(80))'.",
      hint: "Use 1 to 255 bytes of printable text, such as val/loss."
    )
    return nil
  }

  private mutating func pattern(_ node: Node, of metric: String) -> Pattern? {
    guard let source = string(node, "regex") else { return nil }
    do throws(PatternError) {
      let pattern = try Pattern(source)
      if pattern.groupCount > 0 { return pattern }
      self.error(
        at: node.place,
        "The regex of metric '\(metric)' has no group: nothing says which part is the number.",
        hint: "Put it in brackets, such as '\(metric)=(\\S+)'."
      )
      return nil
    } catch {
      self.error(
        at: node.place(at: error.offset),
        "The regex of metric '\(metric)' cannot be used, at its column \(error.offset + 1): \(error.message)"
      )
      return nil
    }
  }
}

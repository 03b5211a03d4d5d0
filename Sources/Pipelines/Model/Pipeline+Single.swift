extension Pipeline {
  /// The pipeline that runs one command without a file: a Training step that is never cached.
  ///
  /// The step is named after the program or, behind an interpreter, after the script:
  /// `python train.py --lr 0.1` makes "train". An environment of the instance is no code and not in
  /// the work folder: `.venv/bin/python` becomes `python` of the environment `.venv`.
  package static func single(command: [String]) -> Pipeline {
    var words = command
    let environment = environment(of: command)
    if environment != nil { words[0] = base(words[0]) }
    var process = ProcessStep(command: .arguments(words.map { Text($0) }))
    process.python = environment
    process.isCached = false
    process.metrics = commonMetrics
    let step = Step(name: stepName(for: command), type: .training, work: .process(process))
    return Pipeline(name: step.name, steps: [step])
  }

  /// What training scripts commonly print, found without being declared.
  ///
  /// Such as `epoch 3 val_loss=0.41` or `loss: 1.2e-3`; the epoch or step before it is x. The main one
  /// is the most important that is logged (`MetricImportance`). A name is taken whole, and so is a number: nothing is better than
  /// the 1 of `1,234.5` or of `12k`.
  private static let commonMetrics: [MetricDefinition] = {
    let splits = [
      "val_", "val/", "validation_", "validation/", "valid_", "valid/", "dev_", "eval_", "eval/",
      "test_", "test/", "", "train_", "train/",
    ]
    let names =
      splits.map { ($0 + "loss", Goal.min) }
      + splits.flatMap { [($0 + "accuracy", Goal.max), ($0 + "acc", Goal.max)] }
    let number = #"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|-?inf)"#
    let start = #"(?:^|[^\w./-])"#
    let end = #"(?:$|[^\w.,]|[.,](?:$|\D))"#
    let x = #"(?:\b(?:[Ee]poch|[Ss]tep|[Ii]ter(?:ation)?)\W{0,3}(?P<step>\d+).*?)?"#
    return names.compactMap { name, goal in
      let source = x + start + name + #"['"]?\s*[=:]\s*"# + number + end
      guard let pattern = try? Pattern(source) else { return nil }
      return MetricDefinition(name: name, pattern: pattern, goal: goal)
    }
  }()

  private static func stepName(for command: [String]) -> String {
    let launchers = ["python", "bash", "sh", "zsh", "uv", "torchrun", "accelerate", "env", "time"]
    var program = command.first ?? "run"
    if launchers.contains(where: { base(program).hasPrefix($0) }) {
      let script = command.dropFirst().first { argument in
        !argument.hasPrefix("-") && [".py", ".sh"].contains { argument.hasSuffix($0) }
      }
      if let script {
        program = script
      } else if let flag = command.firstIndex(of: "-m"), flag + 1 < command.count {
        program = command[flag + 1]
      }
    }
    let stem = base(program).split(separator: ".").first.map(String.init) ?? ""
    let kept = stem.utf8.map { byte in
      byte.isLetterOrDigit || byte == UInt8(ascii: "_") ? byte : UInt8(ascii: "-")
    }
    let name = String(decoding: kept.drop { !$0.isLetterOrDigit }.prefix(64), as: UTF8.self)
    return name.isEmpty ? "run" : name
  }

  /// The folder in the instance whose `bin` has the command's program, when that is Python's.
  private static func environment(of command: [String]) -> String? {
    guard let program = command.first, !program.hasPrefix("/") else { return nil }
    let parts = program.split(separator: "/").drop { $0 == "." }
    guard parts.count > 2, parts.dropLast().last == "bin", let name = parts.last,
      ["python", "torchrun", "accelerate"].contains(where: { name.hasPrefix($0) })
    else { return nil }
    return parts.dropLast(2).joined(separator: "/")
  }

  private static func base(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }
}

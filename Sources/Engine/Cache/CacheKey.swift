import Pipelines
import Store

/// Everything that a step can see, a digest a part: equal keys mean an equal execution.
///
/// Paths and times do not count, content does. The parts are kept, so that a miss can name the one that
/// differs.
struct CacheKey: Sendable, Equatable {
  var components: [String: Digest]

  init(components: [String: Digest]) { self.components = components }

  init(
    step: Step,
    process: ProcessStep,
    code: Manifest,
    inputs: [String: Artifact],
    values: [String: ParameterValue],
    environment: [String: String],
    launch: LaunchBody,
    texts: [String: String] = [:]
  ) {
    components = [
      "format": Digest(of: "1"), "type": Digest(of: step.type.rawValue),
      "command": Digest(of: CacheKey.text(of: process)),
      "outputs": Digest(
        of: process.outputs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: "\n")
      ),
      "metrics": Digest(
        of: process.metrics.map { "\($0.name)\t\($0.pattern?.source ?? "")" }.joined(
          separator: "\n"
        )
      ),
    ]
    for (path, entry) in code.entries {
      components["code \(path)"] = Digest(
        of: "\(entry.kind.rawValue) \(entry.digest?.hex ?? "-")"
      )
    }
    for (name, artifact) in inputs {
      components["input \(name)"] = Digest(of: "\(artifact.kind.rawValue) \(artifact.digest.hex)")
    }
    for name in CacheKey.parameters(of: process) {
      guard let value = values[name] else { continue }
      components["parameter \(name)"] = Digest(of: CacheKey.typed(value))
    }
    for (name, text) in texts { components["text \(name)"] = Digest(of: text) }
    for (name, value) in environment { components["variable \(name)"] = Digest(of: value) }
    for name in process.passEnvironment where environment[name] == nil {
      components["variable \(name)"] = Digest(of: launch.environment[name] ?? "\0unset")
    }
    if let python = process.python {
      let lock = PythonEnvironment(python, in: launch.instanceFolder)?.lock ?? "missing"
      components["packages of \(python)"] = Digest(of: lock)
    }
  }

  var digest: Digest {
    Digest(
      of: components.sorted { $0.key < $1.key }
        .map { "\($0.key.utf8.count):\($0.key)=\($0.value.hex)\n" }.joined()
    )
  }

  /// Why there is no equal execution: what differs from the nearest earlier one, in a few words.
  func reason(against earlier: [String: Digest]?) -> String {
    guard let earlier else { return "first execution" }
    let names = Set(components.keys).union(earlier.keys)
    let changed = names.filter { components[$0] != earlier[$0] }.sorted { a, b in
      (CacheKey.rank(a), a) < (CacheKey.rank(b), b)
    }
    guard !changed.isEmpty else { return "its stored result is gone" }
    let words = changed.prefix(3).map { name -> String in
      let isPlain = name.hasPrefix("code ") || name.hasPrefix("text ")
      let label = isPlain ? String(name.dropFirst(5)) : name
      if earlier[name] == nil { return "\(label) is new" }
      if components[name] == nil { return "\(label) is gone" }
      return "\(label) changed"
    }
    let more = changed.count > 3 ? " and \(changed.count - 3) more" : ""
    return words.joined(separator: ", ") + more
  }

  private static func rank(_ name: String) -> Int {
    ["parameter ", "code ", "input ", "text ", "variable ", "packages "].firstIndex {
      name.hasPrefix($0)
    }
      ?? 9
  }

  /// The parameter's text with its type: 1 and "1" are different values.
  private static func typed(_ value: ParameterValue) -> String {
    switch value {
    case .string: "s:\(value)"
    case .integer: "i:\(value)"
    case .float: "f:\(value)"
    case .boolean: "b:\(value)"
    }
  }

  private static func parameters(of process: ProcessStep) -> Set<String> {
    let command =
      switch process.command {
      case .arguments(let texts): texts
      case .shell(let text): [text]
      }
    let references = (command + process.environment.values).flatMap(\.references)
    return Set(
      references.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    )
  }

  /// The command as written: references stay names, their values count by themselves.
  private static func text(of process: ProcessStep) -> String {
    func encode(_ text: Text) -> String {
      text.parts.map { part in
        switch part {
        case .literal(let literal): "L\(literal.utf8.count):\(literal)"
        case .reference(let reference): "R\(reference)"
        }
      }.joined()
    }
    let command =
      switch process.command {
      case .arguments(let texts): "argv\n" + texts.map(encode).joined(separator: "\n")
      case .shell(let text): "shell\n" + encode(text)
      }
    return command + "\nbefore\n" + process.before.joined(separator: "\n")
  }
}

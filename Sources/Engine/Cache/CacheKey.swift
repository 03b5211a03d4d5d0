import Pipelines
import Store

/// Everything that a step can see, a digest a part: equal keys mean an equal execution.
///
/// Where the instance lies and times do not count; content does, and the names that it has in the work
/// folder. There are few parts, whatever the step sees: code and folders are named by their manifests,
/// whose files tell what differs (`KeyDifference`).
struct CacheKey: Sendable, Equatable {
  var components: [String: Digest]
  let digest: Digest

  /// Tells keys of this making from others; a change of what counts or how is a new format.
  private static let format = "lathe key 2"

  init(components: [String: Digest]) {
    self.components = components
    var encoder = KeyText(CacheKey.format)
    for (name, part) in components.sorted(by: { $0.key < $1.key }) {
      encoder.add(name)
      encoder.add(part)
    }
    digest = encoder.digest
  }

  /// The key of a step that sees `code`, the digest of a manifest.
  ///
  /// Of `values`, the run's parameters, those count that the step names; `environment` holds the
  /// variables that it declares, resolved, and `launch` the passed ones. `texts` are what else its
  /// references stand for, `paths` where its inputs lie in its work folder, `programs` what runs it.
  init(
    step: Step,
    process: ProcessStep,
    code: Digest,
    inputs: [String: Artifact],
    values: [String: ParameterValue],
    environment: [String: String],
    launch: LaunchBody,
    texts: [String: String] = [:],
    paths: [String: String] = [:],
    programs: [String: Digest] = [:]
  ) {
    var parts = [String: Digest](minimumCapacity: 16)
    parts["type"] = Digest(of: step.type.rawValue)
    parts["command"] = CacheKey.command(of: process)
    parts["outputs"] = CacheKey.pairs(process.outputs)
    parts["code"] = code
    if !process.metrics.isEmpty {
      var text = KeyText("metrics")
      for metric in process.metrics {
        text.add(metric.name)
        text.add(metric.pattern?.source)
      }
      parts["metrics"] = text.digest
    }
    for (name, artifact) in inputs {
      parts["input \(name)"] = CacheKey.input(artifact)
    }
    // A script sees what its files are called.
    for (name, path) in paths { parts["path of input \(name)"] = Digest(of: path) }
    for name in CacheKey.parameters(of: process) {
      guard let value = values[name] else { continue }
      parts["parameter \(name)"] = CacheKey.typed(value)
    }
    for (name, text) in texts { parts["text \(name)"] = Digest(of: text) }
    for (name, value) in environment { parts["variable \(name)"] = CacheKey.variable(value) }
    for name in process.passEnvironment + CacheKey.libraries where environment[name] == nil {
      let value = launch.environment[name]
      // What loads other libraries counts where it is set; a passed variable that is unset counts as such.
      if value == nil, !process.passEnvironment.contains(name) { continue }
      parts["variable \(name)"] = CacheKey.variable(value)
    }
    parts.merge(programs) { own, _ in own }
    self.init(components: parts)
  }

  /// Variables of the documented base that change which libraries a program loads.
  private static let libraries = ["LD_LIBRARY_PATH", "CUDA_HOME"]

  /// A passed variable that was not set.
  static let unset = variable(nil)

  private static func variable(_ value: String?) -> Digest {
    var text = KeyText("variable")
    text.add(value)
    return text.digest
  }

  /// A folder's manifest as it is, so that it can be read to tell what differs; a file's content is told
  /// from a folder of which it is the manifest.
  private static func input(_ artifact: Artifact) -> Digest {
    guard artifact.kind == .file else { return artifact.digest }
    var text = KeyText("file")
    text.add(artifact.digest)
    return text.digest
  }

  /// The parameter's text with its type: 1 and "1" are different values.
  private static func typed(_ value: ParameterValue) -> Digest {
    var text = KeyText("parameter")
    switch value {
    case .string: text.add("String")
    case .integer: text.add("Integer")
    case .float: text.add("Float")
    case .boolean: text.add("Boolean")
    }
    text.add(value.description)
    return text.digest
  }

  private static let noPairs = KeyText("pairs").digest

  private static func pairs(_ pairs: [String: String]) -> Digest {
    if pairs.isEmpty { return noPairs }
    var text = KeyText("pairs")
    for (name, value) in pairs.sorted(by: { $0.key < $1.key }) {
      text.add(name)
      text.add(value)
    }
    return text.digest
  }

  static func parameters(of process: ProcessStep) -> Set<String> {
    var names: Set<String> = []
    for text in process.command.texts + process.environment.values {
      for case .parameter(let name) in text.references { names.insert(name) }
    }
    return names
  }

  /// The command as written: references stay names, their values count by themselves.
  private static func command(of process: ProcessStep) -> Digest {
    var text: KeyText
    switch process.command {
    case .arguments: text = KeyText("arguments")
    case .shell: text = KeyText("shell")
    }
    for word in process.command.texts {
      text.add("word")
      for part in word.parts {
        switch part {
        case .literal(let literal):
          text.add("literal")
          text.add(literal)
        case .reference(let reference):
          text.add("reference")
          text.add("\(reference)")
        }
      }
    }
    for line in process.before {
      text.add("before")
      text.add(line)
    }
    return text.digest
  }
}

extension ProcessStep.Command {
  /// Its words, or its line.
  var texts: [Text] {
    switch self {
    case .arguments(let texts): texts
    case .shell(let text): [text]
    }
  }
}

/// Fields one behind the other, each with its length, so that none can be taken for another's part.
private struct KeyText {
  private var bytes: [UInt8] = []

  init(_ kind: String) {
    bytes.reserveCapacity(256)
    bytes += kind.utf8
    bytes.append(10)
  }

  mutating func add(_ field: String?) {
    guard let field else {
      bytes += [45, 10]
      return
    }
    addLength(field.utf8.count)
    bytes += field.utf8
    bytes.append(10)
  }

  /// As its hexadecimal digits.
  mutating func add(_ digest: Digest) {
    addLength(64)
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { digits in
      digest.write(hex: digits)
      bytes += digits
    }
    bytes.append(10)
  }

  /// In decimal, with ":" behind it.
  private mutating func addLength(_ length: Int) {
    if length < 10 {
      bytes.append(48 + UInt8(length))
    } else {
      bytes += String(length).utf8
    }
    bytes.append(58)
  }

  var digest: Digest { bytes.withUnsafeBytes { Digest(of: $0) } }
}

import Documents

/// What a pipeline may say once for all of its Processing and Training steps.
struct StepSettings {
  var python: String?
  var before: [String] = []
  var environment: [String: Text] = [:]
  /// The references in `environment` with their places.
  var references: [(reference: Reference, place: Place)] = []
  var passEnvironment: [String] = []
  var secrets: [String] = []
  var code: [String]?
  var cpus: CPUs = 1
  var memory: Int?
  var gpus: Int?
  var cache = CachePolicy()
  var retry: [RetryPolicy] = []
  var timeout: Double?
  var grace = 10.0
  var checkpoint = false
  var watch: [WatchItem] = []
}

extension PipelineReader {
  private static let settingKeys = Set(defaultKeys)

  /// Reads the settings that `fields` give; what they do not give stays as in `base`.
  ///
  /// `env`, `pass_env`, `secrets` and `watch` are added to the base's, the others replace them.
  mutating func settings(
    _ fields: [String: Node],
    over base: StepSettings
  ) -> StepSettings {
    var settings = base
    settings.watch = base.watch.map { WatchItem(node: $0.node, isForAll: true) }
    // Most steps say nothing here.
    guard fields.keys.contains(where: Self.settingKeys.contains) else { return settings }
    if let node = fields["python"], let text = string(node, "python") {
      if text.isEmpty { error(at: node.place, "'python' is empty.") }
      settings.python = text
    }
    if let node = fields["before"] { settings.before = strings(node, "before") ?? [] }
    if let node = fields["env"] { readEnvironment(node, into: &settings) }
    if let node = fields["pass_env"] {
      settings.passEnvironment = variables(node, "pass_env", after: settings.passEnvironment)
    }
    if let node = fields["secrets"] {
      settings.secrets = variables(node, "secrets", after: settings.secrets)
      // What is secret somewhere is not passed as if it were not.
      let secrets = settings.secrets
      settings.passEnvironment.removeAll { secrets.contains($0) }
    }
    if let node = fields["code"] {
      settings.code = (node.sequence ?? [node]).compactMap { item in
        string(item, "code").flatMap { instancePath($0, at: item.place, "code") }
      }
    }
    if let node = fields["cpu"] {
      settings.cpus = cpus(node) ?? settings.cpus
    }
    if let node = fields["gpu"] {
      settings.gpus = whole(node, "gpu", 0...1024, of: " of GPUs") ?? settings.gpus
    }
    if let node = fields["memory"], let text = string(node, "memory") {
      settings.memory = byteCount(text)
      if settings.memory == nil {
        error(
          at: node.place,
          "'memory' cannot be '\(text.prefix(80))'.",
          hint: "Write a size such as 512MiB, 4GiB or 4000000000."
        )
      }
    }
    if let node = fields["watch"] {
      settings.watch += (items(node, "watch") ?? []).map { WatchItem(node: $0, isForAll: false) }
    }
    readPolicies(fields, into: &settings)
    return settings
  }

  private mutating func cpus(_ node: Node) -> CPUs? {
    guard let text = string(node, "cpu") else { return nil }
    if let cpus = CPUs(text) { return cpus }
    let (least, most) = (CPUs.allowed.lowerBound, CPUs.allowed.upperBound)
    error(
      at: node.place,
      "'cpu' has to be a number of CPUs from \(least) to \(most), and is '\(text.prefix(80))'.",
      hint: "Write 2, 0.5 or 0.125: three digits behind the point at most."
    )
    return nil
  }

  private mutating func variables(
    _ node: Node,
    _ key: String,
    after known: [String]
  ) -> [String] {
    var names = known
    for item in node.sequence ?? [node] {
      guard let name = string(item, key), checkVariable(name, at: item.place),
        !names.contains(name)
      else { continue }
      names.append(name)
    }
    return names
  }

  private mutating func readEnvironment(_ node: Node, into settings: inout StepSettings) {
    for entry in entries(node, of: "'env'") ?? [] where checkVariable(entry.key, at: entry.place) {
      // The references are collected as a step's would be; null means the empty text.
      var draft = StepDraft(step: Step(name: "", type: .fail, work: .fail(message: Text(""))))
      settings.environment[entry.key] =
        entry.value.isNull ? Text("") : text(entry.value, entry.key, into: &draft)
      settings.references += draft.references
    }
  }

  private mutating func checkVariable(_ name: String, at place: Place) -> Bool {
    if name.isVariableName { return true }
    error(
      at: place,
      "'\(name.prefix(80))' cannot name an environment variable.",
      hint: "Use letters, digits and '_', not beginning with a digit."
    )
    return false
  }

  /// A path relative to the instance that stays in it; nil and an error otherwise.
  mutating func instancePath(_ path: String, at place: Place, _ what: String) -> String? {
    guard !path.isEmpty else {
      error(at: place, "A path in '\(what)' is empty.")
      return nil
    }
    guard path.staysInside else {
      error(
        at: place,
        "'\(path.prefix(80))' leaves the instance.",
        hint: "Paths in '\(what)' are relative to the instance's folder; a link in it may lead out."
      )
      return nil
    }
    return path
  }
}

extension String {
  /// Whether the path, taken from a folder, cannot leave that folder.
  var staysInside: Bool {
    guard !hasPrefix("/"), !hasPrefix("~"), utf8.count <= 4096 else { return false }
    var depth = 0
    for part in split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }

  /// The path without `.` and `..`, or the empty text for the folder itself.
  var normalizedPath: String {
    var parts: [Substring] = []
    for part in split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}

/// The bytes that a size stands for: `4GiB`, `4G`, `500 MB` or plain bytes; nil when it is none.
///
/// `K`, `M`, `G` and `T` alone are in 1024s, with a `B` in 1000s, as GNU's tools read them; in either case.
package func byteCount(_ text: String) -> Int? {
  let units: [(suffix: String, bytes: Double)] = [
    ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
    ("ki", 1024), ("mi", 1_048_576), ("gi", 1_073_741_824), ("ti", 1_099_511_627_776),
    ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
    ("k", 1024), ("m", 1_048_576), ("g", 1_073_741_824), ("t", 1_099_511_627_776),
  ]
  let text = text.lowercased()
  let unit = units.first { text.hasSuffix($0.suffix) }
  var digits = text.dropLast(unit?.suffix.count ?? 0)
  if unit != nil, digits.last == " " { digits.removeLast() }
  guard let number = String(digits).number, number > 0 else { return nil }
  let bytes = number * (unit?.bytes ?? 1)
  guard bytes >= 1, bytes < 1e18 else { return nil }
  return Int(bytes)
}

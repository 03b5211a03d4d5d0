import Documents

extension PipelineReader {
  /// What happens to a step beside its command: caching, retries, time limits, checkpoints.
  mutating func readPolicies(_ fields: [String: Node], into settings: inout StepSettings) {
    if let node = fields["cache"] { settings.cache = cache(node) ?? settings.cache }
    if let node = fields["retry"] { settings.retry = retries(node) }
    if let node = fields["timeout"] {
      settings.timeout = seconds(node, "timeout", 0.001...Self.longestTime)
    }
    if let node = fields["grace"] {
      settings.grace = seconds(node, "grace", 0...86_400) ?? settings.grace
    }
    if let node = fields["checkpoint"] {
      settings.checkpoint = boolean(node, "checkpoint") ?? settings.checkpoint
    }
  }

  /// A hundred years.
  private static let longestTime = 100 * 365 * 86_400.0

  // MARK: Caching

  /// `false`, or `{ expire: 7d }`; SageMaker's CacheConfig is understood as well.
  private mutating func cache(_ node: Node) -> CachePolicy? {
    guard node.mapping != nil else {
      return boolean(node, "cache").map { CachePolicy(isEnabled: $0) }
    }
    let spellings = ["Enabled": "enabled", "ExpireAfter": "expire"]
    guard let fields = fields(node, of: "'cache'", keys: ["enabled", "expire"], spellings) else {
      return nil
    }
    var policy = CachePolicy()
    if let node = fields["enabled"] { policy.isEnabled = boolean(node, "enabled") ?? true }
    if let node = fields["expire"] {
      policy.expiresAfter = seconds(node, "expire", 0.001...Self.longestTime)
    }
    return policy
  }

  // MARK: Retries

  private mutating func retries(_ node: Node) -> [RetryPolicy] {
    if node.mapping != nil { return retry(node).map { [$0] } ?? [] }
    return (items(node, "retry") ?? []).compactMap { retry($0) }
  }

  private mutating func retry(_ node: Node) -> RetryPolicy? {
    let spellings = [
      "ExceptionType": "on", "IntervalSeconds": "interval", "BackoffRate": "backoff",
      "MaxAttempts": "max_attempts",
    ]
    let keys = ["on", "interval", "backoff", "max_attempts", "expire_after", "ExpireAfterMin"]
    guard let fields = fields(node, of: "A retry policy", keys: keys, spellings) else { return nil }
    guard let on = fields["on"] else {
      error(
        at: node.place,
        "A retry policy needs 'on', what the attempt failed of.",
        hint: "Write such as on: [Lathe.EXIT, SageMaker.CAPACITY_ERROR]."
      )
      return nil
    }
    var policy = RetryPolicy(exceptions: exceptions(on))
    if let node = fields["interval"] {
      let range = 0...RetryPolicy.longestInterval
      policy.interval = seconds(node, "interval", range) ?? policy.interval
    }
    if let node = fields["backoff"] {
      policy.backoff = factor(node, "backoff") ?? policy.backoff
    }
    if let node = fields["max_attempts"] {
      policy.limit = .attempts(whole(node, "max_attempts", 0...20) ?? 5)
    }
    let most = 14_400 * 60.0
    var expiry: (node: Node, seconds: Double?)?
    if let node = fields["expire_after"] {
      expiry = (node, seconds(node, "expire_after", 0.001...most))
    } else if let node = fields["ExpireAfterMin"] {
      expiry = (node, whole(node, "ExpireAfterMin", 1...14_400).map { Double($0) * 60 })
    }
    guard let expiry else { return policy }
    if fields["max_attempts"] != nil {
      error(
        at: expiry.node.place,
        "A retry policy has both 'max_attempts' and 'expire_after'.",
        hint: "Give one of them."
      )
    }
    policy.limit = .expireAfter(expiry.seconds ?? 0)
    return policy
  }

  private mutating func exceptions(_ node: Node) -> Set<RetryPolicy.Exception> {
    if node.sequence?.isEmpty == true { error(at: node.place, "'on' is empty.") }
    var exceptions: Set<RetryPolicy.Exception> = []
    for item in node.sequence ?? [node] {
      guard let text = string(item, "on") else { continue }
      guard let exception = RetryPolicy.Exception(rawValue: text) else {
        let names = RetryPolicy.Exception.allCases.map(\.rawValue)
        error(
          at: item.place,
          "There is no exception '\(text.prefix(80))'.",
          hint: suggestion(for: text, among: names)
        )
        continue
      }
      exceptions.insert(exception)
    }
    return exceptions
  }

  private mutating func factor(_ node: Node, _ key: String) -> Double? {
    guard let text = string(node, key) else { return nil }
    if let number = text.number, 1...1000 ~= number { return number }
    error(
      at: node.place,
      "'\(key)' has to be a number from 1 on, and is '\(text.prefix(80))'."
    )
    return nil
  }

  // MARK: The run as a whole

  /// Commands that are told of a failure: a program, a list as `run` has it, or a list of those.
  mutating func notify(_ node: Node) -> [[String]] {
    let isSeveral = node.sequence?.contains { $0.sequence != nil } == true
    let commands = isSeveral ? node.sequence ?? [] : [node]
    return commands.compactMap { command in
      if let words = command.sequence {
        if words.isEmpty { error(at: command.place, "'notify' is empty.") }
        let texts = words.compactMap { string($0, "notify") }
        return texts.count == words.count && !texts.isEmpty ? texts : nil
      }
      guard let program = string(command, "notify") else { return nil }
      guard !program.isEmpty, !program.contains(where: \.isWhitespace) else {
        error(
          at: command.place,
          "'notify' names a program, and '\(program.prefix(80))' is none.",
          hint: "Write its words as a list: [notify-send, \"a run failed\"]."
        )
        return nil
      }
      return [program]
    }
  }
}

// MARK: - Values

extension PipelineReader {
  /// The fields of a map by the names of `keys`, where `spellings` gives other names of the same.
  private mutating func fields(
    _ node: Node,
    of owner: String,
    keys: [String],
    _ spellings: [String: String]
  ) -> [String: Node]? {
    let allowed = keys + spellings.keys.sorted()
    guard var fields = fields(node, of: owner, allowed: allowed) else { return nil }
    for (spelling, key) in spellings.sorted(by: { $0.key < $1.key }) {
      guard let value = fields.removeValue(forKey: spelling) else { continue }
      if fields[key] != nil {
        error(at: value.place, "\(owner) has both '\(key)' and '\(spelling)': they mean the same.")
      }
      fields[key] = value
    }
    return fields
  }

  /// A time in seconds, out of a range.
  mutating func seconds(
    _ node: Node,
    _ key: String,
    _ range: ClosedRange<Double>
  ) -> Double? {
    guard let text = string(node, key) else { return nil }
    guard let seconds = duration(text) else {
      error(
        at: node.place,
        "'\(key)' cannot be '\(text.prefix(80))'.",
        hint: "Write a time such as 90s, 30m, 1h30m, 7d or PT12H."
      )
      return nil
    }
    guard range.contains(seconds) else {
      let isShort = seconds < range.lowerBound
      error(
        at: node.place,
        isShort
          ? "'\(key)' has to be longer than no time."
          : "'\(key)' is '\(text.prefix(80))', and at most \(Int(range.upperBound)) seconds."
      )
      return nil
    }
    return seconds
  }

  mutating func whole(
    _ node: Node,
    _ key: String,
    _ range: ClosedRange<Int>,
    of what: String = ""
  ) -> Int? {
    guard let text = string(node, key) else { return nil }
    if let number = Int(text), range.contains(number), !text.hasPrefix("+") { return number }
    let isTooLarge = Int(text).map { $0 > range.upperBound } ?? false
    let bound = isTooLarge ? "at most \(range.upperBound)" : "at least \(range.lowerBound)"
    error(
      at: node.place,
      "'\(key)' has to be a whole number\(what), \(bound), and is '\(text.prefix(80))'."
    )
    return nil
  }
}

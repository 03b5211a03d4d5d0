import Documents
import Foundation
package import Pipelines
package import Store

/// All that a step runner needs: written by the agent before the runner starts, never changed.
package struct AttemptSpec: Sendable, Codable, Equatable {
  package var run: Int
  package var step: String
  package var attempt: Int
  package var home: String
  package var state: String
  /// Started as they stand; a shell line is `bash -c LINE`.
  package var arguments: [String]
  /// All that the script gets.
  package var environment: [String: String]
  /// The manifest of the code that the step sees, brought into its work folder.
  package var code: Digest
  /// The instance's own folder, of which `code` is a part; nil where nothing is to be compared with it.
  package var source: String?
  package var inputs: [Input]
  /// Name to path, relative to the work folder.
  package var outputs: [String: String]
  package var metrics: [Metric]
  /// Judged while the script runs.
  package var watch: [WatchRule] = []
  package var limits = Limits()
  /// What of the machine the step may use; nil: any of it.
  package var cpuSet: [Int]?
  /// The UUIDs of the step's GPUs, which are sampled while it runs.
  package var gpus: [String] = []
  /// A folder that outlives the attempt, made before the script starts; named by `LATHE_CHECKPOINT`.
  package var checkpoint: String?
  /// Names of variables whose values are masked in what the script prints.
  package var secrets: [String] = []
  /// The parts of the step's cache key: what it will be compared by, whatever becomes of the attempt.
  package var keyParts: [String: Digest] = [:]

  /// What a step may use and how long it may take; nil: as much as there is.
  package struct Limits: Sendable, Codable, Equatable {
    /// Bytes, of all its processes together.
    package var memory: Int?
    /// The instance type that the limit of memory is from; nil: the pipeline's own.
    package var memoryOf: String?
    /// CPU time a second.
    package var cpus: Double?
    /// Seconds.
    package var timeout: Double?
    /// Seconds from SIGTERM to SIGKILL.
    package var grace: Double

    package init(
      memory: Int? = nil,
      cpus: Double? = nil,
      timeout: Double? = nil,
      grace: Double = 10
    ) {
      self.memory = memory
      self.cpus = cpus
      self.timeout = timeout
      self.grace = grace
    }
  }

  package struct Input: Sendable, Codable, Equatable {
    package var name: String
    package var artifact: Artifact
    /// Relative to the work folder.
    package var path: String
    /// The absolute path that is linked into the work folder instead of a copy from the store.
    package var link: String?
    /// What `InputStamp` told of `link` at the launch: looked at again when the step has ended.
    package var stamp: Digest?

    /// Whether another input brings this one along; of two with one path, the first by name does.
    func isInside(_ other: Input) -> Bool {
      let (own, outer) = (CodeSnapshot.normal(path), CodeSnapshot.normal(other.path))
      return own == outer ? other.name < name : own.hasPrefix(outer.isEmpty ? "" : outer + "/")
    }
  }

  package struct Metric: Sendable, Codable, Equatable {
    package var name: String
    /// Nil: the metric comes another way than by log lines.
    package var regex: String?
    package var goal: Goal?
    package var isMain: Bool
    /// Not declared, but commonly printed: left out where a line tells its metrics itself.
    package var isGuess: Bool?
  }
}

extension AttemptSpec {
  private enum CodingKeys: String, CodingKey {
    case run, step, attempt, home, state, arguments, environment, code, source, inputs, outputs
    case metrics, watch, limits, cpuSet, gpus, checkpoint, secrets, keyParts
  }

  /// Fields that came later may be missing in what an earlier version wrote.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    run = try values.decode(Int.self, forKey: .run)
    step = try values.decode(String.self, forKey: .step)
    attempt = try values.decode(Int.self, forKey: .attempt)
    home = try values.decode(String.self, forKey: .home)
    state = try values.decode(String.self, forKey: .state)
    arguments = try values.decode([String].self, forKey: .arguments)
    environment = try values.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
    code = try values.decode(Digest.self, forKey: .code)
    source = try values.decodeIfPresent(String.self, forKey: .source)
    inputs = try values.decodeIfPresent([Input].self, forKey: .inputs) ?? []
    outputs = try values.decodeIfPresent([String: String].self, forKey: .outputs) ?? [:]
    metrics = try values.decodeIfPresent([Metric].self, forKey: .metrics) ?? []
    watch = try values.decodeIfPresent([WatchRule].self, forKey: .watch) ?? []
    limits = try values.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits()
    cpuSet = try values.decodeIfPresent([Int].self, forKey: .cpuSet)
    gpus = try values.decodeIfPresent([String].self, forKey: .gpus) ?? []
    checkpoint = try values.decodeIfPresent(String.self, forKey: .checkpoint)
    secrets = try values.decodeIfPresent([String].self, forKey: .secrets) ?? []
    keyParts = try values.decodeIfPresent([String: Digest].self, forKey: .keyParts) ?? [:]
  }

  /// Without what is empty: one is written and read for every attempt, and most fields of most are.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    func encode<Part: Collection & Encodable>(_ part: Part, _ key: CodingKeys) throws {
      if !part.isEmpty { try values.encode(part, forKey: key) }
    }
    try values.encode(run, forKey: .run)
    try values.encode(step, forKey: .step)
    try values.encode(attempt, forKey: .attempt)
    try values.encode(home, forKey: .home)
    try values.encode(state, forKey: .state)
    try values.encode(arguments, forKey: .arguments)
    try encode(environment, .environment)
    try values.encode(code, forKey: .code)
    try values.encodeIfPresent(source, forKey: .source)
    try encode(inputs, .inputs)
    try encode(outputs, .outputs)
    try encode(metrics, .metrics)
    try encode(watch, .watch)
    if limits != Limits() { try values.encode(limits, forKey: .limits) }
    try values.encodeIfPresent(cpuSet, forKey: .cpuSet)
    try encode(gpus, .gpus)
    try values.encodeIfPresent(checkpoint, forKey: .checkpoint)
    try encode(secrets, .secrets)
    try encode(keyParts, .keyParts)
  }

  /// The spec of an attempt: from its claim, else from the file that was written for it.
  package static func read(_ folder: AttemptFolder) throws -> AttemptSpec {
    if let spec = Claim.read(folder)?.spec { return spec }
    let data = try Data(contentsOf: URL(filePath: folder.spec))
    return try JSONDecoder.keepingNaN.decode(AttemptSpec.self, from: data)
  }
}

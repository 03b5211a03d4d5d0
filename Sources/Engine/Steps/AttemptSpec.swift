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
  /// Fields that came later may be missing in what an earlier version wrote.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    run = try values.decode(Int.self, forKey: .run)
    step = try values.decode(String.self, forKey: .step)
    attempt = try values.decode(Int.self, forKey: .attempt)
    home = try values.decode(String.self, forKey: .home)
    state = try values.decode(String.self, forKey: .state)
    arguments = try values.decode([String].self, forKey: .arguments)
    environment = try values.decode([String: String].self, forKey: .environment)
    code = try values.decode(Digest.self, forKey: .code)
    source = try values.decodeIfPresent(String.self, forKey: .source)
    inputs = try values.decode([Input].self, forKey: .inputs)
    outputs = try values.decode([String: String].self, forKey: .outputs)
    metrics = try values.decode([Metric].self, forKey: .metrics)
    watch = try values.decodeIfPresent([WatchRule].self, forKey: .watch) ?? []
    limits = try values.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits()
    cpuSet = try values.decodeIfPresent([Int].self, forKey: .cpuSet)
    gpus = try values.decodeIfPresent([String].self, forKey: .gpus) ?? []
    checkpoint = try values.decodeIfPresent(String.self, forKey: .checkpoint)
    secrets = try values.decodeIfPresent([String].self, forKey: .secrets) ?? []
    keyParts = try values.decodeIfPresent([String: Digest].self, forKey: .keyParts) ?? [:]
  }

  /// The spec of an attempt: from its claim, else from the file that was written for it.
  package static func read(_ folder: AttemptFolder) throws -> AttemptSpec {
    if let spec = Claim.read(folder)?.spec { return spec }
    let data = try Data(contentsOf: URL(filePath: folder.spec))
    return try JSONDecoder.keepingNaN.decode(AttemptSpec.self, from: data)
  }
}

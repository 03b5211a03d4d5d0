package import Foundation
package import Pipelines

/// One step of one run, as the catalog holds it: its newest attempt.
package struct StepRecord: Sendable, Equatable, Codable {
  package var run: Int
  package var name: String
  /// The position in the pipeline's order, from 0.
  package var index: Int
  package var type: StepType
  package var status: StepStatus
  /// Counted from 1; 0 before the first.
  package var attempt: Int
  package var dependsOn: [String]
  package var started: Date?
  package var ended: Date?
  /// Why it failed, waits or was skipped: one sentence.
  package var reason: String?
  package var exitCode: Int?
  package var signal: Int?
  package var pid: Int?
  /// For a cached step: the run whose execution was taken, and the seconds that it had taken there.
  package var cachedFrom: Int?
  package var savedSeconds: Double?
  /// The cache key, and what a miss was due to: "train.py changed".
  package var key: Digest?
  package var cacheReason: String?
  package var outputs: [String: Artifact]
  /// A condition's outcome.
  package var outcome: Bool?
  /// Peak resident memory in bytes and CPU time in seconds of the newest attempt.
  package var peakMemory: Int?
  package var cpuSeconds: Double?
  /// The run whose attempt folder holds this step's log and metrics: `cachedFrom`, else `run`.
  package var logRun: Int
  package var logAttempt: Int
  /// What the step logged about itself: parameters, summaries, artifacts.
  package var facts: StepFacts
  /// What is wrong with its result although it succeeded: one sentence.
  package var warning: String?
  /// Bytes that the newest attempt read from and wrote to storage.
  package var readBytes: Int?
  package var writtenBytes: Int?
  /// The GPUs of the newest attempt.
  package var gpus: [AssignedGPU]

  package init(
    run: Int,
    name: String,
    index: Int,
    type: StepType,
    status: StepStatus = .waiting,
    attempt: Int = 0,
    dependsOn: [String] = [],
    started: Date? = nil,
    ended: Date? = nil,
    reason: String? = nil,
    exitCode: Int? = nil,
    signal: Int? = nil,
    pid: Int? = nil,
    cachedFrom: Int? = nil,
    savedSeconds: Double? = nil,
    key: Digest? = nil,
    cacheReason: String? = nil,
    outputs: [String: Artifact] = [:],
    outcome: Bool? = nil,
    peakMemory: Int? = nil,
    cpuSeconds: Double? = nil,
    logRun: Int? = nil,
    logAttempt: Int = 0,
    facts: StepFacts = StepFacts(),
    warning: String? = nil,
    readBytes: Int? = nil,
    writtenBytes: Int? = nil,
    gpus: [AssignedGPU] = []
  ) {
    self.run = run
    self.name = name
    self.index = index
    self.type = type
    self.status = status
    self.attempt = attempt
    self.dependsOn = dependsOn
    self.started = started
    self.ended = ended
    self.reason = reason
    self.exitCode = exitCode
    self.signal = signal
    self.pid = pid
    self.cachedFrom = cachedFrom
    self.savedSeconds = savedSeconds
    self.key = key
    self.cacheReason = cacheReason
    self.outputs = outputs
    self.outcome = outcome
    self.peakMemory = peakMemory
    self.cpuSeconds = cpuSeconds
    self.logRun = logRun ?? run
    self.logAttempt = logAttempt
    self.facts = facts
    self.warning = warning
    self.readBytes = readBytes
    self.writtenBytes = writtenBytes
    self.gpus = gpus
  }
}

/// SageMaker's StepStatus, with what comes before and instead of it.
package enum StepStatus: String, Sendable, Codable, CaseIterable {
  /// Another step has to end first.
  case waiting = "Waiting"
  /// Ready, but the machine or the instance is full.
  case queued = "Queued"
  case starting = "Starting"
  case executing = "Executing"
  case stopping = "Stopping"
  case stopped = "Stopped"
  case failed = "Failed"
  case succeeded = "Succeeded"
  /// Its result came from the cache: a success that cost nothing.
  case cached = "Cached"
  /// The branch that it belongs to was not taken, or a step before it failed.
  case skipped = "Skipped"

  package var isActive: Bool { self == .starting || self == .executing || self == .stopping }
  package var isSuccess: Bool { self == .succeeded || self == .cached }
  package var isEnd: Bool {
    switch self {
    case .stopped, .failed, .succeeded, .cached, .skipped: true
    case .waiting, .queued, .starting, .executing, .stopping: false
    }
  }
}

/// A file or folder that a step took or made, known by the hash of its content.
package struct Artifact: Sendable, Equatable, Codable, Hashable {
  package enum Kind: String, Sendable, Codable { case file, folder }

  package var kind: Kind
  /// Of the bytes of a file, of the manifest of a folder.
  package var digest: Digest
  /// Bytes in all.
  package var size: Int

  package init(kind: Kind, digest: Digest, size: Int) {
    self.kind = kind
    self.digest = digest
    self.size = size
  }
}

/// Final, extreme and counted values of one metric of one step, for tables.
package struct MetricSummary: Sendable, Equatable, Codable {
  package var run: Int
  package var step: String
  package var name: String
  package var goal: Goal?
  package var isMain: Bool
  package var count: Int
  /// The last value logged, NaN and infinities included.
  package var last: Double
  package var lastStep: Double
  /// Over the finite values; NaN when there are none.
  package var min: Double
  package var minStep: Double
  package var max: Double
  package var maxStep: Double

  package init(
    run: Int,
    step: String,
    name: String,
    goal: Goal? = nil,
    isMain: Bool = false,
    count: Int,
    last: Double,
    lastStep: Double,
    min: Double,
    minStep: Double,
    max: Double,
    maxStep: Double
  ) {
    self.run = run
    self.step = step
    self.name = name
    self.goal = goal
    self.isMain = isMain
    self.count = count
    self.last = last
    self.lastStep = lastStep
    self.min = min
    self.minStep = minStep
    self.max = max
    self.maxStep = maxStep
  }

  /// The best value by the goal and the step that it was logged at; the last one without a goal.
  package var best: (value: Double, step: Double) {
    switch goal {
    case .min: (min, minStep)
    case .max: (max, maxStep)
    case nil: (last, lastStep)
    }
  }
}

package import Foundation
package import Pipelines

/// One execution of a pipeline, as the catalog holds it.
package struct RunRecord: Sendable, Equatable, Codable, Identifiable {
  /// Counted from 1 in a home; shown as `r142`.
  package var id: Int
  /// The instance that it was launched in.
  package var instance: String
  package var pipeline: String
  package var status: RunStatus
  package var name: String?
  package var note: String?
  /// The run that this one was made from by `rerun`, or of the earlier ones of the pipeline in the instance
  /// the one that it differs least from: what the list's differences are told against.
  package var parent: Int?
  /// Every parameter with its value, defaults included.
  package var parameters: [String: ParameterValue]
  package var created: Date
  package var started: Date?
  package var ended: Date?
  /// Why it failed or was stopped: one sentence.
  package var reason: String?
  /// The step that made the run fail.
  package var failedStep: String?
  package var source: SourceVersion
  /// The pipeline file as it was at the launch, in the object store.
  package var pipelineFile: Digest
  /// The manifest of the code as it was at the launch.
  package var code: Digest
  package var host: String
  package var user: String
  /// Steps in all, succeeded (cached ones included), cached.
  package var stepCount: Int
  package var stepsDone: Int
  package var stepsCached: Int
  /// The pipeline's main metric: its name, direction and best value so far.
  package var mainMetric: String?
  package var mainGoal: Goal?
  package var mainBest: Double?
  package var mainLast: Double?
  /// Up to 32 values over the whole of the main metric, for a sparkline; filled when a step ends.
  package var sparkline: [Double]
  /// The number of the sweep that it belongs to.
  package var sweep: Int?
  /// Whether the user wants it kept: what it refers to is never collected.
  package var isPinned: Bool
  /// How long it lay between its ends and the resumptions that followed, which is no part of its duration; nil where it
  /// never did.
  package var idleSeconds: Double?

  package var shortName: String { "r\(id)" }

  package init(
    id: Int,
    instance: String,
    pipeline: String,
    status: RunStatus,
    name: String? = nil,
    note: String? = nil,
    parent: Int? = nil,
    parameters: [String: ParameterValue] = [:],
    created: Date,
    started: Date? = nil,
    ended: Date? = nil,
    reason: String? = nil,
    failedStep: String? = nil,
    source: SourceVersion = .unknown,
    pipelineFile: Digest,
    code: Digest,
    host: String = "",
    user: String = "",
    stepCount: Int = 0,
    stepsDone: Int = 0,
    stepsCached: Int = 0,
    mainMetric: String? = nil,
    mainGoal: Goal? = nil,
    mainBest: Double? = nil,
    mainLast: Double? = nil,
    sparkline: [Double] = [],
    sweep: Int? = nil,
    isPinned: Bool = false,
    idleSeconds: Double? = nil
  ) {
    self.id = id
    self.instance = instance
    self.pipeline = pipeline
    self.status = status
    self.name = name
    self.note = note
    self.parent = parent
    self.parameters = parameters
    self.created = created
    self.started = started
    self.ended = ended
    self.reason = reason
    self.failedStep = failedStep
    self.source = source
    self.pipelineFile = pipelineFile
    self.code = code
    self.host = host
    self.user = user
    self.stepCount = stepCount
    self.stepsDone = stepsDone
    self.stepsCached = stepsCached
    self.mainMetric = mainMetric
    self.mainGoal = mainGoal
    self.mainBest = mainBest
    self.mainLast = mainLast
    self.sparkline = sparkline
    self.sweep = sweep
    self.isPinned = isPinned
    self.idleSeconds = idleSeconds
  }
}

extension RunRecord {
  /// How many seconds it took to its end, or to now; nil for a run that has not started.
  package func seconds(at now: Date) -> Double? {
    started.map { max(0, (ended ?? now).seconds(since: $0) - (idleSeconds ?? 0)) }
  }
}

/// What version control knew of an instance at a launch.
package struct SourceVersion: Sendable, Equatable, Codable {
  /// The commit's full hash; nil outside of a repository.
  package var commit: String?
  package var branch: String?
  /// Files that differ from the commit, untracked ones included.
  package var editedFiles: [String]
  /// The uncommitted diff, in the object store.
  package var diff: Digest?
  /// What tells a command from others but for its options, which are parameters; nil for a run of a pipeline file,
  /// and for one of a time when this was not kept.
  package var command: String?

  package init(
    commit: String? = nil,
    branch: String? = nil,
    editedFiles: [String] = [],
    diff: Digest? = nil,
    command: String? = nil
  ) {
    self.commit = commit
    self.branch = branch
    self.editedFiles = editedFiles
    self.diff = diff
    self.command = command
  }

  package static let unknown = SourceVersion()
}

/// SageMaker's PipelineExecutionStatus, with the queue in front of it.
package enum RunStatus: String, Sendable, Codable, CaseIterable {
  case queued = "Queued"
  case executing = "Executing"
  case stopping = "Stopping"
  case stopped = "Stopped"
  case failed = "Failed"
  case succeeded = "Succeeded"

  package var isActive: Bool { self == .queued || self == .executing || self == .stopping }
}

package import Foundation
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
  package var inputs: [Input]
  /// Name to path, relative to the work folder.
  package var outputs: [String: String]
  package var metrics: [Metric]
  /// Judged while the script runs.
  package var watch: [WatchRule] = []

  package struct Input: Sendable, Codable, Equatable {
    package var name: String
    package var artifact: Artifact
    /// Relative to the work folder.
    package var path: String

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

/// How an attempt ended: the truth about it, linked into place once and never changed.
package struct ExitRecord: Sendable, Codable, Equatable {
  package enum Status: String, Sendable, Codable { case succeeded, failed, stopped }

  package var status: Status
  package var exitCode: Int?
  package var signal: Int?
  /// One sentence for a status that is not `succeeded`.
  package var reason: String?
  package var started: Date
  package var ended: Date
  package var outputs: [String: Artifact]
  /// Of every name that was logged, the declared ones first.
  package var metrics: [MetricSummary]
  /// Up to 32 values over the main metric.
  package var sparkline: [Double]
  /// Peak resident memory in bytes, CPU seconds (user and system) of the script and its children.
  package var peakMemory: Int
  package var cpuSeconds: Double
  /// What the step logged beside its metrics.
  package var facts: StepFacts?
}

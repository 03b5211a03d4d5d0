package import Foundation
package import Store

/// How an attempt ended: the truth about it, linked into place once and never changed.
package struct ExitRecord: Sendable, Codable, Equatable {
  package enum Status: String, Sendable, Codable { case succeeded, failed, stopped }

  package var status: Status
  package var exitCode: Int?
  package var signal: Int?
  /// One sentence for a status that is not `succeeded`.
  package var reason: String?
  /// What brought that about; nil for a success, and for a stop.
  package var cause: Cause?
  /// One sentence for a success that is not beyond doubt: such a result is not reused.
  package var warning: String?
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
  /// Bytes that the step's processes moved from and to storage; nil where the system does not tell.
  package var readBytes: Int?
  package var writtenBytes: Int?
  /// What the step logged beside its metrics.
  package var facts: StepFacts?

  /// The reason of an attempt that was told to stop: its runner does not know by whom.
  static let stoppedByUser = "Stopped by the user."

  var isStoppedByUser: Bool { status == .stopped && reason == ExitRecord.stoppedByUser }

  /// Why an attempt failed, for those who decide whether to try again.
  package enum Cause: String, Sendable, Codable {
    /// The script's own exit code.
    case exit
    /// A signal that neither Lathe nor the user sent.
    case signal
    case timeout
    /// Beyond its limit, or taken by the system when memory ran out.
    case memory
    /// Its runner or its machine went away.
    case lost
    /// It ended well and its outputs are not there, or could not be stored.
    case outputs
    /// Nothing was started: its code, inputs or program are missing.
    case setUp
    case diskFull
  }
}

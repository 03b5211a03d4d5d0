package import Foundation

/// A registered model version (SageMaker's model package).
package struct ModelRecord: Sendable, Equatable, Codable {
  package var group: String
  /// Counted from 1 in a group; shown as `digits/3`.
  package var version: Int
  package var approval: Approval
  package var run: Int
  /// The step whose output it is.
  package var step: String
  package var instance: String
  package var artifact: Artifact
  /// Values from the report that the RegisterModel step names.
  package var metrics: [String: Double]
  package var description: String
  package var created: Date
  package var decided: Date?
  package var decidedBy: String?
  package var note: String?

  package var shortName: String { "\(group)/\(version)" }

  package init(
    group: String,
    version: Int,
    approval: Approval,
    run: Int,
    step: String,
    instance: String,
    artifact: Artifact,
    metrics: [String: Double] = [:],
    description: String = "",
    created: Date,
    decided: Date? = nil,
    decidedBy: String? = nil,
    note: String? = nil
  ) {
    self.group = group
    self.version = version
    self.approval = approval
    self.run = run
    self.step = step
    self.instance = instance
    self.artifact = artifact
    self.metrics = metrics
    self.description = description
    self.created = created
    self.decided = decided
    self.decidedBy = decidedBy
    self.note = note
  }
}

/// SageMaker's ModelApprovalStatus.
package enum Approval: String, Sendable, Codable, CaseIterable {
  case pending = "PendingManualApproval"
  case approved = "Approved"
  case rejected = "Rejected"
}

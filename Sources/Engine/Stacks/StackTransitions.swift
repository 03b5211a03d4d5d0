import Documents
import Foundation
import Store

/// Which status may follow which: every change of a stack, resource or instance passes here.
enum StackTransitions {
  /// Nothing may follow `DELETE_COMPLETE`: another stack of that name is a new one.
  static let stack: [StackStatus: Set<StackStatus>] = [
    .reviewInProgress: [.createInProgress, .deleteInProgress],
    .createInProgress: [.createComplete, .createFailed, .rollbackInProgress],
    .createFailed: [.rollbackInProgress, .deleteInProgress],
    .createComplete: [.deleteInProgress],
    .rollbackInProgress: [.rollbackComplete, .rollbackFailed],
    .rollbackFailed: [.rollbackInProgress, .deleteInProgress],
    .rollbackComplete: [.deleteInProgress],
    .deleteInProgress: [.deleteComplete, .deleteFailed],
    .deleteFailed: [.deleteInProgress],
  ]

  static let resource: [ResourceStatus: Set<ResourceStatus>] = [
    // Twice in progress: before it has an id, and with it.
    .createInProgress: [.createInProgress, .createComplete, .createFailed, .deleteInProgress],
    .createFailed: [.deleteInProgress],
    .createComplete: [.deleteInProgress, .deleteSkipped],
    .deleteInProgress: [.deleteInProgress, .deleteComplete, .deleteFailed],
    .deleteFailed: [.deleteInProgress, .deleteSkipped],
  ]

  static let instance: [InstanceStatus: Set<InstanceStatus>] = [
    .pending: [.inService, .failed, .deleting],
    .inService: [.stopping, .deleting],
    .stopping: [.stopped, .failed, .deleting],
    .stopped: [.pending, .updating, .deleting],
    .updating: [.stopped, .failed],
    .failed: [.pending, .deleting],
    .deleting: [.deleting, .failed],
  ]

  static func check<Status: RawRepresentable<String> & Hashable>(
    _ name: String,
    from old: Status,
    to new: Status,
    in table: [Status: Set<Status>]
  ) throws(Explanation) {
    guard table[old]?.contains(new) == true else {
      throw Explanation(
        what: "\(name) is \(old.rawValue) and cannot become \(new.rawValue).",
        why: "Something else changed it meanwhile, or it has ended.",
        next: "Look at it again: 'lathe stacks', 'lathe describe \(name)'."
      )
    }
  }
}

extension CatalogWriter.Transaction {
  /// Changes a stack's status and writes the event.
  func move(
    _ stack: inout StackRecord,
    to status: StackStatus,
    reason: String? = nil,
    at time: Date
  ) throws {
    try StackTransitions.check(
      "Stack \(stack.name)",
      from: stack.status,
      to: status,
      in: StackTransitions.stack
    )
    stack.status = status
    stack.reason = reason
    stack.updated = time
    try transition(stack)
  }

  /// Changes a resource's status and writes the event.
  func move(
    _ resource: inout ResourceRecord,
    to status: ResourceStatus,
    reason: String? = nil,
    at time: Date
  ) throws {
    try StackTransitions.check(
      "Resource \(resource.logicalID)",
      from: resource.status,
      to: status,
      in: StackTransitions.resource
    )
    resource.status = status
    resource.reason = reason
    resource.updated = time
    try transition(resource)
  }

  /// Changes an instance's status.
  func move(
    _ instance: inout InstanceRecord,
    to status: InstanceStatus,
    reason: String? = nil
  ) throws {
    try StackTransitions.check(
      "Instance \(instance.name)",
      from: instance.status,
      to: status,
      in: StackTransitions.instance
    )
    instance.status = status
    instance.reason = reason
    try save(instance)
  }
}

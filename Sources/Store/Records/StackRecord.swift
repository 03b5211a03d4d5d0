package import Foundation

/// A provisioned template.
package struct StackRecord: Sendable, Equatable, Codable {
  package var name: String
  package var status: StackStatus
  package var reason: String?
  /// The template's name in the gallery, or its path.
  package var template: String
  package var description: String
  package var parameters: [String: String]
  package var outputs: [StackOutput]
  package var created: Date
  package var updated: Date

  package init(
    name: String,
    status: StackStatus,
    reason: String? = nil,
    template: String,
    description: String = "",
    parameters: [String: String] = [:],
    outputs: [StackOutput] = [],
    created: Date,
    updated: Date
  ) {
    self.name = name
    self.status = status
    self.reason = reason
    self.template = template
    self.description = description
    self.parameters = parameters
    self.outputs = outputs
    self.created = created
    self.updated = updated
  }
}

package struct StackOutput: Sendable, Equatable, Codable {
  package var name: String
  package var value: String
  package var description: String

  package init(name: String, value: String, description: String = "") {
    self.name = name
    self.value = value
    self.description = description
  }
}

/// CloudFormation's StackStatus, as far as stacks get here.
package enum StackStatus: String, Sendable, Codable, CaseIterable {
  case reviewInProgress = "REVIEW_IN_PROGRESS"
  case createInProgress = "CREATE_IN_PROGRESS"
  case createFailed = "CREATE_FAILED"
  case createComplete = "CREATE_COMPLETE"
  case rollbackInProgress = "ROLLBACK_IN_PROGRESS"
  case rollbackFailed = "ROLLBACK_FAILED"
  case rollbackComplete = "ROLLBACK_COMPLETE"
  case deleteInProgress = "DELETE_IN_PROGRESS"
  case deleteFailed = "DELETE_FAILED"
  case deleteComplete = "DELETE_COMPLETE"

  package var isInProgress: Bool { rawValue.hasSuffix("_IN_PROGRESS") }
  package var isFailure: Bool {
    rawValue.contains("FAILED") || rawValue.hasPrefix("ROLLBACK")
  }
}

/// CloudFormation's ResourceStatus, as far as resources get here.
package enum ResourceStatus: String, Sendable, Codable, CaseIterable {
  case createInProgress = "CREATE_IN_PROGRESS"
  case createFailed = "CREATE_FAILED"
  case createComplete = "CREATE_COMPLETE"
  case deleteInProgress = "DELETE_IN_PROGRESS"
  case deleteFailed = "DELETE_FAILED"
  case deleteComplete = "DELETE_COMPLETE"
  case deleteSkipped = "DELETE_SKIPPED"
}

package struct ResourceRecord: Sendable, Equatable, Codable {
  package var stack: String
  package var logicalID: String
  package var type: String
  package var physicalID: String
  package var status: ResourceStatus
  package var reason: String?
  package var updated: Date
  /// Attributes for Fn::GetAtt, `Ref` included.
  package var attributes: [String: String]

  package init(
    stack: String,
    logicalID: String,
    type: String,
    physicalID: String = "",
    status: ResourceStatus,
    reason: String? = nil,
    updated: Date,
    attributes: [String: String] = [:]
  ) {
    self.stack = stack
    self.logicalID = logicalID
    self.type = type
    self.physicalID = physicalID
    self.status = status
    self.reason = reason
    self.updated = updated
    self.attributes = attributes
  }
}

/// One line of a stack's history.
///
/// Output of lifecycle scripts comes as events whose status is empty.
package struct StackEvent: Sendable, Equatable, Codable, Identifiable {
  package var id: Int
  package var stack: String
  package var logicalID: String
  package var type: String
  /// A `StackStatus` or `ResourceStatus`; empty for a line of a script's output.
  package var status: String
  package var reason: String
  package var time: Date

  package init(
    id: Int = 0,
    stack: String,
    logicalID: String,
    type: String,
    status: String,
    reason: String,
    time: Date
  ) {
    self.id = id
    self.stack = stack
    self.logicalID = logicalID
    self.type = type
    self.status = status
    self.reason = reason
    self.time = time
  }
}

/// A local workspace: what `AWS::SageMaker::NotebookInstance` provisions, or what `init` adopted.
package struct InstanceRecord: Sendable, Equatable, Codable {
  package var name: String
  package var status: InstanceStatus
  /// The folder with the user's files; inside the home, or adopted in place.
  package var folder: String
  package var isAdopted: Bool
  package var stack: String?
  /// `local` or an `ml.*` type.
  package var instanceType: String
  /// Limits by the type: nil is the machine's whole.
  package var cpus: Int?
  package var memory: Int?
  package var reason: String?
  package var created: Date

  package init(
    name: String,
    status: InstanceStatus,
    folder: String,
    isAdopted: Bool,
    stack: String? = nil,
    instanceType: String = "local",
    cpus: Int? = nil,
    memory: Int? = nil,
    reason: String? = nil,
    created: Date
  ) {
    self.name = name
    self.status = status
    self.folder = folder
    self.isAdopted = isAdopted
    self.stack = stack
    self.instanceType = instanceType
    self.cpus = cpus
    self.memory = memory
    self.reason = reason
    self.created = created
  }
}

extension [InstanceRecord] {
  /// The instance whose folder holds a folder, the deepest of them.
  package func around(_ folder: String) -> InstanceRecord? {
    let around = filter { instance in
      let root = instance.folder.hasSuffix("/") ? instance.folder : instance.folder + "/"
      return folder == instance.folder || folder.hasPrefix(root)
    }
    return around.max { $0.folder.utf8.count < $1.folder.utf8.count }
  }
}

/// SageMaker's NotebookInstanceStatus.
package enum InstanceStatus: String, Sendable, Codable, CaseIterable {
  case pending = "Pending"
  case inService = "InService"
  case stopping = "Stopping"
  case stopped = "Stopped"
  case failed = "Failed"
  case updating = "Updating"
  case deleting = "Deleting"
}

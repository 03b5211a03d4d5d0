import Documents
package import Store

extension Provisioner {
  /// Takes a stack down: folders go to the trash, runs stay, and the stack's history stays too.
  ///
  /// - Throws: an `Explanation` when the stack is not there, is being made, or has active runs.
  @discardableResult
  package func delete(stack name: String) throws -> StackRecord {
    var stack = try stack(name)
    guard stack.status != .deleteComplete else {
      throw Explanation(
        what: "Stack \(name) was deleted already.",
        next: "'lathe stacks' lists those that are there."
      )
    }
    let instances = try catalog.write { try $0.instances() }
    for instance in instances where instance.stack == name {
      try checkNoActiveRuns(instance.name, to: "deleted")
    }
    try catalog.write {
      try $0.move(&stack, to: .deleteInProgress, reason: "User Initiated", at: now())
    }
    try finishDelete(&stack)
    return stack
  }

  func finishDelete(_ stack: inout StackRecord) throws {
    let site = site(stack)
    ScriptEnvironment.killMarked(stack: site.stackID)
    let failed = try removeResources(of: stack.name, at: site)
    try catalog.write { transaction in
      if failed.isEmpty {
        try transaction.move(&stack, to: .deleteComplete, at: now())
      } else {
        let list = failed.joined(separator: ", ")
        let reason = "The following resource(s) failed to delete: [\(list)]. "
        try transaction.move(&stack, to: .deleteFailed, reason: reason, at: now())
      }
    }
  }

  /// Removes a stack's resources, the last made first.
  ///
  /// - Returns: the logical ids of those that could not be removed.
  func removeResources(of stack: String, at site: ProvisioningSite) throws -> [String] {
    var failed: [String] = []
    for var resource in try catalog.write({ try $0.resources(of: stack) }).reversed() {
      guard resource.status != .deleteComplete, resource.status != .deleteSkipped else { continue }
      // Without a physical id nothing was made: its failure stays to be read.
      if resource.physicalID.isEmpty, resource.status == .createFailed { continue }
      try catalog.write { try $0.move(&resource, to: .deleteInProgress, at: now()) }
      do {
        var reason: String?
        if !resource.physicalID.isEmpty {
          reason = try Providers.provider(of: resource.type).delete(resource, at: site)
        }
        try catalog.write {
          try $0.move(&resource, to: .deleteComplete, reason: reason, at: now())
        }
      } catch {
        let reason = Explanation(error).reason
        try catalog.write {
          try $0.move(&resource, to: .deleteFailed, reason: reason, at: now())
        }
        failed.append(resource.logicalID)
      }
    }
    return failed
  }

  /// What a killed agent left unfinished.
  package struct Unfinished: Sendable {
    var stacks: [StackRecord]
    var instances: [InstanceRecord]
  }

  /// Finds what is unfinished: before the agent begins anything itself, which would look the same.
  package func unfinished() throws -> Unfinished {
    try catalog.write { transaction in
      Unfinished(
        stacks: try transaction.stacks().filter(\.status.isInProgress),
        instances: try transaction.instances()
          .filter { $0.status == .pending || $0.status == .stopping }
      )
    }
  }

  /// Ends what a killed agent left unfinished; called once, when an agent starts.
  ///
  /// A creation is rolled back, a deletion is finished.
  package func recover(_ unfinished: Unfinished) throws {
    let reason = "the agent was interrupted"
    for var stack in unfinished.stacks {
      switch stack.status {
      case .createInProgress, .rollbackInProgress:
        for var resource in try catalog.write({ try $0.resources(of: stack.name) })
        where resource.status == .createInProgress {
          try catalog.write {
            try $0.move(&resource, to: .createFailed, reason: reason, at: now())
          }
        }
        try rollBack(&stack, reason: reason, cause: reason, at: site(stack))
      case .deleteInProgress: try finishDelete(&stack)
      default: continue
      }
    }
    for instance in unfinished.instances {
      // A rollback may have removed it.
      guard var instance = try catalog.write({ try $0.instance(instance.name) }) else { continue }
      switch instance.status {
      case .pending:
        try catalog.write { try $0.move(&instance, to: .failed, reason: reason) }
      case .stopping: try catalog.write { try $0.move(&instance, to: .stopped) }
      default: continue
      }
    }
  }
}

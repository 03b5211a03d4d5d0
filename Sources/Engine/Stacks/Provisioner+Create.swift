import Documents
import Foundation
import Infrastructure
package import Store

extension Provisioner {
  /// Makes what `check` announced, or rolls back what was made when a resource fails.
  ///
  /// Blocks for as long as clones and scripts take. A resource's failure is no error here: it
  /// stands in the events, and the stack that is returned is ROLLBACK_COMPLETE.
  @discardableResult
  package func create(_ request: UpRequest, template: LoadedTemplate) throws -> StackRecord {
    var stack = try stack(request.stack)
    guard stack.status == .createInProgress else {
      throw Explanation(
        what: "Stack \(stack.name) is \(stack.status.rawValue), not announced for creation.",
        next: "Bring it up with 'lathe up'."
      )
    }
    let identity = StackIdentity(name: stack.name, created: stack.created)
    let site = site(stack, environment: request.environment)
    do {
      let draft = try StackDraft(
        template: template.template,
        parameters: request.parameters,
        stack: identity,
        templateFolder: template.folder
      )
      var known: [String: [String: String]] = [:]
      for resource in draft.resolved.resources {
        known[resource.logicalID] = try make(
          resource,
          of: identity,
          templateFolder: template.folder,
          known: known,
          at: site
        )
      }
      stack.outputs = try draft.resolved.outputs.map { output in
        StackOutput(
          name: output.name,
          value: try StackDraft.text(of: output, known),
          description: output.description
        )
      }
      try catalog.write { try $0.move(&stack, to: .createComplete, at: now()) }
    } catch let failure as ResourceFailure {
      let reason =
        "The following resource(s) failed to create: [\(failure.logicalID)]. "
        + "Rollback requested by user."
      try rollBack(&stack, reason: reason, cause: failure.reason, at: site)
    } catch {
      let reason = Explanation(error).reason
      try rollBack(&stack, reason: reason, cause: reason, at: site)
    }
    return stack
  }

  /// Makes one resource and returns its attributes; a failure is written before it is thrown.
  private func make(
    _ resource: ResolvedResource,
    of stack: StackIdentity,
    templateFolder: String,
    known: [String: [String: String]],
    at site: ProvisioningSite
  ) throws -> [String: String] {
    var record = ResourceRecord(
      stack: stack.name,
      logicalID: resource.logicalID,
      type: resource.type,
      status: .createInProgress,
      updated: now()
    )
    try catalog.write { try $0.transition(record) }
    do {
      let spec = try StackDraft.spec(resource, stack: stack, templateFolder: templateFolder, known)
      let provider = Providers.provider(of: resource.type)
      let identity = try provider.identity(of: spec)
      var claimed = record
      claimed.physicalID = identity.physicalID
      claimed.attributes = identity.attributes
      try catalog.write { transaction in
        try refuseTaken(claimed, in: transaction)
        try provider.claim(spec, as: identity, at: site, in: transaction)
        try transaction.move(
          &claimed,
          to: .createInProgress,
          reason: "Resource creation Initiated",
          at: now()
        )
      }
      record = claimed
      try provider.create(record, at: site)
    } catch {
      let reason = Explanation(error).reason
      try catalog.write { try $0.move(&record, to: .createFailed, reason: reason, at: now()) }
      throw ResourceFailure(logicalID: record.logicalID, reason: reason)
    }
    try catalog.write { try $0.move(&record, to: .createComplete, at: now()) }
    return record.attributes
  }

  private func refuseTaken(
    _ resource: ResourceRecord,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {
    let owner = try transaction.resources(ofType: resource.type).first { other in
      other.physicalID == resource.physicalID && other.status != .deleteComplete
        && (other.stack != resource.stack || other.logicalID != resource.logicalID)
    }
    guard let owner else { return }
    throw Explanation(
      what: "\(resource.physicalID) already exists in stack \(owner.stack).",
      why: "A physical name belongs to one resource.",
      next: "Choose another name, or take that stack down first."
    )
  }

  /// Removes in reverse order what a failed or interrupted creation has made.
  func rollBack(
    _ stack: inout StackRecord,
    reason: String,
    cause: String,
    at site: ProvisioningSite
  ) throws {
    ScriptEnvironment.killMarked(stack: site.stackID)
    if stack.status != .rollbackInProgress {
      try catalog.write {
        try $0.move(&stack, to: .rollbackInProgress, reason: reason, at: now())
      }
    }
    let failed = try removeResources(of: stack.name, at: site)
    try catalog.write { transaction in
      if failed.isEmpty {
        try transaction.move(&stack, to: .rollbackComplete, at: now())
      } else {
        let list = failed.joined(separator: ", ")
        let words = "The following resource(s) failed to delete: [\(list)]. "
        try transaction.move(&stack, to: .rollbackFailed, reason: words, at: now())
      }
      // The record keeps the cause, for lists that show one line a stack.
      stack.reason = cause
      try transaction.save(stack)
    }
  }
}

/// A resource that could not be made.
private struct ResourceFailure: Error {
  let logicalID: String
  let reason: String
}

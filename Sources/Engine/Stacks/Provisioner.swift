import Documents
package import Foundation
import Infrastructure
package import Store

/// Makes stacks and takes them down: the only writer of stacks, resources and instances.
///
/// Its calls block; the agent makes them on a thread of their own. Every status change passes
/// `StackTransitions` and is written with its event.
package struct Provisioner: Sendable {
  let home: Home
  let catalog: CatalogWriter
  /// Seconds that one lifecycle script may take; SageMaker's five minutes by default.
  let scriptLimit: Double
  let now: @Sendable () -> Date
  let hasActiveRuns: @Sendable (_ instance: String) throws -> Bool

  package init(
    home: Home,
    catalog: CatalogWriter,
    scriptLimit: Double = 300,
    now: @escaping @Sendable () -> Date = { Date() },
    hasActiveRuns: @escaping @Sendable (_ instance: String) throws -> Bool = { _ in false }
  ) {
    self.home = home
    self.catalog = catalog
    self.scriptLimit = scriptLimit
    self.now = now
    self.hasActiveRuns = hasActiveRuns
  }

  /// Decides whether a stack may be made and writes its first status; makes nothing yet.
  ///
  /// - Throws: an `Explanation` of the name, the parameters, the template or a capability.
  package func check(_ request: UpRequest, template: LoadedTemplate) throws -> StackRecord {
    try NameRule.stack.check(request.stack, property: "The stack's name")
    let created = now()
    let draft = try StackDraft(
      template: template.template,
      parameters: request.parameters,
      stack: StackIdentity(name: request.stack, created: created),
      templateFolder: template.folder
    )
    try checkCapabilities(draft.resolved.capabilities, acknowledged: request.acknowledged)
    let stack = StackRecord(
      name: request.stack,
      status: .createInProgress,
      reason: "User Initiated",
      template: request.template,
      description: template.template.description,
      parameters: draft.resolved.shownParameters,
      created: created,
      updated: created
    )
    try catalog.write { transaction in
      if let old = try transaction.stack(stack.name) {
        guard old.status == .rollbackComplete || old.status == .deleteComplete else {
          throw Explanation(
            what: "Stack [\(old.name)] already exists.",
            why: "It is \(old.status.rawValue).",
            next: "Take it down with 'lathe down \(old.name)', or give another --name."
          )
        }
        try transaction.deleteEvents(of: old.name)
        try transaction.deleteStack(old.name)
      }
      try transaction.transition(stack)
    }
    return stack
  }

  private func checkCapabilities(_ needed: [String], acknowledged: [String]) throws {
    let missing = needed.filter { name in
      // Whoever allows named ones allows the others.
      !acknowledged.contains(name)
        && !(name == "CAPABILITY_IAM" && acknowledged.contains("CAPABILITY_NAMED_IAM"))
    }
    guard !missing.isEmpty else { return }
    throw Explanation(
      what: "Requires capabilities : [\(missing.joined(separator: ", "))]",
      why: "In AWS this template would create IAM resources; here they are only recorded.",
      next: "Say that you know: " + missing.map { "--ack \($0)" }.joined(separator: " ") + "."
    )
  }

  func site(_ stack: StackRecord, environment: [String: String] = [:]) -> ProvisioningSite {
    ProvisioningSite(
      home: home,
      catalog: catalog,
      environment: environment,
      stackID: StackIdentity(name: stack.name, created: stack.created).id,
      scriptLimit: scriptLimit,
      now: now
    )
  }

  func stack(_ name: String) throws -> StackRecord {
    guard let stack = try catalog.write({ try $0.stack(name) }) else {
      throw Explanation(
        what: "Stack with id \(name) does not exist.",
        next: "'lathe stacks' lists them."
      )
    }
    return stack
  }

  /// Refuses while runs of an instance are active.
  func checkNoActiveRuns(_ instance: String, to action: String) throws {
    guard try hasActiveRuns(instance) else { return }
    throw Explanation(
      what: "Instance '\(instance)' cannot be \(action) now.",
      why: "Runs in it are queued or executing.",
      next: "Stop them first: 'lathe runs --in \(instance)' lists them, 'lathe stop RUN' stops one."
    )
  }
}

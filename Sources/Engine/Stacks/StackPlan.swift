import Documents
import Foundation
package import Infrastructure

/// What `up` would make, before anything is made.
package struct StackPlan: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package enum Fate: String, Sendable {
      /// Something real comes to be on this machine.
      case made
      /// Kept in the catalog so that references to it work; nothing on the machine changes.
      case recorded
    }

    package var logicalID: String
    package var type: String
    package var fate: Fate
    /// What happens here, in plain words: "a folder with 4 CPU, 16 GiB (ml.m4.xlarge)".
    package var summary: String
    /// The text of a lifecycle script that will run, for the user to read first.
    package var script: String?
  }

  package var stack: String
  package var parameters: [String: String]
  package var entries: [Entry]
  /// Capabilities to be acknowledged, each with the sentence for its box.
  package var capabilities: [(name: String, sentence: String)]
  /// Such as an instance type that is larger than the machine.
  package var warnings: [String]

  /// Decides what a template would make here; touches nothing.
  ///
  /// Relative paths in the template start at `templateFolder`.
  ///
  /// - Throws: an `Explanation`, all faults at once.
  package init(
    stack: String,
    template: Template,
    parameters: [String: String],
    templateFolder: String = "/"
  ) throws {
    try NameRule.stack.check(stack, property: "The stack's name")
    let draft = try StackDraft(
      template: template,
      parameters: parameters,
      stack: StackIdentity(name: stack, created: Date(timeIntervalSince1970: 0)),
      templateFolder: templateFolder
    )
    self.stack = stack
    self.parameters = draft.resolved.shownParameters
    entries = try draft.items.map { item in
      Entry(
        logicalID: item.spec.logicalID,
        type: item.spec.type,
        fate: item.provider.fate,
        summary: try item.provider.summary(of: item.spec),
        script: item.provider.script(of: item.spec)
      )
    }
    capabilities = draft.resolved.capabilities.map { ($0, Self.sentence(for: $0)) }
    warnings = draft.items.flatMap { $0.provider.warnings(of: $0.spec) }
  }

  private static func sentence(for capability: String) -> String {
    switch capability {
    case "CAPABILITY_IAM": "In AWS this would create an IAM role; here it is only recorded."
    case "CAPABILITY_NAMED_IAM":
      "In AWS this would create an IAM role with a name of its own; here it is only recorded."
    case "CAPABILITY_AUTO_EXPAND": "In AWS this would run macros; here none is run."
    default: "In AWS this would need \(capability); here it changes nothing."
    }
  }

  package static func == (a: StackPlan, b: StackPlan) -> Bool {
    a.stack == b.stack && a.parameters == b.parameters && a.entries == b.entries
      && a.capabilities.map(\.name) == b.capabilities.map(\.name) && a.warnings == b.warnings
  }
}

extension ResolvedTemplate {
  /// The parameters as they may be shown and kept: those with NoEcho are masked.
  var shownParameters: [String: String] {
    var shown = parameters
    for name in noEcho where shown[name] != nil { shown[name] = "****" }
    return shown
  }
}

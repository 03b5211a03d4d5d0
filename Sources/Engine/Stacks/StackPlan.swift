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

  /// Decides what a template would make here.
  ///
  /// - Throws: `InvalidParameters`-like explanations, all faults at once.
  package init(
    stack: String,
    template: Template,
    parameters: [String: String]
  ) throws {
    self.stack = stack
    self.parameters = parameters
    entries = []
    capabilities = []
    warnings = []
  }

  package static func == (a: StackPlan, b: StackPlan) -> Bool {
    a.stack == b.stack && a.parameters == b.parameters && a.entries == b.entries
      && a.capabilities.map(\.name) == b.capabilities.map(\.name) && a.warnings == b.warnings
  }
}

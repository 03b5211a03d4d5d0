import Foundation
package import Store

/// What the user declares of a step: its change is cosmetic, and an earlier result counts for it.
package struct AcceptRequest: Sendable, Codable, Equatable {
  /// The run whose result counts.
  package var run: Int
  package var step: String
  /// Why, in the user's words.
  package var reason: String
  /// The environment of the shell that asks: a key depends on it.
  package var environment: [String: String]
  /// Takes back what was declared before.
  package var isUndone: Bool

  package init(
    run: Int,
    step: String,
    reason: String = "",
    environment: [String: String] = [:],
    isUndone: Bool = false
  ) {
    self.run = run
    self.step = step
    self.reason = reason
    self.environment = environment
    self.isUndone = isUndone
  }
}

/// What was declared, or taken back.
package struct Acceptance: Sendable, Codable, Equatable {
  package var aliases: [AliasRecord]
  /// What differs between the two keys: "train.py changed".
  package var changes: [String]

  package init(aliases: [AliasRecord], changes: [String]) {
    self.aliases = aliases
    self.changes = changes
  }
}

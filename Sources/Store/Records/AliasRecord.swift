package import Foundation

/// A cache key that the user declared to mean the same as another one: its result is taken.
package struct AliasRecord: Sendable, Equatable, Codable {
  /// The key that a step has now.
  package var key: Digest
  /// The key of the execution whose result counts for it.
  package var target: Digest
  package var step: String
  package var pipeline: String
  package var time: Date
  /// Why, in the user's words; may be empty.
  package var reason: String

  package init(
    key: Digest,
    target: Digest,
    step: String,
    pipeline: String,
    time: Date,
    reason: String = ""
  ) {
    self.key = key
    self.target = target
    self.step = step
    self.pipeline = pipeline
    self.time = time
    self.reason = reason
  }
}

/// The newest execution of a step, without the parts of its key.
package struct ExecutionName: Sendable, Equatable {
  package var key: Digest
  package var run: Int
  package var ended: Date
}

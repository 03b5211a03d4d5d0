package import Foundation

/// A finished execution of a step as the cache remembers it: written once, named by its key.
package struct ExecutionRecord: Sendable, Equatable, Codable {
  package var key: Digest
  package var run: Int
  package var step: String
  package var pipeline: String
  package var attempt: Int
  /// What it took, hence what a hit saves.
  package var seconds: Double
  /// The parts of the key, each with its own digest, so that a miss can be explained.
  package var components: [String: Digest]
  package var outputs: [String: Artifact]
  package var ended: Date

  package init(
    key: Digest,
    run: Int,
    step: String,
    pipeline: String,
    attempt: Int,
    seconds: Double,
    components: [String: Digest],
    outputs: [String: Artifact],
    ended: Date
  ) {
    self.key = key
    self.run = run
    self.step = step
    self.pipeline = pipeline
    self.attempt = attempt
    self.seconds = seconds
    self.components = components
    self.outputs = outputs
    self.ended = ended
  }
}

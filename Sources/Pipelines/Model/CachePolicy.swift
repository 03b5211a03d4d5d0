/// Whether, and how long, a step's results may be taken from an earlier execution.
package struct CachePolicy: Sendable, Equatable {
  package var isEnabled: Bool
  /// The age in seconds from which on an execution's results are not taken any more; nil: never.
  package var expiresAfter: Double?

  package init(isEnabled: Bool = true, expiresAfter: Double? = nil) {
    self.isEnabled = isEnabled
    self.expiresAfter = expiresAfter
  }
}

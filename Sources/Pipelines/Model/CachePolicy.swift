/// Whether, and how long, a step's results may be taken from an earlier execution.
package struct CachePolicy: Sendable, Equatable {
  package var isEnabled: Bool
  /// The age in seconds from which on an execution's results are not taken any more; nil: never.
  package var expiresAfter: Double?

  package init(isEnabled: Bool = true, expiresAfter: Double? = nil) {
    self.isEnabled = isEnabled
    self.expiresAfter = expiresAfter
  }

  /// Whether a result of an age in seconds is not taken any more.
  ///
  /// One that is to come by more than a minute was made by a clock that was wrong: nobody knows its age.
  package func isExpired(age: Double) -> Bool {
    expiresAfter.map { age > $0 || age < -60 } ?? false
  }
}

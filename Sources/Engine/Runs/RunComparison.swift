package import Store

/// Two or more runs laid side by side: what differs, and whose metrics are better.
package struct RunComparison: Sendable, Equatable {
  /// The base first.
  package var runs: [RunRecord]

  package init(runs: [RunRecord]) { self.runs = runs }
}

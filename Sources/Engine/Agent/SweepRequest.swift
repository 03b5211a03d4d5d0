/// A launch of one run for each combination of parameter values: all of them, or none.
package struct SweepRequest: Sendable, Codable, Equatable {
  /// What the runs have in common; its name is the sweep's.
  package var launch: LaunchRequest
  /// `NAME=VALUES` each, such as `lr=0.1,0.03` and `seed=1..3`.
  package var parts: [String]
  /// How many of the runs may execute at once; nil: as many as the machine has room for.
  package var parallel: Int?

  package init(launch: LaunchRequest, parts: [String], parallel: Int? = nil) {
    self.launch = launch
    self.parts = parts
    self.parallel = parallel
  }
}

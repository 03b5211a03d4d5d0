package import Pipelines

/// What a sweep would do, summed up over its runs, with the cache as it is now.
package struct SweepPlan: Sendable, Codable, Equatable {
  package var instance: String
  package var pipeline: String
  /// The swept parameters: "lr x seed".
  package var axes: String
  package var runs: Int
  package var parallel: Int?
  /// In the pipeline's order.
  package var steps: [SweptStep]

  package init(
    instance: String,
    pipeline: String,
    axes: String,
    runs: Int,
    parallel: Int? = nil,
    steps: [SweptStep]
  ) {
    self.instance = instance
    self.pipeline = pipeline
    self.axes = axes
    self.runs = runs
    self.parallel = parallel
    self.steps = steps
  }

  package var executed: Int { steps.reduce(0) { $0 + $1.executed } }
  package var cached: Int { steps.reduce(0) { $0 + $1.cached } }
  package var shared: Int { steps.reduce(0) { $0 + $1.shared } }
  package var failing: Int { steps.reduce(0) { $0 + $1.failing } }
}

/// What would become of one step in the runs of a sweep: each is counted once.
package struct SweptStep: Sendable, Codable, Equatable {
  package var name: String
  package var type: StepType
  package var executed = 0
  /// Taken from the cache.
  package var cached = 0
  /// The same as in an earlier run of the sweep, or in one that computes it already.
  package var shared = 0
  package var skipped = 0
  /// Decided when the run gets there.
  package var open = 0
  package var failing = 0
  /// Why the first of those runs executes it, or cannot.
  package var reason: String?

  package init(name: String, type: StepType) {
    self.name = name
    self.type = type
  }
}

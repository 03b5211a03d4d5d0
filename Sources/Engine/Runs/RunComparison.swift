package import Pipelines
package import Store

/// Two or more runs laid side by side: what differs, and whose metrics are better.
///
/// Every row has one place for each run, in the order of `runs`.
package struct RunComparison: Sendable, Equatable {
  /// The base first.
  package var runs: [RunRecord]
  /// All parameters of all runs, by name.
  package var parameters: [ParameterRow]
  /// Code files that are not the same in all runs, by path.
  package var files: [FileRow]
  /// What else a run depends on: "data", "environment", "pipeline", in the order of the screen.
  package var inputs: [InputRow]
  /// The words of each run that is a command, where they differ; nil for a run of a pipeline file.
  package var commands: [[String]?] = []
  /// What makes the "environment" of steps differ, as far as that was kept; empty where it is the same.
  package var environment: [EnvironmentRow] = []
  /// The main metric first, then the others by importance.
  package var metrics: [MetricRow]
  /// How often watch rules found something in each run; empty where nobody has counted.
  package var alerts: [Int] = []
  /// Seconds that the cache saved each run; empty where nobody has looked.
  package var saved: [Double] = []
  /// How many points of each run's metrics are NaN or infinite; empty where nobody has counted.
  package var notFinite: [Int] = []

  package init(
    runs: [RunRecord],
    parameters: [ParameterRow] = [],
    files: [FileRow] = [],
    inputs: [InputRow] = [],
    metrics: [MetricRow] = []
  ) {
    self.runs = runs
    self.parameters = parameters
    self.files = files
    self.inputs = inputs
    self.metrics = metrics
  }

  /// One parameter; nil where a run's pipeline does not declare it.
  package struct ParameterRow: Sendable, Equatable {
    package var name: String
    package var values: [ParameterValue?]

    package init(name: String, values: [ParameterValue?]) {
      self.name = name
      self.values = values
    }

    package var differs: Bool { Set(values).count > 1 }
  }

  /// One code file.
  package struct FileRow: Sendable, Equatable {
    package var path: String
    /// Against the base; nil where the file is the same as there (always for the base).
    package var changes: [FileChange?]

    package init(path: String, changes: [FileChange?]) {
      self.path = path
      self.changes = changes
    }
  }

  /// How a file differs from the base's.
  package struct FileChange: Sendable, Equatable {
    package enum Kind: String, Sendable { case added, removed, edited }

    package var kind: Kind
    /// Lines; 0 for what is not text.
    package var added: Int
    package var removed: Int
    /// A unified diff; empty for what is not text.
    package var diff: String

    package init(kind: Kind, added: Int, removed: Int, diff: String) {
      self.kind = kind
      self.added = added
      self.removed = removed
      self.diff = diff
    }
  }

  /// One kind of input, by whether a run has the base's; nil where it is not known.
  package struct InputRow: Sendable, Equatable {
    package var name: String
    package var isSame: [Bool?]

    package init(name: String, isSame: [Bool?]) {
      self.name = name
      self.isSame = isSame
    }
  }

  /// What the metrics are called, in their order: with the step where another step's has the same name.
  package var titles: [String] {
    let counts = Dictionary(metrics.map { ($0.name, 1) }, uniquingKeysWith: +)
    return metrics.map { counts[$0.name, default: 0] > 1 ? $0.step + ": " + $0.name : $0.name }
  }

  /// One metric of one step; nil where a run did not log it.
  package struct MetricRow: Sendable, Equatable {
    package var step: String
    package var name: String
    package var goal: Goal?
    package var isMain: Bool
    package var values: [MetricSummary?]

    package init(
      step: String,
      name: String,
      goal: Goal? = nil,
      isMain: Bool = false,
      values: [MetricSummary?]
    ) {
      self.step = step
      self.name = name
      self.goal = goal
      self.isMain = isMain
      self.values = values
    }

    /// The run (its place in `runs`) whose best value is the best by the goal; nil without a goal,
    /// and when no value is a number or the best is shared.
    package var best: Int? { winner { $0.best.value } }

    /// The same by the last values.
    package var bestLast: Int? { winner { $0.last } }

    private func winner(_ value: (MetricSummary) -> Double) -> Int? {
      guard let goal else { return nil }
      let all = values.enumerated().compactMap { index, summary in
        summary.map { (index: index, value: value($0)) }
      }.filter { $0.value.isFinite }
      guard all.count > 1,
        let best = all.max(by: { goal.isBetter($1.value, than: $0.value) }),
        all.filter({ $0.value == best.value }).count == 1
      else { return nil }
      return best.index
    }
  }
}

import Documents

/// The catalog as screens and commands see it: read only, and empty where there is none yet.
///
/// A reader never blocks a writer. `CatalogWatch` tells when something was committed.
package final class Catalog: Sendable {
  package let home: Home

  /// Opens nothing before the first question; a home that does not exist answers with nothing.
  package init(home: Home) {
    self.home = home
  }

  // MARK: Runs

  /// Runs, newest first: those of one instance, and before one run where that is given (for paging).
  package func runs(instance: String? = nil, before: Int? = nil, limit: Int = 200) throws
    -> [RunRecord]
  { [] }

  /// Runs whose name, note, pipeline, status or parameter contains `text`, newest first.
  package func runs(matching text: String, limit: Int = 200) throws -> [RunRecord] { [] }

  package func run(_ id: Int) throws -> RunRecord? { nil }

  /// The run that a user means: `r12`, `12`, `@`, `@-1`, a name, or a name's unique beginning.
  ///
  /// - Throws: an `Explanation` that names the nearest ones.
  package func run(named text: String) throws -> RunRecord {
    throw Explanation(what: "unread")
  }

  /// The steps of a run, in the pipeline's order.
  package func steps(of run: Int) throws -> [StepRecord] { [] }

  /// The metric summaries of a run, in the order of their first point.
  package func metrics(of run: Int) throws -> [MetricSummary] { [] }

  package func counts() throws -> RunCounts { RunCounts() }

  // MARK: Stacks and instances

  /// Newest first; deleted ones only where asked for.
  package func stacks(includingDeleted: Bool = false) throws -> [StackRecord] { [] }

  package func stack(_ name: String) throws -> StackRecord? { nil }

  package func resources(of stack: String) throws -> [ResourceRecord] { [] }

  /// Oldest first.
  package func events(of stack: String, after id: Int = 0) throws -> [StackEvent] { [] }

  package func instances() throws -> [InstanceRecord] { [] }

  package func instance(_ name: String) throws -> InstanceRecord? { nil }

  // MARK: Models and alerts

  /// By group, newest version first.
  package func models() throws -> [ModelRecord] { [] }

  /// `GROUP/VERSION`, or `GROUP` for its newest version.
  package func model(named text: String) throws -> ModelRecord {
    throw Explanation(what: "unread")
  }

  /// Newest first.
  package func alerts(after id: Int = 0, limit: Int = 50) throws -> [AlertRecord] { [] }
}

package struct RunCounts: Sendable, Equatable {
  package var all = 0
  package var queued = 0
  package var executing = 0
  /// Failed in the last 24 hours.
  package var failed = 0

  package init() {}
}

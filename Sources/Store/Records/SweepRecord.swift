package import Foundation

/// Runs that one launch made, a run for each combination of parameter values.
package struct SweepRecord: Sendable, Equatable, Codable, Identifiable {
  /// A parameter and the values that it takes, as texts.
  package struct Axis: Sendable, Equatable, Codable {
    package var name: String
    package var values: [String]

    package init(name: String, values: [String]) {
      self.name = name
      self.values = values
    }
  }

  /// Counted from 1 in a home and shown as `s3`; 0: not recorded yet.
  package var id: Int
  package var instance: String
  package var pipeline: String
  package var name: String?
  package var note: String?
  /// The last one's values change fastest from run to run.
  package var axes: [Axis]
  /// How many of its runs may execute at once; nil: as many as the machine has room for.
  package var parallel: Int?
  /// How many runs it was launched with; removed ones count.
  package var count: Int
  package var created: Date
  /// Tells its launch from any other.
  package var token: String

  package var shortName: String { "s\(id)" }

  /// The swept parameters: "lr x seed".
  package var axesText: String { axes.map(\.name).joined(separator: " x ") }

  package init(
    id: Int = 0,
    instance: String,
    pipeline: String,
    name: String? = nil,
    note: String? = nil,
    axes: [Axis],
    parallel: Int? = nil,
    count: Int,
    created: Date,
    token: String
  ) {
    self.id = id
    self.instance = instance
    self.pipeline = pipeline
    self.name = name
    self.note = note
    self.axes = axes
    self.parallel = parallel
    self.count = count
    self.created = created
    self.token = token
  }
}

/// How far a sweep has come.
package struct SweepState: Sendable, Equatable {
  package var sweep: SweepRecord
  /// How many runs have each status.
  package var counts: [RunStatus: Int]
  /// The run whose main metric is best by its goal; nil while none has one.
  package var best: RunRecord?
  /// When the first of its runs started, and when the last of those that ended did.
  package var started: Date?
  package var ended: Date?
  /// Runs that were started and have ended.
  package var finished: Int
  /// The numbers of its first and last runs that are still there.
  package var firstRun: Int?
  package var lastRun: Int?

  package init(
    sweep: SweepRecord,
    counts: [RunStatus: Int],
    best: RunRecord? = nil,
    started: Date? = nil,
    ended: Date? = nil,
    finished: Int = 0
  ) {
    self.sweep = sweep
    self.counts = counts
    self.best = best
    self.started = started
    self.ended = ended
    self.finished = finished
  }

  /// Whether a run is one of the sweep: they were launched at once and have its numbers to themselves.
  package func holds(run: Int) -> Bool {
    guard let firstRun, let lastRun else { return false }
    return (firstRun...lastRun).contains(run)
  }

  package func count(_ statuses: RunStatus...) -> Int {
    statuses.reduce(0) { $0 + (counts[$1] ?? 0) }
  }

  /// Runs that are still there.
  package var total: Int { counts.values.reduce(0, +) }
  package var done: Int { count(.succeeded) }
  package var running: Int { count(.executing, .stopping) }
  package var isActive: Bool { counts.contains { $0.key.isActive && $0.value > 0 } }

  /// Whether it was stopped, and what executed has not ended yet.
  package var isStopping: Bool {
    count(.stopping) > 0 && count(.queued, .executing) == 0
  }

  /// Seconds until the rest will have ended, at the pace so far; nil while there is none to go by.
  package func remaining(at now: Date) -> Double? {
    let open = count(.queued, .executing, .stopping)
    guard open > 0, finished > 0, let started else { return nil }
    return max(0, now.timeIntervalSince(started)) / Double(finished) * Double(open)
  }
}

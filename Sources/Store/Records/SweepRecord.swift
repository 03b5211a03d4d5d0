package import Foundation
import Pipelines

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

  /// The number in a sweep's name: 3 of `s3`; nil where the text has no such form.
  package static func number(in name: String) -> Int? {
    guard name.first == "s", name.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(name.dropFirst())
  }

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
  /// Seconds that a run took, as the median of those that ended last; nil while none has ended by itself.
  package var pace: Double?
  /// When each of the runs started that execute now.
  package var executing: [Date]
  /// The numbers of its first and last runs that are still there.
  package var firstRun: Int?
  package var lastRun: Int?
  /// How often watch rules found something in its runs.
  package var alertCount = 0

  package init(
    sweep: SweepRecord,
    counts: [RunStatus: Int],
    best: RunRecord? = nil,
    started: Date? = nil,
    ended: Date? = nil,
    pace: Double? = nil,
    executing: [Date] = []
  ) {
    self.sweep = sweep
    self.counts = counts
    self.best = best
    self.started = started
    self.ended = ended
    self.pace = pace
    self.executing = executing
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

  /// What it is as a whole: it executes while one of its runs does, and has failed if one has.
  package var status: RunStatus {
    if running > 0 { return count(.executing) > 0 ? .executing : .stopping }
    if count(.queued) > 0 { return .queued }
    if count(.failed) > 0 { return .failed }
    return count(.stopped) > 0 ? .stopped : .succeeded
  }

  /// Seconds until the rest will have ended, if each takes as long as those that ended last and as many
  /// execute at once as really do now; nil while there is nothing to go by.
  ///
  /// A run that was let in and waits for a CPU has not begun: it is no sign of how many go at once.
  ///
  /// The time since the sweep's start plays no part: it may have been stopped for days.
  package func remaining(at now: Date) -> Double? {
    guard isActive, let pace else { return nil }
    // One that takes longer than the others, or was stopped in between, is not over at once.
    let rests = executing.map { max(pace / 4, pace - max(0, now.timeIntervalSince($0))) }
    let waiting = count(.queued) + max(0, running - executing.count)
    let width =
      executing.isEmpty ? min(max(1, waiting), sweep.parallel ?? 1) : executing.count
    let work = rests.reduce(0, +) + Double(waiting) * pace
    return max(work / Double(width), rests.max() ?? 0)
  }
}

extension RunRecord {
  /// The values that it has of a sweep's parameters; nil of one that it does not have.
  package func swept(by sweep: SweepRecord) -> [(name: String, value: String?)] {
    sweep.axes.map { ($0.name, parameters[$0.name]?.description) }
  }
}

extension [RunRecord] {
  /// The best by its main metric first; those without one, or with another than most, last.
  ///
  /// Of metrics that as many are judged by it is the one of the run with the lowest number.
  package func ranked() -> [RunRecord] {
    var metrics: [String?: (count: Int, first: Int)] = [:]
    for run in self where run.mainBest != nil {
      let known = metrics[run.mainMetric] ?? (0, run.id)
      metrics[run.mainMetric] = (known.count + 1, Swift.min(known.first, run.id))
    }
    let name = metrics.max { ($0.value.count, -$0.value.first) < ($1.value.count, -$1.value.first) }
    /// The lower the better.
    func value(_ run: RunRecord) -> Double? {
      guard let name, run.mainMetric == name.key, let best = run.mainBest else { return nil }
      return run.mainGoal == .max ? -best : best
    }
    return enumerated().map { (place: $0.offset, run: $0.element, value: value($0.element)) }
      .sorted { a, b in
        switch (a.value, b.value) {
        case (let x?, let y?) where x != y: x < y
        case (_?, nil): true
        case (nil, _?): false
        default: a.place < b.place
        }
      }.map(\.run)
  }
}

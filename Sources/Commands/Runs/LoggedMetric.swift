import Documents
import Pipelines
package import Series
package import Store

/// A metric of a run and the attempt that logged it.
package struct LoggedMetric: Sendable {
  package var run: RunRecord
  /// The step that logged it.
  package var step: String
  package var folder: AttemptFolder
  package var name: String
  package var track: SeriesTrack

  package init(
    run: RunRecord,
    step: String,
    folder: AttemptFolder,
    name: String,
    track: SeriesTrack
  ) {
    self.run = run
    self.step = step
    self.folder = folder
    self.name = name
    self.track = track
  }
}

extension Session {
  /// The metrics of all runs, the first name of each run first; a run may lack some of several names.
  ///
  /// Throws an `Explanation` for a name that no run has, and for a run that has none of them.
  func logged(_ names: [String], of runs: [RunRecord]) throws -> [LoggedMetric] {
    var found: [LoggedMetric] = []
    for run in runs {
      for name in names {
        do {
          found.append(try logged(name, of: run))
        } catch {
          guard names.count > 1, error is Explanation else { throw error }
        }
      }
      if !found.contains(where: { $0.run.id == run.id }) {
        found.append(try logged(names[0], of: run))
      }
    }
    for name in names where !found.contains(where: { $0.name == name }) {
      found.append(try logged(name, of: runs[0]))
    }
    return found
  }

  /// A metric of a run, from the last step that logged it.
  ///
  /// Throws an `Explanation` that lists the metrics there are.
  func logged(_ name: String, of run: RunRecord) throws -> LoggedMetric {
    var names: [String] = []
    for (step, folder, reader) in try readers(of: run).reversed() {
      if let track = reader[name] {
        return LoggedMetric(run: run, step: step.name, folder: folder, name: name, track: track)
      }
      names += reader.names.filter { !names.contains($0) }
    }
    let listed = names.sorted().prefix(12).joined(separator: ", ")
    let rest = names.count > 12 ? " and \(names.count - 12) more" : ""
    throw Explanation(
      what: "\(run.shortName) has no metric '\(name)'.",
      why: names.isEmpty ? "It has logged none." : "It has \(listed)\(rest).",
      next: nearest(name, among: names).map { "Did you mean '\($0)'?" }
        ?? (names.isEmpty
          ? "'lathe logs \(run.shortName)' prints what it said."
          : "'lathe metrics \(run.shortName)' lists them.")
    )
  }

  /// The main metric of a run; where none is known yet, the most important of the first step with any.
  func mainMetric(of run: RunRecord) throws -> String {
    if let name = run.mainMetric { return name }
    let first = try readers(of: run).first { !$0.reader.names.isEmpty }
    if let name = first?.reader.names.byImportance(of: { $0 }).first { return name }
    throw Explanation(
      what: "\(run.shortName) has logged no metric.",
      next: "'lathe logs \(run.shortName)' prints what it said."
    )
  }

  /// The metrics of each step's attempt as they are now, in the order of the steps.
  func readers(
    of run: RunRecord
  ) throws -> [(step: StepRecord, folder: AttemptFolder, reader: SeriesReader)] {
    try catalog.steps(of: run.id).filter { $0.logAttempt > 0 }.map { step in
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
      var reader = SeriesReader(folder: folder.metrics)
      _ = try reader.refresh()
      return (step, folder, reader)
    }
  }

  /// How many points of each metric are no finite numbers, by step and name; only those that have some.
  func notFinite(of run: RunRecord) throws -> [String: [String: Int]] {
    var counts: [String: [String: Int]] = [:]
    for (step, _, reader) in try readers(of: run) {
      for name in reader.names {
        guard let summary = reader[name]?.summary, summary.finiteCount < summary.count else {
          continue
        }
        counts[step.name, default: [:]][name] = summary.count - summary.finiteCount
      }
    }
    return counts
  }
}

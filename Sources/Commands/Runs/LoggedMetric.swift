import Documents
import Pipelines
package import Series
package import Store
import Terminal

/// A metric of a run and the attempt that logged it.
package struct LoggedMetric: Sendable {
  package var run: RunRecord
  /// The step that logged it.
  package var step: String
  package var folder: AttemptFolder
  package var name: String
  /// As it was asked for: the name, or that behind its step's, `train/loss`.
  package var label: String
  package var track: SeriesTrack
  /// Other steps that logged a metric of that name, where none was chosen.
  package var others: [String]

  package init(
    run: RunRecord,
    step: String,
    folder: AttemptFolder,
    name: String,
    track: SeriesTrack,
    label: String? = nil,
    others: [String] = []
  ) {
    self.run = run
    self.step = step
    self.folder = folder
    self.name = name
    self.track = track
    self.label = label ?? name
    self.others = others
  }
}

extension [LoggedMetric] {
  /// Says whose metrics these are where several steps logged some of the same name.
  package var choices: [Line] {
    filter { !$0.others.isEmpty }.map { metric in
      let many = metric.others.count > 3 ? " and \(metric.others.count - 3) more" : ""
      let others = metric.others.prefix(3).joined(separator: ", ") + many
      return Line(
        SafeText(
          hostile:
            "\(metric.run.shortName) \(metric.name) is that of \(metric.step), the last step "
            + "that logged it; \(metric.others[0])/\(metric.name) is another (\(others))."
        ),
        .dim
      )
    }
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
    for name in names where !found.contains(where: { $0.label == name }) {
      found.append(try logged(name, of: runs[0]))
    }
    return found
  }

  /// A metric of a run: `loss` from the last step that logged it, `train/loss` from that step.
  ///
  /// Throws an `Explanation` that lists the metrics there are.
  func logged(_ name: String, of run: RunRecord) throws -> LoggedMetric {
    var names: [String] = []
    let readers = try readers(of: run)
    var found: LoggedMetric?
    for (step, folder, reader) in readers.reversed() {
      if let track = reader[name] {
        found?.others.insert(step.name, at: 0)
        found =
          found
          ?? LoggedMetric(run: run, step: step.name, folder: folder, name: name, track: track)
      }
      names += reader.names.filter { !names.contains($0) }
    }
    if let found { return found }
    for (step, folder, reader) in readers where name.hasPrefix(step.name + "/") {
      let own = String(name.dropFirst(step.name.count + 1))
      guard let track = reader[own] else { continue }
      return LoggedMetric(
        run: run,
        step: step.name,
        folder: folder,
        name: own,
        track: track,
        label: name
      )
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

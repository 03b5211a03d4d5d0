import Curves
package import Documents
import Engine
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

  /// That a run, or a step of it, has not logged a metric, with those that it has.
  package static func missing(
    _ name: String,
    of run: RunRecord,
    step: String? = nil,
    names: [String]
  ) -> Explanation {
    let listed = names.sorted().prefix(12).joined(separator: ", ")
    let rest = names.count > 12 ? " and \(names.count - 12) more" : ""
    let owner = step.map { "Step \($0) of \(run.shortName)" } ?? run.shortName
    return Explanation(
      what: "\(owner) has no metric '\(name)'.",
      why: names.isEmpty ? "It has logged none." : "It has \(listed)\(rest).",
      next: (nearest(name, among: names) ?? names.first { $0.contains(name) })
        .map { "Did you mean '\($0)'?" }
        ?? (names.isEmpty
          ? "'lathe logs \(run.shortName)' prints what it said."
          : "'lathe metrics \(run.shortName)' lists them.")
    )
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

extension [String] {
  /// The words that name runs or sweeps, the first in any case; the others are names of metrics.
  ///
  /// What has the form of a run or a sweep means one, also where there is none of that number. Of what
  /// could be either, as it begins the name of a run, a metric of the runs before it is meant: those
  /// words are `contested` as well.
  package func runsAndMetrics(
    isKnown: (String) throws -> Bool,
    isMetric: (String, _ runs: [String]) throws -> Bool
  ) rethrows -> (runs: [String], metrics: [String], contested: [String]) {
    var (runs, metrics, contested) = ([String](), [String](), [String]())
    for (place, text) in enumerated() {
      let isNumbered = text.first == "r" && Int(text.dropFirst()) != nil
      if place == 0 || text.hasPrefix("@") || text.isSweepName || isNumbered {
        runs.append(text)
      } else if try isKnown(text) {
        let isContested = try isMetric(text, runs)
        if isContested { contested.append(text) }
        if isContested { metrics.append(text) } else { runs.append(text) }
      } else {
        metrics.append(text)
      }
    }
    return (runs, metrics, contested)
  }
}

extension Session {
  typealias StepReader = (step: StepRecord, folder: AttemptFolder, reader: SeriesReader)

  /// The metrics of all runs, the first name of each run first; a run may lack some of several names.
  ///
  /// What a run that has none of them has instead is in `lacking`. Throws an `Explanation` for a name
  /// that no run has.
  func logged(
    _ names: [String],
    of runs: [RunRecord]
  ) throws -> (curves: [LoggedMetric], lacking: [Explanation]) {
    var curves: [LoggedMetric] = []
    var lacking: [(reason: Explanation, isEmpty: Bool)] = []
    for run in runs {
      let steps = try readers(of: run)
      let found = names.compactMap { find($0, of: run, in: steps) }
      curves += found
      guard found.isEmpty else { continue }
      let others = Self.names(in: steps)
      lacking.append((LoggedMetric.missing(names[0], of: run, names: others), others.isEmpty))
    }
    // Of several runs the one that has metrics knows what may have been meant.
    if curves.isEmpty, let first = lacking.first(where: { !$0.isEmpty }) ?? lacking.first {
      throw first.reason
    }
    if let run = curves.first?.run {
      for name in names where !curves.contains(where: { $0.label == name }) {
        _ = try logged(name, of: run)
      }
    }
    return (curves, lacking.map(\.reason))
  }

  /// The words that name runs or sweeps, and those that name metrics.
  func runsAndMetrics(
    _ texts: [String]
  ) throws -> (runs: [String], metrics: [String], contested: [String]) {
    try texts.runsAndMetrics { name in
      try catalog.sweep(named: name) != nil || (try? catalog.run(named: name)) != nil
    } isMetric: { name, runs in
      try runs.contains { text in
        let meant =
          if let sweep = try catalog.sweep(named: text) {
            try catalog.runs(ofSweep: sweep.id).filter { $0.started != nil }
          } else {
            try [catalog.run(named: text)]
          }
        return try meant.contains { find(name, of: $0, in: try readers(of: $0)) != nil }
      }
    }
  }

  /// What words mean that could be a metric or a run.
  func told(_ contested: [String]) throws -> [Line] {
    try contested.map { word in
      let run = try? catalog.run(named: word)
      let sweep = try catalog.sweep(named: word)?.shortName
      let other = run?.shortName ?? sweep ?? word
      let name = run?.name.map { " \"\($0)\"" } ?? ""
      let text =
        "'\(word)' is the metric; write \(other) for \(run == nil ? "the sweep" : "the run")\(name)."
      return Line(SafeText(hostile: text), .dim)
    }
  }

  /// Throws an `Explanation` where a word that names no run is no metric of the runs either.
  func check(_ words: [String], of runs: [RunRecord]) throws {
    guard !words.isEmpty, let first = runs.first else { return }
    let all = try runs.map { try readers(of: $0) }
    for word in words {
      let isKnown = zip(runs, all).contains { find(word, of: $0, in: $1) != nil }
      guard !isKnown else { continue }
      let reason = LoggedMetric.missing(word, of: first, names: Self.names(in: all[0]))
      throw Explanation(
        what: "'\(word)' is neither a run nor a metric of \(first.shortName).",
        why: reason.why,
        next: reason.next
      )
    }
  }

  /// A metric of a run: `loss` from the last step that logged it, `train/loss` from that step.
  ///
  /// Throws an `Explanation` that lists the metrics there are.
  func logged(_ name: String, of run: RunRecord) throws -> LoggedMetric {
    let steps = try readers(of: run)
    if let found = find(name, of: run, in: steps) { return found }
    throw LoggedMetric.missing(name, of: run, names: Self.names(in: steps))
  }

  /// Those of the curves whose step logged what is to be x, and what the others lack.
  ///
  /// Throws an `Explanation` where none of them has it.
  func drawable(
    _ curves: [LoggedMetric],
    by axis: CurveAxis
  ) throws -> (curves: [LoggedMetric], lacking: [Explanation]) {
    guard case .metric(let name) = axis else { return (curves, []) }
    var source = CurveSource()
    var drawn: [LoggedMetric] = []
    var lacking: [Explanation] = []
    for curve in curves {
      let names = try source.reader(curve.folder).names
      if names.contains(name) {
        drawn.append(curve)
      } else {
        let reason = LoggedMetric.missing(name, of: curve.run, step: curve.step, names: names)
        if !lacking.contains(reason) { lacking.append(reason) }
      }
    }
    if drawn.isEmpty, let first = lacking.first { throw first }
    return (drawn, lacking)
  }

  private func find(_ name: String, of run: RunRecord, in steps: [StepReader]) -> LoggedMetric? {
    var found: LoggedMetric?
    for (step, folder, reader) in steps.reversed() {
      guard let track = reader[name] else { continue }
      found?.others.insert(step.name, at: 0)
      found =
        found ?? LoggedMetric(run: run, step: step.name, folder: folder, name: name, track: track)
    }
    if let found { return found }
    for (step, folder, reader) in steps where name.hasPrefix(step.name + "/") {
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
    return nil
  }

  /// Each name once, the last step's first.
  private static func names(in steps: [StepReader]) -> [String] {
    var seen: Set<String> = []
    return steps.reversed().flatMap { $0.reader.names }.filter { seen.insert($0).inserted }
  }

  /// The metric that the first run is judged by that has one, with its step's name before it where the
  /// name alone would mean another step's; where none is known yet, the most important of the run's first
  /// step with any.
  func mainMetric(of runs: [RunRecord]) throws -> String {
    var live = LiveMetrics(catalog)
    for run in runs {
      if let judged = try live.metrics(of: run).first(where: \.isMain) {
        let found = find(judged.name, of: run, in: try readers(of: run))
        guard let found, found.step != judged.step else { return judged.name }
        // Only where the step's name means something in each of them.
        let full = "\(judged.step)/\(judged.name)"
        let isKnown = try runs.allSatisfy { try find(full, of: $0, in: readers(of: $0)) != nil }
        return isKnown ? full : judged.name
      }
      if let name = run.mainMetric { return name }
      let first = try readers(of: run).first { !$0.reader.names.isEmpty }
      if let name = first?.reader.names.byImportance(of: { $0 }).first { return name }
    }
    let named = runs.map(\.shortName)
    throw Explanation(
      what: named.count == 1
        ? "\(named[0]) has logged no metric." : "None of these runs has logged a metric.",
      next: "'lathe logs \(named.first ?? "@")' prints what it said."
    )
  }

  /// The metrics of each step's attempt as they are now, in the order of the steps.
  func readers(of run: RunRecord) throws -> [StepReader] {
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

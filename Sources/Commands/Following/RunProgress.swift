package import Foundation
package import Pipelines
package import Series
package import Store
import Terminal

/// A run as it was read at one moment.
package struct RunSnapshot: Sendable, Equatable {
  package var run: RunRecord
  package var parent: RunRecord?
  package var steps: [StepRecord]
  /// The metric that tells most of each step, as far as it was read.
  package var live: [String: LiveMetric]
  /// What watch rules have found so far, the first one first.
  package var alerts: [AlertRecord]

  package init(
    run: RunRecord,
    parent: RunRecord? = nil,
    steps: [StepRecord],
    live: [String: LiveMetric] = [:],
    alerts: [AlertRecord] = []
  ) {
    self.run = run
    self.parent = parent
    self.steps = steps
    self.live = live
    self.alerts = alerts
  }
}

/// What is told of a metric while it grows.
package struct LiveMetric: Sendable, Equatable {
  /// Nil: it is the run's main metric.
  package var name: String?
  package var summary: SeriesSummary
  /// For one row of text.
  package var sparkline: [Double]

  /// Nil for a series without points.
  package init?(_ track: SeriesTrack, name: String? = nil) {
    guard let summary = track.summary else { return nil }
    self.name = name
    self.summary = summary
    sparkline = track.sparkline(24)
  }

  /// The direction in which the metric is better; nil where that is not known.
  fileprivate func goal(in run: RunRecord) -> Goal? {
    name.map(Goal.guessed(for:)) ?? run.mainGoal
  }

  /// The best finite point by a goal.
  package func best(_ goal: Goal) -> (value: Double, step: Double)? {
    let (value, step) =
      goal == .min ? (summary.min, summary.minStep) : (summary.max, summary.maxStep)
    guard let value, let step else { return nil }
    return (value, step)
  }
}

/// Turns what is read of a run into lines: one a change for a pipe, a redrawn block for a terminal.
package struct RunProgress: Sendable {
  /// Metric lines of a step are at least this many seconds apart.
  package static let metricInterval = 5.0

  /// More steps than this that came from the cache at once are told of in one line: nothing has run.
  package static let mostCached = 100

  private var status: RunStatus?
  private var steps: [String: StepStatus] = [:]
  private var isQueueTold = false
  private var alertsTold = 0
  private var told: [String: (count: Int, time: Date)] = [:]
  private let zone: TimeZone

  package init(zone: TimeZone = .current) { self.zone = zone }

  /// One plain line for each change since the last call; of a run that had ended before, each with the
  /// time at which it happened.
  package mutating func changes(_ snapshot: RunSnapshot, at now: Date) -> [Line] {
    guard status == nil, !snapshot.run.status.isActive else { return news(snapshot, at: now) }
    return past(snapshot, at: now)
  }

  private mutating func past(_ snapshot: RunSnapshot, at now: Date) -> [Line] {
    let run = snapshot.run
    let end = run.ended ?? now
    var bare = snapshot
    (bare.steps, bare.live, bare.alerts) = ([], [:], [])
    var lines = [(time: run.started ?? run.created, lines: [Line]())]
    lines[0].lines = news(bare, at: lines[0].time, told: now)
    // Many steps from the cache are told of in one line, with the time of the last one.
    let cached = snapshot.steps.filter { $0.status == .cached }
    let isLong = cached.count > Self.mostCached
    let others = snapshot.steps.filter { !isLong || $0.status != .cached }.map { [$0] }
    for group in (isLong ? [cached] : []) + others {
      var part = bare
      part.steps = group
      for step in group { part.live[step.name] = snapshot.live[step.name] }
      let time = group.compactMap { $0.ended ?? $0.started }.max() ?? end
      lines.append((time, news(part, at: time)))
    }
    var alerted = bare
    alerted.alerts = snapshot.alerts
    // Alerts tell their own times.
    let told = alerts(alerted)
    let times = snapshot.alerts.prefix(Self.mostAlerts).map(\.time)
    for (place, line) in told.enumerated() {
      lines.append((times.indices.contains(place) ? times[place] : end, [line]))
    }
    // The heading stays before what carries the same time; a clock that was set back orders nothing.
    return lines.enumerated().sorted { a, b in
      (a.offset == 0 ? 0 : 1, a.element.time, a.offset)
        < (b.offset == 0 ? 0 : 1, b.element.time, b.offset)
    }.flatMap(\.element.lines)
  }

  private mutating func news(_ snapshot: RunSnapshot, at now: Date, told: Date? = nil) -> [Line] {
    var lines: [Line] = []
    let clock = Line(SafeText(hostile: clockText(now, in: zone)) + " ", .dim)
    let run = snapshot.run
    if status == nil {
      lines.append(clock + heading(of: run, parent: snapshot.parent, at: told ?? now))
    }
    // What a step has logged, and what was found in it, came before its end.
    lines += alerts(snapshot)
    let changed = snapshot.steps.filter { steps[$0.name] != $0.status }
    let cached = changed.count { $0.status == .cached }
    let isLong = cached > Self.mostCached
    if isLong {
      lines.append(clock + Line("\(cached) steps ") + Line("Cached", StepStatus.cached.mark.style))
    }
    for step in changed {
      let isNews = steps[step.name] != nil || step.status != .waiting
      steps[step.name] = step.status
      let figures = step.status.isEnd ? metricLine(of: step, snapshot, clock, at: now) : nil
      guard isNews, step.status != .queued else { continue }
      if isLong, step.status == .cached { continue }
      if let figures { lines.append(figures) }
      var line =
        clock + Line("\(step.name) ") + Line("\(step.status.rawValue)", step.status.mark.style)
      let detail = step.detail(at: now)
      if !detail.isEmpty { line += Line(" ") + detail }
      lines.append(line)
    }
    lines += queueLine(snapshot.steps, clock)
    for step in snapshot.steps {
      if let line = metricLine(of: step, snapshot, clock, at: now) { lines.append(line) }
    }
    if let status, status != run.status, run.status.isActive {
      lines.append(
        clock + Line("\(run.shortName) ") + Line("\(run.status.rawValue)", run.status.mark.style)
      )
    }
    status = run.status
    return lines
  }

  /// The newest value of what tells most of a step, where it has one that was not told and it is time.
  private mutating func metricLine(
    of step: StepRecord,
    _ snapshot: RunSnapshot,
    _ clock: Line,
    at now: Date
  ) -> Line? {
    guard let metric = snapshot.live[step.name], let name = metric.name ?? snapshot.run.mainMetric
    else { return nil }
    let before = told[step.name]
    // A clock that was set back is no reason for silence.
    let isDue =
      before.map { abs(now.timeIntervalSince($0.time)) >= Self.metricInterval } ?? true
    guard isDue || step.status.isEnd, metric.summary.count > before?.count ?? 0 else { return nil }
    told[step.name] = (metric.summary.count, now)
    var line = clock + Line("\(step.name) \(name) \(figureText(metric.summary.last))")
    line += Line(" at \(stepFigure(metric.summary.lastStep))", .dim)
    if let goal = metric.goal(in: snapshot.run), let best = metric.best(goal) {
      line += Line(" (best \(figureText(best.value)) at \(stepFigure(best.step)))", .dim)
    }
    return line
  }

  /// More alerts than this are not told one by one: where all metrics are NaN, nobody reads them.
  package static let mostAlerts = 20

  /// A line for each alert since the last call, with the time at which the rule fired.
  package mutating func alerts(_ snapshot: RunSnapshot) -> [Line] {
    let all = snapshot.alerts
    guard all.count > alertsTold else { return [] }
    defer { alertsTold = all.count }
    var lines = all.prefix(Self.mostAlerts).dropFirst(alertsTold).map { alert in
      Line(SafeText(hostile: clockText(alert.time, in: zone)) + " ", .dim)
        + Line(SafeText(hostile: (alert.step ?? "") + " ")) + Line("! ", .warning)
        + Line(SafeText(hostile: alert.words), .warning)
    }
    if all.count > Self.mostAlerts, alertsTold <= Self.mostAlerts {
      let name = snapshot.run.shortName
      lines.append(Line("More alerts are not told here: 'lathe show \(name)' lists them.", .dim))
    }
    return lines
  }

  /// On a full machine most steps wait for a while: one line tells of all that do, and the next one
  /// comes when none has waited meanwhile.
  private mutating func queueLine(_ steps: [StepRecord], _ clock: Line) -> [Line] {
    let queued = steps.filter { $0.status == .queued }
    defer { isQueueTold = !queued.isEmpty }
    guard !isQueueTold, let first = queued.first else { return [] }
    let more = queued.count > 3 ? " and \(queued.count - 3) more" : ""
    let names = queued.prefix(3).map(\.name).joined(separator: ", ") + more
    return [
      clock + Line(SafeText(hostile: names + " ")) + Line("Queued", first.status.mark.style)
        + Line(SafeText(hostile: first.reason.map { " \($0)" } ?? ""), .dim)
    ]
  }

  /// The block that is redrawn in place: the run, then a line for each step.
  package static func frame(_ snapshot: RunSnapshot, at now: Date) -> [Line] {
    let run = snapshot.run
    let names = snapshot.steps.map { SafeText(hostile: $0.name).width }
    let room = min(24, names.max() ?? 0)
    return [run.status.mark.line + Line(" ") + heading(of: run, parent: snapshot.parent, at: now)]
      + snapshot.steps.map { step in
        var line = Line("  ") + step.status.mark.line + Line(" ")
        line += Line(SafeText(hostile: step.name), step.status.isActive ? .bold : .normal)
          .cut(to: room).padded(to: room)
        line += Line("  ") + step.detail(at: now)
        if let metric = snapshot.live[step.name], let name = metric.name ?? run.mainMetric {
          line += Line("  ") + metric.line(name: name, goal: metric.goal(in: run), step: step)
        }
        return line
      }
  }

  private static func heading(of run: RunRecord, parent: RunRecord?, at now: Date) -> Line {
    var line = Line("\(run.shortName)", .bold)
    if let name = run.name { line += Line(" \"\(name)\"") }
    line += Line(" \(run.pipeline) in \(run.instance)  ", .dim)
    line += Line("\(run.status.rawValue)", run.status.mark.style)
    if let seconds = run.seconds(at: now) {
      line += Line(" \(durationText(seconds))")
    }
    let changed = run.differences(from: parent)
    if !changed.isEmpty, let parent {
      line += Line("  against \(parent.shortName): ", .dim) + changed
    }
    return line
  }

  private func heading(of run: RunRecord, parent: RunRecord?, at now: Date) -> Line {
    Self.heading(of: run, parent: parent, at: now)
  }
}

extension LiveMetric {
  fileprivate func line(name: String, goal: Goal?, step: StepRecord) -> Line {
    var line = Line("\(name) ")
    line += Line("\(figureText(summary.last))", .bold)
    line += Line(" at \(stepFigure(summary.lastStep))", .dim)
    if let goal, let best = best(goal) {
      line += Line(" best \(figureText(best.value))@\(stepFigure(best.step))", .dim)
    }
    return line
      + Line("  \(sparkText(sparkline, width: 24))", step.status.isActive ? .running : .dim)
  }
}

extension [String] {
  /// Which of a step's metrics tells most of it: the run's main one, and until the step has logged that
  /// the most important one; nil where nothing but the machine is known of it.
  package func told(main: String?) -> String? {
    if let main, contains(main) { return main }
    return filter { !$0.isSampledMetric }.byImportance { $0 }.first
  }
}

package import Foundation
import Pipelines
package import Store
import Terminal

/// Turns what is read of a sweep into lines: one now and then for a pipe, a redrawn block for a
/// terminal.
package struct SweepProgress: Sendable {
  /// Seconds between lines of a pipe while nothing fails.
  package static let interval = 5.0
  /// Runs that execute and have a row of the block.
  package static let mostRows = 8

  private var told: (ended: Int, failed: Int, time: Date)?
  private let zone: TimeZone

  package init(zone: TimeZone = .current) { self.zone = zone }

  /// A line where runs have ended since the last one, but not all the time.
  package mutating func changes(_ state: SweepState, at now: Date) -> [Line] {
    let ended = state.count(.succeeded, .failed, .stopped)
    let failed = state.count(.failed)
    if let told {
      // A clock that was set back is no reason for silence.
      let isDue = abs(now.timeIntervalSince(told.time)) >= Self.interval || !state.isActive
      guard ended != told.ended, isDue || failed != told.failed else { return [] }
    }
    told = (ended, failed, now)
    let clock = Line(SafeText(hostile: clockText(now, in: zone)) + " ", .dim)
    var line = clock + Self.heading(state, at: now)
    if let best = Self.best(state) { line += Line("; ") + best }
    return [line]
  }

  /// The block that is redrawn in place: the sweep, its best run, what executes.
  package static func frame(
    _ state: SweepState,
    executing: [RunRecord],
    at now: Date
  ) -> [Line] {
    var lines = [heading(state, at: now)]
    if let best = best(state) { lines.append(Line("  ") + best) }
    lines += executing.prefix(mostRows).map { run in
      var line = Line("  ") + run.status.mark.line + Line(" \(run.shortName)  ", .bold)
      line += Line(run.sweptText(state.sweep))
      if let seconds = run.seconds(at: now) { line += Line("  \(durationText(seconds))", .dim) }
      if run.stepCount > 0 {
        line += Line("  \(run.stepsDone)/\(run.stepCount) steps", .dim)
      }
      if let name = run.mainMetric, let last = run.mainLast {
        line += Line(SafeText(hostile: "  \(name) ")) + Line("\(figureText(last))", .bold)
      }
      return line
    }
    let more = state.running - min(executing.count, mostRows)
    if more > 0, !executing.isEmpty { lines.append(Line("  and \(more) more", .dim)) }
    return lines
  }

  /// "● s1 digits in lab  lr x seed  4/6 done, 2 running  1m20s, about 40s left".
  package static func heading(_ state: SweepState, at now: Date) -> Line {
    let sweep = state.sweep
    var line = state.status.mark.line + Line(" \(sweep.shortName)", .bold)
    if let name = sweep.name { line += Line(" \"\(name)\"") }
    line += Line(SafeText(hostile: " \(sweep.pipeline) in \(sweep.instance)  "), .dim)
    line += Line(SafeText(hostile: sweep.axesText)) + Line("  ")
    line += Line("\(state.done)/\(state.total) done")
    let parts: [(Int, SafeText, Style)] = [
      (state.running, "running", .running), (state.count(.queued), "queued", .dim),
      (state.count(.failed), "failed", .bad), (state.count(.stopped), "stopped", .warning),
    ]
    for (count, word, style) in parts where count > 0 {
      line += Line(", ") + Line("\(count) " + word, style)
    }
    if state.alertCount > 0 { line += Line(", ") + Line(state.alertCount.alertsText, .warning) }
    if let started = state.started {
      let end = state.isActive ? now : state.ended ?? now
      line += Line("  \(durationText(end.timeIntervalSince(started)))", .dim)
    }
    if let left = state.remaining(at: now) {
      line += Line(", about \(durationText(left)) left", .dim)
    }
    return line
  }

  /// "best r7 val_loss 0.059  lr 0.03 seed 2"; nil while no run has a main metric.
  package static func best(_ state: SweepState) -> Line? {
    guard let run = state.best, let name = run.mainMetric, let value = run.mainBest else {
      return nil
    }
    return Line("best ", .dim) + Line("\(run.shortName)", .bold)
      + Line(SafeText(hostile: " \(name) ")) + Line("\(figureText(value))", .good)
      + Line("  ") + Line(run.sweptText(state.sweep), .dim)
  }
}

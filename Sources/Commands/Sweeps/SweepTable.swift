package import Foundation
import Pipelines
package import Store
import Terminal

/// The runs of a sweep: a column for each swept parameter, the best one marked.
package enum SweepTable {
  /// More runs than this are ranked by their main metric, and only the first of them shown.
  package static let mostRows = 100

  /// Some runs of a sweep, of all of whose runs `best` is the best.
  ///
  /// `saved` are the seconds by run that the cache saved: a run's time is told with them, as it would not be
  /// comparable otherwise.
  package static func lines(
    _ sweep: SweepRecord,
    _ runs: [RunRecord],
    best: RunRecord?,
    alerts: [Int: Int] = [:],
    saved: [Int: Double] = [:],
    at now: Date,
    width: Int?
  ) -> [Line] {
    let rows = runs.map { run -> [Line] in
      let isBest = run.id == best?.id
      return [run.status.mark.line, Line("\(run.shortName)", .bold)]
        + run.swept(by: sweep).map { Line(SafeText(hostile: $0.value ?? "")) } + [
          isBest ? run.bestText.styled(.good) : run.bestText,
          isBest ? Line("best", .good) : Line(),
          time(of: run, saved: saved[run.id] ?? 0, at: now),
          Line("\(run.status.rawValue)", run.status.mark.style) + (alerts[run.id] ?? 0).alertMark,
          Line(SafeText(hostile: sparkText(run.sparkline, width: 12)), .running),
        ]
    }
    let metric = runs.compactMap(\.mainMetric).first ?? "best"
    let columns: [Table.Column] =
      [.init(""), .init("run")]
      + sweep.axes.map { .init(SafeText(hostile: $0.name), right: true, rank: 1, least: 8) }
      + [
        .init(SafeText(hostile: metric)), .init(""), .init("time", right: true), .init("status"),
        .init("curve", rank: 3),
      ]
    return Table(columns, rows).lines(width: width)
  }

  private static func time(of run: RunRecord, saved: Double, at now: Date) -> Line {
    guard let seconds = run.seconds(at: now) else { return Line() }
    return Line(durationText(seconds + saved)) + saved.cachedText
  }

  /// The runs of a sweep that stand below it: all, or of very many the best.
  package static func shown(of runs: [RunRecord]) -> [RunRecord] {
    runs.count > mostRows ? Array(runs.ranked().prefix(mostRows)) : runs
  }

  /// What stands below a sweep that was followed to its end.
  package static func ending(
    _ state: SweepState,
    _ runs: [RunRecord],
    alerts: [Int: Int] = [:],
    saved: [Int: Double] = [:],
    at now: Date,
    width: Int?
  ) -> [Line] {
    let sweep = state.sweep
    let shown = self.shown(of: runs)
    var lines = self.lines(
      sweep,
      shown,
      best: state.best,
      alerts: alerts,
      saved: saved,
      at: now,
      width: width
    )
    if shown.count < runs.count {
      lines.append(
        Line(
          "The \(mostRows) best of \(runs.count) runs: 'lathe runs \(sweep.shortName)' lists all.",
          .dim
        )
      )
    }
    lines.append(Line())
    lines.append(SweepProgress.heading(state, at: now))
    lines += SweepProgress.best(state).map { [Line("  ") + $0] } ?? []
    let failed = runs.filter { $0.status == .failed }
    if let first = failed.first {
      if let reason = first.reason {
        lines.append(
          Line("  why: ", .dim) + Line("\(first.shortName) ") + Line(SafeText(hostile: reason))
        )
      }
      if let step = first.failedStep {
        lines.append(
          Line(" next: 'lathe logs \(first.shortName) \(step)' prints what it said;", .dim)
        )
      }
    }
    if !failed.isEmpty || state.count(.stopped) > 0 {
      lines.append(
        Line(
          failed.first?.failedStep == nil
            ? " next: 'lathe resume \(sweep.shortName)' goes on with what failed or was stopped."
            : "       'lathe resume \(sweep.shortName)' goes on with what failed or was stopped.",
          .dim
        )
      )
    }
    return lines
  }
}

extension RunRecord {
  /// The values of a sweep's parameters: "lr 0.03 seed 2".
  func sweptText(_ sweep: SweepRecord) -> SafeText {
    SafeText(
      hostile: swept(by: sweep).map { "\($0.name) \($0.value ?? "")" }.joined(separator: " ")
    )
  }
}

package import Foundation
package import Store
import Terminal

/// The list of runs as `lathe runs` prints it.
package enum RunTable {
  /// Runs as given, newest first, and sweeps among them by their time; `parents` by id serve for the
  /// differences, `alerts` by run tell how often watch rules found something.
  package static func lines(
    _ runs: [RunRecord],
    sweeps: [SweepState] = [],
    parents: [Int: RunRecord],
    alerts: [Int: Int] = [:],
    at now: Date,
    width: Int?
  ) -> [Line] {
    let columns: [Table.Column] = [
      .init(""), .init("run"), .init("name", rank: 1, least: 8),
      .init("pipeline", rank: 6, least: 6),
      .init("status"), .init("time", right: true), .init("when", right: true, rank: 5),
      .init("changed (from)", rank: 2, least: 22), .init("metric", rank: 4, least: 6),
      // What runs are compared by: neither cut nor dropped.
      .init("best"), .init("curve", rank: 3),
    ]
    let rows = runs.map { run -> (time: Date, cells: [Line]) in
      let age = run.status.isActive ? run.created : run.ended ?? run.created
      let cells = [
        run.status.mark.line,
        Line("\(run.shortName)", .bold) + (run.isPinned ? Line(" ◆", .accent) : Line()),
        Line(SafeText(hostile: run.name ?? "")), Line(SafeText(hostile: run.pipeline), .dim),
        Line("\(run.status.rawValue)", run.status.mark.style) + (alerts[run.id] ?? 0).alertMark,
        Line(run.seconds(at: now).map { durationText($0) } ?? ""),
        Line(SafeText(hostile: ageText(age, at: now)), .dim),
        run.differences(from: run.parent.flatMap { parents[$0] }),
        Line(SafeText(hostile: run.bestText.isEmpty ? "" : run.mainMetric ?? ""), .dim),
        run.bestText,
        Line(SafeText(hostile: sparkText(run.sparkline, width: 12)), .running),
      ]
      return (run.created, cells)
    }
    // The order of runs as given stays; a sweep comes before what is older.
    var cells = rows.map(\.cells)
    for state in sweeps.sorted(by: { $0.sweep.created < $1.sweep.created }) {
      let place = rows.firstIndex { $0.time <= state.sweep.created } ?? rows.count
      cells.insert(self.cells(of: state, at: now), at: place)
    }
    return Table(columns, cells).lines(width: width)
  }

  private static func cells(of state: SweepState, at now: Date) -> [Line] {
    let sweep = state.sweep
    let age = state.isActive ? sweep.created : state.ended ?? sweep.created
    let end = state.isActive ? now : state.ended ?? now
    var swept = Line(SafeText(hostile: sweep.axesText))
    if let best = state.best {
      swept += Line("  best ", .dim) + Line("\(best.shortName) ") + Line(best.sweptText(sweep))
    }
    return [
      state.status.mark.line, Line("\(sweep.shortName)", .bold),
      Line(SafeText(hostile: sweep.name ?? "")), Line(SafeText(hostile: sweep.pipeline), .dim),
      Line("\(state.done)/\(state.total) done") + state.alertCount.alertMark,
      Line(state.started.map { durationText(end.timeIntervalSince($0)) } ?? ""),
      Line(SafeText(hostile: ageText(age, at: now)), .dim), swept,
      Line(SafeText(hostile: state.best?.mainMetric ?? ""), .dim),
      state.best?.bestText ?? Line(), Line(),
    ]
  }

  /// What `!` means, where a run or sweep has it.
  package static func legend(of name: String) -> Line {
    Line("!", .warning)
      + Line(" a watch rule found something: 'lathe show \(name)' tells what.", .dim)
  }

  /// What there is to do where there are no runs.
  package static func empty(filter: String?, hasInstance: Bool) -> [Line] {
    if let filter {
      let odd = RunFilter(filter).conditions.first(where: \.lacksNumber)
      let why = odd.map { condition in
        let text = "\(condition.name)\(condition.comparison.rawValue)\(condition.value)"
        return [
          Line(SafeText(hostile: "   why: '\(condition.value)' of \(text) is no number."), .dim)
        ]
      }
      return [Line("No run matches '\(filter)'.")] + (why ?? [])
        + [Line("  next: 'lathe runs' lists them all.", .dim)]
    }
    if hasInstance {
      return [
        Line("No runs yet."),
        Line("  next: 'lathe run' launches a pipeline, 'lathe run -- COMMAND' a command.", .dim),
      ]
    }
    return [
      Line("No runs yet, and no instance to run in."),
      Line(
        "  next: 'lathe up digits' makes one from a template; 'lathe init' adopts this folder.",
        .dim
      ),
    ]
  }
}

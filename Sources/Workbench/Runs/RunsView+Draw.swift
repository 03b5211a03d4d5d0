import Documents
import Foundation
import Pipelines
import Store
import Terminal

extension RunsView {
  func drawTable(on screen: inout Screen, _ places: Places, _ rows: [RunsRow], _ context: Context) {
    var right: [SafeText] = []
    if let baseline { right.append("changes against r\(baseline)") }
    if context.marks.count > 0 { right.append("\(context.marks.count) marked") }
    // Those of a folded sweep count as well.
    let count = rows.reduce(0) { sum, row in
      switch row {
      case .run: sum + 1
      case .sweep(let state, _): sum + state.total
      case .swept: sum
      }
    }
    Frame(
      rows.isEmpty ? "Runs" : "Runs \(count)",
      right: right.joined(separator: ", "),
      focused: true,
      glyphs: context.glyphs
    ).draw(on: &screen, in: places.frame)
    let isWide = places.frame.width >= 110
    let showsCurve = places.frame.width >= 90
    var state = list
    state.fit(count: rows.count, height: places.table.height)
    let table = Table(
      columns: columns(rows, isWide: isWide, showsCurve: showsCurve, context),
      rows: drawn(
        rows,
        in: state.visible(count: rows.count, height: places.table.height),
        isWide: isWide,
        hasNotes: showsCurve,
        context
      ),
      showsHeader: !rows.isEmpty,
      empty: empty(context),
      glyphs: context.glyphs
    )
    var rect = places.table
    rect.y -= 1
    rect.height += 1
    rect.width -= 1
    table.draw(on: &screen, in: rect, state: list)
  }

  private func columns(
    _ entries: [RunsRow],
    isWide: Bool,
    showsCurve: Bool,
    _ context: Context
  ) -> [Table.Column] {
    let rows = entries.compactMap(\.run)
    let heads = entries.compactMap { $0.isHead ? $0.sweep : nil }
    let named = entries.map { self.name($0, hasNotes: showsCurve).width }.max() ?? 0
    let judged = rows + heads.compactMap(\.best)
    let metrics = judged.map { $0.mainMetric.map { SafeText(hostile: $0).width } ?? 0 }.max() ?? 0
    let common = commonMetric(judged)
    let running = rows.contains { $0.status == .executing }
    let sweeping = heads.map { $0.progress.width + 2 }.max() ?? 0
    let alerts = rows.map { context.alertCount(of: $0.id) } + heads.map(\.alertCount)
    let warned = alerts.map(\.alertMark.width).max() ?? 0
    // A run below its sweep stands further in.
    let names = rows.map { $0.shortName.count + ($0.isPinned ? 1 : 0) }
    let ids = (names + heads.map(\.sweep.shortName.count)).max() ?? 3
    let indent = heads.isEmpty ? 0 : 3
    var columns: [Table.Column] = [
      .init("", .fixed(1), priority: 9),
      .init("status", .fixed(max(running ? 13 : 10, min(18, sweeping)) + warned), priority: 9),
      .init("run", .fixed(max(3, ids + indent)), priority: 9),
    ]
    if named > 0 {
      columns.append(.init("name", .flexible(least: min(named, 10), weight: 1), priority: 5))
    }
    return columns + [
      .init("what changed", .flexible(least: 24, weight: 2), priority: 6),
      common.map { .init(SafeText(hostile: $0), .fixed(min(14, max(9, metrics))), priority: 7) }
        ?? .init("best", .fixed(min(24, max(8, metrics + 8))), priority: 7),
      // Below 90 columns what changed needs the room: the curve vanishes, its cell stays.
      .init(showsCurve ? "curve" : "", .fixed(showsCurve ? (isWide ? 16 : 8) : 0), priority: 2),
      .init("took", .fixed(6), alignment: .right, priority: 4),
      .init("ago", .fixed(4), alignment: .right, priority: 3),
    ]
  }

  /// The rows as cells; only those in sight have any.
  private func drawn(
    _ rows: [RunsRow],
    in sight: Range<Int>,
    isWide: Bool,
    hasNotes: Bool,
    _ context: Context
  ) -> [Table.Row] {
    let best = RunsView.best(of: rows.compactMap(\.run))
    let hasNames = rows.contains { !name($0, hasNotes: hasNotes).isEmpty }
    let hasSweeps = rows.contains(where: \.isHead)
    let judged = rows.compactMap { $0.isHead ? $0.sweep?.best : $0.run }
    let common = commonMetric(judged)
    return rows.enumerated().map { index, entry in
      guard sight.contains(index) else { return Table.Row([]) }
      switch entry {
      case .sweep(let state, let isOpen):
        let mark: SafeText = isMarked(state, context) ? RunMarks.plainSign(context.glyphs) : ""
        let cells = sweepCells(
          state,
          isOpen: isOpen,
          name: hasNames ? name(entry, hasNotes: hasNotes) : nil,
          isWide: isWide,
          context
        )
        return Table.Row([StyledText(mark, .accent)] + cells)
      case .run(let run), .swept(let run, _):
        return row(
          run,
          of: entry.sweep,
          indent: hasSweeps ? (entry.sweep == nil ? 2 : 3) : 0,
          name: hasNames ? name(entry, hasNotes: hasNotes) : nil,
          common: common,
          isBest: entry.sweep.map { $0.best?.id == run.id } ?? best.contains(run.id),
          isWide: isWide,
          context
        )
      }
    }
  }

  /// Whether all runs of a sweep are marked, or are going to be.
  ///
  /// Its numbers tell: the runs of a folded sweep are not at hand.
  func isMarked(_ state: SweepState, _ context: Context) -> Bool {
    let count = context.marks.runs.count(where: state.holds(run:))
    return marking.contains(state.sweep.id)
      || count > 0 && count >= min(state.total, RunsView.mostSwept)
  }

  private func row(
    _ run: RunRecord,
    of sweep: SweepState?,
    indent: Int,
    name: StyledText?,
    common: String?,
    isBest: Bool,
    isWide: Bool,
    _ context: Context
  ) -> Table.Row {
    let glyphs = context.glyphs
    var status = StyledText(run.status.glyph(glyphs) + " " + run.status.word, run.status.style)
    if run.status == .executing, run.stepCount > 0 {
      status.append(" \(run.stepsDone)/\(run.stepCount)", .dim)
    }
    status = status + context.alertCount(of: run.id).alertMark
    var metric = StyledText()
    if let main = run.mainMetric, let best = run.mainBest {
      if common == nil { metric.append(SafeText(hostile: main) + " ", .dim) }
      metric.append(numberText(best), isBest ? Style(.good, bold: true) : .normal)
    }
    var cells = [
      mark(of: run.id, context),
      status,
      StyledText(SafeText(hostile: String(repeating: " ", count: indent)))
        + StyledText("r\(run.id)", .bold)
        + StyledText(run.isPinned ? (glyphs == .ascii ? "^" : "◆") : "", .accent),
    ]
    if let name { cells.append(name) }
    cells += [
      baseline == nil
        ? sweep.map { run.sweptText($0.sweep) } ?? changes(of: run, context)
        : changes(of: run, context),
      metric,
      StyledText(sparkline(run.sparkline, width: isWide ? 16 : 8, glyphs: glyphs), .accent),
      StyledText(duration(of: run, context)),
      StyledText(
        ageText((run.ended ?? run.created).timeIntervalSince1970, now: context.now),
        .dim
      ),
    ]
    return Table.Row(cells)
  }

  /// The baseline's sign, in its colour where it is marked as well; else that of a marked run.
  private func mark(of run: Int, _ context: Context) -> StyledText {
    let sign = context.marks.sign(of: run, context.glyphs)
    guard run == baseline else { return sign }
    return StyledText("=", sign.runs.first?.style ?? .accent)
  }

  /// The metric that all rows are judged by: its name then stands in the heading only.
  private func commonMetric(_ rows: [RunRecord]) -> String? {
    let names = Set(rows.compactMap(\.mainMetric))
    return names.count == 1 ? names.first : nil
  }

  /// Name and note; below 90 columns notes are left to the preview.
  private func name(_ row: RunsRow, hasNotes: Bool) -> StyledText {
    if let run = row.run { return name(run.name, hasNotes ? run.note : nil) }
    return name(row.sweep?.sweep.name, hasNotes ? row.sweep?.sweep.note : nil)
  }

  private func name(_ text: String?, _ note: String?) -> StyledText {
    var name = StyledText()
    if let text { name.append(SafeText(hostile: text), .bold) }
    if let note {
      if !name.isEmpty { name.append(" ") }
      name.append(SafeText(hostile: note), .dim)
    }
    return name
  }

  /// "learning_rate 0.03 (0.1)": the parameters in which a run differs from its reference.
  func changes(of run: RunRecord, _ context: Context) -> StyledText {
    guard let other = reference(of: run, context) else {
      // The run before it was removed, or is still asked for.
      guard let parent = run.parent else { return StyledText("first run", .dim) }
      // Its row may be folded into that of its sweep.
      let sweep = context.sweeps?.first { $0.holds(run: parent) }
      let place: SafeText = sweep.map { " of \($0.sweep.shortName)" } ?? ""
      return StyledText("after r\(parent)" + place, .dim)
    }
    var text = StyledText()
    let difference = run.difference(from: other)
    for name in difference.parameters {
      if !text.isEmpty { text.append(", ", .dim) }
      text.append(SafeText(hostile: name) + " ")
      text.append(SafeText(hostile: run.parameters[name]?.description ?? "none"), .accent)
      text.append(" (\(other.parameters[name]?.description ?? "none"))", .dim)
    }
    if let edit = difference.edit {
      text.append(SafeText(hostile: (text.isEmpty ? "" : ", ") + edit))
    }
    return text.isEmpty ? StyledText("as r\(other.id)", .dim) : text
  }

  /// What runs are judged together by.
  private struct Contest: Hashable {
    let pipeline: String
    let metric: String
  }

  /// The runs than which none of their pipeline is better by its main metric, and some are not as good.
  static func best(of runs: [RunRecord]) -> Set<Int> {
    var contests: [Contest: [RunRecord]] = [:]
    for run in runs {
      guard let metric = run.mainMetric else { continue }
      contests[Contest(pipeline: run.pipeline, metric: metric), default: []].append(run)
    }
    var best: Set<Int> = []
    for runs in contests.values {
      guard let goal = runs.lazy.compactMap(\.mainGoal).first else { continue }
      let values = runs.compactMap(\.mainBest).filter(\.isFinite)
      guard let top = goal == .min ? values.min() : values.max() else { continue }
      let winners = runs.filter { $0.mainBest == top }
      if winners.count < runs.count { best.formUnion(winners.map(\.id)) }
    }
    return best
  }

  private func duration(of run: RunRecord, _ context: Context) -> SafeText {
    run.seconds(at: Date(timeIntervalSince1970: context.now)).map { durationText($0) } ?? ""
  }

  private func empty(_ context: Context) -> [SafeText] {
    if let failure = context.failure(unfiltered) {
      return [SafeText(hostile: failure.what), SafeText(hostile: failure.next)]
    }
    guard let all = context.runs(unfiltered) else { return [] }
    // Those of sweeps count as well.
    if !filter.text.isEmpty, (context.headerFacts?.counts.all ?? all.count) > 0 {
      return ["No run matches the filter.", "", "Esc shows all."]
    }
    if context.currentInstance == nil {
      return [
        "No runs yet, and no instance to run them in.", "",
        "Press 2: the gallery's templates bring one up in a minute.",
      ]
    }
    return ["No runs yet.", "", "n launches the pipeline, 3 shows the files."]
  }
}

extension RunStatus {
  /// In plain words: "running", "FAILED".
  var word: SafeText {
    switch self {
    case .queued: "queued"
    case .executing: "running"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .failed: "FAILED"
    case .succeeded: "ok"
    }
  }
}

/// How long ago something was: "now", "42s", "5m", "3h", "12d", "3y".
func ageText(_ time: Double, now: Double) -> SafeText {
  let past = now - time
  guard past.isFinite, past < 1e10 else { return "" }
  let seconds = Int(max(0, past))
  return switch seconds {
  case ..<5: "now"
  case ..<60: "\(seconds)s"
  case ..<3600: "\(seconds / 60)m"
  case ..<86400: "\(seconds / 3600)h"
  case ..<(1000 * 86400): "\(seconds / 86400)d"
  default: "\(seconds / (365 * 86400))y"
  }
}

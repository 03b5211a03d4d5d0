import Engine
import Foundation
import Pipelines
import Store
import Terminal

extension RunsView {
  /// Runs of an open sweep that are shown; the rest of a larger one is found by `/`.
  static let mostSwept = 1000

  /// What is active first, then newest first; the runs of an open sweep below it.
  ///
  /// With a filter every run that matches stands by itself.
  func entries(_ context: Context) -> [RunsRow] {
    var rows = recorded(context)
    let told = told(context)
    guard !told.isEmpty else { return rows }
    // In place: of twenty thousand rows a handful is told.
    for index in rows.indices {
      if case .run(let id) = rows[index].id, let now = told[id] { rows[index].tell(now) }
    }
    return rows
  }

  /// The rows as the catalog has them.
  func recorded(_ context: Context) -> [RunsRow] {
    let runs = unsweptRows(context)
    let states = filter.text.isEmpty ? context.sweeps ?? [] : []
    guard !states.isEmpty else { return runs.map { .run($0) } }
    var rows = runs.map { (isActive: $0.status.isActive, time: $0.created, row: RunsRow.run($0)) }
    rows += states.map { state in
      let row = RunsRow.sweep(state, isOpen: opened.contains(state.sweep.id))
      return (state.isActive, state.sweep.created, row)
    }
    let sorted = rows.enumerated().sorted { a, b in
      if a.element.isActive != b.element.isActive { return a.element.isActive }
      if a.element.time != b.element.time { return a.element.time > b.element.time }
      return a.offset < b.offset
    }
    return sorted.flatMap { entry -> [RunsRow] in
      guard case .sweep(let state, true) = entry.element.row else { return [entry.element.row] }
      let below = context.runs(ofSweep: state.sweep.id) ?? []
      return [entry.element.row] + below.map { .swept($0, state) }
    }
  }

  func sweepBindings(_ state: SweepState, isOpen: Bool, _ context: Context) -> [Binding] {
    let begun = context.best(ofSweep: state.sweep.id) ?? []
    let marked = context.marks.runs
    let none: SafeText? =
      marked.count < 2 && begun.isEmpty ? "None of its runs has begun yet." : nil
    let single: SafeText? =
      marked.count < 2 && begun.count < 2 ? "Only one of its runs has begun." : nil
    let canResume = state.count(.failed, .stopped) > 0
    return [
      Binding(
        [.enter, isOpen ? .left : .right],
        "Enter",
        isOpen ? "fold" : "show runs",
        action: "unfold",
        help: "Show the runs of the sweep below it, or hide them."
      ),
      Binding(
        [Key(" ")],
        "Space",
        "mark all",
        action: "markSweep",
        help: "Mark all runs of the sweep, or take the marks off."
      ),
      Binding(
        [Key("c")],
        "c",
        "compare",
        action: "compareSweep",
        help: "Compare the marked runs, or the best ones of the sweep.",
        unavailable: none ?? single
      ),
      Binding(
        [Key("C")],
        "C",
        "charts",
        action: "chartsSweep",
        help: "Draw every metric of the marked runs, or of the best ones of the sweep.",
        unavailable: none
      ),
      Binding(
        [Key("s")],
        "s",
        "stop all",
        action: "stopSweep",
        help: "Stop the runs of the sweep that execute and those that wait.",
        unavailable: state.isActive ? nil : "The sweep is not active."
      ),
      Binding(
        [Key("r")],
        "r",
        "resume",
        action: "resumeSweep",
        help: "Continue what failed or was stopped of the sweep, with the code as it is now.",
        unavailable: canResume ? nil : "None of its runs has failed or was stopped.",
        isInFooter: canResume
      ),
      launchBinding(context),
      filterBinding(context),
      Binding(
        [Key("x")],
        "x",
        "remove",
        action: "removeSweep",
        help: "Remove the runs of the sweep: move them to the trash.",
        unavailable: state.isActive ? "The sweep is active: stop it first with s." : nil,
        isInFooter: false,
        synonyms: Binding.removal
      ),
    ]
  }

  mutating func act(
    _ action: String,
    onSweep state: SweepState,
    _ context: inout Context
  ) -> [Effect] {
    let sweep = state.sweep
    let hasMarked = context.marks.count >= 2
    switch action {
    case "unfold": fold(sweep.id)
    case "markSweep": return markAll(of: state, &context)
    case "compareSweep":
      if hasMarked { return compareMarked(context) }
      let (runs, notice) = bestRuns(of: state, context)
      return [.open(.compare(runs))] + notice
    case "chartsSweep":
      let (runs, notice) = hasMarked ? markedRuns(context) : bestRuns(of: state, context)
      return [.open(.charts(runs))] + notice
    case "stopSweep":
      confirmation = Confirmation(
        title: "Stop \(sweep.shortName)?",
        lines: [
          "\(state.running) of its runs execute and \(state.count(.queued)) wait.",
          "'r' goes on with them later.",
        ],
        yes: "Stop all",
        glyphs: context.glyphs,
        effects: [.send(.stopSweep(sweep.id), tag: "stop")]
      )
    case "resumeSweep": return [.send(.resumeSweep(sweep.id), tag: "resume")]
    case "removeSweep":
      confirmation = Confirmation(
        title: "Remove \(sweep.shortName)?",
        lines: [
          "The logs, metrics and outputs of \(state.total) runs move to the home's trash.",
          "Runs that are pinned or made a model stay.",
        ],
        yes: "Remove all",
        glyphs: context.glyphs,
        effects: [.send(.removeSweep(sweep.id), tag: "remove")]
      )
    default: break
    }
    return []
  }

  // MARK: What is compared

  /// The runs of a sweep that are laid side by side: all that have begun in their order, of many the best.
  private func bestRuns(of state: SweepState, _ context: Context) -> ([Int], [Effect]) {
    let begun = context.best(ofSweep: state.sweep.id) ?? []
    guard begun.count > CompareView.mostRuns else {
      let isAll = begun.count == state.total
      let words = "The \(begun.count) of \(state.total) runs that have begun."
      return (begun.map(\.id).sorted(), isAll ? [] : [.tell(Notice(.information, words))])
    }
    let best = begun.prefix(CompareView.mostRuns).map(\.id)
    let words = "The \(best.count) best of \(state.total) runs; Space marks others."
    return (best, [.tell(Notice(.information, words))])
  }

  /// The marked runs as they are laid side by side: of many the best, which is said.
  ///
  /// The baseline, where it is marked, is never left out.
  func markedRuns(_ context: Context) -> ([Int], [Effect]) {
    let marked = context.marks.runs
    guard marked.count > CompareView.mostRuns else { return (marked, []) }
    let first = baseline.flatMap { marked.contains($0) ? $0 : nil }
    let rest = marked.filter { $0 != first }
    let records = known(Set(rest), context)
    // What is not known yet cannot be ranked, and is marked all the same.
    let others =
      rest.compactMap { records[$0] }.ranked().map(\.id) + rest.filter { records[$0] == nil }
    let chosen = Array(([first].compactMap(\.self) + others).prefix(CompareView.mostRuns))
    let words = "The \(chosen.count) best of \(marked.count) marked runs."
    return (chosen, [.tell(Notice(.information, words))])
  }

  /// The base is the baseline where it is marked, else the oldest.
  func compareMarked(_ context: Context) -> [Effect] {
    let (runs, notice) = markedRuns(context)
    guard let base = baseline.flatMap({ runs.contains($0) ? $0 : nil }) ?? runs.min() else {
      return []
    }
    return [.open(.compare([base] + runs.filter { $0 != base }))] + notice
  }

  // MARK: Drawing

  /// The cells of a sweep's row behind its mark: status, name, and so on as for runs.
  func sweepCells(
    _ state: SweepState,
    isOpen: Bool,
    name: StyledText?,
    isWide: Bool,
    _ context: Context
  ) -> [StyledText] {
    let sweep = state.sweep
    let glyphs = context.glyphs
    let fold: SafeText = glyphs == .ascii ? (isOpen ? "-" : "+") : isOpen ? "▾" : "▸"
    // The metric column has its value, the preview the rest.
    var what = StyledText(SafeText(hostile: isWide ? "\(sweep.pipeline) " : ""), .dim)
    what.append(SafeText(hostile: sweep.axesText))
    // What failed comes before what is cut.
    let open = state.openText
    if !open.isEmpty {
      what.append("  ")
      what = what + open
    }
    if let best = state.best {
      what.append("  best ", .dim)
      what.append("r\(best.id)", .bold)
    }
    var cells = [
      StyledText(state.status.glyph(glyphs) + " " + state.progress, state.status.style)
        + state.alertCount.alertMark,
      StyledText(fold, .accent) + StyledText(" \(sweep.shortName)", .bold),
    ]
    if let name { cells.append(name) }
    let end = state.isActive ? context.now : state.ended?.timeIntervalSince1970 ?? context.now
    return cells + [
      what,
      StyledText(state.best?.mainBest.map { numberText($0) } ?? "", Style(.good, bold: true)),
      StyledText(),
      StyledText(state.started.map { durationText(end - $0.timeIntervalSince1970) } ?? ""),
      StyledText(ageText(sweep.created.timeIntervalSince1970, now: context.now), .dim),
    ]
  }

  /// What a sweep is about, for the preview below the list.
  func details(of state: SweepState, width: Int, _ context: Context) -> [StyledText] {
    let sweep = state.sweep
    var lines: [StyledText] = []
    func line(_ label: SafeText, _ text: StyledText) {
      guard !text.isEmpty else { return }
      for (index, part) in text.wordWrapped(to: width - 12).enumerated() {
        lines.append(StyledText((index == 0 ? label : "").padded(to: 12), .dim) + part)
      }
    }
    var progress = StyledText(state.progress)
    let open = state.openText
    if !open.isEmpty {
      progress.append(", ")
      progress = progress + open
    }
    if state.alertCount > 0 {
      progress.append(", ")
      progress.append(state.alertCount == 1 ? "1 alert" : "\(state.alertCount) alerts", .warning)
    }
    if let left = state.remaining(at: .init(timeIntervalSince1970: context.now)) {
      progress.append("; about " + durationText(left) + " left", .dim)
    }
    line("runs", progress)
    if let best = state.best, let metric = best.mainMetric, let value = best.mainBest {
      var text = StyledText("r\(best.id) ", .bold)
      text.append(SafeText(hostile: metric) + " ", .dim)
      text.append(numberText(value), Style(.good, bold: true))
      text.append("  ")
      line("best", text + best.sweptText(sweep))
    }
    for (index, axis) in sweep.axes.enumerated() {
      let values = axis.values.prefix(20).joined(separator: ", ")
      let more = axis.values.count > 20 ? ", ... (\(axis.values.count))" : ""
      var text = StyledText(SafeText(hostile: axis.name) + " ", .dim)
      text.append(SafeText(hostile: values + more))
      line(index == 0 ? "swept" : "", text)
    }
    if let parallel = sweep.parallel { line("at once", StyledText("\(parallel) of its runs")) }
    line("note", StyledText(SafeText(hostile: sweep.note ?? "")))
    let clock = clockText(sweep.created.timeIntervalSince1970, now: context.now)
    line("launched", StyledText(clock))
    return lines
  }
}

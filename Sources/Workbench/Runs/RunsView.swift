import Engine
import Store
package import Terminal

/// Every run: what is active first, then newest first; where the workbench opens.
package struct RunsView: View {
  /// Rows that are asked for at first: a screen's worth, so that the first frame is soon there.
  package static let page = 60
  static let mostRows = 20_000

  /// Grows when the selection comes near the last row that was asked for.
  private(set) var limit = RunsView.page
  var list = ListState()
  /// Keeps the selection on its row when others come above it.
  private var selectedRow: RunsRow.ID?
  /// The row that is previewed, also while the user has not moved the selection yet.
  private(set) var shownRow: RunsRow.ID?
  /// Sweeps whose runs are shown.
  private(set) var opened: Set<Int>
  var filter = TextField(placeholder: "part of a name, note, status ...; lr=0.2 val_loss<0.3")
  var isFiltering = false
  /// The question whose answer is shown while the next one is awaited.
  var shown = Query.runs(filter: "", limit: RunsView.page)
  /// Runs that are needed and that the list does not hold: what its rows are told against, and marked ones.
  var missing: [Int] = []
  /// Those whose answer is shown while the next one is awaited.
  var shownMissing: [Int] = []
  /// Runs that execute, whose figures are told as they come; and those whose answer is shown meanwhile.
  var executing: [Int] = []
  var shownExecuting: [Int] = []
  /// Sweeps whose runs are marked as soon as they are known.
  var marking: Set<Int> = []
  var baseline: Int?
  var confirmation: Confirmation?

  /// `sweep`: the one that is selected and shows its runs.
  package init(sweep: Int? = nil) {
    opened = sweep.map { [$0] } ?? []
    selectedRow = sweep.map { .sweep($0) }
    shownRow = selectedRow
  }

  package var title: SafeText { "Runs" }

  package var takesText: Bool { isFiltering || confirmation != nil }

  package var queries: Set<Query> {
    var all: Set<Query> = [asked, shown, unfiltered, .models, .sweeps, .alertCounts]
    for sweep in opened.union(marking) { all.insert(.sweepRuns(sweep, limit: RunsView.mostSwept)) }
    if case .sweep(let sweep)? = shownRow {
      all.insert(.sweepRuns(sweep, limit: RunsView.mostSwept))
      all.insert(.bestOfSweep(sweep, limit: CompareView.mostRuns + 1))
    }
    for numbers in [missing, shownMissing] where !numbers.isEmpty {
      all.insert(.runsNumbered(numbers))
    }
    for numbers in [executing, shownExecuting] where !numbers.isEmpty {
      all.insert(.liveRuns(numbers))
    }
    return all
  }

  var asked: Query { .runs(filter: filter.text, limit: limit) }
  var unfiltered: Query { .runs(filter: "", limit: limit) }

  // MARK: Rows

  /// What is active first, then newest first.
  func unsweptRows(_ context: Context) -> [RunRecord] {
    let answer = context.runs(asked) ?? context.runs(shown) ?? []
    return answer.filter(\.status.isActive) + answer.filter { !$0.status.isActive }
  }

  /// The newest model that a run registered.
  func model(of run: RunRecord?, _ context: Context) -> ModelRecord? {
    context.models?.filter { $0.run == run?.id }.max { $0.created < $1.created }
  }

  private func selected(_ context: Context) -> RunsRow? {
    let rows = entries(context)
    return rows.indices.contains(list.selected) ? rows[list.selected] : nil
  }

  package func bindings(_ context: Context) -> [Binding] {
    if let confirmation { return confirmation.bindings }
    if isFiltering { return RunsView.filterBindings }
    let row = selected(context)
    if case .sweep(let state, let isOpen)? = row {
      return sweepBindings(state, isOpen: isOpen, context) + unfiltering
    }
    let bindings = listBindings(row?.run, context) + unfiltering
    guard case .swept(_, let state)? = row else { return bindings }
    return bindings + [
      .hidden(
        [.left],
        "Left",
        "fold",
        "fold",
        "Hide the runs of \(state.sweep.shortName)."
      )
    ]
  }

  // MARK: Update

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    // Marks are those of all screens: they are changed in a copy, which then becomes everybody's.
    var changed = context
    let before = baseline
    if Self.showsMarked(event) { changed.marks.settle(markedRuns(changed).0) }
    let effects = take(event, &changed)
    if changed.marks.runs != context.marks.runs || baseline != before || Self.tellsOfMarked(event) {
      changed.marks.settle(markedRuns(changed).0)
    }
    // What is opened has them already.
    return (changed.marks == context.marks ? [] : [.mark(changed.marks)]) + effects
  }

  private mutating func take(_ event: ViewEvent, _ context: inout Context) -> [Effect] {
    if var question = confirmation, event.isInput {
      let outcome = question.handle(event, context)
      confirmation = outcome == .stays ? question : nil
      if case .confirmed(let effects) = outcome { return effects }
      return []
    }
    let rows = entries(context)
    let height = layout(context.area, hasPreview: !rows.isEmpty).table.height
    if case .answered(let query) = event {
      let effects = take(query, &context)
      let index = rows.firstIndex { $0.id == selectedRow } ?? list.selected
      list.select(index, count: rows.count, height: height)
      shownRow = selected(context)?.id
      return effects
    }
    defer {
      selectedRow = selected(context)?.id
      shownRow = selectedRow
      // Those below a sweep are no part of the answer that the limit is of.
      if list.selected + RunsView.page / 2 > rows.count, unsweptRows(context).count >= limit {
        limit = min(RunsView.mostRows, limit * 4)
      }
    }
    switch event {
    case .action(let action):
      let effects = act(action, &context)
      look(context)
      return effects
    case .terminal(.key(let key)):
      if isFiltering, filter.handle(key) { return [] }
      _ = list.handle(key, count: rows.count, height: height)
    case .terminal(.paste(let text)): if isFiltering { filter.insert(text) }
    case .terminal(.mouse(let mouse)):
      let effects = click(mouse, rows, context)
      if mouse.clicks >= 2 { look(context) }
      return effects
    case .replied(_, let reply): return replied(reply)
    // The screen is in front again: another list of runs may have marked some.
    case .terminal(.resize): look(context)
    case .terminal, .answered, .saved: break
    }
    return []
  }

  private func replied(_ reply: Reply) -> [Effect] {
    switch reply {
    case .refused(let explanation): [.tell(Notice(.failure, explanation.sentence))]
    case .done(.run(let id)): [.open(.run(id))]
    case .done: []
    }
  }

  private mutating func act(_ action: String, _ context: inout Context) -> [Effect] {
    switch action {
    case "filter": isFiltering = true
    case "filtered": isFiltering = false
    case "unfilter":
      isFiltering = false
      let row = selected(context)?.run
      filter.set("")
      if let row { select(row, context) }
    case "launch":
      return context.currentInstance.map { [.open(.runForm(instance: $0.name, from: nil))] } ?? []
    case "fold":
      guard let sweep = selected(context)?.sweep else { return [] }
      fold(sweep.sweep.id)
      let rows = entries(context)
      let head = rows.firstIndex { $0.id == .sweep(sweep.sweep.id) } ?? list.selected
      let height = layout(context.area, hasPreview: true).table.height
      list.select(head, count: rows.count, height: height)
    default:
      guard let row = selected(context) else { return [] }
      if let run = row.run { return act(action, on: run, &context) }
      if let sweep = row.sweep { return act(action, onSweep: sweep, &context) }
    }
    return []
  }

  /// Selects a run's row; where the run is folded away that of its sweep.
  ///
  /// One further down than the list has come yet is asked for, and keeps its row until it is there.
  private mutating func select(_ run: RunRecord, _ context: Context) {
    let rows = entries(context)
    let index =
      rows.firstIndex { $0.id == .run(run.id) }
      ?? run.sweep.flatMap { sweep in rows.firstIndex { $0.id == .sweep(sweep) } }
    guard let index else {
      let newest = context.runs(unfiltered)?.map(\.id).max() ?? run.id
      limit = min(RunsView.mostRows, max(limit, newest - run.id + 1))
      return
    }
    // The rows that it was found in stay while more of them are asked for.
    if context.runs(asked) != nil { shown = asked }
    let height = layout(context.area, hasPreview: true).table.height
    list.select(index, count: rows.count, height: height)
  }

  /// Shows the runs of a sweep, or hides them.
  mutating func fold(_ sweep: Int) {
    if opened.remove(sweep) == nil { opened.insert(sweep) }
  }

  private mutating func act(
    _ action: String,
    on run: RunRecord,
    _ context: inout Context
  ) -> [Effect] {
    switch action {
    case "open": return [.open(.run(run.id))]
    case "mark":
      context.marks.toggle(run.id)
      let height = layout(context.area, hasPreview: true).table.height
      list.move(by: 1, count: entries(context).count, height: height)
    case "baseline": baseline = baseline == run.id ? nil : run.id
    case "compare": return compare(run, context)
    case "charts":
      let (runs, notice) = markedRuns(context)
      return [.open(.charts(runs.isEmpty ? [run.id] : runs))] + notice
    case "model": return model(of: run, context).map { [.open(.model($0.shortName))] } ?? []
    case "rerun": return [.open(.runForm(instance: run.instance, from: run.id))]
    case "stop":
      return [
        .send(.stop(run: run.id), tag: "stop"),
        .tell(Notice(.information, "Stopping r\(run.id) ...")),
      ]
    case "resume": return [.send(.resume(run: run.id), tag: "resume")]
    case "pin": return [.send(.pin(run: run.id, isPinned: !run.isPinned), tag: "pin")]
    case "remove":
      confirmation = Confirmation(
        title: "Remove r\(run.id)?",
        lines: ["Its logs, metrics and outputs move to the home's trash."],
        yes: "Remove",
        glyphs: context.glyphs,
        effects: [.send(.remove(run: run.id), tag: "remove")]
      )
    default: break
    }
    return []
  }

  private func compare(_ run: RunRecord, _ context: Context) -> [Effect] {
    let marked = context.marks.runs
    if marked.count >= 2 { return compareMarked(context) }
    let other = marked.first { $0 != run.id } ?? referenceNumber(of: run)
    return other.map { [.open(.compare([$0, run.id]))] } ?? []
  }

  private mutating func click(
    _ mouse: Mouse,
    _ rows: [RunsRow],
    _ context: Context
  ) -> [Effect] {
    let table = layout(context.area, hasPreview: !rows.isEmpty).table
    switch mouse.action {
    case .wheelUp: list.scroll(by: -3, count: rows.count, height: table.height)
    case .wheelDown: list.scroll(by: 3, count: rows.count, height: table.height)
    case .press(.left):
      guard let index = list.index(at: mouse.at, in: table, count: rows.count) else { return [] }
      list.select(index, count: rows.count, height: table.height)
      guard mouse.clicks >= 2 else { return [] }
      if let run = rows[index].run { return [.open(.run(run.id))] }
      if let sweep = rows[index].sweep { fold(sweep.sweep.id) }
    case .press, .release, .drag, .move: break
    }
    return []
  }

  // MARK: Drawing

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let rows = entries(context)
    let places = layout(area, hasPreview: !rows.isEmpty)
    drawTable(on: &screen, places, rows, context)
    if let field = places.filter {
      screen.write("/", x: field.x, y: field.y, style: Style(.accent, bold: true))
      let room = Rect(x: field.x + 2, y: field.y, width: field.width - 2, height: 1)
      filter.draw(on: &screen, in: room, focused: isFiltering)
    }
    if let preview = places.preview {
      drawPreview(
        of: rows.indices.contains(list.selected) ? rows[list.selected] : nil,
        on: &screen,
        in: preview,
        context
      )
    }
    confirmation?.draw(on: &screen, in: area)
  }

  struct Places {
    var frame: Rect
    /// The rows alone.
    var table: Rect
    var filter: Rect?
    var preview: Rect?
  }

  func layout(_ area: Rect, hasPreview: Bool) -> Places {
    var frame = area
    var preview: Rect?
    if hasPreview, area.height >= 20 {
      let (rest, cut) = area.bottom(area.height >= 28 ? 9 : 6)
      (frame, preview) = (rest, cut)
    }
    var inside = frame.inset()
    var field: Rect?
    if isFiltering || !filter.text.isEmpty {
      let (line, rest) = inside.top(1)
      field = Rect(x: line.x + 1, y: line.y, width: line.width - 2, height: 1)
      inside = rest
    }
    return Places(frame: frame, table: inside.top(1).1, filter: field, preview: preview)
  }
}

import Engine
import Store

/// Runs that rows are told against, wherever they are: in the list, below a sweep, or asked for.
extension RunsView {
  /// The number of the run that a row is told against: the baseline, else its parent.
  func referenceNumber(of run: RunRecord) -> Int? {
    baseline != nil && baseline != run.id ? baseline : run.parent
  }

  func reference(of run: RunRecord, _ context: Context) -> RunRecord? {
    referenceNumber(of: run).flatMap { known($0, context) }
  }

  /// A run by its number, from whichever answer has it.
  func known(_ number: Int, _ context: Context) -> RunRecord? {
    let asked = [missing, shownMissing].map { Query.runsNumbered($0) }
    for runs in listed(context) + answers(asked, context) {
      if let run = runs.first(where: { $0.id == number }) { return run }
    }
    return nil
  }

  /// The answers that hold the rows, and those of sweeps.
  private func listed(_ context: Context) -> [[RunRecord]] {
    answers(
      [unfiltered, asked, shown]
        + opened.sorted().map { .sweepRuns($0, limit: RunsView.mostSwept) },
      context
    )
  }

  private func answers(_ queries: [Query], _ context: Context) -> [[RunRecord]] {
    queries.compactMap { context.runs($0) }
  }

  /// Finds out which runs have to be asked for by their numbers.
  private mutating func lookForMissing(_ context: Context) {
    let known = Set(listed(context).flatMap { $0.map(\.id) })
    var wanted = Set(entries(context).compactMap { $0.run?.parent })
    if let baseline { wanted.insert(baseline) }
    // They have to be ranked.
    if marked.count > CompareView.mostRuns { wanted.formUnion(marked) }
    missing = wanted.subtracting(known).sorted()
    if missing.isEmpty { shownMissing = [] }
  }

  /// Takes in an answer: a baseline that was removed is none.
  mutating func take(_ query: Query, _ context: Context) {
    if query == asked { shown = asked }
    for sweep in marking where context.runs(ofSweep: sweep) != nil {
      markKnown(of: sweep, context)
    }
    if query == .runsNumbered(missing) {
      shownMissing = missing
      if let baseline, missing.contains(baseline), context.runs(query) != nil,
        known(baseline, context) == nil
      {
        self.baseline = nil
      }
    }
    look(context)
  }

  /// Finds out what else the rows are told with.
  mutating func look(_ context: Context) {
    lookForMissing(context)
    lookForExecuting(context)
  }

  /// Finds out whose figures are to be told as they come: of those that the catalog has none of yet.
  private mutating func lookForExecuting(_ context: Context) {
    let active = recorded(context).lazy.compactMap(\.run).filter(LiveMetrics.isToldLive)
    executing = active.prefix(LiveMetrics.most).map(\.id)
    let isAnswered = context.answers[.liveRuns(executing)] != nil
    if isAnswered || executing.isEmpty { shownExecuting = executing }
  }

  /// Runs that execute with their figures as they are by now.
  func told(_ context: Context) -> [Int: RunRecord] {
    let runs = [executing, shownExecuting].lazy.compactMap { context.runs(.liveRuns($0)) }.first
    return Dictionary((runs ?? []).map { ($0.id, $0) }) { first, _ in first }
  }
}

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
    for runs in listed(context) + numbered(context) {
      if let run = runs.first(where: { $0.id == number }) { return run }
    }
    return nil
  }

  /// Many runs by their numbers: each answer is gone through once.
  func known(_ numbers: Set<Int>, _ context: Context) -> [Int: RunRecord] {
    // Those of the selected sweep are at hand, though they are folded.
    var below: [[RunRecord]] = []
    if case .sweep(let sweep)? = shownRow { below = [context.runs(ofSweep: sweep) ?? []] }
    var found: [Int: RunRecord] = [:]
    for runs in listed(context) + numbered(context) + below {
      for run in runs where numbers.contains(run.id) && found[run.id] == nil {
        found[run.id] = run
      }
    }
    return found
  }

  /// The answers that hold what was asked for by numbers.
  private func numbered(_ context: Context) -> [[RunRecord]] {
    answers([missing, shownMissing].map { .runsNumbered($0) }, context)
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
    // They have to be ranked, and those that are removed lose their marks.
    wanted.formUnion(context.marks.runs)
    missing = wanted.subtracting(known).sorted()
    if missing.isEmpty { shownMissing = [] }
  }

  /// Takes in an answer: a baseline that was removed is none, and a mark of such a run goes with it.
  mutating func take(_ query: Query, _ context: inout Context) -> [Effect] {
    if query == asked { shown = asked }
    var effects: [Effect] = []
    for sweep in marking where context.runs(ofSweep: sweep) != nil {
      effects += markKnown(of: sweep, &context)
    }
    if query == .runsNumbered(missing) {
      shownMissing = missing
      if let found = context.runs(query) {
        let gone = Set(missing).subtracting(found.map(\.id))
        if let baseline, gone.contains(baseline) { self.baseline = nil }
        context.marks.remove(gone)
      }
    }
    look(context)
    return effects
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

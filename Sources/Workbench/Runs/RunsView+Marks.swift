import Engine
import Store
import Terminal

/// When the marked runs are laid side by side anew, and how whole sweeps are marked.
extension RunsView {
  /// Whether an event lays the marked runs side by side.
  static func showsMarked(_ event: ViewEvent) -> Bool {
    guard case .action(let action) = event else { return false }
    return ["compare", "charts", "compareSweep", "chartsSweep"].contains(action)
  }

  /// Whether an event may tell which of the marked runs are best.
  ///
  /// Other answers come while other screens are in front: what these show keeps its colours.
  static func tellsOfMarked(_ event: ViewEvent) -> Bool {
    switch event {
    case .answered(.runsNumbered), .answered(.sweepRuns): true
    case .answered, .action, .terminal, .replied, .saved: false
    }
  }

  /// Marks all runs of a sweep, or takes their marks off where all have one; where they are not known
  /// yet, as soon as they are.
  mutating func markAll(of state: SweepState, _ context: inout Context) -> [Effect] {
    let sweep = state.sweep.id
    if marking.remove(sweep) != nil { return [] }
    if isMarked(state, context) {
      context.marks.toggle(all: context.marks.runs.filter(state.holds(run:)))
    } else if let runs = context.runs(ofSweep: sweep) {
      context.marks.toggle(all: runs.map(\.id))
      return firstMarked(runs, of: state, context)
    } else {
      marking.insert(sweep)
    }
    return []
  }

  /// Marks the runs of a sweep that have become known.
  mutating func markKnown(of sweep: Int, _ context: inout Context) -> [Effect] {
    guard marking.remove(sweep) != nil, let runs = context.runs(ofSweep: sweep) else { return [] }
    let known = Set(context.marks.runs)
    let others = runs.map(\.id).filter { !known.contains($0) }
    if !others.isEmpty { context.marks.toggle(all: others) }
    let state = context.sweeps?.first { $0.sweep.id == sweep }
    return state.map { firstMarked(runs, of: $0, context) } ?? []
  }

  /// Says so where a sweep has more runs than are marked with it.
  private func firstMarked(
    _ runs: [RunRecord],
    of state: SweepState,
    _ context: Context
  ) -> [Effect] {
    guard !runs.isEmpty, state.total > runs.count,
      Set(runs.map(\.id)).isSubset(of: context.marks.runs)
    else { return [] }
    let words = "The first \(runs.count) of \(state.total) runs are marked."
    return [.tell(Notice(.information, words))]
  }
}

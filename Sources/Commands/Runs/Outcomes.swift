package import Documents
import Engine
import Store

/// What came of something that was done with each of several runs and sweeps.
package struct Outcomes {
  package private(set) var done: [(name: String, line: Line)] = []
  package private(set) var refusals: [(name: String, reason: Explanation)] = []

  /// Does it with one after the other; what is refused keeps nothing from being done with the rest.
  ///
  /// Where no agent can be reached the rest is not tried: it would wait as long for each. `repeating` tries
  /// once more, at the end, what was refused: what has been done since may have been in its way.
  package init(
    of all: [NamedRuns],
    repeating: Bool = false,
    _ body: (NamedRuns) throws -> Line
  ) {
    let (refused, isReachable) = pass(all, body)
    guard repeating, isReachable, !done.isEmpty, !refused.isEmpty else { return }
    let before = refusals
    refusals = []
    let (again, _) = pass(refused, body)
    let tried = done.map(\.name) + again.map(\.shortName)
    refusals += before.filter { !tried.contains($0.name) }
  }

  /// What was refused of some, and whether an agent was there to the end.
  private mutating func pass(
    _ all: [NamedRuns],
    _ body: (NamedRuns) throws -> Line
  ) -> (refused: [NamedRuns], isReachable: Bool) {
    var refused: [NamedRuns] = []
    for named in all {
      do {
        done.append((named.shortName, try body(named)))
      } catch {
        refused.append(named)
        refusals.append((named.shortName, Explanation(error)))
        if error is AgentUnreachable { return (refused, false) }
      }
    }
    return (refused, true)
  }
}

extension [NamedRuns] {
  /// Those to remove first come first: runs before sweeps, of each the newest, as an older one is kept while
  /// a newer one shows its log.
  package var inOrderOfRemoval: [NamedRuns] {
    func place(_ named: NamedRuns) -> (Int, Int) {
      switch named {
      case .run(let run): (0, -run.id)
      case .sweep(let sweep): (1, -sweep.id)
      }
    }
    return sorted { place($0) < place($1) }
  }

  /// Without the runs of some ranges that do not run: a range means those that do.
  package func running(in ranges: [ClosedRange<Int>]) -> [NamedRuns] {
    filter { named in
      guard case .run(let run) = named, !run.status.isActive else { return true }
      return !ranges.contains { $0.contains(run.id) }
    }
  }
}

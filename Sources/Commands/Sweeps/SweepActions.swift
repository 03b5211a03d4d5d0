import ArgumentParser
package import Documents
import Engine
import Foundation
package import Store
import Terminal

/// What commands do with a sweep where it is named in a run's place.
extension Session {
  func show(_ sweep: SweepRecord) throws {
    try show(sweep, as: catalog.state(of: sweep))
  }

  /// Shows a sweep in a state that was read before.
  func show(_ sweep: SweepRecord, as state: SweepState) throws {
    let runs = try catalog.runs(ofSweep: sweep.id)
    let alerts = try catalog.alertCounts()
    try answer(state.json(runs, alerts: alerts)) {
      try SweepTable.ending(
        state,
        runs,
        alerts: alerts,
        saved: catalog.savedSeconds(of: SweepTable.shown(of: runs), at: Date()),
        at: Date(),
        width: width
      )
    }
  }

  func stop(_ sweep: SweepRecord) throws {
    let before = try catalog.state(of: sweep)
    guard !before.isStopping else {
      return answer(before.json) {
        [Line("\(sweep.shortName) is stopping already: its steps have their 'grace' to end.")]
      }
    }
    try agent.send(.stopSweep(sweep.id))
    let state = try catalog.state(of: sweep)
    answer(state.json) { [SweepProgress.heading(state, at: Date())] }
  }

  func resume(_ sweep: SweepRecord, _ following: FollowOptions) throws {
    let before = try catalog.state(of: sweep).count(.failed, .stopped)
    try agent.send(.resumeSweep(sweep.id))
    if !isJSON {
      let runs = before == 1 ? "1 run" : "\(before) runs"
      errors.print(
        Line("\(sweep.shortName) goes on with \(runs), with the code as it is now.", .bold)
      )
    }
    try stay(with: sweep, following)
  }

  /// Every run of what is named in pins, which may be sweeps.
  func runs(pinned texts: [String]) throws -> [RunRecord] {
    let runs = try catalog.named(texts).flatMap { named in
      switch named {
      case .run(let run): [run]
      case .sweep(let sweep): try catalog.runs(ofSweep: sweep.id)
      }
    }
    var seen: Set<Int> = []
    return runs.filter { seen.insert($0.id).inserted }
  }

  func remove(_ sweep: SweepRecord) throws {
    let removal = try removal(of: sweep)
    if let refusal = removal.refusal { throw refusal }
    answer(removal.json(trash: home.trash)) { removal.lines(trash: home.trash) }
  }

  /// Removes the runs of a sweep that nothing keeps.
  func removal(of sweep: SweepRecord) throws -> SweepRemoval {
    guard try !catalog.state(of: sweep).isStopping else {
      throw Explanation(
        what: "\(sweep.shortName) is still stopping.",
        why: "Its steps have their 'grace' (10s without one) to end.",
        next: "'lathe watch \(sweep.shortName)' waits for its end; then it can be removed."
      )
    }
    let before = try catalog.runNumbers(ofSweep: sweep.id)
    let hasResults = try catalog.runs(ofSweep: sweep.id).contains { $0.stepsDone > $0.stepsCached }
    try agent.send(.removeSweep(sweep.id))
    let kept = try catalog.runNumbers(ofSweep: sweep.id)
    var removal = SweepRemoval(sweep: sweep, before: before.count, kept: kept)
    removal.hasResults = hasResults
    // One that is pinned, or made a model, stays whoever shows it.
    let pinned = try catalog.pinnedRuns(ofSweep: sweep.id)
    removal.hasPins = kept.contains { pinned.contains($0) }
    let own = Set(try catalog.models().map(\.run)).union(pinned)
    for run in kept where !own.contains(run) {
      if let other = try catalog.runs(showing: run, besides: sweep.id, limit: 1).first {
        removal.shownBy[run] = other
      }
    }
    return removal
  }

  /// The runs that some texts mean, where a sweep stands for its own.
  ///
  /// No more than `most`: of a sweep that has more the best ones are meant, which is said.
  func runs(meant texts: [String], most: Int) throws -> [RunRecord] {
    var meant: [[RunRecord]] = []
    var sweeps: [Int: SweepRecord] = [:]
    for (place, text) in texts.enumerated() {
      guard let sweep = try catalog.sweep(named: text) else {
        meant.append([try catalog.run(named: text)])
        continue
      }
      let begun = try catalog.runs(ofSweep: sweep.id).filter { $0.started != nil }
      guard !begun.isEmpty else { throw sweep.hasNotBegun }
      meant.append(begun)
      sweeps[place] = sweep
    }
    let (runs, cuts) = try meant.shared(most, among: Set(sweeps.keys))
    for (place, room) in cuts.sorted(by: { $0.key < $1.key }) {
      guard let sweep = sweeps[place] else { continue }
      let metric = meant[place].compactMap(\.mainMetric).first.map { " by \($0)" } ?? ""
      let best = room == 1 ? "this is the best" : "these are the \(room) best"
      errors.print(
        Line("\(sweep.shortName) has \(meant[place].count) runs: \(best)\(metric).", .dim)
      )
    }
    return runs
  }
}

extension [[RunRecord]] {
  /// What several texts mean, brought to no more than `most` runs, none of them twice.
  ///
  /// Those at `sweeps` give way, to the best ones of each; the room is shared evenly, and what a small one
  /// leaves the others have. With how many are left of each that gave way. Throws an `Explanation` where
  /// there is not even room for one of each.
  package func shared(
    _ most: Int,
    among sweeps: Set<Int>
  ) throws(Explanation) -> (runs: [RunRecord], cuts: [Int: Int]) {
    let named = Set(indices.filter { !sweeps.contains($0) }.flatMap { self[$0].map(\.id) })
    // A run that is named itself needs no room in its sweep.
    var parts: [Int: [RunRecord]] = [:]
    var seen = named
    for place in sweeps.sorted() {
      parts[place] = self[place].filter { seen.insert($0.id).inserted }
    }
    var room = most - named.count
    guard sweeps.isEmpty || room >= parts.values.count(where: { !$0.isEmpty }) else {
      throw Explanation(
        what: "\(count) names mean more runs than the \(most) that are told apart.",
        why: "\(named.count) of them are runs, and each sweep needs room for one of its own.",
        next: "Name fewer of them."
      )
    }
    var cuts: [Int: Int] = [:]
    var open = parts.keys.sorted { (parts[$0]?.count ?? 0, $0) < (parts[$1]?.count ?? 0, $1) }
    while let place = open.first, let runs = parts[place] {
      let share = room / open.count
      if runs.count > share {
        parts[place] = [RunRecord](runs.ranked().prefix(share))
        cuts[place] = share
      }
      room -= Swift.min(runs.count, share)
      open.removeFirst()
    }
    var told: Set<Int> = []
    let runs = indices.flatMap { parts[$0] ?? self[$0] }.filter { told.insert($0.id).inserted }
    return (runs, cuts)
  }
}

extension Session {
  /// The runs whose metrics are drawn: those of a sweep that have logged some.
  func plotted(_ texts: [String], most: Int) throws -> [RunRecord] {
    let meant = try runs(meant: texts, most: most)
    guard texts.contains(where: \.isSweepName) else { return meant }
    let logged = try meant.filter { try $0.mainMetric != nil || !readers(of: $0).isEmpty }
    return logged.isEmpty ? meant : logged
  }
}

extension String {
  /// Whether it has the form of a sweep's name.
  var isSweepName: Bool { SweepRecord.number(in: self) != nil }
}

extension SweepRecord {
  /// Said where something of its runs is asked for, and none of them has begun.
  package var hasNotBegun: Explanation {
    Explanation(
      what: "No run of \(shortName) has begun yet.",
      next: "'lathe watch \(shortName)' follows it."
    )
  }
}

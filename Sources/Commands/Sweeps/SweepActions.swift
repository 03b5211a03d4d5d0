import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

/// What commands do with a sweep where it is named in a run's place.
extension Session {
  func show(_ sweep: SweepRecord) throws {
    let state = try catalog.state(of: sweep)
    let runs = try catalog.runs(ofSweep: sweep.id)
    answer(state.json(runs)) { SweepTable.ending(state, runs, at: Date(), width: width) }
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
    var runs: [RunRecord] = []
    for text in texts {
      if let sweep = try catalog.sweep(named: text) {
        runs += try catalog.runs(ofSweep: sweep.id)
      } else {
        runs.append(try catalog.run(named: text))
      }
    }
    var seen: Set<Int> = []
    return runs.filter { seen.insert($0.id).inserted }
  }

  func remove(_ sweep: SweepRecord) throws {
    guard try !catalog.state(of: sweep).isStopping else {
      throw Explanation(
        what: "\(sweep.shortName) is still stopping.",
        why: "Its steps have their 'grace' (10s without one) to end.",
        next: "'lathe watch \(sweep.shortName)' waits for its end; then it can be removed."
      )
    }
    let before = try catalog.runNumbers(ofSweep: sweep.id)
    try agent.send(.removeSweep(sweep.id))
    let kept = try catalog.runNumbers(ofSweep: sweep.id)
    let removed = before.count - kept.count
    let json: JSON = [
      "sweep": JSON(sweep.shortName), "removed": JSON(removed),
      "kept": .array(kept.map { .string("r\($0)") }), "trash": JSON(home.trash),
    ]
    answer(json) {
      let all = kept.isEmpty ? "All" : "\(removed) of \(before.count)"
      var lines = [Line("\(all) runs of \(sweep.shortName) are in the trash: \(home.trash)")]
      if !kept.isEmpty {
        let names = kept.prefix(8).map { "r\($0)" }.joined(separator: ", ")
        let more = kept.count > 8 ? " and \(kept.count - 8) more" : ""
        lines.append(Line("  kept, as they are pinned or made models: \(names)\(more)", .dim))
      }
      return lines
    }
  }

  /// The runs that some texts mean, where a sweep stands for its own.
  ///
  /// No more than `most`: of a sweep that has more the best ones are meant, which is said.
  func runs(meant texts: [String], most: Int) throws -> [RunRecord] {
    var meant: [RunRecord] = []
    for text in texts {
      guard let sweep = try catalog.sweep(named: text) else {
        meant.append(try catalog.run(named: text))
        continue
      }
      let all = try catalog.runs(ofSweep: sweep.id).filter { $0.started != nil }
      guard !all.isEmpty else {
        throw Explanation(
          what: "No run of \(sweep.shortName) has begun yet.",
          next: "'lathe watch \(sweep.shortName)' follows it."
        )
      }
      let room = max(1, most - (texts.count - 1))
      if all.count > room {
        let metric = all.compactMap(\.mainMetric).first.map { " by \($0)" } ?? ""
        errors.print(
          Line(
            "\(sweep.shortName) has \(all.count) runs: these are the \(room) best\(metric).",
            .dim
          )
        )
        meant += all.ranked().prefix(room)
      } else {
        meant += all
      }
    }
    var seen: Set<Int> = []
    return meant.filter { seen.insert($0.id).inserted }
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
  /// Whether it has the form of a sweep's number.
  var isSweepName: Bool { count > 1 && first == "s" && dropFirst().allSatisfy(\.isNumber) }
}

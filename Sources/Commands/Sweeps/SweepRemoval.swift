package import Documents
package import Store
import Terminal

/// What came of the removal of a sweep.
package struct SweepRemoval: Sendable, Equatable {
  package var sweep: SweepRecord
  /// How many runs it had.
  package var before: Int
  /// The numbers of those that are still there.
  package var kept: [Int]
  /// Of those the ones whose logs and curves another run shows, with that run.
  package var shownBy: [Int: Int] = [:]
  /// Whether some of those that are still there are pinned.
  package var hasPins = true
  /// Whether steps were executed in it: their results stay in the cache.
  package var hasResults = false

  package init(sweep: SweepRecord, before: Int, kept: [Int]) {
    self.sweep = sweep
    self.before = before
    self.kept = kept
  }

  private var removed: Int { max(0, before - kept.count) }

  /// What to say where none of the runs could go; nil where some are gone.
  package var refusal: Explanation? {
    guard removed == 0, !kept.isEmpty else { return nil }
    let own = kept.filter { shownBy[$0] == nil }
    let all = own.count == 1 ? "Its run is" : "All \(own.count) of its runs are"
    let rest = own.count == 1 ? "r\(own[0]) is" : "\(own.count) of its runs are"
    let ownWords =
      "\(shownBy.isEmpty ? all : rest) pinned or made a registered model: \(names(own))."
    let words = [own.isEmpty ? nil : ownWords, shownText.map { "\($0)." }]
    return Explanation(
      what: "No run of \(sweep.shortName) was removed.",
      why: words.compactMap(\.self).joined(separator: " "),
      next: shownBy.min { $0.key < $1.key }.map { "Remove the others first: lathe rm r\($0.value)" }
        ?? (hasPins
          ? "'lathe pin --remove \(sweep.shortName)' takes their pins off."
          : "Nothing is to be done: a run that made a registered model is kept as long as the model.")
    )
  }

  private func names(_ runs: [Int]) -> String {
    let more = runs.count > 8 ? " and \(runs.count - 8) more" : ""
    return runs.prefix(8).map { "r\($0)" }.joined(separator: ", ") + more
  }

  /// "Logs and curves of r7, r8 are shown by r12"; nil where those of none are.
  private var shownText: String? {
    guard !shownBy.isEmpty else { return nil }
    let others = Set(shownBy.values).sorted()
    return "Logs and curves of \(names(shownBy.keys.sorted())) are shown by \(names(others))"
  }

  /// The keys are those of a run's removal, and what is left.
  package func json(trash: String) -> JSON {
    [
      "sweep": JSON(sweep.shortName), "removed": .boolean(removed > 0),
      "removed_runs": .integer(removed), "kept": .array(kept.map { .string("r\($0)") }),
      "trash": JSON(trash),
    ]
  }

  package func lines(trash: String) -> [Line] {
    let all = kept.isEmpty ? "All" : "\(removed) of \(before)"
    var lines = [Line("\(all) runs of \(sweep.shortName) are in the trash: \(trash)")]
    let own = kept.filter { shownBy[$0] == nil }
    if !own.isEmpty {
      lines.append(Line("  kept, as they are pinned or made models: \(names(own))", .dim))
    }
    if let shownText { lines.append(Line("  kept: \(shownText)", .dim)) }
    if hasResults { lines.append(RemovedResults.line) }
    return lines
  }
}

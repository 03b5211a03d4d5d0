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

  package init(sweep: SweepRecord, before: Int, kept: [Int]) {
    self.sweep = sweep
    self.before = before
    self.kept = kept
  }

  private var removed: Int { max(0, before - kept.count) }

  /// What to say where none of the runs could go; nil where some are gone.
  package var refusal: Explanation? {
    guard removed == 0, !kept.isEmpty else { return nil }
    let all = kept.count == 1 ? "Its run is" : "All \(kept.count) of its runs are"
    return Explanation(
      what: "No run of \(sweep.shortName) was removed.",
      why: "\(all) pinned or made a registered model: \(names).",
      next: "'lathe pin --remove \(sweep.shortName)' takes their pins off."
    )
  }

  private var names: String {
    let more = kept.count > 8 ? " and \(kept.count - 8) more" : ""
    return kept.prefix(8).map { "r\($0)" }.joined(separator: ", ") + more
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
    if !kept.isEmpty {
      lines.append(Line("  kept, as they are pinned or made models: \(names)", .dim))
    }
    return lines
  }
}

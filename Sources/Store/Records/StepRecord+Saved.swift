package import Foundation
import GRDB
import Pipelines

extension [StepRecord] {
  /// Seconds that a run would have taken longer without the cache, as far as that is known.
  ///
  /// Steps of different branches run at once: it is how much longer the longest chain of steps gets when
  /// those from the cache take as long as the executions that made their results.
  package func savedSeconds(at now: Date) -> Double {
    guard contains(where: { $0.status == .cached && ($0.savedSeconds ?? 0) > 0 }) else { return 0 }
    return longest(at: now) { $0.savedSeconds ?? 0 } - longest(at: now) { _ in 0 }
  }

  /// Seconds of the longest chain; the steps are in an order in which none stands before what it needs.
  private func longest(at now: Date, cached: (StepRecord) -> Double) -> Double {
    var ends = [String: Double](minimumCapacity: count)
    for step in self {
      let own =
        step.status == .cached
        ? cached(step) : step.started.map { (step.ended ?? now).seconds(since: $0) } ?? 0
      ends[step.name] = own + (step.dependsOn.compactMap { ends[$0] }.max() ?? 0)
    }
    return ends.values.max() ?? 0
  }
}

extension Catalog {
  /// What the cache saved of some runs, in seconds by run; runs in which it saved nothing are left out.
  package func savedSeconds(of runs: [RunRecord], at now: Date) throws -> [Int: Double] {
    let asked = runs.filter { $0.stepsCached > 0 }.map { String($0.id) }.joined(separator: ", ")
    guard !asked.isEmpty else { return [:] }
    let steps = try read(none: []) { db in try Catalog.timedSteps(of: asked, db) }
    return Dictionary(grouping: steps, by: \.run).mapValues { $0.savedSeconds(at: now) }
      .filter { $0.value > 0 }
  }

  /// The steps of some runs, by number and in order, with no more than what tells how long they took.
  private static func timedSteps(of runs: String, _ db: Database) throws -> [StepRecord] {
    let row = try RowStatement(
      db,
      sql: """
        SELECT run, name, "index", type, status, dependsOn, started, ended, savedSeconds
        FROM step WHERE run IN (\(runs)) ORDER BY run, "index"
        """
    )
    defer { row.reset() }
    var steps: [StepRecord] = []
    while try row.next() {
      var step = StepRecord(
        run: row.integer(0),
        name: row.text(1),
        index: row.integer(2),
        type: try row.word(3, as: StepType.self),
        status: try row.word(4, as: StepStatus.self)
      )
      step.dependsOn = try CellText.texts(row.bytes(5))
      (step.started, step.ended) = (row.optionalTime(6), row.optionalTime(7))
      step.savedSeconds = row.optionalDouble(8)
      steps.append(step)
    }
    return steps
  }
}

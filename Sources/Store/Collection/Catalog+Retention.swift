import Foundation
import GRDB

/// An attempt of a step that succeeded, and what the step made.
package struct DoneAttempt: Sendable, Equatable {
  package let folder: AttemptFolder
  package let outputs: [Artifact]
}

extension Catalog {
  /// Every run as a retention judges it; what each takes, `Holdings` tells.
  package func retentionItems() throws -> [Retention.Item] {
    try read(none: []) { db in
      let row = try RowStatement(
        db,
        sql: """
          SELECT id, instance || '/' || pipeline, coalesce(ended, created),
            CASE WHEN status IN ('Queued', 'Executing', 'Stopping') THEN 'active'
              WHEN isPinned THEN 'pinned' WHEN id IN (SELECT run FROM model) THEN 'model' END,
            (SELECT group_concat(DISTINCT logRun) FROM step WHERE run = run.id AND logRun != run.id)
          FROM run
          """
      )
      defer { row.reset() }
      var rows: [Retention.Item] = []
      while try row.next() {
        let needs = row.text(4).split(separator: ",").compactMap { Int($0) }
        rows.append(
          Retention.Item(
            run: row.integer(0),
            group: row.text(1),
            time: row.time(2),
            bytes: 0,
            kept: Retention.Hold(rawValue: row.text(3)),
            needs: Set(needs)
          )
        )
      }
      return rows
    }
  }

  /// The attempts of steps that succeeded, in runs that are over: nobody needs their work folders as long
  /// as the outputs are in the store.
  ///
  /// A step that declares no output has nothing but that folder, and keeps it.
  package func doneAttempts() throws -> [DoneAttempt] {
    try read(none: []) { db in
      let row = try RowStatement(
        db,
        sql: """
          SELECT step.run, step.name, step.attempt, step.outputs
          FROM step JOIN run ON run.id = step.run
          WHERE step.status = 'Succeeded' AND step.outputs != '{}' AND step.attempt > 0
            AND run.status NOT IN ('Queued', 'Executing', 'Stopping')
          """
      )
      defer { row.reset() }
      var done: [DoneAttempt] = []
      while try row.next() {
        let outputs = Array(try CellText.artifacts(row.bytes(3)).values)
        for attempt in 1...max(1, min(row.integer(2), 10_000)) {
          let folder = home.attempt(run: row.integer(0), step: row.text(1), attempt: attempt)
          done.append(DoneAttempt(folder: folder, outputs: outputs))
        }
      }
      return done
    }
  }

  /// The numbers of all runs.
  package func runNumbers() throws -> Set<Int> {
    try read(none: []) { db in
      let row = try RowStatement(db, sql: "SELECT id FROM run")
      defer { row.reset() }
      var numbers: Set<Int> = []
      while try row.next() { numbers.insert(row.integer(0)) }
      return numbers
    }
  }
}

extension Catalog {
  /// No run above this number was ever another catalog's; 0 where none was found when an agent began.
  package func lastForeignRun() throws -> Int {
    try read(none: 0) { db in
      try Int.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'foreignRuns'") ?? 0
    }
  }
}

extension CatalogWriter.Transaction {
  /// Deletes the first of some runs that may still go, in their order, until time is up; at least one is
  /// looked at.
  ///
  /// A run goes with all that show its log, directly or by others, or not at all. One that is active,
  /// pinned or the source of a model by now, is held, or is not among `leaving`, stays; what stays is taken
  /// out of these.
  package func deleteRuns(
    _ runs: ArraySlice<Int>,
    leaving: inout Set<Int>,
    unless isHeld: (Int) -> Bool = { _ in false },
    while isTime: () -> Bool
  ) throws -> (gone: [Int], rest: ArraySlice<Int>) {
    let sources = Set(try Int.fetchAll(db, sql: "SELECT DISTINCT run FROM model"))
    let look = try db.cachedStatement(
      sql: """
        SELECT 1 FROM run
        WHERE id = ? AND status NOT IN ('Queued', 'Executing', 'Stopping') AND NOT isPinned
        """
    )
    let needers = try db.cachedStatement(
      sql: "SELECT run FROM step WHERE logRun = ? AND logRun != run"
    )
    /// A run and all that go with it; nil when one of them stays.
    func group(of run: Int, _ leaving: Set<Int>) throws -> [Int]? {
      var group = [run]
      var known: Set = [run]
      var next = 0
      while next < group.count {
        let member = group[next]
        next += 1
        guard leaving.contains(member), !isHeld(member), !sources.contains(member),
          try Bool.fetchOne(look, arguments: [member]) ?? false
        else { return nil }
        let others = try Int.fetchCursor(needers, arguments: [member])
        while let other = try others.next() {
          guard leaving.contains(other) else { return nil }
          if known.insert(other).inserted { group.append(other) }
        }
      }
      return group
    }
    var gone: [Int] = []
    var rest = runs
    repeat {
      guard let run = rest.popFirst() else { break }
      guard let group = try group(of: run, leaving) else {
        leaving.remove(run)
        continue
      }
      for member in group { try deleteRun(member) }
      gone += group
    } while isTime()
    return (gone, rest)
  }

  /// Forgets executions of runs that are no more, unless they are the newest of their step, and
  /// declarations that lead nowhere; returns how many executions.
  ///
  /// Before objects are collected: a later hit could else be promised an object that goes.
  @discardableResult
  package func deleteStaleExecutions() throws -> Int {
    try db.execute(
      sql: """
        DELETE FROM execution WHERE run NOT IN (SELECT id FROM run) AND EXISTS (
          SELECT 1 FROM execution AS newer WHERE newer.pipeline = execution.pipeline
          AND newer.step = execution.step
          AND (newer.ended, newer.key) > (execution.ended, execution.key))
        """
    )
    let count = db.changesCount
    try db.execute(
      sql: """
        DELETE FROM alias WHERE target NOT IN (SELECT key FROM execution)
        AND target NOT IN (SELECT key FROM alias)
        """
    )
    return count
  }
}

package import Foundation
import GRDB

extension CatalogWriter.Transaction {
  package func save(_ step: StepRecord) throws {
    try StepRow.write(step, revision: revision(), StepRow.writer(db))
  }

  package func save(_ steps: [StepRecord]) throws {
    guard !steps.isEmpty else { return }
    let revision = try revision()
    let row = try StepRow.writer(db)
    for step in steps { try StepRow.write(step, revision: revision, row) }
  }

  /// Ends runs that are queued and have not begun, with those of their steps that have some statuses.
  ///
  /// In place: of 10,000 runs none is read.
  package func endQueuedRuns(
    _ ids: [Int],
    as status: RunStatus,
    reason: String,
    steps: [StepStatus: StepStatus],
    stepReason: String,
    at time: Date
  ) throws {
    guard !ids.isEmpty else { return }
    let revision = try revision()
    let run = try RowStatement(
      db,
      sql: "UPDATE run SET status = ?, reason = ?, ended = ? WHERE id = ? AND status = 'Queued'"
    )
    let step = try RowStatement(
      db,
      sql: """
        UPDATE step SET status = ?, reason = ?, revision = ? WHERE run = ? AND status = ?
        """
    )
    for id in ids {
      run.bind(status.rawValue, at: 1)
      run.bind(reason, at: 2)
      run.bind(time, at: 3)
      run.bind(id, at: 4)
      try run.run()
      for (old, new) in steps {
        step.bind(new.rawValue, at: 1)
        step.bind(stepReason, at: 2)
        step.bind(revision, at: 3)
        step.bind(id, at: 4)
        step.bind(old.rawValue, at: 5)
        try step.run()
      }
    }
  }

  /// The number of this change: greater than that of every earlier one.
  private func revision() throws -> Int {
    if let revision = stamp.revision { return revision }
    let row = try RowStatement(
      db,
      sql: "UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value"
    )
    guard try row.next() else {
      throw DatabaseError(message: "the catalog has lost its counter")
    }
    let revision = row.integer(0)
    while try row.next() {}
    stamp.revision = revision
    return revision
  }
}

extension CatalogWriter {
  /// What is noted of a transaction while it lasts.
  final class Stamp {
    var revision: Int?
    /// Whether an instance was written or removed.
    var hasInstances = false
  }
}

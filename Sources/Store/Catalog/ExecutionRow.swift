import Foundation
import GRDB

/// An execution's row: its columns in one order for writing and reading.
struct ExecutionRow {
  private static let columns =
    "key, run, step, pipeline, attempt, seconds, components, outputs, ended"

  static func writer(_ db: Database) throws -> RowStatement {
    try RowStatement(
      db,
      sql: "INSERT OR IGNORE INTO execution(\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
  }

  static func write(_ execution: ExecutionRecord, _ row: RowStatement) throws {
    row.bind(execution.key, at: 1)
    row.bind(execution.run, at: 2)
    row.bind(execution.step, at: 3)
    row.bind(execution.pipeline, at: 4)
    row.bind(execution.attempt, at: 5)
    row.bind(execution.seconds, at: 6)
    row.bind(CellText.encode(execution.components), at: 7)
    row.bind(CellText.encode(execution.outputs), at: 8)
    row.bind(execution.ended, at: 9)
    try row.run()
  }

  /// Finds one key at a time.
  static func reader(_ db: Database) throws -> RowStatement {
    try RowStatement(db, sql: "SELECT \(columns) FROM execution WHERE key = ?")
  }

  /// The newest of a step of a pipeline, newest first: those that had ended at a time, up to the one
  /// that `isEnough` is true of.
  static func newest(
    pipeline: String,
    step: String,
    until time: Date,
    limit: Int,
    isEnough: (ExecutionRecord) -> Bool = { _ in false },
    _ db: Database
  ) throws -> [ExecutionRecord] {
    let row = try RowStatement(
      db,
      sql: """
        SELECT key FROM execution WHERE pipeline = ? AND step = ? AND ended <= ?
        ORDER BY ended DESC LIMIT ?
        """
    )
    row.bind(pipeline, at: 1)
    row.bind(step, at: 2)
    row.bind(time, at: 3)
    row.bind(limit, at: 4)
    var keys: [Digest] = []
    while try row.next() { keys.append(try row.digest(0)) }
    row.reset()
    let reader = try ExecutionRow.reader(db)
    var found: [ExecutionRecord] = []
    for key in keys {
      guard let execution = try ExecutionRow.execution(key, reader) else { continue }
      found.append(execution)
      if isEnough(execution) { break }
    }
    return found
  }

  /// `withParts`: with the parts of its key, which only explain.
  static func execution(
    _ key: Digest,
    _ row: RowStatement,
    withParts: Bool = true
  ) throws -> ExecutionRecord? {
    row.bind(key, at: 1)
    defer { row.reset() }
    guard try row.next() else { return nil }
    return ExecutionRecord(
      key: key,
      run: row.integer(1),
      step: row.text(2),
      pipeline: row.text(3),
      attempt: row.integer(4),
      seconds: row.double(5),
      components: withParts ? try CellText.digests(row.bytes(6)) : [:],
      outputs: try CellText.artifacts(row.bytes(7)),
      ended: row.time(8)
    )
  }
}

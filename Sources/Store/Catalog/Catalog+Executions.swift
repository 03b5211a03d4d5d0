package import Foundation
import GRDB

extension Catalog {
  /// The execution under exactly this key; aliases are not followed.
  package func execution(_ key: Digest) throws -> ExecutionRecord? {
    try read(none: nil) { db in try ExecutionRow.execution(key, ExecutionRow.reader(db)) }
  }

  /// The newest executions of a step of a pipeline, newest first: those that had ended at a time.
  package func executions(
    pipeline: String,
    step: String,
    until time: Date = .distantFuture,
    limit: Int
  ) throws -> [ExecutionRecord] {
    try read(none: []) { db in
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
      return try keys.compactMap { try ExecutionRow.execution($0, reader) }
    }
  }
}

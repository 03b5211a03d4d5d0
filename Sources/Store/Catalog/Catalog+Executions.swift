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
      try ExecutionRow.newest(pipeline: pipeline, step: step, until: time, limit: limit, db)
    }
  }
}

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

  /// The first steps of a run that execute at this moment.
  package func executingSteps(of run: Int, limit: Int) throws -> [StepRecord] {
    try read(none: []) { db in
      let row = try RowStatement(
        db,
        sql: """
          SELECT * FROM step WHERE run = ? AND status IN ('Starting', 'Executing', 'Stopping')
          ORDER BY "index" LIMIT ?
          """
      )
      row.bind(run, at: 1)
      row.bind(limit, at: 2)
      return try StepRow.all(row).filter { $0.logAttempt > 0 }
    }
  }

  /// The steps that have GPUs at this moment, of whichever run.
  package func stepsWithGPUs() throws -> [StepRecord] {
    try read(none: []) { db in
      let row = try RowStatement(
        db,
        sql: """
          SELECT step.* FROM run JOIN step ON step.run = run.id
          WHERE run.status IN ('Executing', 'Stopping') AND step.gpus != '[]'
          AND step.status IN ('Starting', 'Executing', 'Stopping') ORDER BY step.run, step."index"
          """
      )
      return try StepRow.all(row)
    }
  }
}

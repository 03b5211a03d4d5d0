import GRDB

extension Catalog {
  /// How many runs an instance has, those of sweeps among them.
  package func runCount(ofInstance instance: String) throws -> Int {
    try read(none: 0) { db in
      try Int.fetchOne(
        db,
        sql: "SELECT count(*) FROM run WHERE instance = ?",
        arguments: [instance]
      ) ?? 0
    }
  }

  /// What a run's status is: less to read than the run.
  package func status(of run: Int) throws -> RunStatus? {
    try read(none: nil) { db in
      try String.fetchOne(db, sql: "SELECT status FROM run WHERE id = ?", arguments: [run])
        .flatMap(RunStatus.init)
    }
  }

  /// The newest runs of a pipeline in an instance, newest first.
  package func runs(
    of pipeline: String,
    in instance: String,
    limit: Int,
    among memory: Int = 1000
  ) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE id IN (
            SELECT id FROM (
              SELECT id, pipeline FROM run WHERE instance = ? ORDER BY id DESC LIMIT ?)
            WHERE pipeline = ? ORDER BY id DESC LIMIT ?)
          ORDER BY id DESC
          """,
        arguments: [instance, memory, pipeline, limit]
      )
    }
  }

  /// The steps that failed or were stopped in the newest runs of a pipeline in an instance before a run, and the newest
  /// of those runs, by the steps' names.
  package func failures(of pipeline: String, in instance: String, before run: Int) throws
    -> [String: Int]
  {
    try read(none: [:]) { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT step.name, max(step.run) FROM step
          WHERE step.run IN (
            SELECT id FROM run WHERE instance = ? AND pipeline = ? AND id < ? ORDER BY id DESC LIMIT 20)
          AND step.status IN ('Failed', 'Stopped') AND step.attempt > 0
          GROUP BY step.name
          """,
        arguments: [instance, pipeline, run]
      )
      return Dictionary(rows.map { ($0[0], $0[1]) }) { first, _ in first }
    }
  }

  /// The runs whose numbers are in a range, in their order.
  package func runs(in numbers: ClosedRange<Int>) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: "SELECT * FROM run WHERE id BETWEEN ? AND ? ORDER BY id",
        arguments: [numbers.lowerBound, numbers.upperBound]
      )
    }
  }
}

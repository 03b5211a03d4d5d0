import GRDB

extension Catalog {
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

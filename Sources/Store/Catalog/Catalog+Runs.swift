import GRDB

extension Catalog {
  /// The newest runs of a pipeline in an instance, newest first.
  package func runs(of pipeline: String, in instance: String, limit: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE instance = ? AND pipeline = ? ORDER BY id DESC LIMIT ?
          """,
        arguments: [instance, pipeline, limit]
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

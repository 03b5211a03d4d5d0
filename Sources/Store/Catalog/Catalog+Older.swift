import GRDB

extension Catalog {
  /// Lets a catalog that no agent has brought up to date yet be read as if one had.
  ///
  /// Views of this connection alone stand before its tables and have the columns that came since.
  static func completeOlderTables(_ db: Database) throws {
    // In the migrations' order: a statement that is open while they come finds its columns in place.
    let added = [
      ("run", [("sweep", "NULL"), ("isPinned", "0")]),
      (
        "step",
        [
          ("warning", "NULL"), ("readBytes", "NULL"), ("writtenBytes", "NULL"), ("revision", "0"),
          ("gpus", "'[]'"),
        ]
      ),
      (
        "alert",
        [("step", Schema.stepOfOlderAlert), ("attempt", "NULL"), ("finding", "NULL")]
      ),
    ]
    for (table, defaults) in added {
      let present = try String.fetchSet(
        db,
        sql: "SELECT name FROM pragma_table_info('\(table)', 'main')"
      )
      let missing = defaults.filter { !present.contains($0.0) }
      guard !present.isEmpty, !missing.isEmpty else { continue }
      let columns = missing.map { "\($0.1) AS \($0.0)" }.joined(separator: ", ")
      try db.execute(
        sql: "CREATE TEMP VIEW \"\(table)\" AS SELECT *, \(columns) FROM main.\"\(table)\""
      )
    }
  }
}

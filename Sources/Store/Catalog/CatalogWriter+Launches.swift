import GRDB

/// What launches froze, as JSON texts that only the engine understands.
extension CatalogWriter.Transaction {
  /// What the launch of a run needs to be continued after the agent's death.
  ///
  /// `token` is the launch's own: a second one of the same token is the same launch. `shared`: the text
  /// holds only what differs from that one.
  package func saveLaunch(run: Int, token: String, body: String, shared: Int? = nil) throws {
    let row = try RowStatement(
      db,
      sql: """
        INSERT INTO launch(run, token, body, shared) VALUES (?, ?, ?, ?)
        ON CONFLICT(run) DO UPDATE SET
          token = excluded.token, body = excluded.body, shared = excluded.shared
        """
    )
    row.bind(run, at: 1)
    row.bind(token, at: 2)
    row.bind(body, at: 3)
    row.bind(shared, at: 4)
    try row.run()
  }

  /// The run that a launch made, if it was recorded.
  package func run(launchedBy token: String) throws -> Int? {
    try Int.fetchOne(db, sql: "SELECT run FROM launch WHERE token = ?", arguments: [token])
  }

  package func launch(of run: Int) throws -> String? {
    try String.fetchOne(db, sql: "SELECT body FROM launch WHERE run = ?", arguments: [run])
  }

  // MARK: Shared by the runs of a sweep

  /// Keeps what many launches have in common, as long as one of them names it; returns its number.
  package func addSharedLaunch(_ body: String) throws -> Int {
    try db.execute(sql: "INSERT INTO sharedLaunch(body) VALUES (?)", arguments: [body])
    return Int(db.lastInsertedRowID)
  }

  package func sharedLaunch(of run: Int) throws -> Int? {
    try Int.fetchOne(db, sql: "SELECT shared FROM launch WHERE run = ?", arguments: [run])
  }

  package func sharedLaunch(_ id: Int) throws -> String? {
    try String.fetchOne(db, sql: "SELECT body FROM sharedLaunch WHERE id = ?", arguments: [id])
  }

  // MARK: Sweeps

  /// Records a sweep and returns its number, which no other ever had.
  package func add(_ sweep: SweepRecord) throws -> Int {
    var new = sweep
    new.id = 0
    try new.insert(db)
    return Int(db.lastInsertedRowID)
  }

  /// Records a sweep whose runs come in later transactions: until `finish(sweep:)`, no launch has made it.
  package func begin(_ sweep: SweepRecord) throws -> Int {
    var new = sweep
    new.token = CatalogWriter.unfinished + sweep.token
    // Asked again before what an earlier agent has left of it could be deleted.
    try db.execute(
      sql: "DELETE FROM run WHERE sweep = (SELECT id FROM sweep WHERE token = ?)",
      arguments: [new.token]
    )
    return try add(new)
  }

  /// All runs of a sweep are there.
  package func finish(sweep id: Int) throws {
    try db.execute(
      sql: "UPDATE sweep SET token = substr(token, ?) WHERE id = ? AND token LIKE ?",
      arguments: [CatalogWriter.unfinished.count + 1, id, CatalogWriter.unfinished + "%"]
    )
  }

  /// Deletes a sweep of which not all runs were recorded: nothing of it has begun.
  package func delete(unfinishedSweep id: Int) throws {
    try db.execute(
      sql: "DELETE FROM run WHERE sweep IN (SELECT id FROM sweep WHERE token LIKE ? AND id = ?)",
      arguments: [CatalogWriter.unfinished + "%", id]
    )
  }

  package func sweep(launchedBy token: String) throws -> Int? {
    try Int.fetchOne(db, sql: "SELECT id FROM sweep WHERE token = ?", arguments: [token])
  }
}

extension Catalog {
  /// Sweeps of which not all runs were recorded: those whose agent died meanwhile, when another begins.
  package func unfinishedSweeps() throws -> Set<Int> {
    try read(none: []) { db in
      Set(
        try Int.fetchAll(
          db,
          sql: "SELECT id FROM sweep WHERE token LIKE ?",
          arguments: [CatalogWriter.unfinished + "%"]
        )
      )
    }
  }
}

extension CatalogWriter {
  /// What the token of a sweep begins with of which runs are still missing.
  fileprivate static let unfinished = "unfinished "
}

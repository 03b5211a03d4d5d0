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

  package func sweep(launchedBy token: String) throws -> Int? {
    try Int.fetchOne(db, sql: "SELECT id FROM sweep WHERE token = ?", arguments: [token])
  }
}

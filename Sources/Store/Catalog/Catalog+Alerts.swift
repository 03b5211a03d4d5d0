import GRDB

extension Catalog {
  /// All alerts, newest first.
  package func alerts(after id: Int = 0, limit: Int = 50) throws -> [AlertRecord] {
    try read(none: []) { db in
      try AlertRecord.fetchAll(
        db,
        sql: "SELECT * FROM alert WHERE id > ? ORDER BY id DESC LIMIT ?",
        arguments: [id, limit]
      )
    }
  }

  /// What watch rules found in a run, in the order in which it was noticed: what came behind an alert.
  package func watchAlerts(of run: Int, after id: Int = 0) throws -> [AlertRecord] {
    try read(none: []) { db in
      try AlertRecord.fetchAll(
        db,
        sql: "SELECT * FROM alert WHERE run = ? AND step IS NOT NULL AND id > ? ORDER BY id",
        arguments: [run, id]
      )
    }
  }

  /// What watch rules found in a run, and in other runs' steps whose results it has from the cache.
  package func shownAlerts(of run: Int) throws -> [AlertRecord] {
    try read(none: []) { db in
      try AlertRecord.fetchAll(
        db,
        sql: "SELECT * FROM \(Catalog.shownAlerts) ORDER BY id",
        arguments: [run]
      )
    }
  }

  /// The alerts that a run shows as its own: those of its steps, and of the steps that it has from the cache.
  private static let shownAlerts = """
    (SELECT * FROM alert WHERE run = ?1 AND step IS NOT NULL
      UNION ALL
      SELECT alert.* FROM step JOIN alert ON alert.run = step.logRun AND alert.step = step.name
      WHERE step.run = ?1 AND step.logRun != step.run)
    """

  /// What watch rules found in a run and in what it has from the cache: how often in all, and the newest
  /// ones, these first.
  package func newestWatchAlerts(
    of run: Int,
    limit: Int
  ) throws -> (count: Int, newest: [AlertRecord]) {
    try read(none: (0, [])) { db in
      let count = try Int.fetchOne(
        db,
        sql: "SELECT count(*) FROM \(Catalog.shownAlerts)",
        arguments: [run]
      )
      let newest = try AlertRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM \(Catalog.shownAlerts) ORDER BY id DESC LIMIT ?2
          """,
        arguments: [run, limit]
      )
      return (count ?? 0, newest)
    }
  }

  /// How often watch rules found something, by run, what it has from the cache included; runs in which they
  /// found nothing are left out.
  package func alertCounts() throws -> [Int: Int] {
    try read(none: [:]) { db in
      let rows = try Row.fetchAll(db, sql: Catalog.alertCountsQuery)
      return Dictionary(rows.map { ($0["run"], $0["number"]) }) { first, _ in first }
    }
  }

  /// Runs and how many alerts each shows as its own.
  ///
  /// From the alerts, which are few, to the steps that show their logs: all steps from the cache are many,
  /// and this is asked whenever something has changed.
  package static let alertCountsQuery = """
    SELECT run, sum(number) AS number FROM (
      SELECT run, count(*) AS number FROM alert
      WHERE step IS NOT NULL AND run IS NOT NULL GROUP BY run
      UNION ALL
      SELECT step.run, found.number FROM (
        SELECT run, step, count(*) AS number FROM alert
        WHERE step IS NOT NULL AND run IS NOT NULL GROUP BY run, step) AS found
      CROSS JOIN step ON step.logRun = found.run AND step.name = found.step
      WHERE step.logRun != step.run
    ) GROUP BY run
    """
}

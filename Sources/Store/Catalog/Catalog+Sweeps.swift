import Documents
import Foundation
import GRDB
import Pipelines

extension Catalog {
  package func sweep(_ id: Int) throws -> SweepRecord? {
    try read(none: nil) { db in
      try SweepRecord.fetchOne(db, sql: "SELECT * FROM sweep WHERE id = ?", arguments: [id])
    }
  }

  /// Newest first.
  package func sweeps(limit: Int = 200) throws -> [SweepRecord] {
    try read(none: []) { db in
      try SweepRecord.fetchAll(
        db,
        sql: "SELECT * FROM sweep ORDER BY id DESC LIMIT ?",
        arguments: [limit]
      )
    }
  }

  /// The sweep that a user means: `s3`; nil where the text has no such form.
  ///
  /// A number that no sweep has is thrown as an `Explanation`, unless a run has that name.
  package func sweep(named text: String) throws -> SweepRecord? {
    guard SweepRecord.number(in: text) != nil else { return nil }
    if let sweep = try sweep(numbered: text) { return sweep }
    if (try? run(named: text)) != nil { return nil }
    let newest = try sweeps(limit: 1).first
    throw Explanation(
      what: "There is no sweep '\(text)'.",
      why: newest.map { "The newest sweep is \($0.shortName)." }
        ?? "There is none in this home yet.",
      next: newest == nil
        ? "'lathe run --sweep NAME=VALUES' launches one." : "'lathe runs' lists the runs."
    )
  }

  /// The sweep of a text such as `s3`; nil where there is none.
  func sweep(numbered text: String) throws -> SweepRecord? {
    try SweepRecord.number(in: text).flatMap { try sweep($0) }
  }

  /// Said where a sweep is named and one run is meant.
  func refusal(of sweep: SweepRecord) throws -> Explanation {
    let state = try state(of: sweep)
    let best = state.best.map { " Its best run is \($0.shortName)." } ?? ""
    let runs = state.total == 1 ? "1 run" : "\(state.total) runs"
    return Explanation(
      what: "\(sweep.shortName) is a sweep of \(runs), not one run.",
      why: "This takes one of them.\(best)",
      next: "'lathe runs \(sweep.shortName)' lists them."
    )
  }

  /// How far a sweep has come: counted by the catalog, however many runs it has.
  package func state(of sweep: SweepRecord) throws -> SweepState {
    try states(of: [sweep])[0]
  }

  /// How far sweeps have come, newest first: the newest ones, and those that are active however old
  /// they are.
  package func sweepStates(instance: String? = nil, limit: Int) throws -> [SweepState] {
    let sweeps = try read(none: []) { db in
      try SweepRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM sweep WHERE (:instance IS NULL OR instance = :instance) AND (
            id IN (SELECT id FROM sweep WHERE :instance IS NULL OR instance = :instance
              ORDER BY id DESC LIMIT :limit)
            OR id IN (SELECT sweep FROM run
              WHERE status IN ('Queued', 'Executing', 'Stopping') AND sweep IS NOT NULL))
          ORDER BY id DESC
          """,
        arguments: ["instance": instance, "limit": limit]
      )
    }
    return try states(of: sweeps)
  }

  private func states(of sweeps: [SweepRecord]) throws -> [SweepState] {
    let empty = sweeps.map { SweepState(sweep: $0, counts: [:]) }
    guard !sweeps.isEmpty else { return [] }
    // Not a range of numbers: between an old one that is active and the newest there may be thousands.
    let numbers = sweeps.map { String($0.id) }.joined(separator: ",")
    return try read(none: empty) { db in
      var states = Dictionary(empty.map { ($0.sweep.id, $0) }) { first, _ in first }
      let counts = try Row.fetchAll(
        db,
        sql: """
          SELECT sweep, status, count(*) AS number, min(id) AS first, max(id) AS last,
            min(started) AS started, max(ended) AS ended
          FROM run WHERE sweep IN (\(numbers)) GROUP BY sweep, status
          """
      )
      for row in counts { states[row["sweep"]]?.add(row) }
      let alerts = try Row.fetchAll(
        db,
        sql: """
          SELECT run.sweep, sum(shown.number) AS number
          FROM (\(Catalog.alertCountsQuery)) AS shown JOIN run ON run.id = shown.run
          WHERE run.sweep IN (\(numbers)) GROUP BY run.sweep
          """
      )
      for row in alerts { states[row["sweep"]]?.alertCount = row["number"] }
      for (id, state) in states where state.isActive {
        states[id]?.pace = try Catalog.pace(ofSweep: id, db)
        states[id]?.executing = try Catalog.starts(ofSweep: id, db)
      }
      // One that is judged by another metric than most, as it never logged theirs, is not compared with them.
      let best = try RunRecord.fetchAll(
        db,
        sql: """
          WITH chosen AS MATERIALIZED (
            SELECT id AS sweep, \(Catalog.judgingMetric(ofSweep: "sweep.id")) AS name
            FROM sweep WHERE id IN (\(numbers))),
          ranked AS (
            SELECT run.id, row_number() OVER (
              PARTITION BY run.sweep ORDER BY \(Catalog.mainValue), run.id) AS place
            FROM run JOIN chosen ON chosen.sweep = run.sweep AND run.mainMetric IS chosen.name
            WHERE run.sweep IN (\(numbers)) AND run.mainBest IS NOT NULL)
          SELECT * FROM run WHERE id IN (SELECT id FROM ranked WHERE place = 1)
          """
      )
      for run in best { if let sweep = run.sweep { states[sweep]?.best = run } }
      return sweeps.map { states[$0.id] ?? SweepState(sweep: $0, counts: [:]) }
    }
  }

  /// The metric that the runs of a sweep are compared by: the one that most of them are judged by, of
  /// several the one of the run with the lowest number.
  ///
  /// `[RunRecord].ranked` says the same of runs that were read.
  private static func judgingMetric(ofSweep sweep: String) -> String {
    """
    (SELECT judged.mainMetric FROM run AS judged
      WHERE judged.sweep = \(sweep) AND judged.mainBest IS NOT NULL
      GROUP BY judged.mainMetric ORDER BY count(*) DESC, min(judged.id) LIMIT 1)
    """
  }

  /// What a run has reached in its main metric, the lower the better.
  private static let mainValue =
    "CASE run.mainGoal WHEN 'max' THEN -run.mainBest ELSE run.mainBest END"

  /// So many of the runs that ended last tell how long one takes.
  private static let mostPaced = 25

  /// The median of the seconds that the last runs of a sweep took; a stopped one tells nothing, nor does one that
  /// executed no step, as all that could be reused came from the cache.
  private static func pace(ofSweep sweep: Int, _ db: Database) throws -> Double? {
    let seconds = try Double.fetchAll(
      db,
      sql: """
        SELECT max(0, ended - started) FROM run WHERE sweep = ? AND status IN ('Succeeded', 'Failed')
        AND started IS NOT NULL AND ended IS NOT NULL
        AND (stepCount = 0 OR stepsCached < stepCount)
        AND (stepsCached = 0 OR EXISTS (
          SELECT 1 FROM step WHERE step.run = run.id AND step.attempt > 0 AND step.status != 'Cached'))
        ORDER BY ended DESC LIMIT ?
        """,
      arguments: [sweep, mostPaced]
    ).sorted()
    guard !seconds.isEmpty else { return nil }
    return (seconds[(seconds.count - 1) / 2] + seconds[seconds.count / 2]) / 2
  }

  private static func starts(ofSweep sweep: Int, _ db: Database) throws -> [Date] {
    try Double.fetchAll(
      db,
      sql: """
        SELECT started FROM run WHERE sweep = ? AND status IN ('Executing', 'Stopping')
        AND started IS NOT NULL ORDER BY id
        """,
      arguments: [sweep]
    ).map(Date.init(timeIntervalSince1970:))
  }

  /// The runs of a sweep that have begun, the best by their main metric first, those without one last.
  package func bestRuns(ofSweep sweep: Int, limit: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE sweep = ?1 AND started IS NOT NULL
          ORDER BY mainBest IS NULL OR mainMetric IS NOT \(Catalog.judgingMetric(ofSweep: "?1")),
          \(Catalog.mainValue), id LIMIT ?2
          """,
        arguments: [sweep, limit]
      )
    }
  }

  /// Numbers of a sweep's runs, in order: all of them, or those with some statuses.
  package func runNumbers(
    ofSweep sweep: Int,
    _ statuses: Set<RunStatus> = Set(RunStatus.allCases)
  ) throws -> [Int] {
    try read(none: []) { db in
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT id, status FROM run WHERE sweep = ? ORDER BY id",
        arguments: [sweep]
      )
      return rows.compactMap { row in
        RunStatus(rawValue: row["status"]).map(statuses.contains) ?? false ? row["id"] : nil
      }
    }
  }

  /// The runs of a sweep that nothing may remove.
  package func pinnedRuns(ofSweep sweep: Int) throws -> [Int] {
    try read(none: []) { db in
      try Int.fetchAll(
        db,
        sql: "SELECT id FROM run WHERE sweep = ? AND isPinned",
        arguments: [sweep]
      )
    }
  }

  /// The runs of a sweep that execute at this moment, in the order of their numbers.
  package func executingRuns(ofSweep sweep: Int, limit: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE sweep = ? AND status IN ('Executing', 'Stopping')
          ORDER BY id LIMIT ?
          """,
        arguments: [sweep, limit]
      )
    }
  }

  /// The runs of a sweep, in the order of their numbers.
  package func runs(ofSweep sweep: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: "SELECT * FROM run WHERE sweep = ? ORDER BY id",
        arguments: [sweep]
      )
    }
  }

  /// The first runs of a sweep by their numbers.
  package func runs(ofSweep sweep: Int, limit: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: "SELECT * FROM run WHERE sweep = ? ORDER BY id LIMIT ?",
        arguments: [sweep, limit]
      )
    }
  }

  /// Runs that belong to no sweep: the newest, and those that are active however old they are.
  package func runsOfNoSweep(instance: String? = nil, limit: Int) throws -> [RunRecord] {
    try read(none: []) { db in
      let newest = try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE sweep IS NULL AND (:instance IS NULL OR instance = :instance)
          ORDER BY id DESC LIMIT :limit
          """,
        arguments: ["instance": instance, "limit": limit]
      )
      let active = try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE status IN ('Queued', 'Executing', 'Stopping')
          AND sweep IS NULL AND (:instance IS NULL OR instance = :instance) ORDER BY id DESC
          """,
        arguments: ["instance": instance]
      )
      let shown = Set(newest.map(\.id))
      return newest + active.filter { !shown.contains($0.id) }
    }
  }
}

extension SweepState {
  /// Takes the figures of the runs that have one status.
  fileprivate mutating func add(_ row: Row) {
    guard let status = RunStatus(rawValue: row["status"]) else { return }
    counts[status] = row["number"]
    firstRun = [firstRun, row["first"]].compactMap(\.self).min()
    lastRun = [lastRun, row["last"]].compactMap(\.self).max()
    let first = (row["started"] as Double?).map(Date.init(timeIntervalSince1970:))
    let last = (row["ended"] as Double?).map(Date.init(timeIntervalSince1970:))
    started = [started, first].compactMap(\.self).min()
    ended = [ended, last].compactMap(\.self).max()
  }
}

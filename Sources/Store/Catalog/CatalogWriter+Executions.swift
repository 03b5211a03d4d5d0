import Foundation
import GRDB

/// What the cache asks and remembers.
extension CatalogWriter.Transaction {
  /// The first execution under a key stays canonical.
  package func add(_ execution: ExecutionRecord) throws {
    try ExecutionRow.write(execution, ExecutionRow.writer(db))
  }

  /// The first execution under each key stays canonical.
  package func add(_ executions: [ExecutionRecord]) throws {
    let row = try ExecutionRow.writer(db)
    for execution in executions { try ExecutionRow.write(execution, row) }
  }

  /// Puts an execution in the place of one whose result cannot be taken any more.
  package func replace(_ execution: ExecutionRecord) throws {
    try db.execute(sql: "DELETE FROM execution WHERE key = ?", arguments: [execution.key.hex])
    try add(execution)
  }

  /// The execution under a key, or under the one that the user declared to mean the same.
  package func execution(_ key: Digest) throws -> ExecutionRecord? {
    try executions([key])[key]
  }

  /// The executions under some keys, each by the key that was asked for; aliases are followed.
  ///
  /// `withParts`: with the parts of their keys, which only explain. `aliases`: what keys were declared to
  /// mean; nil: they are read.
  package func executions(
    _ keys: [Digest],
    withParts: Bool = true,
    aliases: [Digest: Digest]? = nil
  ) throws -> [Digest: ExecutionRecord] {
    var found: [Digest: ExecutionRecord] = [:]
    found.reserveCapacity(keys.count)
    let row = try ExecutionRow.reader(db)
    var targets = aliases
    for key in keys {
      var target = key
      // A result that was declared to be good may itself have been declared for a later key.
      for _ in 0..<CatalogWriter.longestAlias {
        if let execution = try ExecutionRow.execution(target, row, withParts: withParts) {
          found[key] = execution
          break
        }
        let declared = try targets ?? aliasTargets()
        targets = declared
        guard let next = declared[target] else { break }
        target = next
      }
    }
    return found
  }

  /// The newest execution of a step of a pipeline, for explaining a miss.
  package func newestExecution(pipeline: String, step: String) throws -> ExecutionRecord? {
    let row = try RowStatement(
      db,
      sql: """
        SELECT key FROM execution WHERE pipeline = ? AND step = ? ORDER BY ended DESC LIMIT 1
        """
    )
    row.bind(pipeline, at: 1)
    row.bind(step, at: 2)
    guard try row.next() else { return nil }
    let key = try row.digest(0)
    row.reset()
    return try ExecutionRow.execution(key, ExecutionRow.reader(db))
  }

  /// The newest execution of every step of a pipeline; `components(of:)` has the parts of its key.
  package func newestExecutions(pipeline: String) throws -> [String: ExecutionName] {
    // From step to step by the index: as many look-ups as there are steps, whatever their past.
    let row = try RowStatement(
      db,
      sql: """
        WITH RECURSIVE name(step) AS (
          SELECT min(step) FROM execution WHERE pipeline = ?1
          UNION ALL
          SELECT (SELECT min(step) FROM execution WHERE pipeline = ?1 AND step > name.step)
          FROM name WHERE step IS NOT NULL)
        SELECT name.step, newest.key, newest.run, newest.ended FROM name, execution AS newest
        WHERE newest.key = (SELECT key FROM execution WHERE pipeline = ?1 AND step = name.step
          ORDER BY ended DESC LIMIT 1)
        """
    )
    row.bind(pipeline, at: 1)
    defer { row.reset() }
    var found: [String: ExecutionName] = [:]
    while try row.next() {
      found[row.text(0)] = ExecutionName(
        key: try row.digest(1),
        run: row.integer(2),
        ended: row.time(3)
      )
    }
    return found
  }

  /// The parts of an execution's key, a digest each.
  package func components(of key: Digest) throws -> [String: Digest]? {
    try ExecutionRow.execution(key, ExecutionRow.reader(db))?.components
  }

  /// Declares a key to mean the same as another one, until it is declared otherwise.
  package func add(_ alias: AliasRecord) throws { try alias.save(db) }

  package func deleteAlias(_ key: Digest) throws {
    try db.execute(sql: "DELETE FROM alias WHERE key = ?", arguments: [key.hex])
  }

  /// Newest first.
  package func aliases() throws -> [AliasRecord] {
    try AliasRecord.fetchAll(db, sql: "SELECT * FROM alias ORDER BY time DESC, key")
  }

  private func aliasTargets() throws -> [Digest: Digest] {
    let row = try RowStatement(db, sql: "SELECT key, target FROM alias")
    defer { row.reset() }
    var targets: [Digest: Digest] = [:]
    while try row.next() { targets[try row.digest(0)] = try row.digest(1) }
    return targets
  }
}

extension CatalogWriter {
  /// The results under some keys, each by the key that was asked for; aliases are followed.
  ///
  /// Without the parts of their keys, which only explain. `aliases`: what keys were declared to mean.
  package func results(
    _ keys: [Digest],
    aliases: [Digest: Digest]
  ) throws -> [Digest: ExecutionRecord] {
    func results(_ db: Database) throws -> [Digest: ExecutionRecord] {
      try Transaction(db: db).executions(keys, withParts: false, aliases: aliases)
    }
    return keys.count < CatalogWriter.fewLooks ? try look(results) : try lookOften(results)
  }

  private static var fewLooks: Int { 8 }

  /// The results that the steps of a run have made or taken, by their keys; as `results` gives them.
  package func results(ofRun run: Int) throws -> [Digest: ExecutionRecord] {
    try lookOften { db in
      let row = try RowStatement(db, sql: "SELECT key FROM step WHERE run = ? AND key IS NOT NULL")
      row.bind(run, at: 1)
      defer { row.reset() }
      var keys: [Digest] = []
      while try row.next() { keys.append(try row.digest(0)) }
      return try Transaction(db: db).executions(keys, withParts: false, aliases: [:])
    }
  }

  /// The execution under exactly this key, else the newest ones of the step, newest first, up to the one
  /// that `isEnough` is true of.
  package func executions(
    nearest key: Digest,
    pipeline: String,
    step: String,
    limit: Int,
    until isEnough: (ExecutionRecord) -> Bool = { _ in false }
  ) throws -> [ExecutionRecord] {
    try look { db in
      if let same = try ExecutionRow.execution(key, ExecutionRow.reader(db)) { return [same] }
      return try ExecutionRow.newest(
        pipeline: pipeline,
        step: step,
        until: .distantFuture,
        limit: limit,
        isEnough: isEnough,
        db
      )
    }
  }

  /// So many declarations are followed from one key.
  package static var longestAlias: Int { 16 }
}

import Documents
import GRDB
import Glibc
import Synchronization

/// The catalog's only writer: the agent holds the one of a home, behind the agent's lock.
///
/// Each call is one transaction; what belongs together is written in one `write`.
package final class CatalogWriter: Sendable {
  private let database: DatabaseQueue
  private let path: String
  /// Instances as they stand in the catalog, of those that were asked for.
  let instances = Mutex<[String: InstanceRecord]>([:])

  /// Opens or makes the catalog and brings an older one up to date.
  ///
  /// One that a newer Lathe wrote is refused with an `Explanation`.
  package init(home: Home) throws {
    path = home.catalog
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      // Where its memory cannot be shared, SQLite silently keeps another journal.
      let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") ?? ""
      guard mode == "wal" else { throw HomeSite.journalFault(of: home, mode: mode) }
      try db.execute(sql: "PRAGMA synchronous = NORMAL")
      // KiB of pages, taken as they are needed: 10,000 steps and their results fit.
      try db.execute(sql: "PRAGMA cache_size = -16384")
    }
    do {
      database = try DatabaseQueue(path: home.catalog, configuration: configuration)
    } catch let error as DatabaseError {
      throw Explanation(
        what: "The catalog \(home.catalog) cannot be opened.",
        why: error.message ?? "\(error)",
        next: "'lathe doctor' checks it."
      )
    }
    let migrator = Schema.migrator
    if try database.read(migrator.hasBeenSuperseded) {
      throw Explanation(
        what: "The catalog \(home.catalog) was written by a newer Lathe.",
        why: "This version does not know all of its tables.",
        next: "Use the newer 'lathe', or another LATHE_HOME."
      )
    }
    try migrator.migrate(database)
  }

  /// Changes the catalog in one transaction; an error undoes all of it.
  package func write<T: Sendable>(_ changes: (borrowing Transaction) throws -> T) throws -> T {
    do {
      return try database.write { db in
        let transaction = Transaction(db: db)
        let result = try changes(transaction)
        if transaction.stamp.hasInstances { instances.withLock { $0 = [:] } }
        return result
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
      throw SystemFailure("write the catalog \(path)", ENOSPC)
    }
  }

  /// Looks without a transaction, which costs more than the look: nobody else changes the catalog meanwhile.
  func look<T: Sendable>(_ body: (Database) throws -> T) throws -> T {
    try database.unsafeRead(body)
  }

  /// Looks many times in one transaction: without it, each look would take its own locks.
  func lookOften<T: Sendable>(_ body: (Database) throws -> T) throws -> T {
    try database.read(body)
  }

  /// Brings what was committed onto the disk, so that not even a lost machine takes it back.
  ///
  /// Commits alone are in the system's memory; what nobody can make again is synced.
  package func sync() throws {
    let descriptor = open(path + "-wal", O_RDONLY | O_CLOEXEC)
    // Without a log, all of it is in the catalog and was synced.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fdatasync(descriptor) == 0 else { throw SystemFailure("sync the catalog", errno) }
  }

  /// What one transaction may do.
  package struct Transaction: ~Copyable {
    let db: Database
    let stamp = Stamp()

    package func save(_ run: RunRecord) throws { try run.save(db) }
    /// Writes a run that is not there yet.
    package func insert(_ run: RunRecord) throws { try run.insert(db) }
    /// How many steps of a run are done: what changes with every step of it.
    package func saveCounts(of run: RunRecord) throws {
      let statement = try db.cachedStatement(
        sql: "UPDATE run SET stepsDone = ?, stepsCached = ? WHERE id = ?"
      )
      try statement.execute(arguments: [run.stepsDone, run.stepsCached, run.id])
    }
    /// One statement each: a step may have 10,000.
    package func save(_ metric: MetricSummary) throws {
      try metric.insert(db, onConflict: .replace)
    }
    package func save(_ stack: StackRecord) throws { try stack.save(db) }
    package func save(_ resource: ResourceRecord) throws { try resource.save(db) }
    package func save(_ instance: InstanceRecord) throws {
      stamp.hasInstances = true
      try instance.save(db)
    }
    package func save(_ model: ModelRecord) throws { try model.save(db) }

    package func add(_ event: StackEvent) throws { try event.insert(db) }
    package func add(_ alert: AlertRecord) throws { try alert.insert(db) }

    /// Writes a resource's new state and its event together.
    package func transition(_ resource: ResourceRecord) throws {
      try resource.save(db)
      try add(
        StackEvent(
          stack: resource.stack,
          logicalID: resource.logicalID,
          type: resource.type,
          status: resource.status.rawValue,
          reason: resource.reason ?? "",
          time: resource.updated
        )
      )
    }

    /// Writes a stack's new state and its event together.
    package func transition(_ stack: StackRecord) throws {
      try stack.save(db)
      try add(
        StackEvent(
          stack: stack.name,
          logicalID: stack.name,
          type: "AWS::CloudFormation::Stack",
          status: stack.status.rawValue,
          reason: stack.reason ?? "",
          time: stack.updated
        )
      )
    }

    /// A number that no run ever had, removed ones included.
    package func nextRun() throws -> Int { try nextRuns(1) }

    /// The first of so many numbers in a row that no run ever had.
    package func nextRuns(_ count: Int) throws -> Int {
      // SQLite's own sequence never goes back; runs that came from elsewhere may be ahead of it.
      try db.execute(
        sql: """
          INSERT INTO runNumber(id) SELECT max(
            coalesce((SELECT max(id) FROM run), 0),
            coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'runNumber'), 0)) + ?
          """,
        arguments: [count]
      )
      let last = Int(db.lastInsertedRowID)
      try db.execute(sql: "DELETE FROM runNumber WHERE id < ?", arguments: [last])
      return last - count + 1
    }

    /// No later run gets a number up to this one.
    ///
    /// Folders of runs may be there that the catalog does not know: of another host that had the home,
    /// or of launches that a lost machine took back. Their attempts are never taken for a new run's.
    package func reserveRuns(through id: Int) throws {
      let last =
        try Int.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'runNumber'") ?? 0
      guard id > last else { return }
      // Another catalog may name what these folders, and the objects, hold.
      try db.execute(
        sql: "INSERT OR REPLACE INTO counter(name, value) VALUES ('foreignRuns', ?)",
        arguments: [id]
      )
      try db.execute(sql: "INSERT OR IGNORE INTO runNumber(id) VALUES (?)", arguments: [id])
      try db.execute(sql: "DELETE FROM runNumber WHERE id < ?", arguments: [id])
    }

    package func nextVersion(of group: String) throws -> Int {
      try Int.fetchOne(
        db,
        sql: #"SELECT 1 + coalesce(max(version), 0) FROM model WHERE "group" = ?"#,
        arguments: [group]
      ) ?? 1
    }

    package func deleteRun(_ id: Int) throws {
      try db.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [id])
      try db.execute(sql: "DELETE FROM alert WHERE run = ?", arguments: [id])
    }
    package func deleteStack(_ name: String) throws {
      try db.execute(sql: "DELETE FROM resource WHERE stack = ?", arguments: [name])
      try db.execute(sql: "DELETE FROM stack WHERE name = ?", arguments: [name])
    }
    /// The events of an earlier stack of the same name, before a new one is made.
    package func deleteEvents(of stack: String) throws {
      try db.execute(sql: "DELETE FROM event WHERE stack = ?", arguments: [stack])
    }
    package func deleteInstance(_ name: String) throws {
      stamp.hasInstances = true
      try db.execute(sql: "DELETE FROM instance WHERE name = ?", arguments: [name])
    }
  }
}

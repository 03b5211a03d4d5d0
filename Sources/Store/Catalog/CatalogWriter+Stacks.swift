import GRDB
import Synchronization

/// What a change to stacks must know inside its transaction.
extension CatalogWriter.Transaction {
  package func stack(_ name: String) throws -> StackRecord? {
    try StackRecord.fetchOne(db, sql: "SELECT * FROM stack WHERE name = ?", arguments: [name])
  }

  /// All of them, oldest first.
  package func stacks() throws -> [StackRecord] {
    try StackRecord.fetchAll(db, sql: "SELECT * FROM stack ORDER BY created, name")
  }

  /// In the order of their making.
  package func resources(of stack: String) throws -> [ResourceRecord] {
    try ResourceRecord.fetchAll(
      db,
      sql: "SELECT * FROM resource WHERE stack = ? ORDER BY rowid",
      arguments: [stack]
    )
  }

  /// Those of all stacks.
  package func resources(ofType type: String) throws -> [ResourceRecord] {
    try ResourceRecord.fetchAll(
      db,
      sql: "SELECT * FROM resource WHERE type = ? ORDER BY rowid",
      arguments: [type]
    )
  }

  /// Forgets the resources of an earlier stack of the same name, before a new one is made.
  package func deleteResources(of stack: String) throws {
    try db.execute(sql: "DELETE FROM resource WHERE stack = ?", arguments: [stack])
  }

  /// Oldest first.
  package func events(of stack: String) throws -> [StackEvent] {
    try StackEvent.fetchAll(
      db,
      sql: "SELECT * FROM event WHERE stack = ? ORDER BY id",
      arguments: [stack]
    )
  }

  package func instance(_ name: String) throws -> InstanceRecord? {
    try InstanceRecord.fetchOne(db, sql: "SELECT * FROM instance WHERE name = ?", arguments: [name])
  }

  package func instances() throws -> [InstanceRecord] {
    try InstanceRecord.fetchAll(db, sql: "SELECT * FROM instance ORDER BY name")
  }
}

extension CatalogWriter {
  /// An instance, as each step's end asks for it: kept until one is written.
  package func instance(_ name: String) throws -> InstanceRecord? {
    if let known = instances.withLock({ $0[name] }) { return known }
    return try look { db in
      let statement = try db.cachedStatement(sql: "SELECT * FROM instance WHERE name = ?")
      guard let found = try InstanceRecord.fetchOne(statement, arguments: [name]) else {
        return nil
      }
      // Still in the connection's own turn: nobody writes between the look and this.
      instances.withLock { $0[name] = found }
      return found
    }
  }
}

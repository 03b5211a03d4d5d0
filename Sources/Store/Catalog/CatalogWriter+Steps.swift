import GRDB

extension CatalogWriter.Transaction {
  package func save(_ step: StepRecord) throws {
    try StepRow.write(step, revision: revision(), StepRow.writer(db))
  }

  package func save(_ steps: [StepRecord]) throws {
    guard !steps.isEmpty else { return }
    let revision = try revision()
    let row = try StepRow.writer(db)
    for step in steps { try StepRow.write(step, revision: revision, row) }
  }

  /// The number of this change: greater than that of every earlier one.
  private func revision() throws -> Int {
    if let revision = stamp.revision { return revision }
    let row = try RowStatement(
      db,
      sql: "UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value"
    )
    guard try row.next() else {
      throw DatabaseError(message: "the catalog has lost its counter")
    }
    let revision = row.integer(0)
    while try row.next() {}
    stamp.revision = revision
    return revision
  }
}

extension CatalogWriter {
  /// What is counted once in a transaction.
  final class Stamp {
    var revision: Int?
  }
}

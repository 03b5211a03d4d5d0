import Documents
package import Foundation
import GRDB
import Pipelines
import Synchronization

/// The catalog as screens and commands see it: read only, and empty where there is none yet.
///
/// A reader never blocks a writer. A `FileWatch` on `home.catalog + "-wal"` tells when something was
/// committed.
package final class Catalog: Sendable {
  package let home: Home
  private let connection = Mutex<DatabaseQueue?>(nil)

  /// Opens nothing before the first question; a home that does not exist answers with nothing.
  package init(home: Home) {
    self.home = home
  }

  // MARK: Runs

  /// Runs, newest first: those of one instance, and before one run where that is given (for paging).
  package func runs(
    instance: String? = nil,
    before: Int? = nil,
    limit: Int = 200
  ) throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE (:instance IS NULL OR instance = :instance)
          AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
          """,
        arguments: ["instance": instance, "before": before, "limit": limit]
      )
    }
  }

  /// Runs that are queued, executing or stopping, newest first.
  package func activeRuns() throws -> [RunRecord] {
    try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE status IN ('Queued', 'Executing', 'Stopping') ORDER BY id DESC
          """
      )
    }
  }

  /// Runs that a filter finds, newest first: whose name, note, pipeline, status, instance or parameters
  /// contain its text, and which meet its conditions; see `RunFilter`.
  package func runs(
    matching filter: String,
    instance: String? = nil,
    limit: Int = 200
  ) throws -> [RunRecord] {
    let (condition, values) = RunFilter(filter).condition
    return try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM run WHERE \(condition) AND (:instance IS NULL OR instance = :instance)
          ORDER BY id DESC LIMIT :limit
          """,
        arguments: values + ["instance": instance, "limit": limit]
      )
    }
  }

  package func run(_ id: Int) throws -> RunRecord? {
    try read(none: nil) { db in
      try RunRecord.fetchOne(db, sql: "SELECT * FROM run WHERE id = ?", arguments: [id])
    }
  }

  /// The runs that have some numbers, in the order of these; what is not there is left out.
  package func runs(numbered numbers: [Int]) throws -> [RunRecord] {
    try numbers.compactMap { try run($0) }
  }

  /// The run that a user means: `r12`, `12`, `@`, `@-1`, a name, or a name's unique beginning.
  ///
  /// What names no run, or several, is thrown as an `Explanation` that names the nearest ones.
  package func run(named text: String) throws -> RunRecord {
    if let found = try exactRun(text) { return found }
    let named = try read(none: []) { db in
      try RunRecord.fetchAll(
        db,
        sql: "SELECT * FROM run WHERE substr(name, 1, length(:text)) = :text ORDER BY id DESC",
        arguments: ["text": text]
      )
    }
    if let exact = named.first(where: { $0.name == text }) { return exact }
    if let sweep = try sweep(numbered: text) { throw try refusal(of: sweep) }
    if named.count == 1 { return named[0] }
    if named.count > 1 {
      throw Explanation(
        what: "'\(text)' means \(named.count) runs.",
        why: named.prefix(5).map { "\($0.shortName) \($0.name ?? "")" }.joined(separator: ", "),
        next: "Write more of the name, or the run's number."
      )
    }
    guard let newest = try runs(limit: 1).first else {
      throw Explanation(
        what: "There is no run '\(text)'.",
        why: "Nothing has been run in this home yet.",
        next: "'lathe run' starts one."
      )
    }
    let known = try runs(limit: 200)
    let meant = nearest(text, among: known.compactMap(\.name) + known.map(\.shortName))
    throw Explanation(
      what: "There is no run '\(text)'.",
      why: "The newest run is \(newest.shortName).",
      next: (meant.map { "Did you mean '\($0)'? " } ?? "")
        + "'lathe runs' lists them; '@' is the last one, '@-1' the one before."
    )
  }

  private func exactRun(_ text: String) throws -> RunRecord? {
    if text.hasPrefix("@") {
      let back = text == "@" ? 0 : Int(text.dropFirst()).map { -$0 }
      guard let back, back >= 0, back < 1_000_000 else { return nil }
      return try read(none: nil) { db in
        try RunRecord.fetchOne(
          db,
          sql: "SELECT * FROM run ORDER BY id DESC LIMIT 1 OFFSET ?",
          arguments: [back]
        )
      }
    }
    let digits = text.hasPrefix("r") ? text.dropFirst() : text[...]
    guard let id = Int(digits), digits.allSatisfy(\.isNumber) else { return nil }
    return try run(id)
  }

  /// The steps of a run, in the pipeline's order.
  package func steps(of run: Int) throws -> [StepRecord] {
    try read(none: []) { db in
      let row = try RowStatement(db, sql: #"SELECT * FROM step WHERE run = ? ORDER BY "index""#)
      row.bind(run, at: 1)
      return try StepRow.all(row)
    }
  }

  /// Some runs that have steps whose log and metrics are another run's: taken from the cache.
  ///
  /// Those that go with a sweep are left out, where it is given: its runs without a pin or a model.
  package func runs(showing run: Int, besides sweep: Int? = nil, limit: Int = 4) throws -> [Int] {
    try read(none: []) { db in
      try Int.fetchAll(
        db,
        sql: """
          SELECT DISTINCT step.run FROM step JOIN run ON run.id = step.run
          WHERE step.logRun = ?1 AND step.logRun != step.run AND (?2 IS NULL
            OR run.sweep IS NOT ?2 OR run.isPinned OR run.id IN (SELECT run FROM model))
          ORDER BY step.run LIMIT ?3
          """,
        arguments: [run, sweep, limit]
      )
    }
  }

  /// The steps of a run that were written since `revision`, in the pipeline's order, and the revision
  /// to ask for next.
  ///
  /// After 0 they are all steps: who follows a run of 10,000 steps reads the rest only as it changes.
  package func steps(
    of run: Int,
    after revision: Int
  ) throws -> (steps: [StepRecord], revision: Int) {
    try read(none: ([], revision)) { db in
      let newest = try RowStatement(db, sql: "SELECT max(revision) FROM step WHERE run = ?")
      newest.bind(run, at: 1)
      let last = try newest.next() ? newest.integer(0) : 0
      newest.reset()
      let since = revision == 0 ? "" : "AND revision > ?2"
      let row = try RowStatement(
        db,
        sql: #"SELECT * FROM step WHERE run = ?1 \#(since) ORDER BY "index""#
      )
      row.bind(run, at: 1)
      if revision != 0 { row.bind(revision, at: 2) }
      return (try StepRow.all(row), Swift.max(revision, last))
    }
  }

  /// What the steps of a run have logged about themselves, by step; those with nothing are left out.
  package func facts(of run: Int) throws -> [String: StepFacts] {
    try read(none: [:]) { db in
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT name, facts FROM step WHERE run = ? AND facts != '{}'",
        arguments: [run]
      )
      var facts: [String: StepFacts] = [:]
      for row in rows {
        let text: String = row["facts"]
        facts[row["name"]] = try JSONDecoder().decode(StepFacts.self, from: Data(text.utf8))
      }
      return facts
    }
  }

  /// The metric summaries of a run, the main one first, then by importance, step and name.
  package func metrics(of run: Int) throws -> [MetricSummary] {
    try read(none: []) { db in
      let sql = "SELECT * FROM metric WHERE run = ?"
      let all = try MetricSummary.fetchAll(db, sql: sql, arguments: [run]).sorted {
        $0.step != $1.step ? $0.step < $1.step : $0.name.isNaturallyBefore($1.name)
      }
      .byImportance(of: \.name)
      return all.filter(\.isMain) + all.filter { !$0.isMain }
    }
  }

  package func counts(now: Date = Date()) throws -> RunCounts {
    try read(none: RunCounts()) { db in
      var counts = RunCounts()
      counts.all = try Int.fetchOne(db, sql: "SELECT count(*) FROM run") ?? 0
      counts.queued =
        try Int.fetchOne(db, sql: "SELECT count(*) FROM run WHERE status = 'Queued'") ?? 0
      counts.executing =
        try Int.fetchOne(
          db,
          sql: "SELECT count(*) FROM run WHERE status IN ('Executing', 'Stopping')"
        ) ?? 0
      counts.failed =
        try Int.fetchOne(
          db,
          sql: "SELECT count(*) FROM run WHERE status = 'Failed' AND ended > ?",
          arguments: [now.timeIntervalSince1970 - 86_400]
        ) ?? 0
      return counts
    }
  }

  /// The parts of a cache key, a digest each; nil for a key whose execution did not succeed.
  package func components(of key: Digest) throws -> [String: Digest]? {
    try read(none: nil) { db in
      try ExecutionRow.execution(key, ExecutionRow.reader(db))?.components
    }
  }

  /// What the user declared to mean the same, newest first.
  package func aliases() throws -> [AliasRecord] {
    try read(none: []) { db in
      try AliasRecord.fetchAll(db, sql: "SELECT * FROM alias ORDER BY time DESC, key")
    }
  }

  // MARK: Stacks and instances

  /// Newest first; deleted ones only where asked for.
  package func stacks(includingDeleted: Bool = false) throws -> [StackRecord] {
    try read(none: []) { db in
      try StackRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM stack WHERE ? OR status != 'DELETE_COMPLETE' ORDER BY created DESC
          """,
        arguments: [includingDeleted]
      )
    }
  }

  package func stack(_ name: String) throws -> StackRecord? {
    try read(none: nil) { db in
      try StackRecord.fetchOne(db, sql: "SELECT * FROM stack WHERE name = ?", arguments: [name])
    }
  }

  package func resources(of stack: String) throws -> [ResourceRecord] {
    try read(none: []) { db in
      try ResourceRecord.fetchAll(
        db,
        sql: "SELECT * FROM resource WHERE stack = ? ORDER BY rowid",
        arguments: [stack]
      )
    }
  }

  /// Oldest first.
  package func events(of stack: String, after id: Int = 0) throws -> [StackEvent] {
    try read(none: []) { db in
      try StackEvent.fetchAll(
        db,
        sql: "SELECT * FROM event WHERE stack = ? AND id > ? ORDER BY id",
        arguments: [stack, id]
      )
    }
  }

  package func instances() throws -> [InstanceRecord] {
    try read(none: []) { db in
      try InstanceRecord.fetchAll(db, sql: "SELECT * FROM instance ORDER BY created, name")
    }
  }

  package func instance(_ name: String) throws -> InstanceRecord? {
    try read(none: nil) { db in
      try InstanceRecord.fetchOne(
        db,
        sql: "SELECT * FROM instance WHERE name = ?",
        arguments: [name]
      )
    }
  }

  // MARK: Models

  /// By group, newest version first.
  package func models() throws -> [ModelRecord] {
    try read(none: []) { db in
      try ModelRecord.fetchAll(db, sql: #"SELECT * FROM model ORDER BY "group", version DESC"#)
    }
  }

  /// SQLite's own integrity check: nil when the catalog is whole (or there is none yet).
  package func fault() throws -> String? {
    let report = try read(none: "ok") { db in
      try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "ok"
    }
    return report == "ok" ? nil : report
  }

  func read<T: Sendable>(none: T, _ body: (Database) throws -> T) throws -> T {
    do {
      guard let queue = try opened() else { return none }
      return try queue.read(body)
    } catch let error as DatabaseError where error.message?.hasPrefix("no such table") == true {
      // The agent has made the file and is about to make the tables.
      return none
    } catch let error as DatabaseError {
      throw Explanation(
        what: "The catalog \(home.catalog) cannot be read.",
        why: error.message ?? "\(error)",
        next: "'lathe doctor' checks it."
      )
    }
  }

  /// A home that is not there yet is empty; one below a file can never be there.
  private func refuseImpossibleHome() throws {
    var path = home.state
    var isFolder: ObjCBool = false
    while path.count > 1, !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      path = (path as NSString).deletingLastPathComponent
    }
    guard path.count > 1, !isFolder.boolValue else { return }
    throw Explanation(
      what: "The home \(home.state) cannot be used.",
      why: "\(path) is not a folder.",
      next: "Set LATHE_HOME to a folder of yours, or leave it unset for ~/.lathe."
    )
  }

  private func opened() throws -> DatabaseQueue? {
    try connection.withLock { open in
      if let open { return open }
      guard FileManager.default.fileExists(atPath: home.catalog) else {
        try refuseImpossibleHome()
        return nil
      }
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(2)
      configuration.prepareDatabase(Catalog.completeOlderTables)
      let queue = try DatabaseQueue(path: home.catalog, configuration: configuration)
      open = queue
      return queue
    }
  }
}

package struct RunCounts: Sendable, Equatable {
  package var all = 0
  package var queued = 0
  package var executing = 0
  /// Failed in the last 24 hours.
  package var failed = 0

  package init() {}
}

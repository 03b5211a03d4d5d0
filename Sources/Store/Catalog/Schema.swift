import Documents
import Foundation
import GRDB
import Pipelines

/// The catalog's tables, oldest migration first; a migration that was shipped is never edited.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE run (
            id INTEGER PRIMARY KEY, instance TEXT NOT NULL, pipeline TEXT NOT NULL,
            status TEXT NOT NULL, name TEXT, note TEXT, parent INTEGER, parameters TEXT NOT NULL,
            created DOUBLE NOT NULL, started DOUBLE, ended DOUBLE, reason TEXT, failedStep TEXT,
            source TEXT NOT NULL, pipelineFile TEXT NOT NULL, code TEXT NOT NULL,
            host TEXT NOT NULL, user TEXT NOT NULL, stepCount INTEGER NOT NULL,
            stepsDone INTEGER NOT NULL, stepsCached INTEGER NOT NULL, mainMetric TEXT,
            mainGoal TEXT, mainBest DOUBLE, mainLast DOUBLE, sparkline TEXT NOT NULL);
          CREATE TABLE runNumber (id INTEGER PRIMARY KEY AUTOINCREMENT);
          CREATE INDEX runByStatus ON run(status, ended);
          CREATE INDEX runByInstance ON run(instance, id);
          CREATE TABLE step (
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, name TEXT NOT NULL,
            "index" INTEGER NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
            attempt INTEGER NOT NULL, dependsOn TEXT NOT NULL, started DOUBLE, ended DOUBLE,
            reason TEXT, exitCode INTEGER, signal INTEGER, pid INTEGER, cachedFrom INTEGER,
            savedSeconds DOUBLE, key TEXT, cacheReason TEXT, outputs TEXT NOT NULL,
            outcome BOOLEAN, peakMemory INTEGER, cpuSeconds DOUBLE, logRun INTEGER NOT NULL,
            logAttempt INTEGER NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;
          CREATE TABLE metric (
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, step TEXT NOT NULL,
            name TEXT NOT NULL, goal TEXT, isMain BOOLEAN NOT NULL, count INTEGER NOT NULL,
            last DOUBLE, lastStep DOUBLE, min DOUBLE, minStep DOUBLE, max DOUBLE, maxStep DOUBLE,
            PRIMARY KEY (run, step, name)) WITHOUT ROWID;
          CREATE TABLE launch (
            run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
            token TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
          CREATE TABLE execution (
            key TEXT PRIMARY KEY, run INTEGER NOT NULL, step TEXT NOT NULL,
            pipeline TEXT NOT NULL, attempt INTEGER NOT NULL, seconds DOUBLE NOT NULL,
            components TEXT NOT NULL, outputs TEXT NOT NULL, ended DOUBLE NOT NULL) WITHOUT ROWID;
          CREATE INDEX executionByStep ON execution(pipeline, step, ended);
          CREATE TABLE stack (
            name TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT, template TEXT NOT NULL,
            description TEXT NOT NULL, parameters TEXT NOT NULL, outputs TEXT NOT NULL,
            created DOUBLE NOT NULL, updated DOUBLE NOT NULL);
          CREATE TABLE resource (
            stack TEXT NOT NULL, logicalID TEXT NOT NULL, type TEXT NOT NULL,
            physicalID TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, updated DOUBLE NOT NULL,
            attributes TEXT NOT NULL, PRIMARY KEY (stack, logicalID));
          CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT, stack TEXT NOT NULL, logicalID TEXT NOT NULL,
            type TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, time DOUBLE NOT NULL);
          CREATE INDEX eventByStack ON event(stack, id);
          CREATE TABLE instance (
            name TEXT PRIMARY KEY, status TEXT NOT NULL, folder TEXT NOT NULL,
            isAdopted BOOLEAN NOT NULL, stack TEXT, instanceType TEXT NOT NULL, cpus INTEGER,
            memory INTEGER, reason TEXT, created DOUBLE NOT NULL);
          CREATE TABLE model (
            "group" TEXT NOT NULL, version INTEGER NOT NULL, approval TEXT NOT NULL,
            run INTEGER NOT NULL, step TEXT NOT NULL, instance TEXT NOT NULL,
            artifact TEXT NOT NULL, metrics TEXT NOT NULL, description TEXT NOT NULL,
            created DOUBLE NOT NULL, decided DOUBLE, decidedBy TEXT, note TEXT,
            PRIMARY KEY ("group", version)) WITHOUT ROWID;
          CREATE TABLE alert (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER, stack TEXT, message TEXT NOT NULL,
            time DOUBLE NOT NULL);
          """
      )
    }
    migrator.registerMigration("2") { db in
      try db.execute(sql: "ALTER TABLE step ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'")
    }
    migrator.registerMigration("3") { db in
      try db.execute(
        sql: """
          ALTER TABLE step ADD COLUMN warning TEXT;
          ALTER TABLE step ADD COLUMN readBytes INTEGER;
          ALTER TABLE step ADD COLUMN writtenBytes INTEGER;
          ALTER TABLE step ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX stepByRevision ON step(run, revision);
          ALTER TABLE run ADD COLUMN sweep INTEGER;
          ALTER TABLE run ADD COLUMN isPinned BOOLEAN NOT NULL DEFAULT 0;
          CREATE INDEX runBySweep ON run(sweep) WHERE sweep IS NOT NULL;
          CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
          INSERT INTO counter(name, value) VALUES ('revision', 0);
          CREATE TABLE alias (
            key TEXT PRIMARY KEY, target TEXT NOT NULL, step TEXT NOT NULL,
            pipeline TEXT NOT NULL, time DOUBLE NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
          """
      )
    }
    migrator.registerMigration("4 gpus") { db in
      try db.execute(sql: "ALTER TABLE step ADD COLUMN gpus TEXT NOT NULL DEFAULT '[]'")
    }
    migrator.registerMigration("5") { db in
      try db.execute(
        sql: """
          CREATE TABLE sweep (
            id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, pipeline TEXT NOT NULL,
            name TEXT, note TEXT, axes TEXT NOT NULL, parallel INTEGER, count INTEGER NOT NULL,
            created DOUBLE NOT NULL, token TEXT NOT NULL UNIQUE);
          CREATE TABLE sharedLaunch (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
          ALTER TABLE launch ADD COLUMN shared INTEGER;
          CREATE INDEX launchByShared ON launch(shared) WHERE shared IS NOT NULL;
          CREATE TRIGGER sweepOfNoRun AFTER DELETE ON run WHEN old.sweep IS NOT NULL BEGIN
            DELETE FROM sweep WHERE id = old.sweep
              AND NOT EXISTS (SELECT 1 FROM run WHERE sweep = old.sweep);
          END;
          CREATE TRIGGER sharedLaunchDeleted AFTER DELETE ON launch
          WHEN old.shared IS NOT NULL BEGIN
            DELETE FROM sharedLaunch WHERE id = old.shared
              AND NOT EXISTS (SELECT 1 FROM launch WHERE shared = old.shared);
          END;
          CREATE TRIGGER sharedLaunchLeft AFTER UPDATE ON launch
          WHEN old.shared IS NOT NULL AND old.shared IS NOT new.shared BEGIN
            DELETE FROM sharedLaunch WHERE id = old.shared
              AND NOT EXISTS (SELECT 1 FROM launch WHERE shared = old.shared);
          END;
          """
      )
    }
    migrator.registerMigration("6 logs of other runs") { db in
      try db.execute(sql: "CREATE INDEX stepByOtherLog ON step(logRun) WHERE logRun != run")
    }
    migrator.registerMigration("7 findings of watch rules") { db in
      try db.execute(
        sql: """
          ALTER TABLE alert ADD COLUMN step TEXT;
          ALTER TABLE alert ADD COLUMN attempt INTEGER;
          ALTER TABLE alert ADD COLUMN finding TEXT;
          DELETE FROM alert WHERE run IS NOT NULL AND run NOT IN (SELECT id FROM run);
          UPDATE alert SET step = \(stepOfOlderAlert);
          CREATE INDEX alertByRun ON alert(run, step);
          """
      )
    }
    migrator.registerMigration("8 time between resumptions") { db in
      try db.execute(sql: "ALTER TABLE run ADD COLUMN idleSeconds DOUBLE")
    }
    migrator.registerMigration("9 steps that show others' logs, by name") { db in
      try db.execute(
        sql: """
          DROP INDEX IF EXISTS stepByOtherLog;
          CREATE INDEX stepByOtherLog ON step(logRun, name) WHERE logRun != run;
          """
      )
    }
    return migrator
  }

  /// The step of an alert before migration 7, such as `r1 train: NaN: loss is NaN.` has it.
  ///
  /// NULL where no watch rule raised it: "r1 failed: train: Exit code 1."
  static let stepOfOlderAlert = """
    CASE WHEN message GLOB 'r' || run || ' *: *: *' AND message NOT GLOB 'r' || run || ' failed: *'
    THEN substr(message, length(run) + 3, instr(message, ': ') - length(run) - 3) END
    """
}

/// How records become rows: a column a property; dates as seconds since 1970; lists and maps as JSON.
protocol CatalogRecord: FetchableRecord, PersistableRecord {}

extension CatalogRecord {
  static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
    .timeIntervalSince1970
  }

  static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
    .timeIntervalSince1970
  }
}

extension RunRecord: CatalogRecord {
  static var databaseTableName: String { "run" }
}

extension StepRecord: CatalogRecord {
  static var databaseTableName: String { "step" }
}

extension StackRecord: CatalogRecord {
  static var databaseTableName: String { "stack" }
}

extension ResourceRecord: CatalogRecord {
  static var databaseTableName: String { "resource" }
}

extension InstanceRecord: CatalogRecord {
  static var databaseTableName: String { "instance" }
}

extension ModelRecord: CatalogRecord {
  static var databaseTableName: String { "model" }
}

extension ExecutionRecord: CatalogRecord {
  static var databaseTableName: String { "execution" }
}

extension AliasRecord: CatalogRecord {
  static var databaseTableName: String { "alias" }
}

extension SweepRecord: CatalogRecord {
  static var databaseTableName: String { "sweep" }

  func encode(to container: inout PersistenceContainer) throws {
    // The identifier is SQLite's to give.
    container["id"] = id == 0 ? nil : id
    container["instance"] = instance
    container["pipeline"] = pipeline
    container["name"] = name
    container["note"] = note
    container["axes"] = String(decoding: try JSONEncoder().encode(axes), as: UTF8.self)
    container["parallel"] = parallel
    container["count"] = count
    container["created"] = created.timeIntervalSince1970
    container["token"] = token
  }
}

extension StackEvent: CatalogRecord {
  static var databaseTableName: String { "event" }

  func encode(to container: inout PersistenceContainer) {
    // The identifier is SQLite's to give.
    container["id"] = id == 0 ? nil : id
    container["stack"] = stack
    container["logicalID"] = logicalID
    container["type"] = type
    container["status"] = status
    container["reason"] = reason
    container["time"] = time.timeIntervalSince1970
  }
}

extension AlertRecord: CatalogRecord {
  static var databaseTableName: String { "alert" }

  /// What a rule found is often NaN.
  static func databaseJSONDecoder(for column: String) -> JSONDecoder { .keepingNaN }

  func encode(to container: inout PersistenceContainer) throws {
    container["id"] = id == 0 ? nil : id
    container["run"] = run
    container["stack"] = stack
    container["message"] = message
    container["time"] = time.timeIntervalSince1970
    container["step"] = step
    container["attempt"] = attempt
    container["finding"] = try finding.map {
      String(decoding: try JSONEncoder.keepingNaN.encode($0), as: UTF8.self)
    }
  }
}

/// SQLite makes NULL of NaN; reading turns it back.
extension MetricSummary: CatalogRecord {
  static var databaseTableName: String { "metric" }

  init(row: Row) throws {
    self.init(
      run: row["run"],
      step: row["step"],
      name: row["name"],
      goal: (row["goal"] as String?).flatMap(Goal.init(rawValue:)),
      isMain: row["isMain"],
      count: row["count"],
      last: row["last"] ?? .nan,
      lastStep: row["lastStep"] ?? .nan,
      min: row["min"] ?? .nan,
      minStep: row["minStep"] ?? .nan,
      max: row["max"] ?? .nan,
      maxStep: row["maxStep"] ?? .nan
    )
  }

  func encode(to container: inout PersistenceContainer) {
    container["run"] = run
    container["step"] = step
    container["name"] = name
    container["goal"] = goal?.rawValue
    container["isMain"] = isMain
    container["count"] = count
    container["last"] = last
    container["lastStep"] = lastStep
    container["min"] = min
    container["minStep"] = minStep
    container["max"] = max
    container["maxStep"] = maxStep
  }
}

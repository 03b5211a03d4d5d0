import GRDB

/// A catalog as Lathe made it before migration 3: what was shipped, never to be edited.
enum CatalogOfVersion2 {
  static func make(at path: String) throws {
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
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    try migrator.migrate(queue)
    try queue.write { try $0.execute(sql: rows) }
  }

  /// As GRDB's coders wrote them.
  private static let rows = """
    INSERT INTO run VALUES (3, 'digits', 'p', 'Succeeded', 'base', NULL, NULL, '{"rate":0.5}',
      1700000000.125, 1700000001, 1700000002, NULL, NULL, '{"editedFiles":["a"]}',
      '\(hex)', '\(hex)', 'h', 'u', 2, 2, 0, 'loss', 'min', 0.25, 0.25, '[1,0.5]');
    INSERT INTO step VALUES (3, 'train', 1, 'Training', 'Succeeded', 1, '["prepare","a\\"b"]',
      1700000001, 1700000002, NULL, 0, NULL, 7, NULL, NULL, '\(hex)', 'first execution',
      '{"model":{"size":12,"kind":"folder","digest":"\(hex)"}}', NULL, 99, 0.5, 3, 1,
      '{"params":{"lr":"0.1"},"summary":{"best":0.5},"artifacts":{}}');
    INSERT INTO step VALUES (3, 'prepare', 0, 'Processing', 'Cached', 0, '[]', NULL, NULL, NULL,
      NULL, NULL, NULL, 2, 1.5, '\(hex)', NULL, '{}', NULL, NULL, NULL, 2, 1, '{}');
    INSERT INTO alert(run, message, time) VALUES (3, 'r3 train: NaN: loss is NaN.', 1700000001),
      (3, 'r3 failed: train: Exit code 1: no.', 1700000002), (3, 'Not good: r3 a: b: c.', 1700000002),
      (NULL, 'r3 x: y: z', 1700000002);
    INSERT INTO execution VALUES ('\(hex)', 3, 'train', 'p', 1, 1.5,
      '{"command":"\(hex)","code a\\/b.py":"\(hex)"}',
      '{"model":{"kind":"folder","digest":"\(hex)","size":12}}', 1700000002);
    """

  static let hex = String(repeating: "ab", count: 32)
}

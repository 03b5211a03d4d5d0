import GRDB
import Pipelines

/// A step's row: its columns in one order for writing and reading.
struct StepRow {
  /// The record's columns; `revision` comes behind them when written.
  private static let columns = [
    "run", "name", "index", "type", "status", "attempt", "dependsOn", "started", "ended", "reason",
    "exitCode", "signal", "pid", "cachedFrom", "savedSeconds", "key", "cacheReason", "outputs",
    "outcome", "peakMemory", "cpuSeconds", "logRun", "logAttempt", "facts", "warning", "readBytes",
    "writtenBytes", "gpus",
  ]

  // MARK: Writing

  static func writer(_ db: Database) throws -> RowStatement { try RowStatement(db, sql: upsert) }

  private static let upsert: String = {
    let names = (columns + ["revision"]).map { "\"\($0)\"" }
    let marks = names.map { _ in "?" }
    let updates = names.dropFirst(2).map { "\($0) = excluded.\($0)" }
    return """
      INSERT INTO step(\(names.joined(separator: ", "))) VALUES (\(marks.joined(separator: ", ")))
      ON CONFLICT(run, name) DO UPDATE SET \(updates.joined(separator: ", "))
      """
  }()

  static func write(_ step: StepRecord, revision: Int, _ row: RowStatement) throws {
    row.bind(step.run, at: 1)
    row.bind(step.name, at: 2)
    row.bind(step.index, at: 3)
    row.bind(step.type.rawValue, at: 4)
    row.bind(step.status.rawValue, at: 5)
    row.bind(step.attempt, at: 6)
    row.bind(CellText.encode(step.dependsOn), at: 7)
    row.bind(step.started, at: 8)
    row.bind(step.ended, at: 9)
    row.bind(step.reason, at: 10)
    row.bind(step.exitCode, at: 11)
    row.bind(step.signal, at: 12)
    row.bind(step.pid, at: 13)
    row.bind(step.cachedFrom, at: 14)
    row.bind(step.savedSeconds, at: 15)
    row.bind(step.key, at: 16)
    row.bind(step.cacheReason, at: 17)
    row.bind(CellText.encode(step.outputs), at: 18)
    row.bind(step.outcome, at: 19)
    row.bind(step.peakMemory, at: 20)
    row.bind(step.cpuSeconds, at: 21)
    row.bind(step.logRun, at: 22)
    row.bind(step.logAttempt, at: 23)
    row.bind(try CellText.encode(step.facts), at: 24)
    row.bind(step.warning, at: 25)
    row.bind(step.readBytes, at: 26)
    row.bind(step.writtenBytes, at: 27)
    row.bind(try CellText.encode(step.gpus), at: 28)
    row.bind(revision, at: 29)
    try row.run()
  }

  // MARK: Reading

  /// The rows that a statement over the whole of `step` gives.
  static func all(_ row: RowStatement) throws -> [StepRecord] {
    var steps: [StepRecord] = []
    let at = row.places(of: columns)
    defer { row.reset() }
    while try row.next() {
      steps.append(
        StepRecord(
          run: row.integer(at[0]),
          name: row.text(at[1]),
          index: row.integer(at[2]),
          type: try row.word(at[3], as: StepType.self),
          status: try row.word(at[4], as: StepStatus.self),
          attempt: row.integer(at[5]),
          dependsOn: try CellText.texts(row.bytes(at[6])),
          started: row.optionalTime(at[7]),
          ended: row.optionalTime(at[8]),
          reason: row.optionalText(at[9]),
          exitCode: row.optionalInteger(at[10]),
          signal: row.optionalInteger(at[11]),
          pid: row.optionalInteger(at[12]),
          cachedFrom: row.optionalInteger(at[13]),
          savedSeconds: row.optionalDouble(at[14]),
          key: try row.optionalDigest(at[15]),
          cacheReason: row.optionalText(at[16]),
          outputs: try CellText.artifacts(row.bytes(at[17])),
          outcome: row.optionalTruth(at[18]),
          peakMemory: row.optionalInteger(at[19]),
          cpuSeconds: row.optionalDouble(at[20]),
          logRun: row.integer(at[21]),
          logAttempt: row.integer(at[22]),
          facts: try CellText.facts(row.bytes(at[23])),
          warning: row.optionalText(at[24]),
          readBytes: row.optionalInteger(at[25]),
          writtenBytes: row.optionalInteger(at[26]),
          gpus: try CellText.gpus(row.bytes(at[27]))
        )
      )
    }
    return steps
  }
}

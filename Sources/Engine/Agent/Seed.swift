import Documents
import Foundation
import Pipelines
import Store

/// Fills an empty home with made-up ended runs, for measuring how Lathe does with many.
///
/// Benchmarks only: it refuses a home that has a catalog.
enum Seed {
  static func run(home: Home, runs: Int, steps: Int, metrics: Int) throws {
    guard !FileManager.default.fileExists(atPath: home.catalog) else {
      throw Explanation(
        what: "\(home.folder) has a catalog already.",
        next: "Use an empty LATHE_HOME."
      )
    }
    try makeFolder(home.folder)
    let catalog = try CatalogWriter(home: home)
    let code = try ObjectStore(home: home).put(Data(Manifest().text.utf8))
    let start = Date(timeIntervalSince1970: 1_700_000_000)
    try catalog.write { transaction in
      try transaction.save(
        InstanceRecord(
          name: "bench",
          status: .inService,
          folder: home.folder,
          isAdopted: true,
          created: start
        )
      )
    }
    for first in stride(from: 1, through: runs, by: 500) {
      try catalog.write { transaction in
        for id in first...min(runs, first + 499) {
          let created = start.addingTimeInterval(Double(id) * 60)
          try transaction.save(record(id, created: created, code: code, steps: steps))
          for index in 0..<steps {
            try transaction.save(
              StepRecord(
                run: id,
                name: "step\(index)",
                index: index,
                type: .training,
                status: .succeeded,
                attempt: 1,
                started: created,
                ended: created.addingTimeInterval(5),
                exitCode: 0
              )
            )
          }
          for index in 0..<metrics {
            try transaction.save(
              MetricSummary(
                run: id,
                step: "step\(index % max(1, steps))",
                name: "metric\(index)",
                goal: .min,
                isMain: index == 0,
                count: 100,
                last: 0.5,
                lastStep: 99,
                min: 0.4,
                minStep: 90,
                max: 2,
                maxStep: 0
              )
            )
          }
        }
      }
    }
  }

  private static func record(_ id: Int, created: Date, code: Digest, steps: Int) -> RunRecord {
    RunRecord(
      id: id,
      instance: "bench",
      pipeline: "bench",
      status: id % 17 == 0 ? .failed : .succeeded,
      parent: id > 1 ? id - 1 : nil,
      parameters: ["learning_rate": .float(0.1 / Double(id % 7 + 1)), "hidden": .integer(64)],
      created: created,
      started: created,
      ended: created.addingTimeInterval(30),
      pipelineFile: code,
      code: code,
      stepCount: steps,
      stepsDone: steps,
      mainMetric: "metric0",
      mainGoal: .min,
      mainBest: 0.4,
      mainLast: 0.5,
      sparkline: (0..<32).map { 2 / Double($0 + 1) }
    )
  }
}

import Documents
import Foundation
import Pipelines
import Series
import Store

/// Fills an empty home with made-up ended runs, for measuring how Lathe does with many.
///
/// Benchmarks only: it refuses a home that has a catalog.
enum Seed {
  static func run(home: Home, runs: Int, steps: Int, metrics: Int, points: Int) throws {
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
            var step = StepRecord(
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
            // Only an attempt with metrics has a folder.
            if points > 0 { step.logAttempt = 1 }
            try transaction.save(step)
          }
          for index in 0..<metrics {
            let step = "step\(index % max(1, steps))"
            let name = "metric\(index)"
            let summary = try curve(
              name,
              points: points,
              in: home.attempt(run: id, step: step, attempt: 1),
              from: created
            )
            try transaction.save(
              MetricSummary(
                run: id,
                step: step,
                name: name,
                goal: .min,
                isMain: index == 0,
                count: summary?.count ?? 100,
                last: summary?.last ?? 0.5,
                lastStep: summary?.lastStep ?? 99,
                min: summary?.min ?? 0.4,
                minStep: summary?.minStep ?? 90,
                max: summary?.max ?? 2,
                maxStep: summary?.maxStep ?? 0
              )
            )
          }
        }
      }
    }
  }

  /// Logs a loss that falls with noise, a point a millisecond; nil when there are to be no points.
  private static func curve(
    _ name: String,
    points: Int,
    in folder: AttemptFolder,
    from start: Date
  ) throws -> SeriesSummary? {
    guard points > 0 else { return nil }
    try makeFolder(folder.path)
    var writer = try SeriesWriter(folder: folder.metrics)
    guard let id = writer.id(of: name) else { return nil }
    let began = start.timeIntervalSince1970
    var state = UInt64(points)
    for first in stride(from: 0, to: points, by: 1 << 16) {
      for index in first..<min(points, first + 1 << 16) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Double(state >> 40) / Double(1 << 24) - 0.5
        let loss = 2 / (1 + 50 * Double(index) / Double(points)) + 0.1 * noise
        writer.append(
          id,
          step: Double(index),
          time: began + Double(index) / 1000,
          value: Double(Float(loss))
        )
      }
      try writer.flush()
    }
    try writer.seal()
    return writer.summary(of: id)
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

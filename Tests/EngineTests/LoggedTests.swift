import Foundation
import Pipelines
import Series
import Store
import Testing

@testable import Engine

/// What an attempt has logged, in the order of its exit record.
struct LoggedTests {
  private static func logged(_ names: [String], declared: [AttemptSpec.Metric]) throws -> Logged {
    let root = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    var sink = try MetricSink(folder: AttemptFolder(path: root))
    for name in names {
      guard let id = sink.id(of: name) else { continue }
      // The sparkline tells which one is the main metric.
      sink.take(id, step: 0, time: 0, value: Double(names.firstIndex(of: name) ?? 0))
    }
    try sink.flush()
    var spec = AttemptSpec(
      run: 1,
      step: "a",
      attempt: 1,
      home: root,
      state: root,
      arguments: [],
      environment: [:],
      code: Manifest().digest,
      inputs: [],
      outputs: [:],
      metrics: declared
    )
    spec.metrics = declared
    return Logged(sink, spec)
  }

  @Test func `what is looked for in any command's lines is ranked with all else that it logs`()
    throws
  {
    let process = try #require(Pipeline.single(command: ["x"]).steps.first?.process)
    let guesses = process.metrics.map { metric in
      AttemptSpec.Metric(
        name: metric.name,
        regex: metric.pattern?.source,
        goal: metric.goal,
        isMain: false,
        isGuess: true
      )
    }
    let names = ["train_loss", "lr", "accuracy", "validation/loss"]
    let logged = try Self.logged(names, declared: guesses)
    #expect(logged.metrics.map(\.name) == ["validation/loss", "train_loss", "accuracy", "lr"])
    #expect(logged.sparkline == [3])
    #expect(logged.metrics.map(\.goal) == [.min, .min, .max, nil])
  }

  @Test func `what a step declares comes first, as it is declared`() throws {
    let declared = ["accuracy", "train_loss"].map {
      AttemptSpec.Metric(name: $0, regex: nil, goal: nil, isMain: false)
    }
    let logged = try Self.logged(["val_loss", "train_loss", "accuracy"], declared: declared)
    #expect(logged.metrics.map(\.name) == ["accuracy", "train_loss", "val_loss"])
    #expect(logged.sparkline == [2])
  }
}

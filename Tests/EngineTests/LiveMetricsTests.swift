import Foundation
import Pipelines
import Series
import Store
import Testing

@testable import Engine

/// What is told of a run before its steps have ended.
struct LiveMetricsTests {
  private func held(_ pipeline: String, _ values: [String: [Double]]) throws -> RunSite {
    let site = try RunSite(
      ["pipeline.yaml": pipeline],
      executor: ScriptedExecutor { _ in .hold }
    )
    let run = try site.launch()
    let folder = site.home.attempt(run: run, step: "a", attempt: 1)
    var writer = try SeriesWriter(folder: folder.metrics)
    for (name, values) in values {
      for (place, value) in values.enumerated() {
        writer.append(name, step: Double(place), time: 1_700_000_000, value: value)
      }
    }
    try writer.flush()
    return site
  }

  @Test func `a list tells the main metric of a run that executes as far as it has come`() throws {
    let site = try held(
      "steps: { a: { type: Training, run: [x], metrics: [{ name: reward, goal: max, main: true }] } }",
      ["reward": [1, 5, 4], "loss": [3, 2, .nan]]
    )
    var live = LiveMetrics(site.agent.reader)
    let run = try #require(try site.agent.reader.run(1))
    #expect(run.mainBest == nil)
    let told = try #require(try live.told([run]).first)
    #expect(told.mainBest == 5 && told.mainLast == 4 && told.mainGoal == .max)
    #expect(told.sparkline == [1, 5, 4])
    #expect(try live.folders(of: [1]) == [site.home.attempt(run: 1, step: "a", attempt: 1).metrics])
    let metrics = try live.metrics(of: run)
    #expect(metrics.map(\.name) == ["reward", "loss"] && metrics.map(\.isMain) == [true, false])
    #expect(try live.sides(of: [run]).map(\.notFinite) == [1])
  }

  @Test func `where nothing is declared the most important metric that has a goal is told`() throws
  {
    let site = try held(
      "steps: { a: { type: Training, run: [x] } }",
      ["acc": [0.5], "val/loss": [2, 1], "rows": [7]]
    )
    var live = LiveMetrics(site.agent.reader)
    let run = try #require(try site.agent.reader.run(1))
    let told = try #require(try live.told([run]).first)
    #expect(told.mainMetric == "val/loss" && told.mainBest == 1 && told.mainGoal == .min)
  }

  @Test func `a long list costs no more than its first runs`() throws {
    let site = try held(
      "steps: { a: { type: Training, run: [x], metrics: [{ name: loss, goal: min }] } }",
      ["loss": [1]]
    )
    var live = LiveMetrics(site.agent.reader)
    let run = try #require(try site.agent.reader.run(1))
    let told = try live.told(Array(repeating: run, count: LiveMetrics.most + 3))
    #expect(told.count { $0.mainBest == 1 } == LiveMetrics.most)
  }

  @Test func `of a command, whose metrics are guessed, what it has logged is told`() throws {
    let site = try RunSite([:], executor: ScriptedExecutor { _ in .hold })
    let request = LaunchRequest(
      instance: "digits",
      what: .command(["x"]),
      environment: ["PATH": "/usr/bin:/bin"]
    )
    try site.ask(.launch(request))
    let run = try #require(try site.agent.reader.run(1))
    let step = try #require(try site.agent.reader.steps(of: 1).first)
    var live = LiveMetrics(site.agent.reader)
    #expect(try live.told([run]) == [run])
    let folder = site.home.attempt(run: 1, step: step.name, attempt: 1)
    var writer = try SeriesWriter(folder: folder.metrics)
    for (name, value) in [("rows", 7.0), ("val/acc", 0.5)] {
      writer.append(name, step: 1, time: 1_700_000_000, value: value)
    }
    try writer.flush()
    let told = try #require(try live.told([run]).first)
    #expect(told.mainMetric == "val/acc" && told.mainBest == 0.5 && told.mainGoal == .max)
    #expect(try live.metrics(of: run).first?.name == "val/acc")
  }
}

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
    let folder = site.home.attempt(run: 1, step: "a", attempt: 1).metrics
    #expect(try LiveMetrics.folders(of: [1], in: site.agent.reader) == [folder])
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

  private static let two =
    "steps: { a: { type: Training, run: [x], metrics: [{ name: loss, goal: min, main: true }] } }"

  /// Logs the loss of a run whose step has begun; returns the folder.
  private func log(_ values: [Double], of run: Int, in site: RunSite) throws -> String {
    let folder = site.home.attempt(run: run, step: "a", attempt: 1).metrics
    var writer = try SeriesWriter(folder: folder)
    for (place, value) in values.enumerated() {
      writer.append("loss", step: Double(place), time: 1_700_000_000, value: value)
    }
    try writer.flush()
    return folder
  }

  @Test func `a damaged file takes nothing away from the other runs, nor what was read of it`()
    throws
  {
    let site = try RunSite(
      ["pipeline.yaml": Self.two],
      executor: ScriptedExecutor { $0.run == 2 ? .hold : .succeed([:]) }
    )
    _ = try log([3, .nan], of: try site.run().id, in: site)
    let folder = try log([9, 8], of: try site.launch(caching: .off), in: site)
    let runs = try [1, 2].map { try #require(try site.agent.reader.run($0)) }
    var live = LiveMetrics(site.agent.reader)
    var reader = SeriesReader(folder: folder)
    _ = try reader.refresh()
    let before = try live.sides(of: runs)
    #expect(before.map { $0.metrics.map(\.last) } == [[], [8]])
    #expect(before.map(\.notFinite) == [1, 0])
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      truncate(folder + "/" + name, 1)
    }
    #expect(throws: SeriesError.self) { try reader.refresh() }
    #expect(try live.sides(of: runs) == before)
    #expect(try live.told(runs).map(\.mainLast) == [nil, 8])
    // Read anew, nothing of it is whole.
    var other = LiveMetrics(site.agent.reader)
    #expect(try other.sides(of: runs).map(\.metrics) == [[], []])
  }

  @Test func `what attempts that have ended have logged is counted once`() throws {
    let site = try RunSite(["pipeline.yaml": Self.two])
    let run = try site.run()
    let folder = try log([1, .nan, .infinity], of: run.id, in: site)
    var live = LiveMetrics(site.agent.reader)
    #expect(try live.sides(of: [run]).map(\.notFinite) == [2])
    try FileManager.default.removeItem(atPath: folder)
    #expect(try live.sides(of: [run]).map(\.notFinite) == [2])
  }

  @Test func `of an earlier comparison of the same code only the files are taken`() throws {
    let site = try RunSite(["pipeline.yaml": Self.two, "x": "1"])
    let first = try site.run()
    try site.write("2", "x")
    let runs = [first, try site.run(caching: .off)]
    var live = LiveMetrics(site.agent.reader)
    func compared(_ runs: [RunRecord], _ known: RunComparison?) throws -> RunComparison {
      try RunComparison(
        of: runs,
        catalog: site.agent.reader,
        objects: site.store,
        live: &live,
        known: known
      )
    }
    let fresh = try compared(runs, nil)
    #expect(fresh.files.map(\.path) == ["x"])
    #expect(fresh.inputs.count == 3)
    var stale = fresh
    // As while the first step of a run executes: its inputs are recorded after its end.
    stale.inputs = []
    stale.metrics = []
    #expect(try compared(runs, stale) == fresh)
    stale.files[0].path = "kept"
    #expect(try compared(runs, stale).files.map(\.path) == ["kept"])
    #expect(try compared(runs.reversed(), stale).files.map(\.path) == ["x"])
  }
}

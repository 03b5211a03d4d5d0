import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

/// Watch rules in whole runs, with the real step runner.
struct WatchRunTests {
  private func site(_ script: String, watch: String) throws -> RunSite {
    try RunSite(
      [
        "a.sh": script,
        "pipeline.yaml": """
        steps:
          a:
            type: Training
            run: [bash, a.sh]
            metrics: [{ name: loss, regex: 'loss=(\\S+)', goal: min, main: true }]
            watch: \(watch)
          b: { type: Processing, run: 'true', depends_on: a }
        """,
      ],
      executor: ThreadExecutor()
    )
  }

  @Test func `a finding is an alert, a mark and a line of the log, and the run goes on`() throws {
    let site = try site(
      "echo loss=1; echo loss=nan; echo loss=inf; echo loss=9\n",
      watch: "[NaN, { rule: Threshold, above: 5 }]"
    )
    let run = try site.run()
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    let folder = site.home.attempt(run: run.id, step: "a", attempt: 1)
    let marks = WatchMarks.read(folder)
    #expect(
      marks.map(\.words) == ["NaN at 1: loss is NaN.", "Threshold at 2: loss is inf, above 5."]
    )
    #expect(marks.map(\.step) == [1, 2])
    let alerts = try site.agent.reader.watchAlerts(of: run.id)
    #expect(alerts.map(\.message) == marks.map { "r1 a: \($0.words)" })
    #expect(alerts.map(\.finding) == marks && alerts.allSatisfy { $0.step == "a" })
    #expect(alerts.map(\.attempt) == [1, 1])
    let line = "lathe: watch rule NaN of step a, loss at 1: loss is NaN.\n"
    #expect(site.read(folder.log)?.contains(line) == true)
  }

  @Test func `a finding stops the run where the rule says so`() throws {
    let site = try site(
      "echo loss=1; echo loss=nan; sleep 600\n",
      watch: "[{ rule: NaN, action: StopTraining }]"
    )
    let run = try site.run()
    #expect(run.status == .stopped)
    #expect(run.reason == "a: stopped by watch rule NaN at 1: loss is NaN.")
    let steps = try site.steps(run.id)
    #expect(steps["a"]?.status == .stopped)
    #expect(steps["a"]?.reason == "Stopped by watch rule NaN at 1: loss is NaN.")
    #expect(try site.agent.reader.alerts().map(\.message) == ["r1 a: NaN at 1: loss is NaN."])
  }

  @Test func `silence is found while nothing happens`() throws {
    let site = try site(
      "echo loss=1; sleep 600\n",
      watch: "[{ rule: Stall, threshold: 0.2, action: stop }]"
    )
    let run = try site.run()
    #expect(run.status == .stopped)
    let words = "Stall: the step has printed nothing for 0.2 s."
    #expect(try site.steps(run.id)["a"]?.reason == "Stopped by watch rule \(words)")
    #expect(try site.agent.reader.watchAlerts(of: run.id).map(\.words) == [words])
  }

  @Test func `an agent that was away raises what it missed, once`() throws {
    let site = try site("echo loss=nan\n", watch: "[NaN]")
    let run = try site.run()
    let folder = site.home.attempt(run: run.id, step: "a", attempt: 1)
    var missed = try #require(WatchMarks.read(folder).first)
    missed.message = "loss is far too large."
    try WatchMarks.add([missed], in: folder)
    try site.replaceAgent(executor: ThreadExecutor())
    for _ in 0..<2 { try site.ask(.watched(run: run.id, step: "a", attempt: 1)) }
    #expect(
      try site.agent.reader.alerts().reversed().map(\.message) == [
        "r1 a: NaN at 0: loss is NaN.", "r1 a: NaN at 0: loss is far too large.",
      ]
    )
  }

  @Test func `what an older Lathe has raised is not raised again`() throws {
    let site = try site("echo loss=1\n", watch: "[NaN]")
    let run = try site.run()
    let folder = site.home.attempt(run: run.id, step: "a", attempt: 1)
    var old = AlertRecord(
      run: run.id,
      message: "r1 a: ExplodingTensor: loss is NaN.",
      time: Date(timeIntervalSince1970: 1_700_000_000)
    )
    old.step = "a"
    try site.agent.catalog.write { [old] in try $0.add(old) }
    let mark = WatchFinding(
      rule: "ExplodingTensor",
      metric: "loss",
      step: 4,
      time: 1_700_000_000,
      value: .nan,
      message: "loss is NaN.",
      action: .alert
    )
    var next = mark
    next.time += 1
    try WatchMarks.add([mark, next], in: folder)
    for _ in 0..<2 { try site.ask(.watched(run: run.id, step: "a", attempt: 1)) }
    #expect(try site.agent.reader.watchAlerts(of: run.id).map(\.finding) == [nil, next])
  }

  @Test func `a step from the cache raises nothing again: what was found is the other run's`()
    throws
  {
    let site = try site("echo loss=nan\n", watch: "[NaN]")
    for _ in 0..<2 { #expect(try site.run().status == .succeeded) }
    #expect(try site.steps(2)["a"]?.cachedFrom == 1)
    #expect(try site.agent.reader.alertCounts() == [1: 1, 2: 1])
    #expect(try site.agent.reader.watchAlerts(of: 2).isEmpty)
    #expect(try site.agent.reader.shownAlerts(of: 2).map(\.run) == [1])
  }

  @Test func `many findings are an alert each, however often they are asked for`() throws {
    let site = try site("echo loss=nan\n", watch: "[NaN]")
    let run = try site.run()
    let folder = site.home.attempt(run: run.id, step: "a", attempt: 1)
    let first = try #require(WatchMarks.read(folder).first)
    let more = (1...1_200).map { place in
      var finding = first
      finding.message = "m\(place) is NaN."
      return finding
    }
    var again = first
    again.time += 60
    try WatchMarks.add(more + [again], in: folder)
    for _ in 0..<2 { try site.ask(.watched(run: run.id, step: "a", attempt: 1)) }
    #expect(try site.agent.reader.alerts(limit: 5_000).count == 1_202)
  }

  @Test func `what an earlier attempt has found at the same place rings no second time`() throws {
    let site = try site(
      "echo loss=1; echo loss=nan; sleep 600\n",
      watch: "[{ rule: NaN, action: StopTraining }]"
    )
    let run = try site.run()
    try site.ask(.resume(run: run.id))
    #expect(try site.end(of: run.id).status == .stopped)
    #expect(try site.steps(run.id)["a"]?.attempt == 2)
    #expect(try site.agent.reader.watchAlerts(of: run.id).map(\.attempt) == [1])
  }

  @Test func `silence is news in each attempt`() throws {
    let site = try site("echo loss=1\n", watch: "[NaN]")
    let run = try site.run()
    let finding = WatchFinding(
      rule: "Stall",
      metric: nil,
      step: .nan,
      time: 1,
      value: .nan,
      message: "the step has printed nothing for 9 s.",
      action: .alert
    )
    for attempt in 1...2 {
      let folder = site.home.attempt(run: run.id, step: "a", attempt: attempt)
      try makeFolder(folder.path)
      try WatchMarks.add([finding], in: folder)
      try site.ask(.watched(run: run.id, step: "a", attempt: attempt))
    }
    #expect(try site.agent.reader.watchAlerts(of: run.id).map(\.attempt) == [1, 2])
  }
}

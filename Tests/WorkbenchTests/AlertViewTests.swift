import Engine
import Foundation
import Pipelines
import Store
import Terminal
import Testing

@testable import Workbench

/// What watch rules found, wherever the workbench tells of a run.
struct AlertViewTests {
  private static func alert(_ id: Int, run: RunRecord, at step: Double = 12) -> AlertRecord {
    let finding = WatchFinding(
      rule: "NaN",
      metric: "loss",
      step: step,
      time: fixedNow,
      value: .nan,
      message: "loss is NaN.",
      action: .alert
    )
    var alert = AlertRecord(finding, run: run, step: "train", attempt: 1)
    alert.id = id
    return alert
  }

  // MARK: The list

  private func list(_ glyphs: GlyphSet = .braille, width: Int = 80) -> [String] {
    let stopped = run(2, .stopped, parent: 1, best: 0.5)
    let runs = [run(3, .executing, rate: 0.03, parent: 2), stopped, run(1, .succeeded, best: 0.3)]
    var root = Root(
      context: context(width: width, height: 30, glyphs: glyphs),
      start: .runs
    )
    let sweep = SweepRecord(
      id: 1,
      instance: "digits",
      pipeline: "digits",
      axes: [SweepRecord.Axis(name: "lr", values: ["1", "2"])],
      count: 2,
      created: Date(timeIntervalSince1970: fixedNow - 9000),
      token: "t"
    )
    var state = SweepState(sweep: sweep, counts: [.succeeded: 2])
    state.alertCount = 7
    for (query, answer) in [
      (Query.header, header(running: 1)),
      (.runs(filter: "", limit: RunsView.page), .runs(runs)), (.sweeps, .sweeps([state])),
      (.alertCounts, .alertCounts([3: 1, 2: 12])),
      (.alerts, .alerts([Self.alert(5, run: stopped), Self.alert(4, run: runs[0], at: 3)])),
    ] { _ = root.update(.answered(query, answer)) }
    return root.draw().text.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [(GlyphSet.braille, 80), (.ascii, 80), (.braille, 120)])
  func `rows mark the runs in which a watch rule fired`(glyphs: GlyphSet, width: Int) {
    let rows = list(glyphs, width: width)
    #expect(rows.contains { $0.contains("running 2/5 !  ") && $0.contains("r3") })
    #expect(rows.contains { $0.contains("stopped !12 ") && $0.contains("r2") })
    #expect(rows.contains { $0.contains("2/2 done !7 ") && $0.contains("s1") })
    #expect(rows.contains { $0.contains("ok  ") && !$0.contains("!") && $0.contains("r1 ") })
    // The selected run's preview has the sentence.
    #expect(rows.contains { $0.contains("alerts      ! train: NaN at 3: loss is NaN.") })
  }

  @Test func `a list in which nothing was found has no room for marks`() {
    var root = Root(context: context(), start: .runs)
    let runs = Answer.runs([run(1, .succeeded, best: 0.3)])
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), runs))
    let before = root.draw().text
    _ = root.update(.answered(.alertCounts, .alertCounts([:])))
    #expect(root.draw().text == before && before.contains("✓ ok "))
    #expect(root.queries.contains(.alertCounts))
  }

  @Test func `the help says what the mark means`() {
    var root = Root(context: context(height: 60), start: .runs)
    _ = root.update(.terminal(.key(Key("?"))))
    #expect(root.draw().text.contains("! or !3"))
  }

  // MARK: The run

  private func facts(alerts count: Int) -> RunFacts {
    var facts = RunFixture.failed
    facts.alertCount = count
    facts.newestAlerts = (0..<min(3, count)).map {
      Self.alert(9 - $0, run: facts.run, at: Double(9 - $0))
    }
    return facts
  }

  private func headerText(_ facts: RunFacts, width: Int) -> String {
    var screen = Screen(size: Size(width: width, height: 1))
    RunHeader(facts: facts, now: RunFixture.now).draw(on: &screen, in: screen.bounds)
    return screen.text
  }

  @Test func `the header says what was found last, or at least that something was`() {
    #expect(
      headerText(facts(alerts: 5), width: 80).contains(
        "Failed 2m10s !5  train: NaN at 9: loss is NaN."
      )
    )
    #expect(headerText(facts(alerts: 1), width: 36).hasSuffix("Failed 2m10s !"))
    #expect(!headerText(facts(alerts: 0), width: 80).contains("!"))
  }

  @Test func `the figures have the last three, the newest first, and how many more there are`() {
    func rows(_ facts: RunFacts) -> [String] {
      let side = RunSide(facts: facts, step: nil, metricStep: nil, path: "/p", now: RunFixture.now)
      var screen = Screen(size: Size(width: 46, height: side.rowCount(width: 46) + 1))
      side.draw(on: &screen, in: screen.bounds)
      return screen.text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("!") }
    }
    #expect(
      rows(facts(alerts: 5)) == [
        "!     train: NaN at 9: loss is NaN.", "!     train: NaN at 8: loss is NaN.",
        "!     train: NaN at 7: loss is NaN.", "!     and 2 more: lathe show",
      ]
    )
    #expect(rows(facts(alerts: 1)) == ["!     train: NaN at 9: loss is NaN."])
    #expect(rows(facts(alerts: 0)).isEmpty)
  }

  @Test func `a run that executes is listed with its figures as they come`() {
    var root = Root(context: context(height: 24), start: .runs)
    let list = Query.runs(filter: "", limit: RunsView.page)
    _ = root.update(.answered(list, .runs([run(5, .executing), run(4, .succeeded, best: 0.5)])))
    #expect(root.queries.contains(.liveRuns([5])))
    var now = run(5, .executing, best: 0.25)
    now.mainLast = 0.25
    _ = root.update(.answered(.liveRuns([5]), .runs([now])))
    let row = root.draw().text.split(separator: "\n").first { $0.contains("r5") }
    #expect(row?.contains("0.25") == true, "\(root.draw().text)")
    // Once it has ended, nobody asks any more.
    _ = root.update(.answered(list, .runs([run(5, .succeeded, best: 0.2)])))
    #expect(!root.queries.contains { if case .liveRuns = $0 { true } else { false } })
    #expect(root.draw().text.contains("0.2 "))
  }

  @Test func `figures are asked for where the catalog has none yet, also of runs that stop`() {
    var root = Root(context: context(height: 24), start: .runs)
    let list = Query.runs(filter: "", limit: RunsView.page)
    let known = (10..<30).map { run($0, .executing, best: 0.5) }
    let bare = (40..<58).map { run($0, $0 == 40 ? .stopping : .executing) }
    var waiting = run(60, .queued)
    waiting.started = nil
    _ = root.update(.answered(list, .runs([waiting] + known + bare)))
    #expect(root.queries.contains(.liveRuns(Array(40..<40 + LiveMetrics.most))))
  }

  @Test func `figures stay while those of more runs are awaited`() {
    var root = Root(context: context(height: 24), start: .runs)
    let list = Query.runs(filter: "", limit: RunsView.page)
    func live() -> Set<Query> {
      root.queries.filter { if case .liveRuns = $0 { true } else { false } }
    }
    func row(_ name: String) -> Substring? {
      root.draw().text.split(separator: "\n").first { $0.contains(name) }
    }
    _ = root.update(.answered(list, .runs([run(5, .executing)])))
    _ = root.update(.answered(.liveRuns([5]), .runs([run(5, .executing, best: 0.25)])))
    _ = root.update(.answered(list, .runs([run(6, .executing), run(5, .executing)])))
    #expect(live() == [.liveRuns([5]), .liveRuns([6, 5])])
    #expect(row("r5")?.contains("0.25") == true, "\(root.draw().text)")
    let now = [run(6, .executing, best: 0.75), run(5, .executing, best: 0.125)]
    _ = root.update(.answered(.liveRuns([6, 5]), .runs(now)))
    #expect(live() == [.liveRuns([6, 5])])
    #expect(row("r5")?.contains("0.125") == true, "\(root.draw().text)")
    #expect(row("r6")?.contains("0.75") == true, "\(root.draw().text)")
  }
}

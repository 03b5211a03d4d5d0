import Curves
import Engine
import Series
import Store
import Terminal
import Testing

@testable import Workbench

/// In which order charts stand, and what is said beside their curves.
struct ChartOrderTests {
  /// The steps prepare and train, of which prepare has logged single points only.
  private func shown(single: Set<String> = []) -> (ChartsView, Context) {
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    var rows = RunFixture.metric(142, "rows", nil, last: 9, best: 9, at: 1)
    (rows.step, rows.count) = ("prepare", 1)
    facts.metrics.append(rows)
    for index in facts.metrics.indices where single.contains(facts.metrics[index].name) {
      facts.metrics[index].count = 1
    }
    facts.steps[0].logRun = 142
    var answers = ChartsViewTests.answers
    answers[.run(142)] = .run(facts)
    answers[.metricNames(RunFixture.attempt(142, "prepare"))] = .metricNames(["rows"])
    var view = ChartsView(runs: [142])
    let context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    return (view, context)
  }

  @Test func `curves come first, single points last`() {
    let view = shown().0
    #expect(view.charts.map(\.id.name) == ["val_loss", "train_loss", "val_acc", "rows"])
    let other = shown(single: ["val_loss"]).0
    #expect(other.charts.map(\.id.name) == ["train_loss", "val_acc", "val_loss", "rows"])
    // What is logged in several runs is a curve where one of them has it.
    let all = shown(single: ["val_loss", "train_loss", "val_acc"]).0
    #expect(all.charts.map(\.id.name) == ["rows", "val_loss", "train_loss", "val_acc"])
  }

  @Test func `x has the word that the run's screen has, where all runs agree`() {
    let (view, context) = ChartsViewTests.shown([142], 80, 24)
    #expect(RunFixture.picture(view, context).contains("x: epoch  "))
    #expect(RunFixture.picture(view, context).contains(" epoch │"))
    var both = ChartsView(runs: [141, 142])
    var answers = ChartsViewTests.answers
    var earlier = RunFixture.facts(RunFixture.parent, RunFixture.steps(.succeeded))
    earlier.steps[1].logRun = 141
    earlier.run.parameters["epochs"] = nil
    answers[.run(141)] = .run(earlier)
    let other = RunFixture.told(&both, RunFixture.context(80, 24, answers))
    #expect(RunFixture.picture(both, other).contains("x: step  "))
  }

  @Test func `a key hides the log's marks, for the next screen of charts as well`() {
    var answers = ChartsViewTests.answers
    for name in RunFixture.series.map(\.name) {
      let key = SeriesKey(folder: RunFixture.attempt(142), name: name)
      answers[.messages(key)] = .messages([
        LogMessage(time: RunFixture.started, step: 6, severity: .error, text: "ERROR: a")
      ])
    }
    answers[.marks(RunFixture.attempt(142))] = .marks([])
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    #expect(RunFixture.picture(view, context).contains("◆"))
    let effects = view.press(Key("m"), context)
    guard case .keep(let habits)? = effects.first else {
      Issue.record("nothing is kept")
      return
    }
    context.chartHabits = habits
    context = RunFixture.told(&view, context)
    #expect(!RunFixture.picture(view, context).contains("◆"))
    #expect(!view.queries.contains { if case .messages = $0 { true } else { false } })
    #expect(view.queries.contains(.marks(RunFixture.attempt(142))))
    var next = ChartsView(runs: [142])
    context = RunFixture.told(&next, context)
    #expect(!RunFixture.picture(next, context).contains("◆"))
    _ = next.press(Key("m"), context)
    #expect(next.hasLogMarks)
  }

  @Test func `a window without points says so`() throws {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [.enter], context)
    view.view.show(x: 5.2...5.8, y: 1.9...2)
    context = ChartsViewTests.press(&view, [], context)
    #expect(RunFixture.picture(view, context).contains("no points in this window, 0 shows all"))
  }

  @Test func `a table of one point has one point`() throws {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [.enter, Key("t")], context)
    #expect(RunFixture.picture(view, context).contains(" 27 points "))
    view.view.show(x: 4.5...5.5, y: nil)
    context = ChartsViewTests.press(&view, [], context)
    #expect(RunFixture.picture(view, context).contains(" 1 point "))
  }
}

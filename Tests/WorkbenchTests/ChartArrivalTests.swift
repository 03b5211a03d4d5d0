import Curves
import Engine
import Foundation
import Series
import Store
import Terminal
import Testing

@testable import Workbench

/// What happens to a chart in view while answers come, and with the metrics of two steps in it.
struct ChartArrivalTests {
  private func names(_ names: [String]) -> [Query: Answer] {
    var answers = ChartsViewTests.answers
    answers[.metricNames(RunFixture.attempt(142))] = .metricNames(names)
    return answers
  }

  /// A view that pairs, with `train_acc` filling the screen.
  private func paired() -> (ChartsView, Context) {
    var view = ChartsView(runs: [142])
    var context = RunFixture.context(80, 24, names(["val_loss", "train_acc"]))
    context.chartHabits.isPaired = true
    context = RunFixture.told(&view, context)
    context = ChartsViewTests.press(&view, [.tab, .enter], context)
    view.view.show(x: 0...9, y: 0...1)
    return (view, context)
  }

  @Test func `the chart that fills the screen stays when its pair arrives`() {
    var (view, context) = paired()
    #expect(view.selected?.name == "train_acc")
    context = ChartsViewTests.press(&view, [Key("a")], context)
    context.answers = names(["val_loss", "train_acc", "val_acc"])
    context = RunFixture.told(&view, context)
    #expect(view.selectedItem?.metrics.map(\.name) == ["val_acc", "train_acc"])
    #expect(view.selected == view.selectedItem?.id && view.view.place.y == 0...1)
    #expect(RunFixture.picture(view, context).contains("Over val_acc"))
    context = ChartsViewTests.press(&view, [.escape], context)
    #expect(!view.takesText)
  }

  @Test func `a picker whose chart has gone takes no more keys`() {
    var (view, context) = paired()
    context = ChartsViewTests.press(&view, [Key("a")], context)
    #expect(view.takesText)
    context.answers = names(["val_loss"])
    context = RunFixture.told(&view, context)
    #expect(!view.takesText)
  }

  @Test func `until the new axis has been answered nothing is zoomed`() {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    for key in [Key("x"), Key("x")] { _ = view.press(key, context) }
    #expect(view.look.axis == .clock && view.whole == nil)
    _ = view.press(Key("+"), context)
    #expect(view.view.isWhole)
    context = ChartsViewTests.press(&view, [], context)
    _ = view.press(Key("+"), context)
    #expect(view.view.place.x.map { $0.lowerBound > RunFixture.started } == true)
  }

  @Test func `at the window's edge the crosshair goes on to a logged place`() throws {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [Key("+"), Key("+"), .left], context)
    let before = try #require(view.view.place.x)
    for _ in 0..<12 {
      context = ChartsViewTests.press(&view, [.left], context)
      let x = try #require(view.crosshair)
      #expect(x == x.rounded() && (1...27).contains(x), "\(x)")
    }
    #expect(try #require(view.view.place.x).lowerBound < before.lowerBound)
  }

  @Test func `the log is that of the curve's step, whatever is selected meanwhile`() throws {
    var (view, context) = try twoSteps()
    context = ChartsViewTests.press(&view, [.left, Key("g")], context)
    let own = view.selected?.step
    let place = try #require(
      view.queries.compactMap { if case .logLine(let place) = $0 { place } else { nil } }.first
    )
    view.select(view.shown.count - 1)
    #expect(own == "train" && view.selected?.step == "evaluate")
    context.answers[.logLine(place)] = .logLine(9)
    #expect(
      view.update(.answered(.logLine(place)), context) == [
        .open(.runLog(142, step: "train", line: 9))
      ]
    )
  }

  @Test func `two steps' metrics of one name are told apart in a copy`() throws {
    var (view, context) = try twoSteps()
    context = layEvaluation(over: &view, context)
    guard case .copy(let text)? = ChartsViewTests.copied(&view, context).first else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text.hasPrefix("run,metric,step,time,value\nr142,train/val_loss,1,"))
    #expect(text.contains("\nr142,evaluate/val_loss,27,"))
  }

  @Test func `a copy of several runs' pairs is in the order of the runs`() {
    var (view, context) = ChartsViewTests.shown([142, 141], 80, 24)
    context = ChartsViewTests.press(&view, [Key("p")], context)
    guard case .copy(let text)? = ChartsViewTests.copied(&view, context).first else {
      Issue.record("nothing was copied")
      return
    }
    var parts: [String] = []
    for row in text.split(separator: "\n").dropFirst() {
      let part = row.split(separator: ",").prefix(2).joined(separator: " ")
      if parts.last != part { parts.append(part) }
    }
    #expect(parts == ["r142 val_loss", "r142 train_loss", "r141 val_loss"])
  }

  @Test func `where another step began is marked once, also with its metric in the chart`() throws {
    var (view, context) = try twoSteps()
    context = layEvaluation(over: &view, context)
    context = ChartsViewTests.press(&view, [Key("x")], context)
    let item = try #require(view.selectedItem)
    let plot = try #require(view.plots[item.id])
    #expect(view.marks(of: item, plot, context).map(\.label) == ["evaluate"])
  }

  /// The charts of a run of which two steps log the same metrics.
  private func twoSteps() throws -> (ChartsView, Context) {
    var facts = RunFixture.running
    facts.steps[2].status = .executing
    facts.steps[2].started = RunFixture.at(120)
    facts.steps[2].logAttempt = 1
    var answers = ChartsViewTests.answers
    answers[.run(142)] = .run(facts)
    answers[.metricNames(RunFixture.attempt(142, "evaluate"))] = .metricNames(["val_loss"])
    var view = ChartsView(runs: [142])
    let context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    try #require(view.shown.map(\.id.step).contains("evaluate"))
    return (view, context)
  }

  private func layEvaluation(over view: inout ChartsView, _ context: Context) -> Context {
    let keys = [Key("a")] + "val_loss".map { Key($0) } + [.enter]
    return ChartsViewTests.press(&view, keys, context)
  }
}

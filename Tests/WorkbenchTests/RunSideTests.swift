import Pipelines
import Store
import Terminal
import Testing

@testable import Workbench

struct RunSideTests {
  @Test func `a metric that several steps log is told with its step`() throws {
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    var other = try #require(facts.metrics.first { $0.name == "val_loss" })
    other.step = "evaluate"
    facts.metrics.append(other)
    func text(_ step: String) -> String {
      let side = RunSide(facts: facts, step: nil, metricStep: step, path: "/p", now: RunFixture.now)
      var screen = Screen(size: Size(width: 60, height: 12))
      side.draw(on: &screen, in: screen.bounds)
      return (0..<12).map { y in
        (0..<60).compactMap { screen[$0, y].text }.map { String($0) }.joined()
      }.joined(separator: "\n")
    }
    #expect(text("train").contains("evaluate: val_loss "))
    #expect(!text("train").contains("train: "))
    #expect(
      text("evaluate").contains("train: val_loss ") && !text("evaluate").contains("train: val_acc")
    )
  }

  @Test(arguments: [30, 44, 60]) func `a value is never cut, a name loses its middle`(_ width: Int)
  {
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    facts.metrics = [
      RunFixture.metric(
        142,
        "encoder/layers/10/norm",
        .min,
        last: -1.373e-5,
        best: -7.002e-12,
        at: 9
      )
    ]
    facts.parentMetrics = facts.metrics
    let side = RunSide(facts: facts, step: nil, metricStep: "train", path: "", now: RunFixture.now)
    var screen = Screen(size: Size(width: width, height: 4))
    side.draw(on: &screen, in: screen.bounds)
    let row = screen.text.split(separator: "\n").first { $0.contains("norm") } ?? ""
    let words = row.split(separator: " ")
    #expect(
      words.first?.hasSuffix("norm") == true
        && (words.first?.contains("…") == true) == (width < 60),
      "\(row)"
    )
    #expect(words.dropFirst().first == "-1.373e-5", "\(row)")
    #expect(words.dropFirst(2).allSatisfy { $0.hasPrefix("-7.002e-12") }, "\(row)")
  }

  @Test func `why a step ran, and what is wrong with its result, is wrapped and never cut`() throws
  {
    var steps = RunFixture.steps(.succeeded)
    let index = try #require(steps.firstIndex { $0.name == "train" })
    steps[index].cacheReason =
      "parameter learning_rate changed, train.py changed, data: a.csv is new"
    steps[index].warning =
      "made other bytes than r3 train with the same key: it is not deterministic"
    steps[index].gpus = [AssignedGPU(uuid: "GPU-5a2c7f14-9b6e", name: "NVIDIA T4")]
    let side = RunSide(
      facts: RunFixture.facts(RunFixture.run(.succeeded), steps),
      step: steps[index],
      metricStep: "train",
      path: "/p",
      now: RunFixture.now
    )
    let size = Size(width: 40, height: 40)
    var screen = Screen(size: size)
    side.draw(on: &screen, in: Rect(x: 0, y: 0, width: size.width, height: size.height))
    let rows = (0..<size.height).map { y in
      (0..<size.width).compactMap { x in screen[x, y].text }.map { String($0) }.joined()
    }
    let text = rows.joined(separator: " ").split(separator: " ").joined(separator: " ")
    #expect(
      text.contains("ran parameter learning_rate changed, train.py changed, data: a.csv is new")
    )
    #expect(
      text.contains(
        "warn made other bytes than r3 train with the same key: it is not deterministic"
      )
    )
    #expect(text.contains("gpu NVIDIA T4 (GPU-5a2c7f14)"))
    #expect(side.rowCount(width: 40) <= size.height)
  }
}

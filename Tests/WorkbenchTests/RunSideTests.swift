import Store
import Terminal
import Testing

@testable import Workbench

struct RunSideTests {
  @Test func `why a step ran, and what is wrong with its result, is wrapped and never cut`() throws
  {
    var steps = RunFixture.steps(.succeeded)
    let index = try #require(steps.firstIndex { $0.name == "train" })
    steps[index].cacheReason =
      "parameter learning_rate changed, train.py changed, data: a.csv is new"
    steps[index].warning =
      "made other bytes than r3 train with the same key: it is not deterministic"
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
    #expect(side.rowCount(width: 40) <= size.height)
  }
}

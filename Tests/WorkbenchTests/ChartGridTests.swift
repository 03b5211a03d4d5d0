import Curves
import Engine
import Store
import Terminal
import Testing

@testable import Workbench

struct ChartGridTests {
  private func grid(
    _ sizes: [Int],
    folded: Set<Int> = [],
    selected: Int = 0,
    top: Int = 0,
    _ width: Int = 120,
    _ height: Int = 30
  ) -> ChartGrid {
    var groups: [ChartGrid.Group] = []
    for (place, size) in sizes.enumerated() {
      let first = groups.last?.charts.upperBound ?? 0
      groups.append(.init(charts: first..<first + size, isFolded: folded.contains(place)))
    }
    let area = Rect(x: 0, y: 1, width: width, height: height)
    return ChartGrid(groups, selected: selected, top: top, in: area)
  }

  /// The charts of each row that is shown.
  private func rows(_ grid: ChartGrid) -> [[Int]] {
    Set(grid.cells.map(\.rect.y)).sorted().map { y in
      grid.cells.filter { $0.rect.y == y }.map(\.index)
    }
  }

  @Test(arguments: [
    ([1, 1, 1], [[0, 1, 2]]), ([1, 1, 1, 1], [[0, 1], [2, 3]]),
    ([2, 1, 3], [[0, 1, 2], [3, 4, 5]]),
    ([2, 2], [[0, 1], [2, 3]]), ([4], [[0, 1], [2, 3]]), ([5], [[0, 1, 2], [3, 4]]), ([1], [[0]]),
    // A group that is larger than a row is not run together with others.
    ([4, 1], [[0, 1], [2, 3], [4]]),
  ])
  func `small groups share a row, and charts are as wide as they can be`(
    _ sizes: [Int],
    _ expected: [[Int]]
  ) {
    let grid = grid(sizes)
    #expect(rows(grid) == expected)
    #expect(grid.headings.count == (sizes.count > 1 ? sizes.count : 0))
    // Each heading stands right above its first chart.
    for heading in grid.headings {
      let first = grid.cells.first { $0.index == grid.groups[heading.group].charts.lowerBound }
      #expect(first?.rect.x == heading.rect.x && first?.rect.y == heading.rect.maxY)
    }
  }

  @Test
  func `small groups have the width of the screen, the rows of a large one stand below each other`()
  {
    let alone = grid([5, 2])
    #expect(rows(alone) == [[0, 1, 2], [3, 4], [5, 6]])
    #expect(alone.cells.map(\.rect.width) == [40, 40, 40, 40, 40, 60, 60])
    #expect(alone.headings.map(\.rect.width) == [120, 120])
    #expect(grid([2, 2, 1]).cells.map(\.rect.width) == [60, 60, 40, 40, 40])
  }

  @Test func `of folded groups only the headings are there, side by side`() {
    let folded = grid([10, 10, 10, 10, 2], folded: [0, 1, 2, 3], selected: 40)
    #expect(rows(folded) == [[40, 41]])
    #expect(folded.headings.map(\.rect.y) == [1, 1, 2, 2, 3])
    let none = grid([3, 4], folded: [0, 1])
    #expect(none.cells.isEmpty && none.headings.count == 2)
  }

  @Test func `one moves over charts and over the headings of folded groups`() {
    let grid = grid([1, 10, 2], folded: [1])
    #expect(grid.neighbour(of: 0, places: 1) == 1)
    #expect(grid.neighbour(of: 1, places: 1) == 11)
    // Any chart of a folded group stands for its heading.
    #expect(grid.neighbour(of: 7, places: -1) == 0)
    #expect(grid.neighbour(of: 0, rows: 2) == 11)
    #expect(grid.neighbour(of: 12, rows: -1) == 1)
    #expect(grid.neighbour(of: 12, places: 5) == 12)
  }

  @Test func `between lines that are divided differently one moves to what is nearest`() {
    let mixed = grid([3, 2])
    #expect(rows(mixed) == [[0, 1, 2], [3, 4]])
    #expect((0...2).map { mixed.neighbour(of: $0, rows: 1) } == [3, 3, 4])
    #expect((3...4).map { mixed.neighbour(of: $0, rows: -1) } == [0, 2])
  }

  @Test func `whatever the groups are, no cell lies over another, and the selected one is in view`()
  {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let sizes = (0..<Int.random(in: 1...9, using: &dice)).map { _ in
        Int.random(in: 1...7, using: &dice)
      }
      let folded = Set(sizes.indices.filter { _ in Int.random(in: 0...2, using: &dice) == 0 })
      let selected = Int.random(in: 0..<sizes.reduce(0, +), using: &dice)
      let (width, height) = (
        Int.random(in: 1...200, using: &dice), Int.random(in: 9...60, using: &dice)
      )
      let grid = grid(
        sizes,
        folded: sizes.count > 1 ? folded : [],
        selected: selected,
        top: Int.random(in: 0...9, using: &dice),
        width,
        height
      )
      let rects = grid.cells.map(\.rect) + grid.headings.map(\.rect)
      for (place, rect) in rects.enumerated() {
        #expect(rect.maxX <= width && rect.maxY <= height + 1)
        #expect(!rects[..<place].contains { !$0.intersection(rect).isEmpty })
      }
      #expect(
        grid.cells.contains { $0.index == selected }
          || grid.headings.contains {
            grid.groups[$0.group].isFolded && grid.groups[$0.group].charts.contains(selected)
          }
      )
    }
  }

  // MARK: The screen

  private static var answers: [Query: Answer] {
    var answers = ChartsViewTests.answers
    answers[.metricNames(RunFixture.attempt(142))] = .metricNames(
      ["val_loss", "opt/lr", "grad/norm", "layer/a", "layer/b", "layer/c"]
    )
    return answers
  }

  @Test func `a group is folded by a key and by the mouse, and stays so in the next screen`() {
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, Self.answers))
    context = ChartsViewTests.press(&view, [.tab, .tab, .tab], context)
    #expect(view.selected?.name == "layer/a")
    var kept = view.press(Key("z"), context)
    context = RunFixture.told(&view, context)
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  6 metrics                                 x: epoch  y: linear
         ▾ without a group 1                     ▾ opt/ 1
        ╭─ val_loss ────────────────── 0.2933 ─╮╭─ lr ─────────────────────────────────╮
        │      2┤ ⢇                            ││                                      │
        │       │ ⠸⡀                           ││                                      │
        │       │  ⠣⡀                          ││                                      │
        │       │   ⠈⠒⠤⠤⣀⣀⣀⣀                   ││            no points yet             │
        │      0┤           ⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉ ││                                      │
        │       └┬─────────┬──────────┬─────── ││                                      │
        │        0         10         20 epoch ││                                      │
        ╰──────────────────────────────────────╯╰──────────────────────────────────────╯
         ▾ grad/ 1
        ╭─ norm ───────────────────────────────────────────────────────────────────────╮
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                no points yet                                 │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         ▸ layer/ 3 hidden

        """
    )
    context = ChartsViewTests.press(&view, [.tab], context)
    #expect(view.selected?.name == "layer/a")
    guard case .keep(let habits)? = kept.first else {
      Issue.record("nothing is kept")
      return
    }
    context.chartHabits = habits
    var next = ChartsView(runs: [142])
    context = RunFixture.told(&next, context)
    #expect(RunFixture.picture(next, context).contains("▸ layer/ 3 hidden"))
    // A filter hides nothing of what it has found.
    context = ChartsViewTests.press(&next, [Key("/")] + "layer".map { Key($0) } + [.enter], context)
    #expect(RunFixture.picture(next, context).contains("╭─ layer/a"))
    context = ChartsViewTests.press(&next, [.escape], context)
    let heading = next.grid(context).headings.first { $0.group == 3 }
    let at = Point(x: (heading?.rect.x ?? 0) + 3, y: heading?.rect.y ?? 0)
    kept = next.update(.terminal(.mouse(Mouse(.press(.left), at: at))), context)
    #expect(kept == [.keep(ChartHabits())])
    #expect(next.groups.allSatisfy { !$0.isFolded })
  }

  @Test func `what another screen of charts has folded stays so on the one below`() {
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, Self.answers))
    func fold(_ view: inout ChartsView, _ prefix: String) {
      let item = view.shown.firstIndex { $0.prefix == prefix } ?? 0
      view.select(item)
      for effect in view.press(Key("z"), context) {
        if case .keep(let habits) = effect { context.chartHabits = habits }
      }
    }
    fold(&view, "opt/")
    var above = ChartsView(runs: [142])
    context = RunFixture.told(&above, context)
    fold(&above, "layer/")
    _ = view.update(.terminal(.resize(context.size)), context)
    #expect(view.folded == context.chartHabits.folded)
    fold(&view, "grad/")
    #expect(context.chartHabits.folded.map(\.prefix).sorted() == ["grad/", "layer/", "opt/"])
  }

  @Test func `all groups are folded and opened by one key, Enter opens one`() {
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, Self.answers))
    context = ChartsViewTests.press(&view, [Key("Z")], context)
    #expect(view.groups.allSatisfy { $0.isFolded })
    #expect(view.plots.isEmpty)
    context.glyphs = .ascii
    #expect(RunFixture.picture(view, context).contains("+ without a group 1 hidden"))
    context = ChartsViewTests.press(&view, [.enter], context)
    #expect(view.groups.map { $0.isFolded } == [false, true, true, true] && !view.isFull)
    context = ChartsViewTests.press(&view, [Key("Z"), Key("Z")], context)
    #expect(view.groups.allSatisfy { !$0.isFolded })
  }
}

import Engine
import Store
import Terminal
import Testing

@testable import Workbench

/// A run keeps its colour, its stroke and its sign while it is marked.
struct RunMarksTests {
  @Test func `whatever is marked beside it, a run keeps its place, and no two have one`() {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var marks = RunMarks()
      for _ in 0..<Int.random(in: 1...30, using: &dice) {
        let before = marks
        if Bool.random(using: &dice) {
          marks.toggle(Int.random(in: 1...9, using: &dice))
        } else {
          marks.toggle(all: (1...9).filter { _ in Bool.random(using: &dice) })
        }
        // What is laid side by side: all, or the best of them.
        marks.settle(Array(marks.runs.shuffled(using: &dice).prefix(6)))
        #expect(Set(marks.places.values).count == marks.places.count)
        #expect(marks.places.values.allSatisfy { (0..<6).contains($0) })
        for (run, place) in marks.places where before.places[run] != nil {
          #expect(before.places[run] == place)
        }
        // Of six and fewer each has a place.
        if marks.count <= 6 { #expect(Set(marks.places.keys) == Set(marks.runs)) }
        // Others are shown with them in the places that are left.
        let shown = Array(Set(marks.places.keys).union([101, 102])).shuffled(using: &dice)
        let places = marks.places(of: shown)
        #expect(Set(places).count == shown.count)
        for (run, place) in zip(shown, places) { #expect(marks.places[run] ?? place == place) }
      }
    }
  }

  private func root(_ count: Int = 4) -> Root {
    var root = Root(context: context(width: 120, height: 30), start: .runs)
    let runs = (1...count).reversed().map { run($0, .succeeded, best: Double($0)) }
    _ = root.update(.answered(.header, header(all: count)))
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs(runs)))
    return root
  }

  private func press(_ root: inout Root, _ keys: Key...) {
    for key in keys { _ = root.update(.terminal(.key(key))) }
  }

  /// The colours of runs in the list, by their signs.
  private func listed(_ root: Root) -> [Int: Color] {
    let screen = root.draw()
    var colors: [Int: Color] = [:]
    for (row, line) in screen.lines.enumerated() {
      guard
        let word = line.split(separator: " ").first(where: { $0.wholeMatch(of: /r\d+/) != nil }),
        let run = Int(word.dropFirst()), let sign = screen[1, row].text, "●■▲◆○□".contains(sign)
      else { continue }
      colors[run] = screen[1, row].style.color
    }
    return colors
  }

  @Test func `a run has one colour in the list, in charts and in a comparison`() throws {
    var root = root(5)
    // r4, r1, r2, in this order; the oldest is the comparison's base. The selected row has its own colour.
    press(&root, .home, .down, Key(" "), .end, Key(" "), .up, Key(" "), .home)
    let marked = root.context.marks.runs
    #expect(marked.count == 3)
    let colors = listed(root)
    #expect(Set(colors.keys) == Set(marked) && Set(colors.values).count == 3)
    press(&root, Key("c"))
    let compare = try #require(root.front as? CompareView)
    for run in marked { #expect(compare.color(of: run, root.context) == colors[run]) }
    #expect(compare.base == marked.min())
    press(&root, Key("C"))
    #expect(try #require(root.front as? ChartsView).runs.sorted() == marked.sorted())
    let screen = root.draw()
    let legend = screen.lines[1]
    for run in marked {
      let name = try #require(legend.firstRange(of: "r\(run)"))
      let x = legend.distance(from: legend.startIndex, to: name.lowerBound)
      #expect(screen[x, 1].style.color == colors[run])
    }
    // Without the first mark the others keep theirs, and the next one takes what is free.
    press(&root, Key("q"), Key("q"), .down, Key(" "), .home)
    var expected = colors
    expected[4] = nil
    #expect(listed(root) == expected)
    press(&root, .down, .down, Key(" "), .home)
    expected[3] = colors[4]
    #expect(listed(root) == expected)
  }

  @Test func `marks are those of every list of runs`() {
    var root = root()
    press(&root, .home, Key(" "))
    _ = root.open(.sweep(7))
    #expect(Array(listed(root).keys) == [4])
    press(&root, .home, Key(" "), Key("q"))
    #expect(root.context.marks.runs.isEmpty && listed(root).isEmpty)
    _ = root.open(.sweep(7))
    press(&root, .home, Key(" "), Key("1"))
    #expect(root.destination == .runs && Array(listed(root).keys) == [4])
  }

  @Test func `what is opened finds the marks as they are`() {
    var context = root().context
    context.marks.toggle(3)
    var settled = context.marks
    settled.settle([3])
    var view = RunsView()
    let effects = view.update(.action("charts"), context)
    #expect(effects == [.mark(settled), .open(.charts([3]))])
  }

  @Test func `moving over the list leaves the places of marked runs alone`() {
    var context = root(9).context
    context.marks.toggle(all: Array(1...9))
    var view = RunsView()
    #expect(view.update(.terminal(.key(.down)), context).isEmpty)
    guard case .mark(let marks)? = view.update(.action("baseline"), context).first else {
      Issue.record("no places")
      return
    }
    // The baseline and the best of the others.
    #expect(Set(marks.places.keys) == [8, 1, 2, 3, 4, 5])
  }
}

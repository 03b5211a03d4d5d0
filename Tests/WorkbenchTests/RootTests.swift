import Documents
import Engine
import Foundation
import Store
import Terminal
import Testing

@testable import Workbench

struct RootTests {
  private func root(
    _ start: Destination = .runs,
    _ answers: [Query: Answer] = [:],
    width: Int = 80,
    height: Int = 24
  ) -> Root {
    var root = Root(context: context(width: width, height: height), start: start)
    for (query, answer) in [Query.header: header()].merging(answers, uniquingKeysWith: { $1 }) {
      _ = root.update(.answered(query, answer))
    }
    return root
  }

  private func press(_ root: inout Root, _ keys: Key...) -> [Effect] {
    keys.flatMap { root.update(.terminal(.key($0))) }
  }

  private var someRuns: [Query: Answer] {
    [
      .runs(filter: "", limit: RunsView.page): .runs([
        run(2, .executing, rate: 0.03, parent: 1), run(1, .succeeded),
      ])
    ]
  }

  @Test func `a terminal that is too small gets one calm page`() {
    let root = root(width: 30, height: 8)
    #expect(root.draw().text.contains("Lathe needs at least 60x16"))
    #expect(root.draw().text.contains("has 30x8"))
  }

  @Test func `digits lead to the main screens and q goes back before it quits`() {
    var root = root()
    #expect(press(&root, Key("4")).isEmpty)
    #expect(root.destination == .models)
    #expect(press(&root, Key("q")).isEmpty)
    #expect(root.destination == .runs)
    #expect(press(&root, Key("q")) == [.quit])
  }

  @Test func `Esc goes back and never out`() {
    var root = root(.runs, someRuns)
    _ = press(&root, Key("4"))
    #expect(press(&root, .escape).isEmpty && root.destination == .runs)
    #expect(press(&root, .escape).isEmpty && root.destination == .runs)
    #expect(root.notice?.text == "This is the first screen; q quits, and runs go on.")
    // A filter that was kept is dropped.
    _ = press(&root, Key("/"), Key("x"), .enter)
    _ = root.update(.answered(.runs(filter: "x", limit: RunsView.page), .runs([])))
    #expect(root.draw().text.contains("Esc shows all."))
    _ = press(&root, .escape)
    #expect(root.draw().text.contains(" r2 "))
    #expect(press(&root, Key("q")) == [.quit])
  }

  @Test func `what the filter's field proposes is a filter`() {
    let example = RunsView().filter.placeholder.string.split(separator: "; ").last
    let filter = RunFilter(String(example ?? ""))
    #expect(filter.conditions.count == 2 && filter.text.isEmpty)
  }

  @Test(arguments: [60, 100])
  func `the selected run stays selected when a filter is dropped`(_ newest: Int) {
    func runs(from first: Int) -> Answer {
      .runs((first...newest).reversed().map { run($0, .succeeded) })
    }
    let first = newest - RunsView.page + 1
    var root = root(.runs, [.runs(filter: "", limit: RunsView.page): runs(from: first)])
    _ = press(&root, Key("/"), Key("x"), .enter)
    let found = Answer.runs([run(50, .succeeded), run(4, .succeeded)])
    _ = root.update(.answered(.runs(filter: "x", limit: RunsView.page), found))
    _ = press(&root, .down, .escape)
    if first > 4 {
      // It is further down than the list has come yet.
      let asked = Query.runs(filter: "", limit: 97)
      #expect(root.queries.contains(asked))
      _ = root.update(.answered(asked, runs(from: 4)))
    }
    #expect(!root.draw().text.contains("Esc shows all."))
    _ = press(&root, .enter)
    #expect(root.destination == .run(4))
  }

  @Test(arguments: ["rem", "trash", "delete", "Remove"])
  func `the palette finds an action by what else it is called`(_ word: String) {
    var root = root(.runs, someRuns)
    _ = press(&root, .down, .control("p"))
    for character in word { _ = press(&root, Key(character)) }
    _ = press(&root, .enter)
    #expect(root.draw().text.contains("Remove r1?"))
  }

  @Test func `the header says in words what there is room for`() {
    let long = "a-rather-long-name-of-it"
    for (name, width, words) in [
      ("p", 200, " instance p running 4 CPU 16 GiB (ml.m4.xlarge), 1 more │"),
      ("digits", 80, " digits running 4 CPU 16 GiB (ml.m4.xlarge), 1 more │"),
      ("p", 60, " p running, 1 more │"), (long, 60, " \(long) running +1 │"),
    ] {
      let two = [instance(name), instance("lab")]
      let root = root(.runs, [.header: header(instances: two)], width: width)
      #expect(root.draw().lines[0].hasPrefix(words))
    }
  }

  @Test func `the current instance is the one around the current folder, else the newest`() {
    var older = instance("older")
    older.created -= 60
    var context = context([.header: header(instances: [instance("newer"), older])])
    #expect(context.currentInstance?.name == "newer")
    context.folder = older.folder + "/steps"
    #expect(context.currentInstance?.name == "older")
    context.folder = older.folder + "-2"
    #expect(context.currentInstance?.name == "newer")
  }

  @Test func `a key that does nothing now says why`() {
    var root = root(.runs, [.runs(filter: "", limit: RunsView.page): .runs([])])
    #expect(press(&root, .enter).isEmpty)
    #expect(root.notice?.text == "No run is selected.")
  }

  @Test func `while a filter is typed, plain keys are text`() {
    var root = root(.runs, someRuns)
    _ = press(&root, Key("/"), Key("q"), Key("4"))
    #expect(root.destination == .runs)
    #expect(root.queries.contains(.runs(filter: "q4", limit: RunsView.page)))
  }

  @Test func `opening a run, coming back, and comparing it with its parent`() {
    var root = root(.runs, someRuns)
    _ = press(&root, .enter)
    #expect(root.destination == .run(2))
    _ = press(&root, Key("q"), Key("c"))
    #expect(root.destination == .compare([1, 2]))
  }

  @Test func `charts below other charts are shown as these were left`() {
    let answers = ChartsViewTests.answers
    var root = Root(context: RunFixture.context(80, 24, answers), start: .charts([142, 141]))
    for (query, answer) in answers { _ = root.update(.answered(query, answer)) }
    func isPaired() -> Bool? { (root.front as? ChartsView)?.overlays.isPaired }
    _ = press(&root, Key("c"), Key("C"))
    #expect(root.destination == .charts([142, 141]) && isPaired() == false)
    _ = press(&root, Key("p"))
    #expect(isPaired() == true)
    _ = press(&root, Key("q"), Key("q"))
    #expect(isPaired() == true)
  }

  @Test func `a reply finds its screen, and a refusal is shown when the screen is gone`() {
    var root = root(.runs, someRuns)
    let sent = press(&root, Key("s"))
    guard case .send(.stop(run: 2), let tag) = sent.first else {
      Issue.record("nothing was sent")
      return
    }
    let refusal = Explanation(what: "r2 has ended already.")
    _ = root.update(.replied(tag: tag, .refused(refusal)))
    #expect(root.notice == Notice(.failure, "r2 has ended already."))
    _ = root.update(.replied(tag: "99:stop", .refused(Explanation(what: "Too late."))))
    #expect(root.notice?.text == "Too late.")
  }

  @Test func `removing asks first, and Esc changes nothing`() {
    var root = root(.runs, someRuns)
    _ = press(&root, .down, Key("x"))
    #expect(root.draw().text.contains("Remove r1?"))
    #expect(press(&root, .escape).isEmpty)
    _ = press(&root, Key("x"))
    #expect(press(&root, .enter) == [.send(.remove(run: 1), tag: "0:remove")])
  }

  @Test func `the palette finds a run by its number and opens it`() {
    var root = root(.runs, someRuns)
    _ = press(&root, .control("p"), Key("r"), Key("1"))
    #expect(root.draw().text.contains("Do anything"))
    _ = press(&root, .enter)
    #expect(root.destination == .run(1))
  }

  @Test func `the help lists every key of the screen in front`() {
    var root = root(.runs, someRuns, width: 100, height: 40)
    _ = press(&root, Key("?"))
    let text = root.draw().text
    for binding in root.front.bindings(root.context) where binding.isInHelp {
      #expect(text.contains(binding.help.string))
    }
  }

  @Test func `a hint in the footer can be clicked`() throws {
    var root = root(.runs, someRuns)
    let footer = try #require(root.draw().lines.last)
    let at = try #require(footer.range(of: "n launch"))
    let x = footer.distance(from: footer.startIndex, to: at.lowerBound)
    _ = root.update(.terminal(.mouse(Mouse(.press(.left), at: Point(x: x, y: 23)))))
    #expect(root.destination == .runForm(instance: "digits", from: nil))
  }

  @Test func `an announcement goes when its reply comes or its screen opens`() {
    var root = root(.runs, someRuns)
    _ = press(&root, Key("s"))
    #expect(root.notice?.text == "Stopping r2 ...")
    _ = root.update(.replied(tag: "0:stop", .done(.done)))
    #expect(root.notice == nil)
    _ = press(&root, Key("s"))
    _ = root.update(.replied(tag: "0:again", .done(.run(3))))
    #expect(root.destination == .run(3))
    #expect(root.notice == nil)
  }

  @Test func `an alert rings once, whatever arrives before the frame`() {
    var root = root(.runs, someRuns)
    let alert = AlertRecord(id: 1, run: 2, message: "r2 failed.", time: Date())
    _ = root.update(.answered(.alerts, .alerts([])))
    #expect(!root.draw().bell)
    _ = root.update(.answered(.alerts, .alerts([alert])))
    _ = root.update(.second(0))
    _ = root.update(.answered(.header, header()))
    #expect(root.draw().bell)
    root.noteShown()
    #expect(!root.draw().bell)
  }

  @Test func `a long notice stands below the screen's frame, and says no reason twice`() throws {
    let reason = "train: " + String(repeating: "no such file ", count: 12)
    let alert = AlertRecord(id: 1, run: 142, message: "r142 failed: " + reason, time: .distantPast)
    for (destination, isShort) in [(Destination.run(142), true), (.runs, false)] {
      var root = root(destination, RunFixture.answers(RunFixture.failed))
      _ = root.update(.answered(.alerts, .alerts([])))
      _ = root.update(.answered(.alerts, .alerts([alert])))
      let text = try #require(root.notice?.text)
      #expect((text == "r142 failed: train.") == isShort)
      let lines = root.draw().lines
      let first = try #require(lines.firstIndex { $0.contains("r142 failed: train") })
      #expect(lines.count - first == (isShort ? 1 : 3))
      if !isShort { #expect(lines[first - 1].hasPrefix("╰")) }
    }
  }

  @Test(arguments: [60, 80, 120])
  func `a narrow footer says what runs were marked for`(_ width: Int) {
    var root = root(.runs, someRuns, width: width)
    _ = press(&root, Key(" "))
    _ = press(&root, .down)
    _ = press(&root, Key(" "))
    #expect(root.draw().lines.last?.contains("c compare") == true)
  }

  @Test func `a screen that opens over known answers has them at once`() {
    let answers = RunFixture.answers()
    var root = root(.run(142), answers, width: 120, height: 36)
    _ = press(&root, Key("R"))
    #expect(root.destination == .runForm(instance: "digits", from: 142))
    #expect(root.draw().text.contains("[ Launch ]"))
    #expect(!root.draw().text.contains("cannot be launched"))
  }

  @Test func `the clock ticks only while something runs`() {
    #expect(!root().isTicking)
    #expect(root(.runs, [.header: header(running: 1)]).isTicking)
  }

  @Test(arguments: [
    Destination.runs, .gallery, .launchForm(template: "digits"), .stacks, .stack("digits"),
    .explorer(instance: "digits"), .runForm(instance: "digits", from: nil), .models, .run(1),
    .compare([1, 2]), .editor(path: "/x/train.py", line: 1, resuming: nil),
  ])
  func `no view binds a key or an action twice, and every key has its help`(_ place: Destination) {
    let view = place.makeView()
    let bindings = view.bindings(context([.header: header()]))
    let keys = bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    #expect(Set(bindings.map(\.action)).count == bindings.count)
    for binding in bindings {
      #expect(binding.help.string.hasSuffix("."))
      #expect(!binding.label.isEmpty && !binding.short.isEmpty)
    }
  }
}

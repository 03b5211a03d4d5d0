import Documents
import Engine
import Foundation
import Pipelines
import Store
import Terminal
import Testing

@testable import Workbench

struct SweepViewTests {
  // MARK: Fixtures

  private static let sweep = SweepRecord(
    id: 1,
    instance: "digits",
    pipeline: "digits",
    axes: [
      SweepRecord.Axis(name: "lr", values: ["0.1", "0.03"]),
      SweepRecord.Axis(name: "seed", values: ["1", "2", "3"]),
    ],
    parallel: 2,
    count: 6,
    created: Date(timeIntervalSince1970: fixedNow - 300),
    token: "t"
  )

  private static var runs: [RunRecord] {
    let statuses: [RunStatus] = [.succeeded, .failed, .succeeded, .executing, .executing, .queued]
    return statuses.enumerated().map { index, status in
      var record = run(index + 4, status, best: [0.31, nil, 0.059, nil, nil, nil][index])
      record.parameters = [
        "lr": .float(index < 3 ? 0.1 : 0.03), "seed": .integer(index % 3 + 1),
      ]
      record.created = sweep.created
      record.started = status == .queued ? nil : sweep.created
      record.ended = status.isActive ? nil : sweep.created + 60
      record.sweep = 1
      return record
    }
  }

  private static var state: SweepState {
    SweepState(
      sweep: sweep,
      counts: [.succeeded: 2, .failed: 1, .executing: 2, .queued: 1],
      best: runs[2],
      started: sweep.created,
      ended: sweep.created + 60,
      pace: 60,
      executing: [sweep.created, sweep.created]
    )
  }

  private static var answers: [Query: Answer] {
    [
      .header: header(running: 2, failed: 1),
      .runs(filter: "", limit: RunsView.page): .runs([
        run(3, .executing, rate: 0.03, parent: 2), run(2, .succeeded, parent: 1, best: 0.342),
      ]),
      .sweeps: .sweeps([state]),
      .sweepRuns(1, limit: RunsView.mostSwept): .runs(runs),
      .bestOfSweep(1, limit: CompareView.mostRuns + 1): .runs(
        runs.filter { $0.started != nil }.ranked()
      ),
    ]
  }

  private func root(width: Int = 80, height: Int = 24) -> Root {
    var root = Root(context: context(width: width, height: height), start: .runs)
    for (query, answer) in Self.answers { _ = root.update(.answered(query, answer)) }
    return root
  }

  private func press(_ root: inout Root, _ keys: Key...) -> [Effect] {
    keys.flatMap { root.update(.terminal(.key($0))) }
  }

  @Test func `a run behind one of a folded sweep says which sweep that is in`() {
    var root = root(width: 120)
    var state = Self.state
    (state.firstRun, state.lastRun) = (4, 9)
    _ = root.update(.answered(.sweeps, .sweeps([state])))
    let next = run(10, .succeeded, parent: 6, best: 0.3)
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs([next])))
    #expect(root.draw().text.contains("r10  after r6 of s1 "))
    // Opened, its runs are there to be told against.
    _ = press(&root, .right)
    #expect(!root.draw().text.contains("after r6"))
  }

  // MARK: The list

  @Test func `a sweep is one row, at 80 columns`() {
    #expect(
      root().draw().text == """
         digits running 4 CPU 16 GiB (ml.m4.xlarge) │ 2 running 1 FAILED │ free 212 GiB
        ╭─ Runs 8 ─────────────────────────────────────────────────────────────────────╮
        │  status        run   what changed                     val_loss     took  ago │
        │  ▶ 2/6 done    ▸ s1  lr x seed  1 FAILED, 2 running,… 0.059       5m00s   5m │
        │  ▶ running 2/5   r3  learning_rate 0.03 (0.1)                     7m00s   7m │
        │  ✓ ok            r2  after r1                         0.342       2m14s   5m │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ s1 ──────────────────────────────────────────────────────── digits, digits ─╮
        │ runs        2/6 done, 1 FAILED, 2 running, 1 queued; about 45s left          │
        │ best        r6 val_loss 0.059  lr 0.1 seed 3                                 │
        │ swept       lr 0.1, 0.03                                                     │
        │             seed 1, 2, 3                                                     │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         Enter show runs  Space mark all  c compare  1-5 screens  : all  ? keys  q quit
        """
    )
  }

  @Test func `its runs are shown below it, at 120 columns`() {
    var root = root(width: 120, height: 30)
    _ = press(&root, .home)
    _ = press(&root, .enter)
    #expect(
      root.draw().text == """
         digits running │ 2 running 1 FAILED │ free 212 GiB                   1 Runs  2 Gallery  3 Explorer  4 Models  5 Stacks
        ╭─ Runs 8 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
        │  status        run   what changed                                             val_loss  curve              took  ago │
        │  ▶ 2/6 done    ▾ s1  digits lr x seed  1 FAILED, 2 running, 1 queued  best r6 0.059                       5m00s   5m │
        │  ✓ ok             r4 lr 0.1 seed 1                                            0.31      █▅▃▁▁▁▁▁          1m00s   4m │
        │  ✗ FAILED         r5 lr 0.1 seed 2                                                                        1m00s   4m │
        │  ✓ ok             r6 lr 0.1 seed 3                                            0.059     █▅▃▁▁▁▁▁          1m00s   4m │
        │  ▶ running 2/5    r7 lr 0.03 seed 1                                                                       5m00s   5m │
        │  ▶ running 2/5    r8 lr 0.03 seed 2                                                                       5m00s   5m │
        │  ○ queued         r9 lr 0.03 seed 3                                                                               5m │
        │  ▶ running 2/5   r3  learning_rate 0.03 (0.1)                                                             7m00s   7m │
        │  ✓ ok            r2  after r1                                                 0.342     █▅▃▁▁▁▁▁          2m14s   5m │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
        ╭─ s1 ──────────────────────────────────────────────────────────────────────────────────────────────── digits, digits ─╮
        │ runs        2/6 done, 1 FAILED, 2 running, 1 queued; about 45s left                                                  │
        │ best        r6 val_loss 0.059  lr 0.1 seed 3                                                                         │
        │ swept       lr 0.1, 0.03                                                                                             │
        │             seed 1, 2, 3                                                                                             │
        │ at once     2 of its runs                                                                                            │
        │ launched    13:57                                                                                                    │
        │                                                                                                                      │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
         Enter fold  Space mark all  c compare  C charts  s stop all  r resume  n launch  / filter  : all  ? keys  q quit
        """
    )
  }

  @Test func `Enter and the arrows unfold and fold, also from one of its runs`() {
    var root = root()
    _ = press(&root, .home, .right)
    #expect(root.draw().text.contains("   r4"))
    _ = press(&root, .down, .down, .left)
    #expect(!root.draw().text.contains("   r4"))
    #expect(press(&root, Key("s")).isEmpty)
    #expect(root.draw().text.contains("Stop s1?"))
  }

  @Test func `a whole sweep is stopped after a question`() {
    var root = root()
    _ = press(&root, .home, Key("s"))
    #expect(root.draw().text.contains("2 of its runs execute and 1 wait."))
    #expect(press(&root, .enter) == [.send(.stopSweep(1), tag: "0:stop")])
  }

  @Test func `all of its runs are marked, and the best ones compared without marks`() {
    var root = root()
    _ = press(&root, .home, Key("c"))
    #expect(root.destination == .compare([4, 5, 6, 7, 8]))
    #expect(root.notice?.text == "The 5 of 6 runs that have begun.")
    _ = press(&root, Key("q"), Key(" "))
    #expect(root.draw().text.contains("6 marked"))
    _ = press(&root, .home, Key(" "))
    #expect(!root.draw().text.contains("marked"))
    _ = press(&root, .home, Key("r"))
  }

  @Test func `with a filter every run stands by itself`() {
    var root = root()
    _ = press(&root, Key("/"), Key("x"))
    _ = root.update(
      .answered(.runs(filter: "x", limit: RunsView.page), .runs(Array(Self.runs.prefix(2))))
    )
    let text = root.draw().text
    #expect(text.contains("r4") && text.contains("r5") && !text.contains("s1"))
  }

  @Test func `a pinned baseline and reruns are of runs alone`() {
    var root = root()
    _ = press(&root, .home, Key("R"))
    #expect(root.destination == .runs)
  }

  @Test func `of many runs the best are compared, also of those that the list does not show`() {
    var root = root()
    var state = Self.state
    state.counts = [.succeeded: 1998, .executing: 2]
    _ = root.update(.answered(.sweeps, .sweeps([state])))
    let best = (0..<7).map { run(1500 + $0, .succeeded, best: 0.01 + Double($0)) }
    _ = root.update(.answered(.bestOfSweep(1, limit: CompareView.mostRuns + 1), .runs(best)))
    for key in ["c", "C"] {
      _ = press(&root, .home, Key(Character(key)))
      let six = Array(1500..<1506)
      #expect(root.destination == (key == "c" ? .compare(six) : .charts(six)))
      #expect(root.notice?.text == "The 6 best of 2000 runs; Space marks others.")
      _ = press(&root, Key("q"))
    }
  }

  @Test func `of many marked runs the best are compared, and the baseline stays`() {
    var root = root()
    var runs = (4..<14).map { run($0, .succeeded, best: Double(20 - $0)) }
    for index in runs.indices { runs[index].sweep = 1 }
    _ = root.update(.answered(.sweepRuns(1, limit: RunsView.mostSwept), .runs(runs)))
    _ = press(&root, .home, Key(" "), Key("C"))
    #expect(root.destination == .charts([13, 12, 11, 10, 9, 8]))
    #expect(root.notice?.text == "The 6 best of 10 marked runs.")
    _ = press(&root, Key("q"), .home, .right, .down, Key("b"), .up, Key("c"))
    #expect(root.destination == .compare([4, 13, 12, 11, 10, 9]))
  }

  @Test func `marked runs of a folded sweep are asked for, to be ranked`() {
    var root = root()
    var runs = (4..<14).map { run($0, .succeeded, best: Double(20 - $0)) }
    for index in runs.indices { runs[index].sweep = 1 }
    _ = root.update(.answered(.sweepRuns(1, limit: RunsView.mostSwept), .runs(runs)))
    _ = press(&root, .home, Key(" "))
    let asked = Query.runsNumbered([1] + Array(4..<14))
    #expect(root.queries.contains(asked))
    _ = root.update(.answered(asked, .runs(runs)))
    _ = press(&root, .down, Key("C"))
    #expect(root.destination == .charts([13, 12, 11, 10, 9, 8]))
  }

  @Test func `the marks of a sweep survive that its runs are not known`() {
    var root = Root(context: context(width: 80, height: 24), start: .runs)
    var state = Self.state
    (state.firstRun, state.lastRun) = (4, 9)
    var known = Self.answers
    let runs = known.removeValue(forKey: .sweepRuns(1, limit: RunsView.mostSwept))
    known[.sweeps] = .sweeps([state])
    for (query, answer) in known { _ = root.update(.answered(query, answer)) }
    // As they are wanted before they are known they are marked when they come.
    _ = press(&root, .home, Key(" "))
    #expect(root.notice == nil)
    _ = press(&root, .down)
    #expect(root.draw().text.contains("│• ▶ 2/6 done"))
    let asked = Query.sweepRuns(1, limit: RunsView.mostSwept)
    #expect(root.queries.contains(asked))
    if let runs { _ = root.update(.answered(asked, runs)) }
    #expect(root.draw().text.contains("6 marked"))
    #expect(root.context.marks.runs == Array(4...9))
    // Its row shows it, though it is folded and its runs are forgotten.
    _ = press(&root, .down)
    root.context.answers[asked] = nil
    #expect(root.draw().text.contains("│• ▶ 2/6 done"))
    // A wish is taken back like a mark.
    _ = press(&root, .home, Key(" "))
    if let runs { _ = root.update(.answered(asked, runs)) }
    #expect(!root.draw().text.contains("marked"))
  }

  @Test func `a sweep that is marked before it is known says how much of it is`() {
    var root = Root(context: context(width: 80, height: 24), start: .runs)
    var known = Self.answers
    let asked = Query.sweepRuns(1, limit: RunsView.mostSwept)
    let runs = known.removeValue(forKey: asked)
    var state = Self.state
    state.counts = [.succeeded: 1998, .executing: 2]
    known[.sweeps] = .sweeps([state])
    for (query, answer) in known { _ = root.update(.answered(query, answer)) }
    _ = press(&root, .home, Key(" "))
    #expect(root.notice == nil)
    if let runs { _ = root.update(.answered(asked, runs)) }
    #expect(root.notice?.text == "The first 6 of 2000 runs are marked.")
  }

  @Test func `the marks of removed runs are taken off`() {
    var root = root()
    _ = press(&root, .home, Key(" "), .down, Key(" "))
    #expect(root.context.marks.runs == Array(4...9) + [3])
    let asked = Query.runsNumbered([1] + Array(4...9))
    #expect(root.queries.contains(asked))
    _ = root.update(.answered(asked, .runs(Self.runs)))
    #expect(root.context.marks.count == 7)
    _ = root.update(.answered(.sweeps, .sweeps([])))
    _ = root.update(.answered(asked, .runs([])))
    #expect(root.context.marks.runs == [3])
    // Also of few, and of runs that the list has shown.
    let page = Query.runs(filter: "", limit: RunsView.page)
    _ = root.update(.answered(page, .runs([run(2, .succeeded)])))
    #expect(root.queries.contains(.runsNumbered([3])))
    _ = root.update(.answered(.runsNumbered([3]), .runs([])))
    _ = press(&root, .home, Key("C"))
    #expect(root.destination == .charts([2]))
  }

  @Test func `marked runs that are not known yet are compared all the same`() {
    var root = root()
    let runs = (4..<14).map { run($0, .succeeded, best: Double(20 - $0)) }
    _ = root.update(.answered(.sweepRuns(1, limit: RunsView.mostSwept), .runs(runs)))
    _ = press(&root, .home, Key(" "), .down, Key("C"))
    #expect(root.destination == .charts([4, 5, 6, 7, 8, 9]))
  }

  @Test func `a run of a sweep is what a rerun of it is told against`() {
    var root = root()
    var again = run(50, .succeeded, parent: 30)
    again.parameters = ["lr": .float(0.5), "seed": .integer(3)]
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs([again])))
    #expect(root.draw().text.contains("after r30"))
    #expect(root.queries.contains(.runsNumbered([30])))
    var swept = Self.runs[2]
    swept.id = 30
    _ = root.update(.answered(.runsNumbered([30]), .runs([swept])))
    #expect(root.draw().text.contains("lr 0.5 (0.1)"))
    // Below its open sweep it is known without a question.
    again.parent = 6
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs([again])))
    _ = press(&root, .home, .enter)
    #expect(root.queries.allSatisfy { if case .runsNumbered = $0 { false } else { true } })
    #expect(root.draw().text.contains("lr 0.5 (0.1)"))
  }

  @Test func `a run of a sweep can be the baseline, also when it is folded`() {
    var root = root()
    _ = press(&root, .home, .right, .down, Key("b"), .left, .down)
    #expect(root.queries.contains(.runsNumbered([1, 4])))
    _ = press(&root, Key("c"))
    #expect(root.destination == .compare([4, 3]))
    _ = press(&root, Key("q"))
    _ = root.update(.answered(.runsNumbered([1, 4]), .runs([Self.runs[0]])))
    #expect(root.draw().text.contains("changes against r4"))
    // It was removed meanwhile.
    _ = root.update(.answered(.runsNumbered([1, 4]), .runs([])))
    #expect(!root.draw().text.contains("changes against"))
  }

  @Test func `a home whose runs all belong to sweeps can be filtered`() {
    var root = root()
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs([])))
    _ = press(&root, Key("/"), Key("x"))
    _ = root.update(.answered(.runs(filter: "x", limit: RunsView.page), .runs([])))
    #expect(root.draw().text.contains("No run matches the filter."))
  }

  @Test func `the runs below a sweep do not make the list ask for more`() {
    var root = root()
    var runs = (100..<900).map { run($0, .succeeded, best: 1) }
    for index in runs.indices { runs[index].sweep = 1 }
    _ = root.update(.answered(.sweepRuns(1, limit: RunsView.mostSwept), .runs(runs)))
    _ = press(&root, .home, .right, .end, .up)
    #expect(root.queries.contains(.runs(filter: "", limit: RunsView.page)))
    #expect(!root.queries.contains(.runs(filter: "", limit: RunsView.page * 4)))
    // The rows at the end are drawn as those at the beginning.
    #expect(root.draw().text.contains("r899") && root.draw().text.contains("running 2/5"))
  }

  @Test func `what is best is so among the rows of its pipeline`() {
    var other = run(9, .succeeded, best: 0.01)
    other.pipeline = "other"
    var raised = [run(20, .succeeded, best: 1), run(21, .succeeded, best: 2)]
    for index in raised.indices {
      raised[index].mainMetric = "acc"
      raised[index].mainGoal = .max
    }
    let runs = [
      run(1, .succeeded, best: 0.3), run(2, .succeeded, best: 0.2), run(3, .executing),
      run(4, .succeeded, best: 0.2), run(5, .failed, best: .nan), other,
    ]
    #expect(RunsView.best(of: runs + raised) == [2, 4, 21])
    #expect(RunsView.best(of: [runs[0]]).isEmpty && RunsView.best(of: []).isEmpty)
  }

  @Test func `the palette finds a sweep, and any of its runs by number or name`() {
    var root = root()
    _ = press(&root, .control("p"), Key("s"), Key("1"))
    #expect(root.draw().text.contains("lr x seed"))
    _ = press(&root, .enter)
    #expect(root.destination == .sweep(1) && root.draw().text.contains("▾ s1"))
    _ = press(&root, Key("q"), .control("p"), Key("r"), Key("7"))
    #expect(root.queries.contains(.runsNumbered([7])))
    _ = root.update(.answered(.runsNumbered([7]), .runs([Self.runs[3]])))
    _ = press(&root, .enter)
    #expect(root.destination == .run(7))
    _ = press(&root, Key("q"), .control("p"), Key("x"), Key("y"))
    var named = Self.runs[0]
    named.name = "xy of old"
    _ = root.update(.answered(.runs(filter: "xy", limit: RunsView.page), .runs([named])))
    _ = press(&root, .enter)
    #expect(root.destination == .run(4))
  }

  @Test func `what stays is told before a sweep is removed`() {
    var root = root()
    var state = Self.state
    state.counts = [.succeeded: 6]
    _ = root.update(.answered(.sweeps, .sweeps([state])))
    _ = press(&root, .home, .down, Key("x"))
    #expect(root.draw().text.contains("Runs that are pinned or made a model stay."))
  }

  // MARK: The form

  private static let pipeline = Pipeline.read(
    """
    parameters:
      lr: { type: Float, default: 0.1, min: 0, max: 1 }
      mode: { type: String, default: fast, enum: [fast, full] }
      label: { type: String, default: x }
    steps:
      train: { type: Training, run: [t, "${parameters.lr}"] }
    """,
    name: "digits"
  ).0

  private func form(width: Int = 80, height: Int = 24) -> (RunFormView, Context) {
    let facts = PipelineFacts(file: "pipeline.yaml", pipeline: Self.pipeline, diagnostics: [])
    let context = context(
      [.pipeline(instance: "digits"): .pipeline(facts), .header: header()],
      width: width,
      height: height
    )
    var form = RunFormView(instance: "digits", from: nil)
    _ = form.update(.answered(.pipeline(instance: "digits")), context)
    return (form, context)
  }

  private func type(_ text: String, into form: inout RunFormView, _ context: Context) {
    _ = form.update(.terminal(.key(.end)), context)
    for _ in 0..<20 { _ = form.update(.terminal(.key(.backspace)), context) }
    _ = form.update(.terminal(.paste(text)), context)
  }

  @Test func `several numbers in a field are a sweep, and the button says how many runs`() {
    var (form, context) = form()
    type("0.1,0.03,0.01", into: &form, context)
    #expect(
      picture(form, context) == """

        ╭─ Launch in digits ─────────────────────────────────────────── digits: train ─╮
        │ Parameters                                                                   │
        │ ▸ lr        0.1,0.03,0.01             was 0.1                                │
        │   mode      ‹ fast ›  1/2                                                    │
        │   label     x                                                                │
        │                                                                              │
        │ This run                                                                     │
        │   name      optional                                                         │
        │   note      optional                                                         │
        │   at once   as many as fit                                                   │
        │                                                                              │
        │ Float; at least 0; at most 1; default 0.1                                    │
        │                                                                              │
        │                                                                              │
        │ [ Launch 3 runs ]                                                            │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    let effects = form.update(.action("launch"), context)
    guard case .send(.sweep(let request), _)? = effects.first else {
      Issue.record("no sweep")
      return
    }
    #expect(request.parts == ["lr=0.1,0.03,0.01"] && request.parallel == nil)
    #expect(request.launch.parameters == ["mode": "fast", "label": "x"])
    #expect(form.update(.replied(tag: "launch", .done(.sweep(1))), context).first == .back)
  }

  @Test func `a value that does not fit is told at its field, and nothing is sent`() {
    var (form, context) = form()
    type("0.1,2", into: &form, context)
    #expect(form.form.fields.first?.fault?.string.contains("more than its maximum 1") == true)
    type("1..", into: &form, context)
    #expect(form.form.fields.first?.fault != nil)
    let effects = form.update(.action("launch"), context)
    #expect(effects.count == 1)
    type("0.5", into: &form, context)
    #expect(form.form.firstFault == nil && form.form.button == "Launch")
  }

  @Test func `a key lets a choice or a text take several values`() {
    var (form, context) = form()
    _ = form.update(.terminal(.key(.down)), context)
    _ = form.update(.action("sweep"), context)
    #expect(form.form["mode"] == "fast,full")
    #expect(form.form.button == "Launch 2 runs")
    _ = form.update(.action("sweep"), context)
    #expect(form.form["mode"] == "fast" && form.form.button == "Launch")
    _ = form.update(.terminal(.key(.down)), context)
    type("a,b,c", into: &form, context)
    #expect(form.parts.isEmpty)
    _ = form.update(.action("sweep"), context)
    #expect(form.parts == ["label=a,b,c"] && form.runCount == 3)
  }

  @Test func `what was typed stays when the pipeline changes, several values as well`() {
    var (form, context) = form()
    _ = form.update(.terminal(.key(.down)), context)
    _ = form.update(.action("sweep"), context)
    let end = form.form.fields.count - 1
    for _ in 1..<end { _ = form.update(.terminal(.key(.down)), context) }
    type("2", into: &form, context)
    #expect(form.form[RunFormView.parallel] == "2" && form.parts == ["mode=fast,full"])
    let edited = Pipeline.read(
      """
      parameters:
        lr: { type: Float, default: 0.2, min: 0, max: 1 }
        mode: { type: String, default: fast, enum: [fast, full] }
        safe: { type: Boolean, default: true }
      steps:
        train: { type: Training, run: [t, "${parameters.lr}"] }
      """,
      name: "digits"
    ).0
    let facts = PipelineFacts(file: "pipeline.yaml", pipeline: edited, diagnostics: [])
    context.answers[.pipeline(instance: "digits")] = .pipeline(facts)
    _ = form.update(.answered(.pipeline(instance: "digits")), context)
    #expect(form.parts == ["mode=fast,full"] && form.form.button == "Launch 2 runs")
    #expect(form.form[RunFormView.parallel] == "2" && form.form["lr"] == "0.2")
    #expect(form.form.focused?.id == RunFormView.parallel && form.form["label"] == nil)
  }

  @Test func `the runs of a sweep that is unfolded are told as far as they have come`() {
    var root = root(width: 120)
    #expect(root.queries.contains(.liveRuns([3])))
    _ = press(&root, .enter)
    #expect(root.queries.contains(.liveRuns([7, 8, 3])))
  }
}

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
      finished: 3
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
        │  ▶ 2/6 done    ▸ s1  lr x seed  best r6  1 FAILED, 2… 0.059       5m00s   5m │
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
        │ runs        2/6 done, 1 FAILED, 2 running, 1 queued; about 5m00s left        │
        │ best        r6 val_loss 0.059  lr 0.1 seed 3                                 │
        │ swept       lr 0.1, 0.03                                                     │
        │             seed 1, 2, 3                                                     │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         Enter show runs  Space mark all  1-5 screens  : all  ? keys  q quit
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
        │  ▶ 2/6 done    ▾ s1  digits lr x seed  best r6  1 FAILED, 2 running, 1 queued 0.059                       5m00s   5m │
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
        │ runs        2/6 done, 1 FAILED, 2 running, 1 queued; about 5m00s left                                                │
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
}

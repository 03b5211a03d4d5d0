import Curves
import Documents
import Engine
import Pipelines
import Series
import Store
import Terminal
import Testing

@testable import Workbench

struct RunViewTests {
  @Test func `what has no steps is not drawn by them, and the next group stays by its own`() {
    let cpu = LoggedSeries(
      name: "system/cpu",
      data: SeriesData(steps: [2, 4], times: [2, 4], values: [50, 60])
    )
    var answers = RunFixture.answers()
    answers[.metrics(RunFixture.attempt(142))] = LoggedSeries.metrics([cpu])
    var view = RunView(run: 142)
    let context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    let reason = "What Lathe samples has no steps: it is drawn by the time."
    #expect(view.press(Key("x"), context) == [.tell(Notice(.information, reason))])
    #expect(view.curves.axis == .step)
  }

  @Test func `until a step's figures are recorded those that it has logged are told`() {
    var facts = RunFixture.running
    var recorded = RunView(run: 142)
    let context = RunFixture.context(120, 36)
    facts.metrics = []
    var answers = RunFixture.answers(facts)
    answers[.liveMetrics(142)] = .summaries(RunFixture.running.metrics)
    var live = RunView(run: 142)
    let told = RunFixture.drawn(&live, RunFixture.context(120, 36, answers))
    #expect(told == RunFixture.drawn(&recorded, context))
    #expect(live.queries.contains(.liveMetrics(142)))
    // What has ended is told as it is recorded.
    facts.run.status = .stopped
    answers[.run(142)] = .run(facts)
    #expect(RunFixture.drawn(&live, RunFixture.context(120, 36, answers)) != told)
    #expect(!live.queries.contains(.liveMetrics(142)))
  }

  @Test func `what the run is judged by stands first, whichever step is shown`() {
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    var rows = RunFixture.metric(142, "rows", nil, last: 9, best: 9, at: 1)
    rows.step = "evaluate"
    facts.metrics = facts.run.ordered([rows] + facts.metrics)
    let side = RunSide(
      facts: facts,
      step: nil,
      metricStep: "evaluate",
      path: "",
      now: RunFixture.now
    )
    var screen = Screen(size: Size(width: 60, height: 8))
    side.draw(on: &screen, in: screen.bounds)
    let first = screen.text.split(separator: "\n").map { $0.split(separator: " ").first }
    #expect(first.prefix(3) == ["metric", "val_loss", "rows"], "\(screen.text)")
  }

  @Test func `a running step shows its progress, its curve and its log`() {
    var view = RunView(run: 142)
    #expect(
      RunFixture.drawn(&view, RunFixture.context(80, 24)) == """

         r142 "lower lr"  Executing 2m14s  learning_rate 0.03 (r141: 0.1)  mj 14:02
         = prepare  ▶ train epoch 27/40  · evaluate  · accuracy
        ╭─ val_loss  train_loss ──────────────────── m: 2 groups  x: epoch  y: linear ─╮
        │       2┤ ⡇                                                                   │
        │        │ ⢹                                                                   │
        │        │ ⢿⡀                                                                  │
        │        │ ⠸⡇                                                                  │
        │       1┤  ⠻⡄                                                                 │
        │        │   ⠙⢗⡤⣀                                     ·· r141 val_loss 0.352   │
        │        │     ⠉⠒⠭⠭⣓⣒⣒⣢⡦⠦⠦⠦⠦⠦⠦⠤⣄⣄⣄⣄⣄⣄⣄⣄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄ ── val_loss 0.2933       │
        │       0┤             ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠒⠒⠒⠒⠒               ── train_loss 0.1644     │
        │        └┬─────────┬──────────┬──────────┬─────────┬                          │
        │         0         10         20         30        40                   epoch │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ Log: train ─────────────────────────────────────────── follow  1,204 lines ─╮
        │ 14:04:22 epoch 1200 train_loss=0.1200 val_loss=0.288                         │
        │ 14:04:22 epoch 1201 train_loss=0.1201 val_loss=0.288                         │
        │ 14:04:22 epoch 1202 train_loss=0.1202 val_loss=0.288                         │
        │ 14:04:22 epoch 1203 train_loss=0.1203 val_loss=0.288                         │
        │ 14:04:22 epoch 1204 train_loss=0.1204 val_loss=0.288                        ┃│
        ╰──────────────────────────────────────────────────────────────────────────────╯
         r142 started 14:02. Closing this window does not stop it.

        """
    )
  }

  @Test func `a wide terminal shows steps, curve, figures and log together`() {
    var view = RunView(run: 142)
    #expect(
      RunFixture.drawn(&view, RunFixture.context(120, 36)) == """

         r142 "lower lr"  Executing 2m14s  learning_rate 0.03 (r141: 0.1)  mj 14:02  code a1b2c3d +1 edited file
        ╭─ Steps ──────────────────────────────────────────────────────────────────────────────────────────────── 1 of 4 done ─╮
        │  = prepare  cached   from r141, saved 8s                              =                                              │
        │❯ ▶ train    running  2m10s  epoch 27/40  pid 48112                     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━│
        │  · evaluate waits    for train                                                                                       │
        │  · accuracy waits    for evaluate                                                                                    │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
        ╭─ val_loss  train_loss ────────────── m: 2 groups  x: epoch  y: linear ─╮╭─ train, epoch 27/40 ───────────────────────╮
        │        │ ⡇                                                             ││ metric          last         best     r141 │
        │     2.0┤ ⣇                                                             ││ val_loss       0.291     0.288@25    0.342 │
        │        │ ⢻                                                             ││ train_loss     0.164     0.164@27    0.101 │
        │        │ ⢸                                                             ││ val_acc        0.956     0.957@25    0.948 │
        │     1.5┤ ⣿                                                             ││                                            │
        │        │ ⢹⡆                                                            ││ cpu   6m52s of CPU                         │
        │        │ ⢸⡇                                                            ││ mem   5 GiB at most                        │
        │        │ ⠈⣷                                                            ││ ran   learning_rate changed                │
        │     1.0┤  ⢿⡆                                                           ││ path  /h/runs/r142/train/1                 │
        │        │  ⠘⡷⡀                                                          ││                                            │
        │        │   ⠘⡵⡀                                                         ││                                            │
        │     0.5┤    ⠱⡊⠦⠤⣀⡀⡀                                                    ││                                            │
        │        │     ⠈⠒⠤⣀⣉⠉⠓⠓⠣⠥⠥⠥⠦⠦⢆⣂⣂⣂⣂⣂⣂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠄⠄⠄ ·· r141 val_loss 0.352  ││                                            │
        │        │          ⠉⠉⠑⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⣀⣀             ── val_loss 0.2933      ││                                            │
        │       0┤                                       ── train_loss 0.1644    ││                                            │
        │        └┬────────┬─────────┬────────┬────────┬                         ││                                            │
        │         0        10        20       30       40                  epoch ││                                            │
        ╰────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────╯
        ╭─ Log: train ─────────────────────────────────────────────────────────────────────────────────── follow  1,204 lines ─╮
        │ 14:04:22 epoch 1200 train_loss=0.1200 val_loss=0.288                                                                 │
        │ 14:04:22 epoch 1201 train_loss=0.1201 val_loss=0.288                                                                 │
        │ 14:04:22 epoch 1202 train_loss=0.1202 val_loss=0.288                                                                 │
        │ 14:04:22 epoch 1203 train_loss=0.1203 val_loss=0.288                                                                 │
        │ 14:04:22 epoch 1204 train_loss=0.1204 val_loss=0.288                                                                ┃│
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
         r142 started 14:02. Closing this window does not stop it.

        """
    )
  }

  @Test func `a failed run opens at the reason and the traceback`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(80, 24, RunFixture.answers(RunFixture.failed))
    #expect(
      RunFixture.drawn(&view, context) == """

         r142 "lower lr"  Failed 2m10s  learning_rate 0.03 (r141: 0.1)  mj 14:02
         = prepare  ✗ train  - evaluate  - accuracy
        ╭─ val_loss  train_loss ──────────────────── m: 2 groups  x: epoch  y: linear ─╮
        │       2┤ ⡇                                                                   │
        │        │ ⢹                                                                   │
        │        │ ⢿⡀                                                                  │
        │        │ ⠸⡇                                                                  │
        │       1┤  ⠻⡄                                                                 │
        │        │   ⠙⢗⡤⣀                                     ·· r141 val_loss 0.352   │
        │        │     ⠉⠒⠭⠭⣓⣒⣒⣢⡦⠦⠦⠦⠦⠦⠦⠤⣄⣄⣄⣄⣄⣄⣄⣄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄ ── val_loss 0.2933       │
        │       0┤             ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠒⠒⠒⠒⠒               ── train_loss 0.1644     │
        │        └┬─────────┬──────────┬──────────┬─────────┬                          │
        │         0         10         20         30        40                   epoch │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ Log: train ───────────────────────────────────────────── 36 lines  1 error ─╮
        │ ValueError: bad shape                                 Enter opens train.py:9 │
        │     main()                                                                   │
        │   File "/h/runs/r142/train/1/work/train.py", line 9, in main                 │
        │     raise ValueError("bad shape")                                            │
        │ ValueError: bad shape                                                       ┃│
        ╰──────────────────────────────────────────────────────────────────────────────╯
         r142 failed 14:04. Enter opens the line; Ctrl-R there saves and resumes.

        """
    )
  }

  @Test func `wide and accented names keep the columns`() {
    var view = RunView(run: 142)
    let run = RunFixture.run(name: "작업 René")
    let facts = RunFixture.facts(run, RunFixture.steps(cafe: true))
    let picture = RunFixture.drawn(&view, RunFixture.context(95, 50, RunFixture.answers(facts)))
    let lines = picture.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[1].hasPrefix(" r142 \"작업 René\"  Executing 2m14s"))
    #expect(lines[5].hasPrefix("│❯ ▶ 학습-é   running  2m10s  epoch 27/40  pid 48112"))
    #expect(lines[6].hasPrefix("│  · evaluate waits    for 학습-é"))
    #expect(lines[5].reduce(0) { $0 + $1.cellWidth } == 95)
  }

  @Test func `a terminal without Unicode gets ASCII`() {
    var view = RunView(run: 142)
    let picture = RunFixture.drawn(&view, RunFixture.context(80, 24, glyphs: .ascii))
    let strange = picture.unicodeScalars.filter { !$0.isASCII }
    #expect(strange.isEmpty)
  }

  @Test(arguments: [
    Size(width: 1, height: 3), Size(width: 20, height: 5), Size(width: 60, height: 9),
  ])
  func `too small an area is no harm`(_ size: Size) {
    var view = RunView(run: 142)
    let context = RunFixture.context(size.width, size.height)
    #expect(RunFixture.drawn(&view, context).split(separator: "\n").count <= size.height)
  }

  @Test func `a run that does not exist says so`() {
    var view = RunView(run: 142)
    let failure = Explanation(what: "There is no run r142.", next: "'lathe runs' lists them.")
    let context = RunFixture.context(80, 24, [.run(142): .failed(failure)])
    #expect(RunFixture.drawn(&view, context).contains("There is no run r142."))
  }

  @Test func `the seconds of what is sampled are no epochs`() {
    var facts = RunFixture.running
    facts.metrics = [RunFixture.metric(142, "system/memory", nil, last: 1e6, best: 1e6, at: 3)]
    #expect(facts.progress(of: "train", counting: "epoch") == nil)
    facts.metrics += [RunFixture.metric(142, "train_loss", nil, last: 1, best: 1, at: 3)]
    #expect(facts.progress(of: "train", counting: "epoch") == "epoch 27/40")
  }

  @Test func `steps are epochs only where they can be`() {
    var facts = RunFixture.running
    func told(_ last: Double, _ count: Int) -> SafeText? {
      for index in facts.metrics.indices {
        (facts.metrics[index].count, facts.metrics[index].lastStep) = (count, last)
      }
      let word = facts.stepWord(of: "train", in: nil)
      return facts.progress(of: "train", counting: word)
    }
    #expect(told(27, 27) == "epoch 27/40")
    // Logged at each tenth batch, or once, at the end.
    #expect(told(190, 20) == "step 190")
    #expect(told(20, 1) == "step 20")
    facts.run.parameters["steps"] = .integer(200)
    #expect(told(190, 20) == "step 190/200")
    #expect(told(27, 27) == "epoch 27/40")
  }

  @Test func `a run opens on what it is judged by, else on a curve, else on the last metrics`() {
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    (facts.steps[2].status, facts.steps[2].logAttempt) = (.succeeded, 1)
    var once = RunFixture.metric(142, "score", nil, last: 9, best: 9, at: 1)
    (once.step, once.count) = ("evaluate", 1)
    facts.metrics.append(once)
    func step() -> String? {
      RunSources(facts, chosen: nil, home: RunFixture.home).step
    }
    #expect(step() == "train")
    for index in facts.metrics.indices { facts.metrics[index].isMain = false }
    #expect(step() == "train")
    for index in facts.metrics.indices { facts.metrics[index].count = 1 }
    #expect(step() == "evaluate")
    facts.metrics[0].isMain = true
    #expect(step() == "train")
  }

  @Test func `a marked run has its own colour in its curves, too`() {
    let folder = RunFixture.attempt(142)
    let group = MetricGroup(key: "loss", names: ["val_loss", "train_loss"])
    let lines = RunCurves().lines(group, in: folder, parent: nil, from: 2)
    #expect(lines.map(\.label) == ["train_loss", "val_loss"])
    #expect(lines.map(\.color) == [.series(3), .series(2)])
    var view = RunView(run: 142)
    var context = RunFixture.context(120, 36)
    for run in [7, 8, 142] { context.marks.toggle(run) }
    context.marks.settle([7, 8, 142])
    _ = RunFixture.told(&view, context)
    #expect(view.curves.plot.lines.last?.color == .series(2))
  }

  @Test func `a step that still logs has its figures from the curve`() {
    var view = RunView(run: 142)
    var facts = RunFixture.running
    facts.metrics = []
    let context = RunFixture.context(120, 36, RunFixture.answers(facts))
    let picture = RunFixture.drawn(&view, context)
    #expect(picture.contains("epoch 27/40"))
    #expect(!picture.contains("no metrics yet"))
    #expect(picture.contains("0.2933@"))
  }

  @Test func `a registered model is said, and one key leads to it`() {
    var view = RunView(run: 142)
    let model = ModelRecord(
      group: "digits",
      version: 3,
      approval: .pending,
      run: 142,
      step: "train",
      instance: "digits",
      artifact: Artifact(kind: .folder, digest: RunFixture.digest, size: 2048),
      created: RunFixture.at(130)
    )
    var answers = RunFixture.answers(
      RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    )
    answers[.models] = .models([model])
    let context = RunFixture.context(120, 36, answers)
    #expect(RunFixture.drawn(&view, context).contains("Model digits/3 needs your approval"))
    #expect(view.press(Key("A"), context) == [.open(.model("digits/3"))])
  }

  @Test func `what a step has logged about itself stands in its details`() throws {
    let logged = StepFacts(
      params: ["lr": "0.1", "layers": "[64, 64]", "note": "a\u{1B}[2Jb"],
      summary: ["best": .number(0.0625), "state": .text("converged")]
    )
    var answers: [Query: Answer] = [.run(142): .run(RunFixture.running)]
    answers[.logged(RunFixture.attempt(142))] = .logged(logged)
    var view = RunView(run: 142)
    let live = RunFixture.drawn(&view, RunFixture.context(120, 36, answers))
    #expect(live.contains("params  layers [64, 64]  lr 0.1"))
    #expect(live.contains("summary best 0.0625  state converged"))
    #expect(!live.contains("\u{1B}"))
    var facts = RunFixture.facts(RunFixture.run(.succeeded), RunFixture.steps(.succeeded))
    let index = try #require(facts.steps.firstIndex { $0.name == "train" })
    facts.steps[index].facts = logged
    view = RunView(run: 142)
    view.chosen = "train"
    let ended = RunFixture.drawn(&view, RunFixture.context(120, 36, [.run(142): .run(facts)]))
    #expect(ended.contains("params  layers [64, 64]  lr 0.1"))
  }

  @Test func `the view asks for the log and the curves of what it shows`() {
    var view = RunView(run: 142)
    _ = RunFixture.drawn(&view, RunFixture.context(80, 24))
    let curves = view.queries.compactMap { query -> CurvesRequest? in
      if case .curves(let request) = query { request } else { nil }
    }
    #expect(
      curves.first?.series == [
        SeriesKey(folder: RunFixture.attempt(141), name: "val_loss"),
        SeriesKey(folder: RunFixture.attempt(142), name: "train_loss"),
        SeriesKey(folder: RunFixture.attempt(142), name: "val_loss"),
      ]
    )
    #expect(
      view.queries
        == Set(curves.map(Query.curves)).union([
          .run(142), .liveMetrics(142), .instances, .models, .pipeline(instance: "digits"),
          .log(RunFixture.attempt(142), .tail(lines: 1000)), .metrics(RunFixture.attempt(142)),
          .marks(RunFixture.attempt(142)), .logged(RunFixture.attempt(142)),
          .messages(SeriesKey(folder: RunFixture.attempt(142), name: "val_loss")),
        ])
    )
  }

  struct Press: CustomTestStringConvertible {
    var key: Key
    var failed: Bool
    var effects: [Effect]
    var testDescription: String { "\(key.label) \(failed ? "failed" : "running")" }

    init(_ key: Key, failed: Bool = false, _ effects: [Effect]) {
      self.key = key
      self.failed = failed
      self.effects = effects
    }
  }

  static let script = "/h/instances/digits/steps/train.py"

  @Test(arguments: [
    Press(Key("c"), [.open(.compare([141, 142]))]),
    Press(Key("R"), [.open(.runForm(instance: "digits", from: 142))]),
    Press(Key("y"), [.copy("/h/runs/r142/train/1")]),
    Press(Key("e"), [.open(.editor(path: script, line: 0, resuming: nil))]),
    Press(Key("e"), failed: true, [.open(.editor(path: script, line: 0, resuming: 142))]),
    Press(Key("r"), failed: true, [.send(.resume(run: 142), tag: "resume")]),
    Press(Key("r"), [.tell(Notice(.information, "Only a failed or stopped run is resumed."))]),
    Press(Key("s"), failed: true, [.tell(Notice(.information, "The run has ended."))]),
    Press(
      .enter,
      failed: true,
      [.open(.editor(path: "/h/instances/digits/train.py", line: 9, resuming: 142))]
    ),
  ])
  func `keys ask for what they say`(_ press: Press) {
    var view = RunView(run: 142)
    let facts = press.failed ? RunFixture.failed : RunFixture.running
    let context = RunFixture.context(80, 24, RunFixture.answers(facts))
    _ = RunFixture.drawn(&view, context)
    #expect(view.press(press.key, context) == press.effects)
  }

  @Test func `where no line has failed Enter shows the whole log, and the charts in the chart`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(80, 24)
    _ = RunFixture.drawn(&view, context)
    #expect(view.press(.enter, context).isEmpty)
    #expect(view.isLogWhole && view.bindings(context).contains { $0.short == "small log" })
    #expect(view.press(.enter, context).isEmpty)
    #expect(!view.isLogWhole)
    view.focus = .chart
    #expect(view.press(.enter, context) == [.open(.charts([142]))])
  }

  @Test func `where the failed line's file is gone Enter shows the whole log`() {
    var view = RunView(run: 142)
    var answers = RunFixture.answers(RunFixture.failed)
    answers[.instances] = .instances([])
    let context = RunFixture.context(80, 24, answers)
    _ = RunFixture.drawn(&view, context)
    let isWhole = view.isLogWhole
    #expect(view.press(.enter, context).isEmpty)
    #expect(view.isLogWhole != isWhole)
  }

  @Test(arguments: [false, true])
  func `a narrow footer begins with what matters most`(_ isFailed: Bool) {
    var root = Root(context: RunFixture.context(80, 24, [:]), start: .run(142))
    let facts = isFailed ? RunFixture.failed : RunFixture.running
    for (query, answer) in RunFixture.answers(facts) { _ = root.update(.answered(query, answer)) }
    let footer = root.draw().lines.last ?? ""
    #expect(isFailed ? footer.hasPrefix(" Enter open line") : footer.contains(" C charts"))
  }

  @Test func `a traceback that a running step caught does not stop the following`() {
    var view = RunView(run: 142)
    var answers = RunFixture.answers()
    let query = Query.log(RunFixture.attempt(142), .tail(lines: 1000))
    let lines = RunFixture.traceback + RunFixture.log
    answers[query] = .log(
      LogFacts(
        first: 0,
        lines: Array(lines),
        count: lines.count,
        failure: LogFailure(file: "train.py", line: 9, message: "ValueError: bad shape")
      )
    )
    let picture = RunFixture.drawn(&view, RunFixture.context(80, 24, answers))
    #expect(picture.contains("epoch 1204 "))
    #expect(!picture.contains("Traceback"))
  }

  @Test func `a stop is asked about first`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(80, 24)
    _ = RunFixture.drawn(&view, context)
    #expect(view.press(Key("s"), context) == [])
    #expect(RunFixture.picture(view, context).contains("Stop r142?"))
    #expect(view.press(.escape, context) == [])
    #expect(!RunFixture.picture(view, context).contains("Stop r142?"))
    _ = view.press(Key("s"), context)
    #expect(view.press(.enter, context) == [.send(.stop(run: 142), tag: "stop")])
  }

  @Test func `the log scrolls, finds and follows again`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(80, 24)
    _ = RunFixture.drawn(&view, context)
    _ = view.press(.up, context)
    #expect(RunFixture.picture(view, context).contains("line 1199 of 1,204"))
    for key in [Key("/"), Key("4"), Key("7"), Key("7"), .enter] { _ = view.press(key, context) }
    #expect(view.log.match == 476)
    #expect(RunFixture.picture(view, context).contains("epoch 477 "))
    _ = view.press(Key("f"), context)
    #expect(RunFixture.picture(view, context).contains("follow  1,204 lines"))
    _ = view.press(.home, context)
    #expect(view.queries.contains(.log(RunFixture.attempt(142), .lines(first: 0, count: 1000))))
  }

  @Test func `long lines of the log are broken, and its end stays in view`() {
    let context = RunFixture.context(50, 24, RunFixture.answers(RunFixture.failed))
    var view = RunView(run: 142)
    _ = RunFixture.drawn(&view, context)
    #expect(!RunFixture.picture(view, context).contains("line 9, in main"))
    _ = view.press(Key("w"), context)
    let text = RunFixture.picture(view, context)
    #expect(text.contains("raise ValueError") && text.contains("│ ValueError: bad shape   "))
  }

  @Test func `a click selects a step, and its log is asked for`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(120, 36)
    _ = RunFixture.drawn(&view, context)
    _ = view.update(.terminal(.mouse(Mouse(.press(.left), at: Point(x: 6, y: 3)))), context)
    #expect(view.chosen == "prepare")
    #expect(view.queries.contains(.log(RunFixture.attempt(141, "prepare"), .tail(lines: 1000))))
    _ = view.press(Key("]"), context)
    #expect(view.chosen == "train")
  }

  @Test func `a zoomed pane has the screen`() {
    var view = RunView(run: 142)
    let context = RunFixture.context(80, 24)
    _ = RunFixture.drawn(&view, context)
    _ = view.press(Key("z"), context)
    #expect(RunFixture.picture(view, context).contains("epoch 1188 "))
    _ = view.press(.tab, context)
    #expect(RunFixture.picture(view, context).contains("1 of 4 done"))
  }

  @Test(arguments: [false, true])
  func `no key means two things, and every key has its help`(failed: Bool) {
    var view = RunView(run: 142)
    let facts = failed ? RunFixture.failed : RunFixture.running
    let context = RunFixture.context(80, 24, RunFixture.answers(facts))
    _ = RunFixture.drawn(&view, context)
    checkBindings(view.bindings(context))
  }

  @Test(arguments: [
    (
      ["val_loss", "train_loss", "val_acc"], "val_loss", [["val_loss", "train_loss"], ["val_acc"]]
    ),
    (
      ["train_acc", "train_loss", "val_loss"], "val_loss",
      [["val_loss", "train_loss"], ["train_acc"]]
    ),
    (["train/loss", "eval/loss", "lr"], nil, [["eval/loss", "train/loss"], ["lr"]]),
    (["train", "val"], nil, [["train"], ["val"]]),
  ])
  func `metrics of one unit share a chart`(_ names: [String], _ main: String?, _ groups: [[String]])
  {
    var order = MetricOrder()
    order.refresh(names, main: main)
    #expect(order.groups.map(\.names) == groups)
  }
}

func checkBindings(_ bindings: [Binding]) {
  let keys = bindings.flatMap(\.keys)
  #expect(Set(keys).count == keys.count)
  #expect(Set(bindings.map(\.action)).count == bindings.count)
  #expect(bindings.allSatisfy { !$0.help.isEmpty && !$0.label.isEmpty && !$0.short.isEmpty })
}

import Curves
import Engine
import Series
import Store
import Terminal
import Testing

@testable import Workbench

struct CompareViewTests {
  static func view(_ context: Context) -> CompareView {
    var view = CompareView(runs: [141, 142])
    _ = RunFixture.drawn(&view, context)
    return view
  }

  @Test func `two runs stand side by side`() {
    let context = RunFixture.context(80, 24, RunFixture.comparison)
    #expect(
      RunFixture.picture(Self.view(context), context) == """

         Compare 2 runs   ● r141   ■ r142 "lower lr"       best by val_loss (min): r142
        ╭─ What differs ─────────────────────── 1 equal parameter hidden, a shows all ─╮
        │                     ● r141 (base)               ■ r142                       │
        │ learning_rate       0.1                         0.03                         │
        │ train.py            base                        +1 -1 lines                  │
        │ data, env, pipeline same                        same                         │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ Metrics ───────────────────────────────────────── at: best  (b shows last) ─╮
        │ val_loss   min      0.342   @12                 0.288   @25   -0.054   best ┃│
        │ train_loss min      0.101   @40   best          0.164   @27   +0.063        ┃│
        │ val_acc    max      0.948   @14                 0.957   @25   +0.009   best  │
        │ train time          2m06s                       2m06s         =              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ val_loss ──────────────────────────────── 1/3 metrics  x: epoch  y: linear ─╮
        │       2┤ ⠘⡄                                                                  │
        │        │ ⠈⢧                                                                  │
        │        │  ⠈⠛⠶⣤⣀⣀⡀                                             ● r141 0.352   │
        │       0┤        ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠑⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒ ■ r142 0.2933  │
        │        └┬────────────┬────────────┬────────────┬────────────┬                │
        │         0            10           20           30           40         epoch │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         r142: model digits/3 needs your approval.

        """
    )
  }

  @Test func `metrics of one name are told with their steps`() {
    var answers = RunFixture.comparison
    var compared = RunFixture.compared
    var other = compared.metrics[0]
    other.step = "test"
    compared.metrics.insert(other, at: 1)
    answers[.comparison([141, 142])] = .comparison(compared)
    let context = RunFixture.context(120, 36, answers)
    let picture = RunFixture.picture(Self.view(context), context)
    #expect(
      picture.contains("│ train: val_loss min  ") && picture.contains("│ test: val_loss  min  ")
    )
    #expect(picture.contains("│ val_acc         max"))
  }

  @Test func `the curves are those of the step with the main metric`() {
    var answers = RunFixture.comparison
    var facts = RunFixture.facts(RunFixture.ended, RunFixture.steps(.succeeded))
    var other = facts.metrics[0]
    other.step = facts.steps[2].name
    other.isMain = false
    facts.metrics.append(other)
    facts.steps[2].logAttempt = 1
    answers[.run(142)] = .run(facts)
    #expect(Self.view(RunFixture.context(80, 24, answers)).origins[142]?.step == "train")
  }

  @Test func `a wide terminal shows all rows`() {
    let context = RunFixture.context(120, 36, RunFixture.comparison)
    #expect(
      RunFixture.picture(Self.view(context), context) == """

         Compare 2 runs   ● r141   ■ r142 "lower lr"                                               best by val_loss (min): r142
        ╭─ What differs ─────────────────────────────────────────────────────────────── 1 equal parameter hidden, a shows all ─╮
        │                         ● r141 (base)                       ■ r142                                                   │
        │ learning_rate           0.1                                 0.03                                                     │
        │ train.py                base                                +1 -1 lines                                              │
        │ data, env, pipeline     same                                same                                                     │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
        ╭─ Metrics ───────────────────────────────────────────────────────────────────────────────── at: best  (b shows last) ─╮
        │ val_loss   min          0.342   @12                         0.288   @25   -0.054   best                              │
        │ train_loss min          0.101   @40   best                  0.164   @27   +0.063                                     │
        │ val_acc    max          0.948   @14                         0.957   @25   +0.009   best                              │
        │ train time              2m06s                               2m06s         =                                          │
        │ run time                2m00s                               2m10s         +10s                                       │
        │ steps                   0 ok, 0 cached                      3 ok, 1 cached                                           │
        │ end                     Succeeded                           Succeeded, v3 pending                                    │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
        ╭─ val_loss ──────────────────────────────────────────────────────────────────────── 1/3 metrics  x: epoch  y: linear ─╮
        │        │  ⠸⡀                                                                                                         │
        │     2.0┤   ⡇                                                                                                         │
        │        │   ⢱                                                                                                         │
        │        │  ⢠⠸⡀                                                                                                        │
        │     1.5┤   ⡇⡇                                                                                                        │
        │        │   ⢸⢱                                                                                                        │
        │        │    ⡇⠣⡀                                                                                                      │
        │     1.0┤    ⠘⢄⠱⡀                                                                                                     │
        │        │      ⠑⠬⣑⠢⡀                                                                                                  │
        │     0.5┤         ⠉⠚⠵⠶⣤⣤⣀⣀⡀                                                                                           │
        │        │                 ⠈⠉⠉⠛⠛⠒⠒⠲⠶⠶⠶⠶⠶⠶⢖⣒⣢⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⡤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀ ● r141 0.352   │
        │        │                                             ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉                               ■ r142 0.2933  │
        │       0┤                                                                                                             │
        │        └┬──────────┬───────────┬──────────┬───────────┬───────────┬──────────┬───────────┬──────────┬                │
        │         0          5           10         15          20          25         30          35         40         epoch │
        ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
         r142: model digits/3 needs your approval.

        """
    )
  }

  @Test func `the diff has a page of its own`() {
    let context = RunFixture.context(60, 20, RunFixture.comparison)
    var view = Self.view(context)
    _ = view.press(Key("d"), context)
    let picture = RunFixture.picture(view, context)
    #expect(picture.contains("│ ■ train.py  r141 to r142  edited"))
    #expect(picture.contains("│ +hidden = 128"))
    _ = view.press(Key("d"), context)
    #expect(RunFixture.picture(view, context).contains("What differs"))
  }

  @Test func `a long line of the diff goes on below itself`() {
    let context = RunFixture.context(60, 20, RunFixture.comparison)
    let view = Self.view(context)
    let whole = view.diffLines(context)
    let rows = view.diffRows(12, context)
    #expect(rows.allSatisfy { $0.width <= 12 })
    #expect(rows.count > whole.count)
    let joined = rows.map(\.plain.string).joined().replacing("↳ ", with: "")
    #expect(joined == whole.map(\.plain.string).joined())
  }

  @Test func `another base asks for another comparison`() {
    let context = RunFixture.context(80, 24, RunFixture.comparison)
    var view = Self.view(context)
    _ = view.press(Key("="), context)
    #expect(view.queries.contains(.comparison([142, 141])))
    #expect(view.color(of: 141, context) == .series1)
  }

  @Test func `keys ask for what they say`() {
    let context = RunFixture.context(80, 24, RunFixture.comparison)
    var view = Self.view(context)
    #expect(view.press(.enter, context) == [.open(.run(142))])
    #expect(
      view.press(Key("A"), context) == [
        .send(.decide(model: "digits/3", approval: .approved, note: nil), tag: "approve")
      ]
    )
    _ = view.press(.left, context)
    #expect(view.press(.enter, context) == [.open(.run(141))])
    let reason = Notice(.information, "r141 has no model that needs approval.")
    #expect(view.press(Key("A"), context) == [.tell(reason)])
    #expect(
      view.press(Key("="), context) == [.tell(Notice(.information, "It is the base already."))]
    )
  }

  @Test func `equal parameters and last values are a key away`() {
    let context = RunFixture.context(120, 36, RunFixture.comparison)
    var view = Self.view(context)
    _ = view.press(Key("a"), context)
    _ = view.press(Key("b"), context)
    let picture = RunFixture.picture(view, context)
    #expect(picture.contains("│ epochs"))
    #expect(picture.contains("at: last"))
    #expect(picture.contains("0.291"))
  }

  @Test func `no key means two things, and every key has its help`() {
    let context = RunFixture.context(80, 24, RunFixture.comparison)
    var view = Self.view(context)
    checkBindings(view.bindings(context))
    _ = view.press(Key("d"), context)
    checkBindings(view.bindings(context))
  }

  @Test(arguments: [
    Size(width: 1, height: 3), Size(width: 20, height: 5), Size(width: 60, height: 9),
  ])
  func `too small an area is no harm`(_ size: Size) {
    let context = RunFixture.context(size.width, size.height, RunFixture.comparison)
    let picture = RunFixture.picture(Self.view(context), context)
    #expect(picture.split(separator: "\n").count <= size.height)
  }

  @Test func `the chart's crosshair is where the mouse moves, at a logged place`() throws {
    let context = RunFixture.context(120, 36, RunFixture.comparison)
    var view = Self.view(context)
    #expect(view.followsPointer)
    let pane = view.layout(context, in: context.area).chart
    let area = CurvePlot.area(in: pane.inset())
    let plot = view.plot.chart.geometry(in: area, glyphs: context.glyphs).plot
    let at = Point(x: plot.x + plot.width / 2, y: plot.y + 1)
    _ = view.update(.terminal(.mouse(Mouse(.move, at: at))), context)
    let moved = try #require(view.crosshair)
    #expect(moved == moved.rounded() && (10...30).contains(moved))
    #expect(view.focus == .metrics)
    #expect(RunFixture.picture(view, context).contains("epoch \(Int(moved)):"))
    let left = Point(x: plot.x + 8, y: plot.y + 1)
    _ = view.update(.terminal(.mouse(Mouse(.press(.left), at: left))), context)
    #expect(view.focus == .chart)
    #expect(try #require(view.crosshair) < moved)
  }

  @Test func `without colours the runs' lines differ in their strokes`() {
    var context = RunFixture.context(80, 24, RunFixture.comparison)
    #expect(Self.view(context).plot.chart.series.allSatisfy { $0.stroke == .solid })
    context.hasColors = false
    let picture = RunFixture.picture(Self.view(context), context)
    #expect(picture.contains("── ● r141") && picture.contains("╌╌ ■ r142"))
  }

  @Test func `a crosshair at a step is no second of what Lathe has sampled`() throws {
    var answers = RunFixture.comparison
    var compared = RunFixture.compared
    var row = compared.metrics[0]
    row.name = "system/memory"
    row.isMain = false
    row.values = row.values.map { value in
      var value = value
      value?.last = 4_727_000
      return value
    }
    compared.metrics.append(row)
    answers[.comparison([141, 142])] = .comparison(compared)
    let context = RunFixture.context(120, 40, answers)
    var view = Self.view(context)
    view.moment = .last
    // The digits and the unit keep to their column.
    #expect(RunFixture.picture(view, context).contains(" 4.508MiB @27s"))
    (view.moment, view.crosshair) = (.sameStep, 5)
    view.askReadings(context)
    guard case .readings(let request)? = view.readings.query else {
      Issue.record("nothing is asked")
      return
    }
    let steps = Dictionary(grouping: request.places, by: \.series.name).mapValues { $0.map(\.step) }
    #expect(steps["val_acc"] == [5, 5])
    #expect(steps["system/memory"] == [27, 27])
  }

  @Test func `what has no steps is not drawn by them, and the key says so`() {
    let cpu = LoggedSeries(
      name: "system/cpu",
      data: SeriesData(steps: [2, 4], times: [2, 4], values: [50, 60])
    )
    var answers = RunFixture.comparison
    for run in [141, 142] {
      answers[.metrics(RunFixture.attempt(run))] = LoggedSeries.metrics([cpu])
    }
    let context = RunFixture.context(80, 24, answers)
    var view = Self.view(context)
    view.crosshair = 4
    let reason = "What Lathe samples has no steps: it is drawn by the time."
    #expect(view.press(Key("x"), context) == [.tell(Notice(.information, reason))])
    #expect(view.crosshair == 4)
  }

  @Test func `alerts and what is not finite have a row where there are any`() {
    var answers = RunFixture.comparison
    func text() -> String {
      var view = CompareView(runs: [141, 142])
      return RunFixture.drawn(&view, RunFixture.context(120, 40, answers))
    }
    #expect(!text().contains("alerts") && !text().contains("not finite"))
    var compared = RunFixture.compared
    (compared.alerts, compared.notFinite) = ([0, 2], [3, 0])
    answers[.comparison([141, 142])] = .comparison(compared)
    let lines = text().split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains { $0.contains("alerts") && $0.contains("0") && $0.contains("2") })
    #expect(lines.contains { $0.contains("finite") && $0.contains("3") && $0.contains("0") })
  }
}

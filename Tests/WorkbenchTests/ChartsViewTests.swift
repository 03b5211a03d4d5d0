import Curves
import Engine
import Series
import Store
import Terminal
import Testing

@testable import Workbench

struct ChartsViewTests {
  static var answers: [Query: Answer] {
    var earlier = RunFixture.facts(RunFixture.parent, RunFixture.steps(.succeeded))
    earlier.steps[1].logRun = 141
    return [
      .run(141): .run(earlier),
      .run(142): .run(RunFixture.running),
      .metricNames(RunFixture.attempt(141)): .metricNames(RunFixture.parentSeries.map(\.name)),
      .metricNames(RunFixture.attempt(142)): .metricNames(RunFixture.series.map(\.name)),
    ]
  }

  static func shown(_ runs: [Int], _ width: Int, _ height: Int) -> (ChartsView, Context) {
    var view = ChartsView(runs: runs)
    let context = RunFixture.told(&view, RunFixture.context(width, height, answers))
    return (view, context)
  }

  static func press(_ view: inout ChartsView, _ keys: [Key], _ context: Context) -> Context {
    for key in keys { _ = view.press(key, context) }
    return RunFixture.told(&view, context)
  }

  @Test func `all metrics of a run stand in a grid`() {
    let (view, context) = Self.shown([142], 80, 24)
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  3 metrics                                 x: epoch  y: linear
        ╭─ val_loss ────────────────── 0.2933 ─╮╭─ train_loss ──────────────── 0.1644 ─╮
        │      2┤ ⢇                            ││      2┤ ⢇                            │
        │       │ ⢸                            ││       │ ⢸                            │
        │       │  ⢇                           ││       │ ⠈⡆                           │
        │      1┤  ⠈⢆                          ││      1┤  ⠘⡄                          │
        │       │    ⠉⠒⠒⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⡀           ││       │   ⠈⠒⠤⠤⣀⣀                     │
        │      0┤                  ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉ ││      0┤         ⠉⠉⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒ │
        │       └┬─────────┬──────────┬─────── ││       └┬─────────┬──────────┬─────── │
        │        0         10         20 epoch ││        0         10         20 epoch │
        ╰──────────────────────────────────────╯╰──────────────────────────────────────╯
        ╭─ val_acc ─────────────────── 0.9548 ─╮
        │       │      ⣀⣀⠤⠤⠤⠒⠒⠒⠒⠒⠒⠒⠊⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉ │
        │       │   ⡠⠒⠉                        │
        │       │  ⡰⠁                          │
        │       │ ⢀⠇                           │
        │    0.5┤ ⢸                            │
        │       │ ⡎                            │
        │       └┬─────────┬──────────┬─────── │
        │        0         10         20 epoch │
        ╰──────────────────────────────────────╯


        """
    )
  }

  @Test(arguments: [
    (80, #" r142 "a rather long name of it"  3 metrics"#),
    (44, #" r142 "a rather…ame of it"  3 metrics"#), (30, " r142  3 metrics"),
  ])
  func `a run's name gives way to how everything is drawn`(_ width: Int, _ left: String) {
    var answers = Self.answers
    let run = RunFixture.run(name: "a rather long name of it")
    answers[.run(142)] = .run(RunFixture.facts(run, RunFixture.steps()))
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(width, 24, answers))
    context = Self.press(&view, [Key("s")], context)
    let header = RunFixture.picture(view, context).split(separator: "\n")[0]
    #expect(header.hasPrefix(left + "  ") && header.hasSuffix("0.6"), "\(header)")
  }

  @Test func `one chart fills the screen, with runs overlaid and a map of everything`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    context = Self.press(&view, [.enter], context)
    #expect(
      RunFixture.picture(view, context) == """

         3 metrics  ━━ r141  ━━ r142                                x: epoch  y: linear
        ╭─ val_loss ───────────────────────────────────────────────────────────── 1/3 ─╮
        │        │ ⢸                                                                   │
        │     2.0┤ ⠸⡀                                                                  │
        │        │  ⡇                                                                  │
        │        │ ⢀⡇                                                                  │
        │     1.5┤ ⠸⣇                                                                  │
        │        │  ⣿                                                                  │
        │        │  ⢿⡀                                                                 │
        │     1.0┤  ⢸⢱                                                                 │
        │        │   ⢣⠣⡀                                                               │
        │        │    ⠑⢕⢄                                                              │
        │     0.5┤      ⠉⠳⠶⠤⢄⣀⣀                                                        │
        │        │            ⠉⠛⠛⠛⠛⠶⠶⠶⠶⠶⢖⣒⣒⣒⣒⣒⣒⣢⣤⣤⣤⡤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ r141 0.352   │
        │        │                                 ⠈⠉⠉⠉⠁                  r142 0.2933  │
        │       0┤                                                                     │
        │        └┬────────────┬─────────────┬─────────────┬────────────┬              │
        │         0            10            20            30           40       epoch │
        │   ⢕⡤⣀                                                                        │
        │    ⠈⠉⠛⠓⠒⠒⠒⠒⠒⠒⠒⠶⠶⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ │
        │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
  }

  @Test(arguments: [(13, "0.352  0.2933"), (12, "0.352"), (5, "0.352"), (4, "")])
  func `as many values stand above a chart as have room`(_ width: Int, _ values: String) {
    let (view, _) = Self.shown([141, 142], 80, 24)
    #expect(view.values(of: view.shown[0], width: width).plain.string == values)
  }

  @Test func `the crosshair goes from logged place to logged place, and back`() throws {
    var (view, context) = Self.shown([142], 120, 36)
    var places: [Double] = []
    for key in [Key.left, .left, .left, .right, .right] {
      context = Self.press(&view, [key], context)
      places.append(try #require(view.crosshair))
    }
    let id = try #require(view.selected)
    let logged = Set(try #require(view.plots[id]?.shown?.facts.curves).flatMap(\.points.x))
    #expect(logged.isSuperset(of: places))
    #expect(places[0] > places[1] && places[1] > places[2])
    #expect(Array(places[3...]) == [places[1], places[0]])
    context = Self.press(&view, [.right], context)
    #expect(view.crosshair == places[0])
  }

  @Test func `a filter that finds nothing says why, and Esc takes it away`() {
    var (view, context) = Self.shown([142], 120, 36)
    let all = view.shown
    context = Self.press(&view, [Key("/")] + "[bad".map { Key($0) }, context)
    #expect(RunFixture.picture(view, context).contains("is no regular expression"))
    context = Self.press(&view, [.enter, .escape], context)
    #expect(view.shown == all)
    context = Self.press(&view, [Key("/")] + "zzz".map { Key($0) } + [.enter], context)
    #expect(RunFixture.picture(view, context).contains("has a match of this filter"))
    context = Self.press(&view, [.escape], context)
    #expect(view.filter.isEmpty && view.shown == all)
  }

  @Test func `the crosshair is one for all charts`() {
    var (view, context) = Self.shown([142], 120, 36)
    context = Self.press(&view, [.left, .left, .left, .left], context)
    let picture = RunFixture.picture(view, context)
    #expect(view.crosshair != nil)
    #expect(picture.filter { $0 == "┊" }.count > 12)
    _ = view.press(.escape, context)
    #expect(view.crosshair == nil)
  }

  @Test func `only what is in view is asked for`() {
    let names = (0..<3000).map { "layer\($0 / 10)/weight\($0 % 10)" }
    var answers = Self.answers
    answers[.metricNames(RunFixture.attempt(142))] = .metricNames(names)
    var view = ChartsView(runs: [142])
    let context = RunFixture.told(&view, RunFixture.context(120, 36, answers))
    let asked = view.queries.count { if case .curves = $0 { true } else { false } }
    #expect((3...12).contains(asked))
    _ = view.press(.end, context)
    #expect(
      view.queries.contains { query in
        guard case .curves(let request) = query else { return false }
        return request.series.first?.name == "layer299/weight9"
      }
    )
  }

  @Test(arguments: [
    ("LOSS", ["val_loss", "train_loss"]), ("^val", ["val_loss", "val_acc"]), ("(", []),
    ("c{1,2}$", ["val_acc"]),
  ])
  func `a filter is a regular expression without regard to case`(
    _ filter: String,
    _ names: [String]
  ) {
    var (view, context) = Self.shown([142], 80, 24)
    context = Self.press(&view, [Key("/")] + filter.map { Key($0) } + [.enter], context)
    #expect(view.shown.map(\.id.name) == names)
    context = Self.press(&view, [Key("/"), .escape], context)
    #expect(view.shown.count == 3)
  }

  @Test func `a box that is drawn with the mouse is shown, and undone`() throws {
    var (view, context) = Self.shown([142], 120, 36)
    context = Self.press(&view, [.enter], context)
    let id = try #require(view.selected)
    let plot = try #require(view.geometry(of: id, context)).plot
    let from = Point(x: plot.x + 10, y: plot.y + 2)
    let to = Point(x: plot.x + 30, y: plot.y + 6)
    for mouse in [Mouse(.press(.left), at: from), Mouse(.drag, at: to)] {
      _ = view.update(.terminal(.mouse(mouse)), context)
    }
    #expect(RunFixture.picture(view, context).contains("┌──────"))
    // The crosshair stays where the box began; its line and its values would lie under the box.
    #expect(view.crosshair != nil && !RunFixture.picture(view, context).contains("┊"))
    _ = view.update(.terminal(.mouse(Mouse(.release, at: to))), context)
    context = RunFixture.told(&view, context)
    let shown = try #require(view.geometry(of: id, context))
    #expect(view.view.place.y != nil)
    #expect(shown.xRange == view.view.place.x)
    _ = view.press(.backspace, context)
    #expect(view.view.isWhole)
  }

  @Test func `a window that follows waits for answers before it moves on`() {
    var (view, context) = Self.shown([142], 80, 24)
    _ = view.press(Key("f"), context)
    let asked = view.queries
    var longer = context
    for case .curves(let request) in view.queries where request.window == nil {
      longer.answers[.curves(request)] = nil
    }
    _ = view.update(.answered(.run(142)), longer)
    #expect(view.queries == asked)
    context = RunFixture.told(&view, context)
    #expect(RunFixture.picture(view, context).contains("follows"))
    #expect(view.plots.values.allSatisfy { !$0.isWaiting })
  }

  /// What comes of a copy when its answers are there.
  static func copied(_ view: inout ChartsView, _ context: Context) -> [Effect] {
    var effects = view.press(Key("y"), context)
    RunFixture.told(&view, context) { effects += $0 }
    return effects
  }

  @Test func `numbers are copied as they were logged`() {
    var (view, context) = Self.shown([142], 80, 24)
    context = Self.press(&view, [Key("/")] + "val_acc".map { Key($0) } + [.enter], context)
    let effects = Self.copied(&view, context)
    guard case .copy(let text)? = effects.first else {
      Issue.record("nothing was copied")
      return
    }
    #expect(
      text.hasPrefix(
        """
        run,step,time,value
        r142,1,1795356148.000000,0.30000000000000004
        r142,2,1795356152.000000,0.64

        """
      )
    )
    #expect(text.split(separator: "\n").count == 28)
    #expect(effects.last == .tell(Notice(.information, "Copied 27 rows, 4 columns.")))
    (view, context) = Self.shown([141, 142], 80, 24)
    guard case .copy(let both)? = Self.copied(&view, context).first else {
      Issue.record("nothing was copied")
      return
    }
    #expect(both.hasPrefix("run,step,time,value\nr141,1,"))
    #expect(both.split(separator: "\n").contains { $0.hasPrefix("r142,27,") })
    context = Self.press(&view, [Key("p")], context)
    guard case .copy(let pair)? = Self.copied(&view, context).first else {
      Issue.record("nothing was copied")
      return
    }
    #expect(pair.hasPrefix("run,metric,step,time,value\nr141,val_loss,1,"))
    #expect(pair.split(separator: "\n").contains { $0.hasPrefix("r142,train_loss,27,") })
  }

  @Test func `the table has every point of a run, the histogram every value`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    context = Self.press(&view, [Key("t")], context)
    #expect(
      RunFixture.picture(view, context) == """

         3 metrics  ━━ r141  ━━ r142                                x: epoch  y: linear
        ╭─ val_loss ────────────────────────────────────────── 40 points of r141  1/3 ─╮
        │ epoch         r141                 r142                                    ┃ │
        │ 1             1.6                  2.2                                     ┃ │
        │ 2             0.96                 1.2100000000000002                      ┃ │
        │ 3             0.7466666666666667   0.88                                    ┃ │
        │ 4             0.64                 0.7150000000000001                      ┃ │
        │ 5             0.5760000000000001   0.616                                   ┃ │
        │ 6             0.5333333333333333   0.55                                    ┃ │
        │ 7             0.5028571428571429   0.5028571428571429                      ┃ │
        │ 8             0.48                 0.4675                                  ┃ │
        │ 9             0.4622222222222222   0.44000000000000006                       │
        │ 10            0.448                0.41800000000000004                       │
        │ 11            0.4363636363636364   0.4                                       │
        │ 12            0.4266666666666667   0.385                                     │
        │ 13            0.41846153846153844  0.37230769230769234                       │
        │ 14            0.4114285714285714   0.36142857142857143                       │
        │ 15            0.4053333333333333   0.352                                     │
        │ 16            0.4                  0.34375                                   │
        │ 17            0.39529411764705885  0.33647058823529413                       │
        │ 18            0.39111111111111113  0.33                                      │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    #expect(view.points.total == 40)
    // Where all digits have no room, there are four.
    let (narrow, small) = Self.shown([141, 142], 50, 24)
    var other = narrow
    let told = Self.press(&other, [Key("t")], small)
    #expect(RunFixture.picture(other, told).contains("│ 3             0.7467        0.88 "))
    // The rows of the other run.
    context = Self.press(&view, [.right], context)
    #expect(view.points.total == 27)
    context = Self.press(&view, [.end], context)
    #expect(RunFixture.picture(view, context).contains("│ 27 "))
    context = Self.press(&view, [Key("H")], context)
    #expect(RunFixture.picture(view, context).contains("67 values, of all points"))
    #expect(RunFixture.picture(view, context).contains("██ r141  ██ r142"))
    context.hasColors = false
    #expect(RunFixture.picture(view, context).contains("██ r141  ░░ r142"))
  }

  @Test(arguments: [false, true])
  func `the footer begins with what matters most, and ? has all of it`(_ isFull: Bool) {
    var (view, context) = Self.shown([142], 80, 24)
    if isFull { context = Self.press(&view, [.enter], context) }
    func footer() -> [String] {
      view.bindings(context).filter {
        $0.isInFooter && $0.unavailable == nil && !$0.keys.contains(.escape)
      }.map(\.label.string)
    }
    #expect(
      footer().prefix(5)
        == (isFull ? ["←→", "a", "+-", "s", "t"] : ["Enter", "a", "p", "/", "m"])
    )
    let keys = Set(view.bindings(context).map(\.action))
    #expect(
      keys.isSuperset(of: ["add metric", "crosshair right", "last chart", "outliers", "glyphs"])
    )
    guard isFull else { return #expect(keys.isSuperset(of: ["fold", "fold all"])) }
    context = Self.press(&view, [Key("t")], context)
    #expect(footer().prefix(2) == ["y", "←→"])
  }

  @Test func `what Lathe samples is shown by the time beside charts by steps, each with its own x`()
    throws
  {
    let cpu = LoggedSeries(
      name: "system/cpu",
      data: SeriesData(
        steps: [2, 4, 6, 8],
        times: [2, 4, 6, 8].map { RunFixture.started + $0 },
        values: [50, 100, 150, 200]
      )
    )
    var source = Self.answers
    source[.metricNames(RunFixture.attempt(142))] = .metricNames(["val_loss", cpu.name])
    var view = ChartsView(runs: [142])
    var context = RunFixture.context(120, 36, source)
    func tell() {
      for _ in 0..<4 {
        for query in view.queries where context.answers[query] == nil {
          let answer = LoggedSeries.answer(query) {
            $0.name == cpu.name ? cpu.data : RunFixture.points($0)
          }
          guard let answer else { continue }
          context.answers[query] = answer
          _ = view.update(.answered(query), context)
        }
      }
    }
    func press(_ keys: Key...) {
      for key in keys { _ = view.press(key, context) }
      tell()
    }
    for query in view.queries { _ = view.update(.answered(query), context) }
    tell()
    let loss = ChartItem.ID(step: "train", name: "val_loss")
    let use = ChartItem.ID(step: "train", name: cpu.name)
    #expect(view.selected == loss)
    #expect(view.plots[loss]?.look.axis == .step && view.plots[use]?.look.axis == .relativeTime)
    let picture = RunFixture.picture(view, context)
    #expect(picture.contains("200% ─╮") && picture.contains("100%┤") && picture.contains("time │"))
    #expect(picture.contains("x: epoch"))
    // A window and a crosshair of steps are none of seconds.
    press(.left, Key("+"))
    #expect(view.plots[loss]?.look.window != nil && view.plots[use]?.look.window == nil)
    let items = view.shown
    #expect(view.crosshair(of: items[0]) != nil && view.crosshair(of: items[1]) == nil)
    #expect(RunFixture.picture(view, context).contains("200% ─╮"))
    press(.tab)
    #expect(view.selected == use && view.view.isWhole && view.crosshair == nil)
    #expect(RunFixture.picture(view, context).contains("x: time"))
    press(.left, Key("+"))
    #expect(view.plots[loss]?.look.window == nil && view.plots[use]?.look.window != nil)
    #expect(view.crosshair == 6 && view.crosshair(of: items[0]) == nil)
    // What is laid over a chart by steps takes it to the time, and its window away.
    press(.home, Key("+"))
    #expect(view.plots[loss]?.look.window != nil)
    press(Key("a"), Key("c"), Key("p"), Key("u"), .enter)
    #expect(view.selectedItem?.metrics == [loss, use] && view.view.isWhole)
    #expect(view.plots[loss]?.look.axis == .relativeTime)
    press(Key("a"), Key("c"), Key("p"), Key("u"), .enter, .tab, .left)
    #expect(view.selected == use && view.crosshair == 6)
    // By the time all of them share an x; there is no press that changes nothing.
    press(Key("x"))
    #expect(view.look.axis == .clock)
    #expect(Set(view.plots.values.map(\.look.axis)) == [.clock])
  }

  @Test func `values that a logarithmic axis has no place for are counted`() {
    let data = SeriesData(steps: [1, 2, 3, 4], times: [1, 2, 3, 4], values: [1, 0, -2, 3])
    let series = LoggedSeries(name: "gain", data: data)
    var source = Self.answers
    source[.metricNames(RunFixture.attempt(142))] = .metricNames(["gain"])
    var view = ChartsView(runs: [142])
    var context = RunFixture.context(120, 36, source)
    func tell() {
      for _ in 0..<4 {
        for query in view.queries where context.answers[query] == nil {
          guard let answer = source[query] ?? LoggedSeries.answer(query, { _ in series.data })
          else {
            continue
          }
          context.answers[query] = answer
          _ = view.update(.answered(query), context)
        }
      }
    }
    for query in view.queries { _ = view.update(.answered(query), context) }
    tell()
    #expect(!RunFixture.picture(view, context).contains("no place"))
    _ = view.press(Key("L"), context)
    tell()
    #expect(RunFixture.picture(view, context).contains("y: log, 2 values have no place"))
    _ = view.press(Key("L"), context)
    tell()
    #expect(RunFixture.picture(view, context).contains("y: symlog"))
  }

  @Test func `no key means two things, and every key has its help`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    context = Self.press(&view, [.left], context)
    checkBindings(view.bindings(context))
    context = Self.press(&view, [.enter], context)
    checkBindings(view.bindings(context))
  }

  @Test(arguments: [
    Size(width: 1, height: 3), Size(width: 20, height: 5), Size(width: 60, height: 9),
  ])
  func `too small an area is no harm`(_ size: Size) {
    var (view, context) = Self.shown([141, 142], size.width, size.height)
    #expect(RunFixture.picture(view, context).split(separator: "\n").count <= size.height)
    for key in [Key.enter, Key("t"), Key("b"), Key("H")] {
      context = Self.press(&view, [key], context)
      #expect(RunFixture.picture(view, context).split(separator: "\n").count <= size.height)
    }
  }

  @Test func `from the crosshair a key leads to the log`() {
    var (view, context) = Self.shown([142], 80, 24)
    let reason = Notice(.information, "The arrow keys or a click put the crosshair first.")
    #expect(view.press(Key("g"), context) == [.tell(reason)])
    context = Self.press(&view, [.left, Key("g")], context)
    let place = view.queries.compactMap { query -> LogPlace? in
      if case .logLine(let place) = query { place } else { nil }
    }.first
    #expect(place?.series.name == "val_loss")
    guard let place else { return }
    context.answers[.logLine(place)] = .logLine(99)
    #expect(
      view.update(.answered(.logLine(place)), context) == [
        .open(.runLog(142, step: "train", line: 99))
      ]
    )
    var run = RunView(run: 142, step: "train", line: 300)
    #expect(RunFixture.drawn(&run, RunFixture.context(80, 24)).contains("epoch 301 "))
  }

  @Test func `without colours each run has a line of its own kind`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    context.hasColors = false
    context = Self.press(&view, [.enter], context)
    #expect(
      RunFixture.picture(view, context) == """

         3 metrics  ━━ r141  ╍╍ r142                                x: epoch  y: linear
        ╭─ val_loss ───────────────────────────────────────────────────────────── 1/3 ─╮
        │        │ ⢸                                                                   │
        │     2.0┤ ⠸⡀                                                                  │
        │        │  ⡇                                                                  │
        │        │ ⢀⡇                                                                  │
        │     1.5┤ ⠸⣇                                                                  │
        │        │  ⣿                                                                  │
        │        │  ⢿⡀                                                                 │
        │     1.0┤  ⢸⢱                                                                 │
        │        │   ⢣⢣                                                                │
        │        │    ⠱⡀⡀                                                              │
        │     0.5┤     ⠈⠙⠶⠤⠤⣀⣀⡀                                                        │
        │        │            ⠙⠛⠉⠛⠶⠒⠶⠶⠒⢖⣒⠒⣒⣒⠒⣒⣤⠤⣤⡤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ ── r141 0.352   │
        │        │                               ⠈ ⠉⠉                  ╌╌ r142 0.2933  │
        │       0┤                                                                     │
        │        └┬────────────┬────────────┬───────────┬────────────┬                 │
        │         0            10           20          30           40          epoch │
        │   ⢕⡤⣀                                                                        │
        │    ⠈⠉⠛⠓⠒⠒⠒⠒⠒⠒⠒⠶⠶⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ │
        │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    context.glyphs = .ascii
    context = RunFixture.told(&view, context)
    let lines = RunFixture.picture(view, context).split(separator: "\n")
    #expect(lines.contains { $0.contains("** r141  oo r142") })
    #expect(lines.contains { $0.contains("o r142 0.2933") })
    #expect(lines.joined().filter { $0 == "o" }.count > 15)
  }

  @Test func `x by another metric offers the epoch first and never the chart's own`() {
    var answers = Self.answers
    answers[.metricNames(RunFixture.attempt(142))] = .metricNames(
      ["val_loss", "lr", "train/epoch", "val_acc", "tokens"]
    )
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    var seen: [CurveAxis] = []
    for _ in 0..<5 {
      context = Self.press(&view, [Key("X")], context)
      seen.append(view.look.axis)
    }
    let names = ["train/epoch", "tokens", "val_acc", "lr", "train/epoch"]
    #expect(seen == names.map { .metric($0) })
    context = Self.press(&view, [Key("x"), Key("x"), Key("x"), Key("x")], context)
    #expect(view.look.axis == .metric("train/epoch"))
    answers[.metricNames(RunFixture.attempt(142))] = .metricNames(["val_loss"])
    view = ChartsView(runs: [142])
    context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    let reason = "The step has logged no other metric."
    #expect(view.press(Key("X"), context) == [.tell(Notice(.information, reason))])
  }

  @Test func `a smoothed line says so in its label`() {
    var (view, context) = Self.shown([142], 80, 24)
    context = Self.press(&view, [.enter, Key("s"), .left], context)
    let picture = RunFixture.picture(view, context)
    // At its end and at the crosshair.
    #expect(picture.contains("val_loss ~0.6 0.2982"))
    #expect(picture.split(separator: "\n").count { $0.contains("~0.6") } == 2)
    // By another metric nothing is smoothed.
    context = Self.press(&view, [Key("X")], context)
    #expect(view.plots.values.allSatisfy { $0.look.smoothing != .none })
  }

  @Test(arguments: [
    (
      120, "11 metrics  ━━ r1  ━━ r2  ━━ r3  ━━ r4  ━━ r5  ━━ r142",
      "x: epoch  y: linear  smooth: 0.6"
    ),
    (80, "━━ r1  ━━ r2  ━━ r3  ━━ r4  ━━ r5  ━━ r142", "~0.6"),
    (50, "━━ r1  ━━ r2  ━━ r3  +3 more", "~0.6"),
  ])
  func `runs that have no room in the header are counted, and what is as ever is left out first`(
    _ width: Int,
    _ legend: String,
    _ state: String
  ) {
    var answers = Self.answers
    for run in 1...5 {
      answers[.run(run)] = answers[.run(141)]
      answers[.metricNames(RunFixture.attempt(run))] = .metricNames(["val_loss"])
    }
    var view = ChartsView(runs: [1, 2, 3, 4, 5, 142])
    var context = RunFixture.told(&view, RunFixture.context(width, 24, answers))
    context = Self.press(&view, [Key("s")], context)
    let header = RunFixture.picture(view, context).split(separator: "\n")[0]
    #expect(header.contains(legend.split(separator: "s  ").last ?? ""), "\(header)")
    #expect(header.hasSuffix(state), "\(header)")
  }

  @Test func `in ASCII the key for line styles says why it does nothing`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    context.glyphs = .ascii
    let reason = "In ASCII each line has a letter of its own instead."
    #expect(view.press(Key("d"), context) == [.tell(Notice(.information, reason))])
    context.glyphs = .braille
    #expect(view.press(Key("d"), context) == [])
  }

  @Test func `a key gives runs lines of their own kind where there are colours`() {
    var (view, context) = Self.shown([141, 142], 80, 24)
    #expect(view.plots.values.allSatisfy { $0.chart.series.allSatisfy { $0.stroke == .solid } })
    context = Self.press(&view, [Key("d")], context)
    #expect(
      view.plots.values.allSatisfy { plot in
        Set(plot.chart.series.map(\.stroke)).count == plot.chart.series.count
      }
    )
    context = Self.press(&view, [Key("d")], context)
    #expect(view.strokes == false)
  }

  @Test func `the crosshair follows the mouse over all charts and stays where it has left`() throws
  {
    var (view, context) = Self.shown([142], 120, 36)
    #expect(view.followsPointer)
    let places = view.places(context)
    let plots = try places.map { try #require(view.geometry(of: $0.item.id, context)).plot }
    for plot in plots {
      let at = Point(x: plot.x + 7, y: plot.y + 2)
      let asked = view.queries
      #expect(view.update(.terminal(.mouse(Mouse(.move, at: at))), context) == [])
      #expect(view.queries == asked)
      let id = try #require(places.first { $0.area.contains(at) }).item.id
      let geometry = try #require(view.geometry(of: id, context))
      let x = try #require(view.crosshair)
      let curves = try #require(view.plots[id]?.shown?.facts.curves)
      #expect(curves.contains { $0.points.x.contains(x) })
      #expect(abs(try #require(geometry.column(of: x)) - at.x) <= 1)
    }
    #expect(RunFixture.picture(view, context).filter { $0 == "┊" }.count > 12)
    let last = view.crosshair
    _ = view.update(.terminal(.mouse(Mouse(.move, at: Point(x: 0, y: 1)))), context)
    #expect(view.crosshair == last)
    // It was not asked for, so Esc leaves the screen as ever; one that a key has moved goes first.
    #expect(!view.bindings(context).contains { $0.action == "drop crosshair" })
    _ = view.press(.left, context)
    #expect(view.bindings(context).contains { $0.action == "drop crosshair" })
  }

  @Test func `warnings and errors of the log are signs on the curve`() throws {
    var answers = Self.answers
    func message(_ step: Double?, _ severity: LogMessage.Severity, _ text: String) -> LogMessage {
      LogMessage(time: RunFixture.started + (step ?? 0), step: step, severity: severity, text: text)
    }
    let key = SeriesKey(folder: RunFixture.attempt(142), name: "val_loss")
    answers[.messages(key)] = .messages([
      message(nil, .warning, "WARNING: before the first point"),
      message(6, .warning, "WARNING: \u{1B}[31mslow"), message(18, .warning, "WARNING: a"),
      message(18.1, .error, "ERROR: out of memory"), message(26, .error, "ERROR: last"),
    ])
    var view = ChartsView(runs: [142])
    var context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    context = Self.press(
      &view,
      [Key("/")] + "val_loss".map { Key($0) } + [.enter, .enter],
      context
    )
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  1 metric                                  x: epoch  y: linear
         / val_loss
        ╭─ val_loss ───────────────────────────────────────────────────────────── 1/1 ─╮
        │        │  ⡇                                                                  │
        │     2.0┤  ⢸                                                                  │
        │        │  ⢸                                                                  │
        │        │   ⡇                                                                 │
        │     1.5┤   ⡇                                                                 │
        │        │   ⢸                                                                 │
        │        │    ⢣                                                                │
        │     1.0┤     ⢣                                                               │
        │        │      ⠑⠢⡀    WARNING: slow                                           │
        │     0.5┤        ⠈⠑⠢◇⣀⣀                      2 errors                         │
        │        │              ⠉⠉⠒⠒⠒⠢⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀◆⣀⡀                                │
        │        │                                    ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉◆⠉⠉ val_loss 0.2933  │
        │       0┤                                    ERROR: last                      │
        │        └┬────────┬────────┬─────────┬────────┬─────────┬───                  │
        │         0        5        10        15       20        25              epoch │
        │    ⠑⠢⢄⣀                                                                      │
        │        ⠉⠉⠉⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ │
        │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    context.glyphs = .ascii
    let picture = RunFixture.picture(view, context)
    #expect(picture.contains("W") && picture.contains("E"))
  }

  @Test func `a run without metrics says so`() {
    var view = ChartsView(runs: [142])
    let answers: [Query: Answer] = [.run(142): .run(RunFixture.failed)]
    let context = RunFixture.told(&view, RunFixture.context(80, 24, answers))
    #expect(RunFixture.picture(view, context).contains("These runs have logged no metrics."))
  }
}

import Curves
import Engine
import Foundation
import Series
import Store
import Terminal
import Testing

@testable import Workbench

struct ChartOverlayTests {
  private func ids(_ charts: [ChartItem]) -> [[String]] { charts.map { $0.metrics.map(\.name) } }

  private func items(_ names: [String], step: String = "train") -> [ChartItem] {
    names.map { ChartItem(id: .init(step: step, name: $0)) }
  }

  private func overlaid(_ names: [String]) -> [[String]] {
    var overlays = ChartOverlays()
    overlays.isPaired = true
    return ids(overlays.charts(of: items(names)))
  }

  @Test(arguments: [
    (["val/loss", "train/loss"], [["val/loss", "train/loss"]]),
    (["eval_loss", "test_loss", "loss"], [["eval_loss", "test_loss", "loss"]]),
    (["valid_acc", "loss", "train_acc"], [["valid_acc", "train_acc"], ["loss"]]),
    (
      ["val/loss", "val/box_loss", "train/box_loss"],
      [
        ["val/box_loss", "train/box_loss"], ["val/loss"],
      ]
    ),
    // The same split twice is no pair, and what names no split is alone.
    (["train/box_loss", "train/box/loss"], [["train/box_loss"], ["train/box/loss"]]),
    (["system/cpu", "lr"], [["system/cpu"], ["lr"]]),
    // Those whose names are written alike go together, and no second pair is forgotten.
    (
      ["val/loss", "val_loss", "train_loss", "train/loss"],
      [["val/loss", "train/loss"], ["val_loss", "train_loss"]]
    ),
    (["val/loss", "val_loss", "train/loss"], [["val/loss", "train/loss"], ["val_loss"]]),
    (["std_dev", "std", "std/dev"], [["std_dev"], ["std"], ["std/dev"]]),
    (["dev_loss", "train_loss"], [["dev_loss", "train_loss"]]),
  ])
  func `metrics that differ only in their split are a pair`(
    _ names: [String],
    _ charts: [[String]]
  ) {
    #expect(Set(overlaid(names)) == Set(charts))
    #expect(ChartOverlays.hasPairs(items(names)) == (charts.count < names.count))
  }

  @Test(arguments: [
    ([0.1...0.9, 0.2...0.8], false), ([0.1...0.9, 1000...5000], true), ([0...1, 0.5...0.5], false),
    ([0...1], false), ([], false), ([0...1, 0...90], false), ([0...1, 0...120], true),
  ])
  func `curves of which one would be a line on a shared axis are told of`(
    _ curves: [ClosedRange<Double>],
    _ differ: Bool
  ) {
    #expect(ChartsView.differ(curves) == differ)
  }

  @Test func `what curves take of an axis is told by the points that are drawn on it`() {
    func curve(_ values: [Double]) -> CurveFacts {
      let steps = values.indices.map(Double.init)
      return CurveFacts(points: CurvePoints(x: steps, y: values))
    }
    let curves = [curve([900, 0.5, 0.1]), curve([0, 1, .nan]), curve([70, 80])]
    #expect(ChartsView.shares(of: curves, on: 0...1) == [0.1...0.5, 0...1])
    #expect(ChartsView.shares(of: curves, on: -1...1000).count == 3)
  }

  @Test func `no metric is lost or shown twice by pairing, whatever the names are`() {
    var dice = SystemRandomNumberGenerator()
    let words = ["val", "train", "test", "eval", "loss", "acc", "box", "dfl"]
    for _ in 0..<200 {
      var names: Set<String> = []
      for _ in 0..<Int.random(in: 0...12, using: &dice) {
        let parts = (0..<Int.random(in: 1...3, using: &dice)).map { _ in words.randomElement() ?? ""
        }
        names.insert(parts.joined(separator: ["/", "_"].randomElement() ?? "/"))
      }
      let charts = overlaid(names.sorted())
      #expect(charts.flatMap(\.self).sorted() == names.sorted())
      #expect(charts.allSatisfy { $0.count <= ChartOverlays.mostMetrics })
    }
  }

  @Test func `a pair stands in neither split's group`() {
    var overlays = ChartOverlays()
    overlays.isPaired = true
    let charts = overlays.charts(of: items(["m/val/loss", "m/train/loss", "val/lr", "opt/x"]))
    #expect(charts.map(\.prefix) == ["m/", "val/", "opt/"])
  }

  @Test func `a metric is laid over a chart, taken off it, and taken out of a pair`() {
    var overlays = ChartOverlays()
    let all = items(["a/loss", "b/loss", "lr"] + (0..<8).map { "m\($0)" })
    func toggle(_ item: ChartItem) -> Bool {
      overlays.toggle(item.id, on: overlays.charts(of: all)[0], of: all)
    }
    var isDone = toggle(all[2])
    #expect(isDone)
    #expect(ids(overlays.charts(of: all))[0] == ["a/loss", "lr"])
    #expect(ids(overlays.charts(of: all)).count == all.count)
    isDone = toggle(all[2])
    #expect(isDone && overlays.charts(of: all) == all)
    // What has room for no more says so.
    for item in all.dropFirst() where overlays.charts(of: all)[0].metrics.count < 6 {
      isDone = toggle(item)
      #expect(isDone)
    }
    isDone = toggle(all[10])
    #expect(!isDone)
    var pairs = ChartOverlays()
    pairs.isPaired = true
    let losses = items(["val/loss", "train/loss"])
    _ = pairs.toggle(losses[1].id, on: pairs.charts(of: losses)[0], of: losses)
    #expect(ids(pairs.charts(of: losses)) == [["val/loss"], ["train/loss"]])
    _ = pairs.toggle(losses[1].id, on: pairs.charts(of: losses)[0], of: losses)
    #expect(ids(pairs.charts(of: losses)) == [["val/loss", "train/loss"]])
  }

  @Test func `what was taken out of a pair by hand is laid over it again, paired or split`() {
    var overlays = ChartOverlays()
    let all = items(["val/loss", "train/loss", "lr"])
    func toggle(_ name: String, on place: Int = 0) {
      _ = overlays.toggle(
        .init(step: "train", name: name),
        on: overlays.charts(of: all)[place],
        of: all
      )
    }
    overlays.isPaired = true
    toggle("train/loss")
    overlays.isPaired = false
    toggle("train/loss")
    #expect(ids(overlays.charts(of: all)) == [["val/loss", "train/loss"], ["train/loss"], ["lr"]])
    overlays.isPaired = true
    #expect(ids(overlays.charts(of: all)) == [["val/loss", "train/loss"], ["lr"]])
    // It leaves both what was laid over the chart and the pair.
    toggle("train/loss")
    #expect(ids(overlays.charts(of: all)).contains(["val/loss"]))
    overlays.isPaired = false
    #expect(overlays.charts(of: all) == all)
  }

  @Test func `what was laid over a chart by hand is taken off it, also once it is its pair`() {
    var overlays = ChartOverlays()
    let all = items(["val/loss", "train/loss"])
    func toggle() { _ = overlays.toggle(all[1].id, on: overlays.charts(of: all)[0], of: all) }
    toggle()
    overlays.isPaired = true
    #expect(ids(overlays.charts(of: all)) == [["val/loss", "train/loss"]])
    toggle()
    #expect(ids(overlays.charts(of: all)) == [["val/loss"], ["train/loss"]])
    toggle()
    #expect(ids(overlays.charts(of: all)) == [["val/loss", "train/loss"]])
  }

  @Test func `what is laid over another chart stays out of its pair`() {
    var overlays = ChartOverlays()
    let all = items(["val/loss", "train/loss", "lr"])
    overlays.isPaired = true
    _ = overlays.toggle(all[1].id, on: overlays.charts(of: all)[0], of: all)
    let charts = overlays.charts(of: all)
    let rate = charts.firstIndex { $0.id == all[2].id } ?? 0
    _ = overlays.toggle(all[1].id, on: charts[rate], of: all)
    #expect(
      Set(ids(overlays.charts(of: all))) == [["val/loss"], ["train/loss"], ["lr", "train/loss"]]
    )
  }

  @Test func `what was taken out of a pair stays out where the chart is named by another metric`() {
    var overlays = ChartOverlays()
    overlays.isPaired = true
    let first = items(["train/loss", "test/loss"])
    _ = overlays.toggle(first[1].id, on: overlays.charts(of: first)[0], of: first)
    let all = items(["val/loss"]) + first
    #expect(Set(ids(overlays.charts(of: all))) == [["val/loss", "train/loss"], ["test/loss"]])
  }

  @Test func `a key lays validation and training over each other in the grid`() {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [Key("p")], context)
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  2 charts                                  x: epoch  y: linear
        ╭─ val_loss  train_loss ────── 0.2933 ─╮╭─ val_acc ─────────────────── 0.9548 ─╮
        │       │ ⡇                            ││       │            ⣀⣀⡠⠤⠤⠤⠔⠒⠒⠒⠒⠒⠉⠉⠉⠉⠉ │
        │    2.0┤ ⡇                            ││    0.9┤       ⢀⠤⠒⠉⠉                  │
        │       │ ⢿                            ││       │     ⢀⠔⠁                      │
        │       │ ⢸                            ││       │    ⡠⠃                        │
        │       │ ⢸                            ││    0.8┤   ⢰⠁                         │
        │    1.5┤ ⢸⡀                           ││       │   ⡇                          │
        │       │ ⠸⡇                           ││    0.7┤  ⢸                           │
        │       │  ⡇                           ││       │  ⡜                           │
        │       │  ⣷                           ││       │  ⡇                           │
        │    1.0┤  ⢹⡄                          ││    0.6┤  ⡇                           │
        │       │  ⠘⣧                          ││       │ ⢰⠁                           │
        │       │   ⢣⠣⡀                        ││    0.5┤ ⢸                            │
        │       │    ⠣⠈⠢⡀                      ││       │ ⢸                            │
        │    0.5┤      ⠢⡈⠒⠤⠤⣀⣀                 ││       │ ⢸                            │
        │       │       ⠈ ⠒⠤ ⣀⠉⠉⠉⠑⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤ ││    0.4┤ ⡸                            │
        │       │             ⠉ ⠉⠉ ⠒⠒ ⠒⠒ ⠤⠤ ⠤⠤ ││       │ ⡇                            │
        │      0┤                              ││       │ ⡇                            │
        │       └┬─────────┬──────────┬─────── ││       └┬─────────┬──────────┬─────── │
        │        0         10         20 epoch ││        0         10         20 epoch │
        ╰──────────────────────────────────────╯╰──────────────────────────────────────╯

        """
    )
    #expect(view.bindings(context).first { $0.action == "pairs" }?.short == "split")
    context = ChartsViewTests.press(&view, [Key("p")], context)
    #expect(view.shown.count == 3)
  }

  @Test func `what was selected is found in the pair`() {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [.tab, Key("p")], context)
    #expect(view.selected?.name == "val_loss")
  }

  @Test func `another metric is laid over a chart that fills the screen, by a part of its name`() {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [.enter, Key("a")] + "acc".map { Key($0) }, context)
    #expect(view.takesText)
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  3 metrics                                 x: epoch  y: linear
        ╭─ val_loss ───────────────────────────────────────────────────────────── 1/3 ─╮
        │        │  ⡇ ╭─ Over val_loss ──────────────────────────────────────────────╮ │
        │     2.0┤  ⢱ │ acc                                                          │ │
        │        │  ⢸ │   val_acc                                                    │ │
        │        │  ⠈⡆│                                                              │ │
        │     1.5┤   ⡇│                                                              │ │
        │        │   ⢱│                                                              │ │
        │        │   ⠘│                                                              │ │
        │     1.0┤    │                                                              │ │
        │        │    │                                                              │ │
        │        │    │                                                              │ │
        │     0.5┤    │                                                              │ │
        │        │    │                                                              │ │
        │        │    │                                                              │ │
        │       0┤    │                                                              │ │
        │        └┬───│                                                              │ │
        │         0   ╰──────────────────────────────────────────────────────────────╯ │
        │    ⠑⠢⢄⣀                                                                      │
        │        ⠉⠉⠉⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤ │
        │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    checkBindings(view.bindings(context))
    context = ChartsViewTests.press(&view, [.enter, .left], context)
    #expect(
      RunFixture.picture(view, context) == """

         r142 "lower lr"  3 charts                               x: epoch 27  y: linear
        ╭─ ━━ val_loss  ╍╍ val_acc ────────────────────────────────────────────── 1/3 ─╮
        │        │  ⡇                            epoch 27        ┊                     │
        │     2.0┤  ⢱                            val_loss 0.2933 ┊                     │
        │        │  ⢸                            val_acc  0.9548 ┊                     │
        │        │  ⠈⡆                                           ┊                     │
        │     1.5┤   ⡇                                           ┊                     │
        │        │   ⢱                                           ┊                     │
        │        │   ⠘⡄                                          ┊                     │
        │     1.0┤    ⠘⡄                         ⣀ ⣀⣀ ⣀⣀ ⣀⣀ ⣀⣀ ⣀⣀● ╌╌ val_acc 0.9548   │
        │        │     ⠘⢄⣀ ⠤⠒ ⠒⠒ ⠉⠉ ⠉⠉ ⠉⠉ ⠉⠉ ⠉⠉ ⠉                ┊                     │
        │        │   ⢀⠔ ⠉⠢⣀                                      ┊                     │
        │     0.5┤   ⡎     ⠉⠒⠢⠤⢄⣀                                ┊                     │
        │        │  ⡸            ⠉⠉⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀    ┊                     │
        │        │  ⠁                                        ⠉⠉⠉⠉● ── val_loss 0.2933  │
        │       0┤                                               ┊                     │
        │        └┬────────┬───────┬────────┬────────┬────────┬───                     │
        │         0        5       10       15       20       25                 epoch │
        │    ⠑⠢⢄⣀                                                                      │
        │    ⠤⠔⠒⠒⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠛⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭⠭ │
        │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ │
        ╰──────────────────────────────────────────────────────────────────────────────╯

        """
    )
    #expect(view.map.chart.series.map(\.label) == ["val_acc", "val_loss"])
    context = ChartsViewTests.press(&view, [Key("t")], context)
    #expect(
      RunFixture.picture(view, context).contains("│ epoch         val_loss     ")
    )
    context = ChartsViewTests.press(&view, [Key("t"), Key("a"), .enter], context)
    #expect(view.selectedItem?.metrics.count == 1)
  }

  @Test func `metrics of one run differ in colours, strokes and letters, those of several too`()
    throws
  {
    for (runs, glyphs) in [([142], GlyphSet.braille), ([141, 142], .ascii)] {
      var (view, context) = ChartsViewTests.shown(runs, 80, 24)
      context.glyphs = glyphs
      context = ChartsViewTests.press(&view, [Key("p"), .enter], context)
      let lines = view.lines(of: try #require(view.selectedItem), context)
      #expect(Set(lines.map(\.label)).count == lines.count)
      #expect(Set(lines.map(\.mark)).count == lines.count)
      #expect(Set(lines.map { "\($0.color) \($0.stroke)" }).count == lines.count)
    }
    var (view, context) = ChartsViewTests.shown([141, 142], 80, 24)
    context = ChartsViewTests.press(&view, [Key("p"), .enter], context)
    #expect(
      view.lines(of: try #require(view.selectedItem), context).map(\.label)
        == ["r142 train_loss", "r142 val_loss", "r141 val_loss"]
    )
    // Also where the runs' places are far apart.
    let marked = [141, 1, 2, 3, 4, 142]
    context.marks.toggle(all: marked)
    context.marks.settle(marked)
    let lines = view.lines(of: try #require(view.selectedItem), context)
    #expect(Set(lines.map(\.mark)).count == lines.count)
    context.hasColors = false
    let strokes = view.lines(of: try #require(view.selectedItem), context).map(\.stroke)
    #expect(Set(strokes).count == strokes.count)
  }

  @Test func `the mouse chooses in the picker, a press beside it closes it`() {
    var (view, context) = ChartsViewTests.shown([142], 80, 24)
    context = ChartsViewTests.press(&view, [Key("a")], context)
    _ = view.update(.terminal(.mouse(Mouse(.press(.left), at: Point(x: 30, y: 5)))), context)
    #expect(view.picker == nil && view.selectedItem?.metrics.count == 2)
    context = ChartsViewTests.press(&view, [Key("a")], context)
    _ = view.update(.terminal(.mouse(Mouse(.press(.left), at: Point(x: 1, y: 20)))), context)
    #expect(view.picker == nil && view.selectedItem?.metrics.count == 2)
  }
}

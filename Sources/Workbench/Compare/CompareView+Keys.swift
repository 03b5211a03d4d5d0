import Curves
import Engine
import Terminal

extension CompareView {
  package func bindings(_ context: Context) -> [Binding] {
    if diffOffset != nil {
      return [
        Binding(
          [Key("d"), .escape, Key("q")],
          "d",
          "close",
          action: "close diff",
          help: "Closes the diff."
        )
      ]
    }
    let comparison = comparison(context)
    let hasDiff = comparison?.files.contains { $0.changes.contains { $0 != nil } } ?? false
    let several = metricNames(context).count > 1
    let model = pendingModel(of: selected, context)
    return [
      Binding(
        [.left],
        "←→",
        focus == .chart ? "crosshair" : "run",
        action: "run left",
        help: "Selects the run at the left or at the right; in the chart, moves the crosshair."
      ),
      .hidden([.right], "→", "run", "run right", "The same to the right.").second,
      Binding([.tab], "Tab", "pane", action: "next pane", help: "Goes to the next pane."),
      Binding(
        [Key("=")],
        "=",
        "base",
        action: "base",
        help: "Compares the others with the selected run.",
        unavailable: selected == base ? "It is the base already." : nil
      ),
      Binding(
        [Key("d")],
        "d",
        "diff",
        action: "open diff",
        help: "Shows how the code files differ from the base's.",
        unavailable: hasDiff ? nil : "The code is the same."
      ),
      Binding(
        [Key("a")],
        "a",
        showsAllParameters ? "differing" : "all",
        action: "all parameters",
        help: "Shows the equal parameters too, or hides them."
      ),
      Binding(
        [Key("b")],
        "b",
        "at " + moment.next.word,
        action: "best or last",
        help: "Shows the metrics at their best, at their last, or at one step that all runs have."
      ),
      Binding(
        [Key("m")],
        "m",
        "metric",
        action: "next metric",
        help: "Draws the next metric.",
        unavailable: several ? nil : "There is no other metric."
      ),
      .hidden(
        [Key("M")],
        "M",
        "metric",
        "last metric",
        "Draws the metric before.",
        several ? nil : "There is no other metric."
      ),
      Binding(
        [Key("C")],
        "C",
        "charts",
        action: "charts",
        help: "Opens every metric of these runs in a grid of charts."
      ),
      .hidden(
        [Key("x")],
        "x",
        "x axis",
        "x axis",
        "Switches x between step and seconds.",
        SampledMetric.isSampled(shownMetric(context) ?? "")
          ? "What Lathe samples has no steps: it is drawn by the time." : nil
      ),
      .hidden([Key("L")], "L", "log axis", "log axis", "Switches y between linear and log."),
      Binding([.enter], "Enter", "open run", action: "open run", help: "Opens the selected run."),
      Binding(
        [Key("A")],
        "A",
        "approve",
        action: "approve",
        help: "Approves the model that the selected run registered.",
        unavailable: model == nil ? "r\(selected) has no model that needs approval." : nil
      ),
      .hidden([.backTab], "Shift-Tab", "pane", "last pane", "Goes to the pane before."),
      .hidden([Key("z")], "z", "zoom", "zoom", "Lets the pane fill the screen."),
    ]
  }
}

import Curves
import Store
import Terminal

extension RunView {
  package func bindings(_ context: Context) -> [Binding] {
    if asksToStop {
      return [
        Binding(
          [.enter, Key("y")],
          "Enter",
          "stop it",
          action: "stop now",
          help: "Stops the run."
        ),
        Binding([.escape, Key("n")], "Esc", "let it run", action: "keep", help: "Lets it run."),
      ]
    }
    if log.field != nil {
      return [
        Binding([.enter], "Enter", "search", action: "search", help: "Looks for the text."),
        Binding([.escape], "Esc", "cancel", action: "cancel search", help: "Leaves the search."),
      ]
    }
    guard let facts = facts(context) else { return [] }
    return closers + openers(facts, context) + movers(facts, context)
  }

  /// What Esc does before it leaves the screen.
  private var closers: [Binding] {
    if !log.pattern.isEmpty {
      return [
        .hidden([.escape], "Esc", "end search", "drop search", "Forgets what was looked for.")
      ]
    }
    guard isLogWhole else { return [] }
    return [.hidden([.escape], "Esc", "small log", "shrink log", "Makes the log small again.")]
  }

  private func openers(_ facts: RunFacts, _ context: Context) -> [Binding] {
    let run = facts.run
    let model = model(context)
    let folder = instanceFolder(context)
    let noFolder: SafeText? = folder == nil ? "The run's instance is gone." : nil
    let ended = run.status == .failed || run.status == .stopped
    // Without the instance's folder there is nothing to open a line of.
    let isFailing = folder != nil && failingLine(context) != nil
    let enter = isFailing ? lineOpener : paneOpener
    let changing = [
      Binding(
        [Key("R")],
        "R",
        "rerun+change",
        action: "rerun",
        help: "Opens the form with this run's parameters, to launch it again with others.",
        unavailable: noFolder
      ),
      Binding(
        [Key("r")],
        "r",
        "resume",
        action: "resume",
        help: "Goes on from where the run ended, with the code as it is now.",
        unavailable: ended ? nil : "Only a failed or stopped run is resumed.",
        isInFooter: ended
      ),
      Binding(
        [Key("s")],
        "s",
        "stop",
        action: "stop",
        help: "Stops the run, after a question.",
        unavailable: run.status.isActive
          ? (run.status == .stopping ? "It is stopping already." : nil) : "The run has ended.",
        isInFooter: run.status.isActive
      ),
      Binding(
        [Key("c")],
        "c",
        "compare",
        action: "compare",
        help: "Lays the run beside the one that it was made from.",
        unavailable: facts.parent == nil ? "There is no earlier run to compare with." : nil
      ),
      Binding(
        [Key("C")],
        "C",
        "charts",
        action: "charts",
        help: "Opens every metric of the run in a grid of charts."
      ),
    ]
    // What a narrow footer cuts stands last, and the pane can be seen as it is.
    return (isFailing ? [enter] + changing : changing + [enter]) + [
      Binding(
        [Key("e")],
        "e",
        "edit",
        action: "edit",
        help: "Opens the step's script in the editor.",
        unavailable: noFolder ?? (script(context) == nil ? "The step has no script." : nil)
      ),
      Binding(
        [Key("A")],
        "A",
        model?.approval == .pending ? "approve model" : "model",
        action: "model",
        help: "Opens the model that the run registered, to approve or reject it.",
        unavailable: model == nil ? "The run has registered no model." : nil,
        isInFooter: model != nil
      ),
      Binding([.tab], "Tab", "pane", action: "next pane", help: "Goes to the next pane."),
      Binding([Key("z")], "z", "zoom", action: "zoom", help: "Lets the pane fill the screen."),
      Binding(
        [Key("]")],
        "[ ]",
        "step",
        action: "next step",
        help: "Shows the step before, or the next one."
      ),
      Binding([Key("y")], "y", "copy path", action: "copy path", help: "Copies the step's folder."),
    ]
  }

  private var lineOpener: Binding {
    Binding(
      [.enter],
      "Enter",
      "open line",
      action: "open failure",
      help: "Opens the line that failed in the editor; Ctrl-R there saves and resumes."
    )
  }

  /// Where no line has failed Enter leads to what the pane shows only a part of.
  private var paneOpener: Binding {
    let word: SafeText = focus == .chart ? "all charts" : isLogWhole ? "small log" : "whole log"
    return Binding(
      [.enter],
      "Enter",
      word,
      action: "open pane",
      help:
        "Shows the whole log, or makes it small again; in the chart, opens all charts."
    )
  }

  /// Whether the log fills the screen.
  var isLogWhole: Bool { isZoomed && focus == .log }

  private func movers(_ facts: RunFacts, _ context: Context) -> [Binding] {
    let groups = curves.order.groups
    let word = stepWord(facts, context)
    let noOther: SafeText? = groups.count < 2 ? "There is one group of metrics." : nil
    let noPattern: SafeText? = log.pattern.isEmpty ? "/ looks for something first." : nil
    return [
      Binding(
        [Key("/")],
        "/",
        "search",
        action: "start search",
        help: "Looks for text in the log."
      ),
      .hidden([Key("n")], "n", "next", "next match", "The next place of the text.", noPattern),
      .hidden([Key("N")], "N", "before", "last match", "The place before.", noPattern),
      Binding(
        [Key("m")],
        "m",
        "metric",
        action: "next metric",
        help: "Draws the next group of metrics.",
        unavailable: noOther,
        isInFooter: groups.count > 1
      ),
      .hidden([Key("M")], "M", "metric", "last metric", "The group before.", noOther),
      .hidden([Key("L")], "L", "log axis", "log axis", "Switches y between linear and log."),
      .hidden(
        [Key("x")],
        "x",
        "x axis",
        "x axis",
        "Switches x between \(word) and seconds.",
        // Else the next group would be by seconds that nobody asked for.
        CurveAxis.step.fitting(curves.shownGroup?.names ?? []) == .step
          ? nil : "What Lathe samples has no steps: it is drawn by the time."
      ),
      .hidden([Key("[")], "[", "step", "last step", "Shows the step before.").second,
      .hidden([.backTab], "Shift-Tab", "pane", "last pane", "Goes to the pane before."),
      .hidden([Key("f")], "f", "follow", "follow", "Shows the log's end and follows it."),
      .hidden([Key("w")], "w", "wrap", "wrap", "Breaks the log's long lines, or cuts them."),
    ]
  }
}

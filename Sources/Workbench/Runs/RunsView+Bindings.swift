import Store
import Terminal

extension RunsView {
  static let filterBindings = [
    Binding([.enter], "Enter", "keep filter", action: "filtered", help: "Keep the filter."),
    Binding([.escape], "Esc", "show all", action: "unfilter", help: "Drop the filter."),
  ]

  /// Drops a filter that was kept.
  var unfiltering: [Binding] {
    filter.text.isEmpty
      ? []
      : [Binding([.escape], "Esc", "show all", action: "unfilter", help: "Drop the filter.")]
  }

  func listBindings(_ run: RunRecord?, _ context: Context) -> [Binding] {
    let none: SafeText? = run == nil ? "No run is selected." : nil
    return looking(run, none, context) + launching(run, none, model(of: run, context))
  }

  func launchBinding(_ context: Context) -> Binding {
    Binding(
      [Key("n")],
      "n",
      "launch",
      action: "launch",
      help: "Launch the instance's pipeline.",
      unavailable: context.currentInstance == nil
        ? "There is no instance yet: press 2 for the gallery." : nil
    )
  }

  func filterBinding(_ context: Context) -> Binding {
    Binding(
      [Key("/")],
      "/",
      "filter",
      action: "filter",
      help: "Show only runs with a text, or a value: lr=0.2 val_loss<0.3 (= != < <= > >=).",
      unavailable: context.headerFacts?.counts.all == 0 ? "There are no runs yet." : nil
    )
  }

  private func looking(
    _ run: RunRecord?,
    _ none: SafeText?,
    _ context: Context
  ) -> [Binding] {
    let marked = context.marks.runs
    let comparable =
      marked.count >= 2 || run?.parent != nil || baseline != nil && baseline != run?.id
      || marked.first != nil && marked.first != run?.id
    let compare = Binding(
      [Key("c")],
      "c",
      "compare",
      action: "compare",
      help: "Compare the marked runs, or the selected one with its parent.",
      unavailable: none
        ?? (comparable ? nil : "Mark two runs with Space first; this one has no parent.")
    )
    let charts = Binding(
      [Key("C")],
      "C",
      "charts",
      action: "charts",
      help: "Draw every metric of the marked runs, or of the selected one.",
      unavailable: none
    )
    let mark = Binding(
      [Key(" ")],
      "Space",
      "mark",
      action: "mark",
      help: "Mark the run, or take the mark off, for charts and a comparison.",
      unavailable: none
    )
    let open = Binding(
      [.enter],
      "Enter",
      "open",
      action: "open",
      help: "Open the run: steps, curves, log.",
      unavailable: none
    )
    let launch = launchBinding(context)
    // What a narrow footer cuts stands last: what runs were marked for comes first then.
    let first =
      marked.isEmpty
      ? [open, launch, mark, charts, compare] : [compare, charts, mark, open, launch]
    return first + [
      Binding(
        [Key("b")],
        "b",
        "baseline",
        action: "baseline",
        help: "Tell all differences against this run instead of each one's parent.",
        unavailable: none,
        isInFooter: false
      ),
      Binding(
        [Key("p")],
        "p",
        run?.isPinned == true ? "unpin" : "pin",
        action: "pin",
        help: "Keep the run from being removed, or let it go with the others again.",
        unavailable: none,
        isInFooter: false
      ),
      filterBinding(context),
    ]
  }

  private func launching(
    _ run: RunRecord?,
    _ none: SafeText?,
    _ model: ModelRecord?
  ) -> [Binding] {
    let isActive = run?.status.isActive ?? false
    let canResume = run?.status == .failed || run?.status == .stopped
    return [
      Binding(
        [Key("R")],
        "R",
        "rerun+change",
        action: "rerun",
        help: "Launch again with this run's parameters, to be changed first.",
        unavailable: none
      ),
      Binding(
        [Key("s")],
        "s",
        "stop",
        action: "stop",
        help: "Stop the run.",
        unavailable: none ?? (isActive ? nil : "The run is not active.")
      ),
      Binding(
        [Key("r")],
        "r",
        "resume",
        action: "resume",
        help: "Continue a failed or stopped run where it ended, with the code as it is now.",
        unavailable: none ?? (canResume ? nil : "Only a failed or stopped run can be resumed.")
      ),
      Binding(
        [Key("A")],
        "A",
        model?.approval == .pending ? "approve model" : "model",
        action: "model",
        help: "Open the model that the run registered, to approve or reject it.",
        unavailable: none ?? (model == nil ? "The run has registered no model." : nil),
        isInFooter: model != nil
      ),
      Binding(
        [Key("x")],
        "x",
        "remove",
        action: "remove",
        help: "Remove the run: move it to the trash.",
        unavailable: none ?? (isActive ? "The run is active: stop it first with s." : nil)
          ?? (run?.isPinned == true ? "The run is pinned: take the pin off first with p." : nil),
        isInFooter: false,
        synonyms: Binding.removal
      ),
    ]
  }
}

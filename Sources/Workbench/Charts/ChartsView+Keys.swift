import Terminal

extension ChartsView {
  package func bindings(_ context: Context) -> [Binding] {
    if field != nil {
      return [
        Binding([.enter], "Enter", "keep filter", action: "filtered", help: "Keeps the filter."),
        Binding([.escape], "Esc", "show all", action: "unfilter", help: "Drops the filter."),
      ]
    }
    if picker != nil { return pickerBindings }
    return closers + byUse(openers + windows + looks(context) + rest)
  }

  private var none: SafeText? { shown.isEmpty ? "There is no chart." : nil }

  /// What Esc and q do before they leave the screen.
  private var closers: [Binding] {
    guard isFull else {
      if crosshair != nil, !isHovering {
        return [
          .hidden([.escape], "Esc", "crosshair off", "drop crosshair", "Takes the crosshair away.")
        ]
      }
      guard !filter.isEmpty else { return [] }
      return [Binding([.escape], "Esc", "show all", action: "unfilter", help: "Drops the filter.")]
    }
    return [
      Binding(
        [.escape, Key("q")],
        "Esc",
        page == .curves ? "all charts" : "curves",
        action: "close",
        help: page == .curves ? "Shows all charts again." : "Shows the curves again."
      )
    ]
  }

  private var openers: [Binding] {
    let bindings = [
      Binding(
        [.left],
        "←→",
        "crosshair",
        action: "crosshair left",
        help: "Moves the crosshair over all charts; it follows the mouse, too.",
        unavailable: none
      ),
      Binding(
        [Key("p")],
        "p",
        overlays.isPaired ? "split" : "pair",
        action: "pairs",
        help: "Lays train, val and test of a metric over each other in one chart, or parts them.",
        unavailable: hasPairs ? nil : "No metrics' names differ only in train, val or test.",
        isInFooter: hasPairs
      ),
      .hidden([.right], "→", "crosshair", "crosshair right", "Moves the crosshair to the right.")
        .second,
      .hidden(
        [.down, Key("j")],
        "↓",
        "down",
        "row down",
        "The chart below; in one chart the next."
      ),
      .hidden(
        [.up, Key("k")],
        "↑",
        "up",
        "row up",
        "The chart above; in one chart the one before."
      ),
      Binding([.tab], "Tab", "next", action: "next chart", help: "Selects the next chart."),
      .hidden([.backTab], "Shift-Tab", "last", "last chart", "Selects the chart before."),
      Binding(
        [Key("a")],
        "a",
        "overlay",
        action: "add metric",
        help: "Lays any other metric over the selected chart, or takes it off.",
        unavailable: none
      ),
    ]
    guard !isFull else { return bindings }
    let open = Binding(
      [.enter],
      "Enter",
      "open",
      action: "open",
      help: "Lets the selected chart fill the screen; so does a double click.",
      unavailable: none
    )
    return [open] + bindings + [
      Binding(
        [Key("z")],
        "z",
        isSelectedFolded ? "unfold" : "fold",
        action: "fold",
        help:
          "Hides the charts of the selected group, or shows them; so does a click on its heading.",
        unavailable: none ?? unfoldable,
        isInFooter: unfoldable == nil
      ),
      .hidden(
        [Key("Z")],
        "Z",
        "fold all",
        "fold all",
        "Hides the charts of all groups, or shows all.",
        none ?? unfoldable
      ),
    ]
  }

  private var windows: [Binding] {
    [
      Binding(
        [Key("+"), Key("=")],
        "+-",
        "zoom",
        action: "zoom in",
        help:
          "Zooms in and out at the crosshair; so does the wheel; a box of the mouse fills the chart."
      ),
      .hidden([Key("-"), Key("_")], "-", "zoom out", "zoom out", "Zooms out at the crosshair.")
        .second,
      Binding(
        [Key("h"), Key(.left, shift: true)],
        "hl",
        "pan",
        action: "pan left",
        help: "Moves the window to the left and to the right.",
        unavailable: view.isWhole ? "All is shown: + zooms in." : nil
      ),
      .hidden(
        [Key("l"), Key(.right, shift: true)],
        "l",
        "pan",
        "pan right",
        "Moves the window to the right.",
        view.isWhole ? "All is shown: + zooms in." : nil
      ).second,
      .hidden(
        [Key("u"), .backspace],
        "u",
        "undo zoom",
        "undo",
        "Shows what was shown before; so does a right click.",
        view.canUndo ? nil : "There is no zoom to undo."
      ),
      .hidden([Key("0")], "0", "all", "whole", "Shows all points."),
      Binding(
        [Key("f")],
        "f",
        view.followed == nil ? "follow" : "stand still",
        action: "follow",
        help: "Keeps the window at the newest points, or lets it stand."
      ),
    ]
  }

  /// Why lines have no styles to choose among.
  private func noStrokes(_ context: Context) -> SafeText? {
    guard runs.count > 1 || shown.contains(where: { $0.metrics.count > 1 }) else {
      return "One line is shown."
    }
    return glyphs(context) == .ascii ? "In ASCII each line has a letter of its own instead." : nil
  }

  private func looks(_ context: Context) -> [Binding] {
    [
      Binding(
        [Key("s")],
        "s",
        "smooth",
        action: "smooth",
        help: "Smooths by 0.6, 0.9, 0.99 or the median of 9; the points stay behind the line."
      ),
      Binding(
        [Key("x")],
        "x",
        "x axis",
        action: "x axis",
        help: "Takes as x the step, the time since the start, the clock or another metric."
      ),
      .hidden(
        [Key("X")],
        "X",
        "x metric",
        "x metric",
        "Takes the next metric of the step as x, the epoch first where it is logged.",
        hasXMetrics ? nil : "The step has logged no other metric."
      ),
      Binding(
        [Key("L")],
        "L",
        "y axis",
        action: "y axis",
        help: "Switches y between linear, log and symlog."
      ),
      .hidden(
        [Key("o")],
        "o",
        "outliers",
        "outliers",
        "Leaves single far outliers outside of y, or takes them in."
      ),
      .hidden(
        [Key("d")],
        "d",
        "line styles",
        "line styles",
        "Draws each run, or each metric of one, dashed or dotted in its own way, or all solid.",
        noStrokes(context)
      ),
      Binding(
        [Key("m")],
        "m",
        hasLogMarks ? "hide log marks" : "log marks",
        action: "log marks",
        help: "Hides the marks of the log's warnings and errors, or shows them; alerts stay."
      ),
      .hidden([Key("G")], "G", "glyphs", "glyphs", "Draws with other glyphs."),
    ]
  }

  private var rest: [Binding] {
    let place = selectedItem.flatMap(crosshair(of:))
    return [
      Binding(
        [Key("/")],
        "/",
        "filter",
        action: "filter",
        help: "Shows only metrics whose name has a match of a regular expression."
      ),
      Binding(
        [Key("t")],
        "t",
        page == .table ? "curves" : "numbers",
        action: "table",
        help: "Shows the numbers of the selected chart, or its curves again.",
        unavailable: none
      ),
      .hidden([Key("b")], "b", "bars", "bars", "Shows the last values as bars, a run each.", none),
      .hidden(
        [Key("H")],
        "H",
        "histogram",
        "histogram",
        "Shows how often which values occur in the window.",
        none
      ),
      Binding(
        [Key("y")],
        "y",
        "copy",
        action: "copy",
        help: "Copies the selected chart's numbers as CSV.",
        unavailable: none
      ),
      .hidden(
        [Key("c")],
        "c",
        "compare",
        "compare",
        "Compares the runs.",
        runs.count > 1 ? nil : "One run is shown: mark several in the list."
      ),
      Binding(
        [Key("g")] + (isFull ? [.enter] : []),
        "g",
        "log",
        action: "log",
        help: "Goes to the log at the crosshair's time.",
        unavailable: place == nil ? "The arrow keys or a click put the crosshair first." : nil,
        isInFooter: place != nil
      ),
      .hidden([Key("r")], "r", "run", "open run", "Opens the run of the selected chart."),
    ]
  }
}

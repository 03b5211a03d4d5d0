import Terminal

extension EditorScreen {
  package func bindings(_ context: Context) -> [Binding] {
    switch mode {
    case .find:
      return [
        Binding([.enter], "Enter", "find", action: "search", help: "Goes to the next place."),
        Binding([.escape], "Esc", "cancel", action: "cancel", help: "Back to the text."),
      ]
    case .line:
      return [
        Binding([.enter], "Enter", "go", action: "go", help: "Goes to the line."),
        Binding([.escape], "Esc", "cancel", action: "cancel", help: "Back to the text."),
      ]
    case .leaving:
      return [
        Binding([Key("s"), .enter], "s", "save", action: "save and leave", help: "Saves it."),
        Binding([Key("d")], "d", "discard", action: "discard", help: "Drops what was typed."),
        Binding([.escape], "Esc", "stay", action: "cancel", help: "Back to the text."),
      ]
    case .conflict:
      return [
        Binding([Key("o")], "o", "overwrite", action: "overwrite", help: "Saves over the file."),
        Binding([Key("r")], "r", "reload", action: "reload", help: "Drops the text, reads anew."),
        Binding([.escape], "Esc", "stay", action: "cancel", help: "Back to the text."),
      ]
    case .recovery:
      return [
        Binding([Key("r"), .enter], "r", "restore", action: "restore", help: "Takes it over."),
        Binding([Key("d")], "d", "drop", action: "drop", help: "Keeps the file as it is."),
      ]
    case .text: return textBindings(context)
    case .found:
      return [
        Binding([Key("n")], "n", "next", action: "find next", help: "The next place."),
        Binding([Key("N")], "N", "before", action: "find last", help: "The place before."),
        Binding([.escape], "Esc", "done", action: "cancel", help: "Back to the text."),
      ] + textBindings(context).filter { $0.action != "leave" }
    }
  }

  private func textBindings(_ context: Context) -> [Binding] {
    let noText: SafeText? = buffer == nil ? "The file is not open." : nil
    var bindings: [Binding] = []
    func add(
      _ key: Key,
      _ label: SafeText,
      _ short: SafeText,
      _ action: String,
      _ help: SafeText,
      _ unavailable: SafeText? = nil,
      footer: Bool = false
    ) {
      bindings.append(
        Binding(
          [key],
          label,
          short,
          action: action,
          help: help,
          unavailable: noText ?? unavailable,
          isInFooter: footer
        )
      )
    }
    add(.control("s"), "Ctrl-S", "save", "save", "Saves the file.", footer: true)
    if let resuming {
      add(
        .control("r"),
        "Ctrl-R",
        "save, resume r\(resuming)",
        "resume",
        "Saves and goes on with the run from the step that failed.",
        footer: true
      )
    }
    add(
      .control("l"),
      "Ctrl-L",
      "launch",
      "launch",
      "Saves and opens the form of the pipeline's parameters.",
      instance(context) == nil ? "The file is in no instance." : nil,
      footer: true
    )
    add(.control("f"), "Ctrl-F", "find", "find", "Looks for text.", footer: true)
    add(.control("g"), "Ctrl-G", "line", "line", "Goes to a line by its number.", footer: true)
    add(.control("z"), "Ctrl-Z", "undo", "undo", "Takes the last edit back.", footer: true)
    add(.control("y"), "Ctrl-Y", "redo", "redo", "Does it again.")
    add(.control("x"), "Ctrl-X", "cut", "cut", "Cuts the selection, else the line.")
    add(.control("v"), "Ctrl-V", "paste", "paste", "Puts in what was cut or copied here.")
    add(
      Key(.character("c"), alt: true),
      "Alt-C",
      "copy",
      "copy",
      "Copies the selection (Shift and the arrows select).",
      buffer?.selection == nil ? "Nothing is selected." : nil
    )
    add(.control("e"), "Ctrl-E", "$EDITOR", "outside", "Saves and opens it in $EDITOR.")
    bindings.append(
      Binding(
        [.escape],
        "Esc",
        "back",
        action: "leave",
        help: "Goes back; asks when something is not saved.",
        isInFooter: false
      )
    )
    return bindings
  }
}

import Terminal

/// A question before something that is hard to undo; its keys replace those of the view meanwhile.
struct Confirmation: Sendable {
  enum Outcome: Sendable, Equatable {
    case stays
    case cancelled
    case confirmed([Effect])
  }

  private var dialog: Dialog
  private let effects: [Effect]

  /// `yes` names the deed: "Remove", "Take down".
  init(
    title: SafeText,
    lines: [SafeText],
    yes: SafeText,
    style: Style = .warning,
    glyphs: GlyphSet,
    effects: [Effect]
  ) {
    dialog = Dialog(
      title: title,
      lines: lines.map { StyledText($0) },
      buttons: ["Cancel", yes],
      selected: 1,
      style: style,
      glyphs: glyphs
    )
    self.effects = effects
  }

  var bindings: [Binding] {
    [
      Binding([.enter], "Enter", "choose", action: "choose", help: "Do what the button says."),
      Binding(
        [Key("y")],
        "y",
        dialog.buttons[1],
        action: "yes",
        help: "Go ahead, whatever button is selected."
      ),
      Binding(
        [.escape, Key("n"), Key("q")],
        "Esc",
        "cancel",
        action: "cancel",
        help: "Change nothing."
      ),
    ]
  }

  mutating func handle(_ event: ViewEvent, _ context: Context) -> Outcome {
    switch event {
    case .action("yes"): return .confirmed(effects)
    case .action("choose"): return dialog.selected == 1 ? .confirmed(effects) : .cancelled
    case .action("cancel"): return .cancelled
    case .terminal(.key(let key)):
      _ = dialog.handle(key)
      return .stays
    case .terminal(.mouse(let mouse)):
      guard case .press(.left) = mouse.action else { return .stays }
      var scratch = Screen(size: context.size)
      let places = dialog.draw(on: &scratch, in: context.area)
      guard let button = places.firstIndex(where: { $0.contains(mouse.at) }) else { return .stays }
      return button == 1 ? .confirmed(effects) : .cancelled
    default: return .stays
    }
  }

  func draw(on screen: inout Screen, in area: Rect) { dialog.draw(on: &screen, in: area) }
}

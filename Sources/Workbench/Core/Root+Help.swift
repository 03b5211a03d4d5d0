import Terminal

/// The page that `?` opens: every key of the screen in front, then those that work everywhere.
extension Root {
  /// What works while a screen takes what is typed.
  private static let whileTyping: [(SafeText, SafeText)] = [
    ("Ctrl-P", "Palette: any action, run, model, file or screen by a part of its name."),
    ("F1", "This page."),
    ("Esc", "Back to the screen below; on the first one it does nothing."),
    ("Ctrl-C", "Quit. Runs go on."),
    ("Mouse", "Click selects, the wheel scrolls, the screens above are tabs."),
  ]

  private static let everywhere: [(SafeText, SafeText)] = [
    ("1", "Runs: everything that was launched, newest first."),
    ("2", "Gallery: templates to start an instance from."),
    ("3", "Explorer: the instance's files, pipelines, runs and models."),
    ("4", "Models: registered versions, to approve or reject."),
    ("5", "Stacks: what templates have made, and how to take it down."),
    (": or Ctrl-P", "Palette: an action here, a run, model, file or screen by a part of its name."),
    ("? or F1", "This page."),
    ("q", "Back to the screen below; from the first one, quit. Runs go on."),
    ("Esc", "Back to the screen below; on the first one it does nothing."),
    ("Ctrl-C", "Quit."),
    ("Mouse", "Click selects, a second click opens, the wheel scrolls."),
    (
      "! or !3",
      "Behind a status: so often did a watch rule find something; the run's screen tells what."
    ),
  ]

  private var helpLines: [StyledText] {
    let own = front.bindings(context).filter(\.isInHelp).map { ($0.label, $0.help, $0.unavailable) }
    let hasEscape = front.bindings(context).contains { $0.keys.contains(.escape) }
    let general =
      front.takesText
      ? Root.whileTyping.filter { $0.0 != "Esc" || !hasEscape } : Root.everywhere
    let width = (own.map(\.0.width) + general.map(\.0.width)).max() ?? 0
    var lines: [StyledText] = []
    func line(_ key: SafeText, _ help: SafeText, _ unavailable: SafeText?) {
      var text = StyledText(key.padded(to: width + 2), Style(.accent, bold: true))
      text.append(help, unavailable == nil ? .normal : .dim)
      if let unavailable { text.append(" (\(unavailable))", .dim) }
      for (index, part) in text.wordWrapped(to: helpBox.width - 4).enumerated() {
        lines.append(
          index == 0 ? part : StyledText(SafeText("  ").padded(to: width + 2)) + part
        )
      }
    }
    for (key, help, unavailable) in own { line(key, help, unavailable) }
    lines += [StyledText(), StyledText("Everywhere", .bold)]
    for (key, help) in general { line(key, help, nil) }
    return lines
  }

  private var helpBox: Rect {
    let width = min(96, context.size.width - 4)
    let height = context.size.height - 2
    return Rect(x: (context.size.width - width) / 2, y: 1, width: width, height: height)
  }

  /// How many lines of the help lie below its box.
  var helpOverflow: Int { max(0, helpLines.count - (helpBox.height - 2)) }

  func drawHelp(on screen: inout Screen, offset: Int) {
    let lines = helpLines
    var box = helpBox
    box.height = min(box.height, lines.count + 2)
    let frame = Frame(
      "Keys: \(front.title)",
      right: lines.count + 2 > box.height
        ? "Up Down scroll  any other key closes" : "any key closes",
      focused: true,
      glyphs: context.glyphs
    )
    let inside = frame.draw(on: &screen, in: box)
    screen.cursor = nil
    for (index, line) in lines.dropFirst(offset).prefix(inside.height).enumerated() {
      screen.write(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
    screen.drawScrollIndicator(
      in: inside,
      offset: offset,
      count: lines.count,
      glyphs: context.glyphs
    )
  }
}

/// Safe text in several styles, on one line.
package struct StyledText: Sendable, Equatable {
  package struct Run: Sendable, Equatable {
    package var text: SafeText
    package var style: Style

    package init(_ text: SafeText, _ style: Style = .normal) {
      self.text = text
      self.style = style
    }
  }

  package var runs: [Run]

  package init(_ runs: [Run] = []) { self.runs = runs }

  package init(_ text: SafeText, _ style: Style = .normal) { runs = [Run(text, style)] }

  package static func + (left: StyledText, right: StyledText) -> StyledText {
    StyledText(left.runs + right.runs)
  }

  package mutating func append(_ text: SafeText, _ style: Style = .normal) {
    runs.append(Run(text, style))
  }

  /// The text without its styles.
  package var plain: SafeText { runs.map(\.text).joined() }

  /// The number of cells that the text takes.
  package var width: Int { runs.reduce(0) { $0 + $1.text.width } }

  package var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

  /// The text cut to `width` cells; a cut text ends in "…".
  package func cut(to width: Int) -> StyledText {
    var shown = StyledText()
    var room = width
    for (index, run) in runs.enumerated() where !run.text.isEmpty {
      let cells = run.text.width
      let more = runs[(index + 1)...].contains { !$0.text.isEmpty }
      if cells < room || (cells == room && !more) {
        shown.runs.append(run)
        room -= cells
        continue
      }
      // The ellipsis stands for what follows, too.
      let last = more && cells <= room ? run.text + "…" : run.text
      if room > 0 { shown.append(last.cut(to: room), run.style) }
      break
    }
    return shown
  }

  /// The text cut to `width` cells by leaving out its middle, in the style that it begins with; as it is
  /// where it has room.
  package func shortened(to width: Int) -> StyledText {
    guard self.width > width else { return self }
    return StyledText(plain.shortened(to: width), runs.first?.style ?? .normal)
  }

  /// The text without its first `columns` cells: a view scrolled to the right.
  package func dropping(columns: Int) -> StyledText {
    var rest = StyledText()
    var gone = columns
    for run in runs {
      let cells = run.text.width
      if cells > gone {
        rest.append(run.text.dropping(columns: gone), run.style)
        gone = 0
      } else {
        gone -= cells
      }
    }
    return rest
  }

  /// The text as lines of at most `width` cells, broken anywhere.
  package func wrapped(to width: Int) -> [StyledText] {
    guard width > 0 else { return [] }
    var lines: [StyledText] = []
    var line = StyledText()
    var used = 0
    for run in runs {
      var part = ""
      for character in run.text.string {
        let cells = character.cellWidth
        if used + cells > width {
          line.append(SafeText(trusted: part), run.style)
          lines.append(line)
          (line, part, used) = (StyledText(), "", 0)
        }
        part.append(character)
        used += cells
      }
      if !part.isEmpty { line.append(SafeText(trusted: part), run.style) }
    }
    return lines + [line]
  }
}

extension Screen {
  /// Draws text in several styles, cut at `width` cells (default: the screen's edge).
  ///
  /// Returns the number of cells drawn.
  @discardableResult
  package mutating func write(
    _ text: StyledText,
    x: Int,
    y: Int,
    width: Int? = nil,
    ellipsis: Bool = true
  ) -> Int {
    let room = min(width ?? .max, size.width - x)
    guard room > 0 else { return 0 }
    var column = x
    for run in (ellipsis ? text.cut(to: room) : text).runs where column < x + room {
      column += write(
        run.text,
        x: column,
        y: y,
        style: run.style,
        width: x + room - column,
        ellipsis: false
      )
    }
    return column - x
  }
}

import Documents
package import Terminal

extension EditorScreen {
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    screen.fill(area)
    let (upper, bottom) = parts(of: area)
    var title = StyledText(shownPath(context), .bold)
    if buffer?.isDirty == true {
      title.append(" ")
      title.append(context.glyphs == .ascii ? "*" : "●", .warning)
    }
    var frame = Frame(title: title, focused: true, glyphs: context.glyphs)
    if let buffer {
      let (line, column) = (buffer.cursor.line + 1, buffer.cursor.column + 1)
      frame.right = StyledText("\(line):\(column)  " + countOfLines(buffer.lines.count), .dim)
    }
    let inside = frame.draw(on: &screen, in: upper)
    guard let buffer else {
      let text: SafeText = refusal.map { SafeText(hostile: $0) } ?? "Reading..."
      for (row, line) in text.wrapped(to: inside.width).prefix(inside.height).enumerated() {
        let style: Style = refusal == nil ? .dim : .bad
        screen.write(line, x: inside.x, y: inside.y + row, style: style)
      }
      return
    }
    TextDrawing(
      viewport: viewport,
      diagnostics: gutter,
      query: query,
      focused: isTyping,
      glyphs: context.glyphs
    ).draw(buffer, on: &screen, in: inside)
    if let mark {
      let y = inside.y + mark - viewport.top
      let row = Rect(x: inside.x, y: y, width: 6, height: 1)
      screen.restyle(row.intersection(inside)) { $0 = Style(.bad, bold: true) }
    }
    drawBottom(on: &screen, in: bottom)
    drawQuestion(on: &screen, in: area, context)
  }

  private var isTyping: Bool { mode == .text || mode == .found }

  private func drawBottom(on screen: inout Screen, in rect: Rect) {
    guard rect.width > 2, rect.height > 0 else { return }
    let row = Rect(x: rect.x + 1, y: rect.y, width: rect.width - 1, height: 1)
    func ask(_ label: SafeText, _ field: TextField) {
      let used = screen.write(label, x: row.x, y: row.y, style: .accent)
      field.draw(on: &screen, in: row.left(used).1, focused: true)
    }
    switch mode {
    case .find(let field): return ask("Find: ", field)
    case .line(let field): return ask("Line: ", field)
    default: break
    }
    let said = finding(width: rect.width - 2)
    for (index, line) in said.prefix(rect.height).enumerated() {
      let isCut = index == rect.height - 1 && said.count > rect.height
      let shown = isCut ? line.cut(to: rect.width - 3) + StyledText("…", .dim) : line
      screen.write(shown, x: row.x, y: rect.y + index)
    }
    if !said.isEmpty {
      return
    } else if let resuming {
      screen.write(
        "r\(resuming) failed here. Ctrl-R saves and resumes it with the code as it is then.",
        x: row.x,
        y: row.y,
        style: .dim,
        width: row.width
      )
    }
  }

  private func drawQuestion(on screen: inout Screen, in area: Rect, _ context: Context) {
    let dialog: Dialog
    switch mode {
    case .leaving:
      dialog = question(
        "Leave \(title)?",
        "What you typed is not saved.",
        ["s saves", "d discards", "Esc stays"],
        context
      )
    case .conflict:
      dialog = question(
        "\(title) has changed on disk",
        "Another program wrote it after it was opened here.",
        ["o overwrites", "r reloads", "Esc stays"],
        context
      )
    case .recovery:
      dialog = question(
        "Unsaved text of an earlier session",
        "\(title) was edited and never saved.",
        ["r restores it", "d drops it"],
        context
      )
    case .text, .found, .find, .line: return
    }
    dialog.draw(on: &screen, in: area)
  }

  private func question(
    _ title: SafeText,
    _ line: SafeText,
    _ buttons: [SafeText],
    _ context: Context
  ) -> Dialog {
    Dialog(
      title: title,
      lines: [StyledText(line)],
      buttons: buttons,
      style: .warning,
      glyphs: context.glyphs
    )
  }
}

import Terminal

/// Labelled values that are typed or chosen, a row each; the help of the focused one stands below.
struct Form: Sendable, Equatable {
  struct Field: Sendable, Equatable {
    enum Input: Sendable, Equatable {
      case text(TextField)
      case choice(Choice)
    }

    let id: String
    let label: SafeText
    var group: SafeText = ""
    var help: SafeText = ""
    var input: Input
    /// The value that it began with: another one is highlighted.
    let original: String
    /// Why the value cannot be used; nil when it can.
    var fault: SafeText?

    init(
      _ id: String,
      label: SafeText,
      group: SafeText = "",
      help: SafeText = "",
      value: String,
      allowed: [String] = [],
      placeholder: SafeText = "",
      isMasked: Bool = false
    ) {
      self.id = id
      self.label = label
      self.group = group
      self.help = help
      original = value
      // A choice of one cannot show a value that is not among its own.
      let isChoice = !allowed.isEmpty && (allowed.contains(value) || value.isEmpty)
      input =
        isChoice
        ? .choice(Choice(allowed, selected: value))
        : .text(TextField(value, placeholder: placeholder, isMasked: isMasked))
    }

    var value: String {
      switch input {
      case .text(let field): field.text
      case .choice(let choice): choice.value ?? ""
      }
    }
  }

  enum Outcome: Sendable, Equatable {
    /// Neither a value nor the focus has changed.
    case ignored
    case moved
    case changed
    case submitted
  }

  var fields: [Field] = []
  private(set) var focus = 0
  let button: SafeText

  init(_ fields: [Field] = [], button: SafeText) {
    self.fields = fields
    self.button = button
  }

  subscript(id: String) -> String? { fields.first { $0.id == id }?.value }

  var firstFault: (label: SafeText, fault: SafeText)? {
    fields.lazy.compactMap { field in field.fault.map { (field.label, $0) } }.first
  }

  mutating func focusFirstFault() {
    focus = fields.firstIndex { $0.fault != nil } ?? focus
  }

  // MARK: Input

  mutating func handle(_ key: Key) -> Outcome {
    guard !fields.isEmpty else { return .ignored }
    switch key {
    case .up, .backTab:
      focus = (focus + fields.count - 1) % fields.count
      return .moved
    case .down, .tab:
      focus = (focus + 1) % fields.count
      return .moved
    case .enter: return .submitted
    default:
      let before = fields[focus].value
      guard edit(key) else { return .ignored }
      return fields[focus].value == before ? .moved : .changed
    }
  }

  private mutating func edit(_ key: Key) -> Bool {
    switch fields[focus].input {
    case .text(var field):
      let taken = field.handle(key)
      fields[focus].input = .text(field)
      return taken
    case .choice(var choice):
      let taken = choice.handle(key)
      fields[focus].input = .choice(choice)
      return taken
    }
  }

  mutating func paste(_ text: String) -> Outcome {
    guard fields.indices.contains(focus), case .text(var field) = fields[focus].input else {
      return .ignored
    }
    field.insert(text)
    fields[focus].input = .text(field)
    return .changed
  }

  mutating func handle(_ mouse: Mouse, in area: Rect) -> Outcome {
    let places = layout(area)
    switch mouse.action {
    case .wheelUp: focus = max(0, focus - 1)
    case .wheelDown: focus = max(0, min(fields.count - 1, focus + 1))
    case .press(.left):
      if places.button.contains(mouse.at) { return .submitted }
      guard let (index, row) = places.rows.first(where: { $0.1.contains(mouse.at) }) else {
        return .ignored
      }
      focus = index
      let input = inputRect(row)
      guard input.contains(mouse.at) else { return .moved }
      switch fields[index].input {
      case .text(var field):
        field.click(at: mouse.at, in: input)
        fields[index].input = .text(field)
      case .choice(var choice):
        choice.next()
        fields[index].input = .choice(choice)
        return .changed
      }
    case .press, .release, .drag: return .ignored
    }
    return .moved
  }

  // MARK: Drawing

  func draw(on screen: inout Screen, in area: Rect, glyphs: GlyphSet) {
    let places = layout(area)
    for (text, at) in places.headings {
      screen.write(text, x: at.x, y: at.y, style: .bold, width: area.width)
    }
    for (index, row) in places.rows { draw(index, on: &screen, in: row, glyphs) }
    drawHelp(on: &screen, in: places.help)
    let label: SafeText = "[ \(button) ]"
    let ready = firstFault == nil
    screen.write(
      label,
      x: places.button.x,
      y: places.button.y,
      style: ready ? Style(.selection, bold: true, reverse: true) : .dim
    )
    if !ready {
      let wrong = fields.filter { $0.fault != nil }.count
      screen.write(
        wrong == 1 ? "one value needs a correction" : "\(wrong) values need a correction",
        x: places.button.maxX + 2,
        y: places.button.y,
        style: .bad,
        width: max(0, area.maxX - places.button.maxX - 2)
      )
    }
  }

  private func draw(_ index: Int, on screen: inout Screen, in row: Rect, _ glyphs: GlyphSet) {
    let field = fields[index]
    let isFocused = index == focus
    let isChanged = field.value != field.original
    let pointer: SafeText = glyphs == .ascii ? ">" : "▸"
    if isFocused { screen.write(pointer, x: row.x, y: row.y, style: .accent) }
    screen.write(
      field.label,
      x: row.x + 2,
      y: row.y,
      style: isFocused ? .bold : .normal,
      width: labelWidth(row.width)
    )
    let input = inputRect(row)
    switch field.input {
    case .text(let text):
      let style: Style = field.fault != nil ? .bad : isChanged ? .accent : .normal
      text.draw(on: &screen, in: input, focused: isFocused, style: style)
    case .choice(let choice):
      choice.draw(on: &screen, in: input, focused: isFocused, glyphs: glyphs)
    }
    let x = input.maxX + 2
    let room = row.maxX - x
    guard room > 4 else { return }
    if let fault = field.fault {
      screen.write(fault, x: x, y: row.y, style: .bad, width: room)
    } else if isChanged, !field.original.isEmpty {
      let was: SafeText = "was \(field.original)"
      screen.write(was, x: x, y: row.y, style: .dim, width: room)
    }
  }

  private func drawHelp(on screen: inout Screen, in rect: Rect) {
    guard fields.indices.contains(focus) else { return }
    let field = fields[focus]
    var lines: [StyledText] = []
    if let fault = field.fault { lines.append(StyledText(fault, .bad)) }
    if !field.help.isEmpty { lines.append(StyledText(field.help, .dim)) }
    let wrapped = lines.flatMap { $0.wordWrapped(to: rect.width) }.prefix(rect.height)
    for (index, line) in wrapped.enumerated() {
      screen.write(line, x: rect.x, y: rect.y + index, width: rect.width)
    }
  }

  // MARK: Layout

  struct Places {
    var rows: [(Int, Rect)] = []
    var headings: [(SafeText, Point)] = []
    var help: Rect
    var button: Rect
  }

  func layout(_ area: Rect) -> Places {
    let (above, foot) = area.bottom(1)
    let (body, help) = above.bottom(min(3, max(0, above.height - 4)))
    var places = Places(
      help: help.top(max(0, help.height)).0,
      button: Rect(x: foot.x, y: foot.y, width: button.width + 4, height: 1)
    )
    // Every line of the whole form; the part around the focus is shown.
    var lines: [(field: Int?, heading: SafeText)] = []
    var group: SafeText = ""
    for (index, field) in fields.enumerated() {
      if field.group != group {
        if !lines.isEmpty { lines.append((nil, "")) }
        if !field.group.isEmpty { lines.append((nil, field.group)) }
        group = field.group
      }
      lines.append((index, ""))
    }
    let at = lines.firstIndex { $0.field == focus } ?? 0
    let most = max(0, lines.count - body.height)
    let offset = min(most, max(0, at - body.height / 2))
    for (row, line) in lines.dropFirst(offset).prefix(body.height).enumerated() {
      let rect = Rect(x: body.x, y: body.y + row, width: body.width, height: 1)
      if let field = line.field {
        places.rows.append((field, rect))
      } else {
        places.headings.append((line.heading, Point(x: rect.x, y: rect.y)))
      }
    }
    return places
  }

  private func labelWidth(_ width: Int) -> Int {
    min(width * 2 / 5, max(8, fields.map(\.label.width).max() ?? 0))
  }

  private func inputRect(_ row: Rect) -> Rect {
    let x = row.x + 2 + labelWidth(row.width) + 2
    let longest = fields.map { SafeText(hostile: $0.value).width + 8 }.max() ?? 0
    let width = min(row.maxX - x, max(24, min(longest, row.width / 2)))
    return Rect(x: x, y: row.y, width: width, height: 1)
  }
}

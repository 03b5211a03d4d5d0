import Terminal

/// Labelled values that are typed or chosen, a row each; the help of the focused one and the button
/// stand right below them.
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
  var button: SafeText

  init(_ fields: [Field] = [], button: SafeText) {
    self.fields = fields
    self.button = button
  }

  subscript(id: String) -> String? { fields.first { $0.id == id }?.value }

  var firstFault: (label: SafeText, fault: SafeText)? {
    fields.lazy.compactMap { field in field.fault.map { (field.label, $0) } }.first
  }

  /// The first fault, with the label of its field unless it tells that itself.
  var faultNotice: SafeText? {
    firstFault.map { label, fault in
      fault.string.contains(label.string) ? fault : label + ": " + fault
    }
  }

  /// The field that is worked on; nil in a form without any.
  var focused: Field? { fields.indices.contains(focus) ? fields[focus] : nil }

  mutating func focusFirstFault() {
    focus = fields.firstIndex { $0.fault != nil } ?? focus
  }

  mutating func focus(on id: String) {
    focus = fields.firstIndex { $0.id == id } ?? focus
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
    case .press, .release, .drag, .move: return .ignored
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
    screen.drawScrollIndicator(
      in: Rect(x: area.x, y: area.y, width: area.width + 1, height: places.shown),
      offset: places.offset,
      count: places.count,
      glyphs: glyphs
    )
    drawHelp(on: &screen, in: places.help, glyphs)
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
      // One that is too long for the row stands below in full while it is worked on.
      guard !isFocused || fault.width <= room else { return }
      screen.write(fault, x: x, y: row.y, style: .bad, width: room)
    } else if isChanged, !field.original.isEmpty {
      let was: SafeText = "was \(field.original)"
      screen.write(was, x: x, y: row.y, style: .dim, width: room)
    }
  }

  private func drawHelp(on screen: inout Screen, in rect: Rect, _ glyphs: GlyphSet) {
    guard fields.indices.contains(focus) else { return }
    let lines = help(of: fields[focus], width: rect.width, glyphs)
    for (index, line) in lines.prefix(rect.height).enumerated() {
      screen.write(line, x: rect.x, y: rect.y + index, width: rect.width)
    }
  }

  /// What a field's value is for, the values to choose from, and its fault where the row is too short.
  private func help(of field: Field, width: Int, _ glyphs: GlyphSet) -> [StyledText] {
    var lines: [StyledText] = []
    if let fault = field.fault, fault.width > max(4, faultWidth(width)) {
      lines.append(StyledText(fault, .bad))
    }
    if !field.help.isEmpty { lines.append(StyledText(field.help, .dim)) }
    if case .choice(let choice) = field.input, choice.values.count > 1 {
      var list = StyledText()
      for (index, value) in choice.values.enumerated() {
        if index > 0 { list.append(glyphs == .ascii ? " | " : " · ", .dim) }
        let isChosen = index == choice.index
        list.append(SafeText(hostile: value), isChosen ? Style(.accent, bold: true) : .dim)
      }
      lines.append(list)
    }
    return lines.flatMap { $0.wordWrapped(to: width) }
  }

  // MARK: Layout

  struct Places {
    var rows: [(Int, Rect)] = []
    var headings: [(SafeText, Point)] = []
    var help: Rect
    var button: Rect
    /// The lines of the whole form, the first one shown, and how many are.
    var count = 0
    var offset = 0
    var shown = 0
  }

  func layout(_ area: Rect) -> Places {
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
    // The help is as high as the longest one, so that the button stays where it is.
    let longest = fields.map { help(of: $0, width: area.width, .braille).count }.max() ?? 0
    // Where that is too much, every field counts for more than the last lines of help.
    let gap = lines.count + longest + 3 <= area.height ? 1 : 0
    let least = min(2, max(0, area.height - 5))
    let height = min(longest, max(least, area.height - 2 - gap - lines.count))
    let body = Rect(
      x: area.x,
      y: area.y,
      width: area.width,
      height: max(0, min(lines.count, area.height - height - 2 - gap))
    )
    let below = Rect(x: area.x, y: body.maxY + 1, width: area.width, height: height)
    var places = Places(
      help: below,
      button: Rect(
        x: area.x,
        y: min(area.maxY - 1, below.maxY + (height > 0 ? gap : 0)),
        width: button.width + 4,
        height: 1
      )
    )
    let at = lines.firstIndex { $0.field == focus } ?? 0
    let last = max(0, lines.count - body.height)
    let offset = min(last, max(0, at - body.height / 2))
    (places.count, places.offset, places.shown) = (lines.count, offset, body.height)
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

  /// The cells behind a row's input, where its fault stands.
  private func faultWidth(_ width: Int) -> Int {
    width - inputRect(Rect(x: 0, y: 0, width: width, height: 1)).maxX - 2
  }

  private func inputRect(_ row: Rect) -> Rect {
    let x = row.x + 2 + labelWidth(row.width) + 2
    let longest = fields.map { SafeText(hostile: $0.value).width + 8 }.max() ?? 0
    let width = min(row.maxX - x, max(24, min(longest, row.width / 2)))
    return Rect(x: x, y: row.y, width: width, height: 1)
  }
}

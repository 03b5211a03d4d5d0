extension StyledText {
  /// A line of a log as a terminal would show it at last, and harmless.
  ///
  /// Colours and bold (SGR) become styles by their meaning; carriage returns, backspaces and "erase in
  /// line" take effect, so that a progress bar shows its last state; tabs become blanks. Every other
  /// escape sequence goes, an unterminated one up to the end of the line. What is left passes the
  /// gate. Shows at most `limit` cells and reads no more than 64 KiB of a longer line: its end if
  /// that overwrites itself, else its start.
  package init(log line: some StringProtocol, limit: Int = 4096) {
    var canvas = LogCanvas(limit: max(0, limit))
    var reader = LogReader()
    for scalar in LogReader.relevant(String(line)[...].unicodeScalars) {
      reader.take(scalar, on: &canvas)
    }
    self = canvas.styled
  }

  /// A line of a log as bytes; what is not UTF-8 shows as "�".
  package init(log bytes: some Collection<UInt8>, limit: Int = 4096) {
    self.init(log: String(decoding: bytes, as: UTF8.self), limit: limit)
  }
}

/// The states of a terminal's parser, after Paul Williams' "A parser for DEC's ANSI-compatible
/// video terminals", as far as a line needs them.
private struct LogReader {
  private enum State {
    case text
    case escape
    case escapeIntermediate
    case sequence(parameters: [UInt8])
    /// OSC, DCS, APC, PM, SOS: dropped up to ST or BEL.
    case string
    case stringEscape
  }

  private var state = State.text
  private var style = LogStyle()

  static func relevant(
    _ scalars: Substring.UnicodeScalarView
  ) -> Substring.UnicodeScalarView {
    let most = 65_536
    guard
      let middle = scalars.index(scalars.startIndex, offsetBy: most, limitedBy: scalars.endIndex)
    else { return scalars }
    var start = scalars.endIndex
    var left = most
    var found: Substring.UnicodeScalarView.Index?
    while start > scalars.startIndex, left > 0 {
      scalars.formIndex(before: &start)
      left -= 1
      // The return at the very end of a line overwrites nothing.
      if scalars[start] == "\r", left < most - 1 { found = start }
    }
    return found.map { scalars[$0...] } ?? scalars[..<middle]
  }

  mutating func take(_ scalar: Unicode.Scalar, on canvas: inout LogCanvas) {
    // Whatever comes, these two start again.
    if scalar == "\u{18}" || scalar == "\u{1A}" {
      state = .text
      return
    }
    switch state {
    case .text: takeText(scalar, on: &canvas)
    case .escape: takeEscape(scalar, on: &canvas)
    case .escapeIntermediate:
      if (0x30...0x7E).contains(scalar.value) { state = .text }
    case .sequence(let parameters): takeSequence(scalar, parameters, on: &canvas)
    case .string:
      if scalar == "\u{07}" || scalar == "\u{9C}" { state = .text }
      if scalar == "\u{1B}" { state = .stringEscape }
    case .stringEscape:
      state = .escape
      if scalar == "\\" { state = .text } else { takeEscape(scalar, on: &canvas) }
    }
  }

  private mutating func takeText(_ scalar: Unicode.Scalar, on canvas: inout LogCanvas) {
    switch scalar.value {
    case 0x1B: state = .escape
    case 0x9B: state = .sequence(parameters: [])
    case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .string
    case 0x0D: canvas.column = 0
    case 0x08: canvas.back()
    case 0x09: canvas.tab(style.style)
    case 0x0A, 0x00, 0x07, 0x0B, 0x0C, 0x0E, 0x0F, 0x7F, 0x80..<0xA0: break
    default: canvas.put(scalar, style.style)
    }
  }

  private mutating func takeEscape(_ scalar: Unicode.Scalar, on canvas: inout LogCanvas) {
    switch scalar {
    case "[": state = .sequence(parameters: [])
    case "]", "P", "X", "^", "_": state = .string
    case "\u{1B}": state = .escape
    case _ where (0x20...0x2F).contains(scalar.value): state = .escapeIntermediate
    case _ where (0x30...0x7E).contains(scalar.value): state = .text
    default:
      state = .text
      takeText(scalar, on: &canvas)
    }
  }

  private mutating func takeSequence(
    _ scalar: Unicode.Scalar,
    _ parameters: [UInt8],
    on canvas: inout LogCanvas
  ) {
    switch scalar.value {
    case 0x20...0x3F:
      // A sequence of that length means nothing; it is read on, but not kept.
      let kept = parameters.count < 128 ? parameters + [UInt8(scalar.value)] : parameters
      state = .sequence(parameters: kept)
    case 0x40...0x7E:
      state = .text
      end(Character(scalar), parameters, on: &canvas)
    case 0x1B: state = .escape
    // Controls work within a sequence, too.
    case 0x0D: canvas.column = 0
    case 0x08: canvas.back()
    case 0..<0x20, 0x7F: break
    default:
      state = .text
      takeText(scalar, on: &canvas)
    }
  }

  private mutating func end(_ final: Character, _ bytes: [UInt8], on canvas: inout LogCanvas) {
    guard bytes.allSatisfy({ (0x30...0x3B).contains($0) }) else { return }
    let numbers = bytes.split(separator: 0x3B, omittingEmptySubsequences: false).map { part in
      part.prefix { $0 < 0x3A }.prefix(5).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    switch final {
    case "m": style.apply(numbers)
    case "K": canvas.erase(numbers.first ?? 0)
    default: break
    }
  }
}

/// What SGR has set, and the style that shows it.
private struct LogStyle {
  private var color = Color.normal
  private var bold = false
  private var faint = false
  private var underline = false
  private var reverse = false

  var style: Style {
    let shown = color == .normal && faint ? .dim : color
    return Style(shown, bold: bold, underline: underline, reverse: reverse)
  }

  mutating func apply(_ numbers: [Int]) {
    var index = 0
    while index < numbers.count {
      switch numbers[index] {
      case 0: self = LogStyle()
      case 1: bold = true
      case 2: faint = true
      case 4: underline = true
      case 7: reverse = true
      case 22: (bold, faint) = (false, false)
      case 24: underline = false
      case 27: reverse = false
      case 30...37: color = Self.named[numbers[index] - 30]
      case 39: color = .normal
      case 90...97: color = Self.bright[numbers[index] - 90]
      case 38, 48:
        let isInk = numbers[index] == 38
        if index + 2 < numbers.count, numbers[index + 1] == 5 {
          if isInk { color = Self.indexed(numbers[index + 2]) }
          index += 2
        } else if index + 4 < numbers.count, numbers[index + 1] == 2 {
          if isInk {
            color = Self.nearest(numbers[index + 2], numbers[index + 3], numbers[index + 4])
          }
          index += 4
        } else {
          return
        }
      default: break
      }
      index += 1
    }
  }

  // Black and white are the terminal's own text colour: on a background of that colour they vanish.
  private static let named: [Color] = [
    .normal, .bad, .good, .warning, .accent, .series4, .running, .normal,
  ]
  private static let bright: [Color] = [
    .dim, .bad, .good, .warning, .accent, .series4, .running, .normal,
  ]

  private static func indexed(_ index: Int) -> Color {
    switch index {
    case 0..<8: return named[index]
    case 8..<16: return bright[index - 8]
    case 16..<232:
      let levels = [0, 95, 135, 175, 215, 255]
      let cube = index - 16
      return nearest(levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
    case 232..<250: return .dim
    default: return .normal
    }
  }

  private static func nearest(_ red: Int, _ green: Int, _ blue: Int) -> Color {
    let (most, least) = (max(red, green, blue), min(red, green, blue))
    guard most - least > 40 else { return most < 180 && most > 60 ? .dim : .normal }
    let middle = (most + least) / 2
    switch (red > middle, green > middle, blue > middle) {
    case (true, false, false): return .bad
    case (false, true, false): return .good
    case (true, true, _): return .warning
    case (false, false, _): return .accent
    case (true, false, true): return .series4
    case (false, true, true): return .running
    }
  }
}

/// A line of cells that a log writes on.
private struct LogCanvas {
  private struct Slot {
    /// Nil is the right half of a wide character.
    var text: String?
    var style: Style
  }

  private let limit: Int
  private var slots: [Slot] = []
  private var isCut = false
  var column = 0

  init(limit: Int) { self.limit = limit }

  mutating func back() { column = max(0, column - 1) }

  mutating func tab(_ style: Style) {
    for _ in 0..<(8 - column % 8) { put(" ", style) }
  }

  mutating func put(_ scalar: Unicode.Scalar, _ style: Style) {
    let cells = scalar.cells
    if cells == 0 || (joins(scalar) && column > 0) { return mark(scalar) }
    guard column + cells <= limit else {
      isCut = true
      column = min(limit, column + cells)
      return
    }
    while slots.count < column + cells {
      slots.append(Slot(text: " ", style: .normal))
    }
    free(column)
    slots[column] = Slot(text: String(Character(scalar)), style: style)
    if cells == 2 {
      free(column + 1)
      slots[column + 1] = Slot(text: nil, style: style)
    }
    column += cells
  }

  /// Whether the scalar continues an emoji that ended in a joiner.
  private func joins(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value > 0xFF, column <= slots.count, column > 0 else { return false }
    let start = slots[column - 1].text == nil ? column - 2 : column - 1
    return start >= 0 && slots[start].text?.unicodeScalars.last == "\u{200D}"
  }

  private mutating func mark(_ scalar: Unicode.Scalar) {
    guard column > 0, column <= slots.count else { return }
    let start = slots[column - 1].text == nil ? column - 2 : column - 1
    guard start >= 0, (slots[start].text?.utf8.count ?? 0) < 48 else { return }
    slots[start].text?.unicodeScalars.append(scalar)
  }

  /// Before a cell is overwritten: the other half of a wide character becomes blank.
  private mutating func free(_ column: Int) {
    if slots[column].text == nil, column > 0 {
      slots[column - 1].text = " "
      slots[column].text = " "
    }
    if column + 1 < slots.count, slots[column + 1].text == nil { slots[column + 1].text = " " }
  }

  /// Erase in line: 0 from the cursor on, 1 up to it, 2 all.
  mutating func erase(_ part: Int) {
    let cursor = min(column, slots.count)
    switch part {
    case 0:
      if cursor < slots.count { free(cursor) }
      slots.removeSubrange(cursor...)
      isCut = false
    case 1:
      for index in 0..<min(cursor + 1, slots.count) {
        free(index)
        slots[index] = Slot(text: " ", style: .normal)
      }
    case 2:
      slots = []
      isCut = false
    default: break
    }
  }

  var styled: StyledText {
    var text = StyledText()
    var part = ""
    var style = Style.normal
    func end() {
      guard !part.isEmpty else { return }
      text.append(SafeText(hostile: part, limit: .max), style)
      part = ""
    }
    // A longer text that was overwritten leaves blanks behind.
    var last = slots.count
    while last > 0, slots[last - 1].text == " ",
      slots[last - 1].style == .normal
    {
      last -= 1
    }
    for slot in slots[..<last] {
      guard let scalars = slot.text else { continue }
      if slot.style != style { end() }
      style = slot.style
      part += scalars
    }
    end()
    return isCut ? StyledText(text.runs + [StyledText.Run("…", .dim)]).cut(to: limit) : text
  }
}

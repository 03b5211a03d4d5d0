import CNcurses
import Terminal

/// A character as curses takes it: spacing characters of one or two cells with their marks.
///
/// Curses counts with the C library's `wcwidth`, terminals with tables of their own, and `Screen`
/// with Unicode's. What they could see differently is sent in a form that all of them see alike.
enum CursesCell {
  struct Part: Equatable {
    /// Cells from the character's first one.
    let offset: Int
    /// Ends in 0.
    let text: [wchar_t]
  }

  /// Whether a character is a piece of an upright line.
  static func isUpright(_ character: Character) -> Bool {
    ["|", "│", "┃", "╎", "┆", "┊"].contains(character)
  }

  /// The one code point of a character that is one, in one cell: nearly all of them, and cheaper.
  static func plain(_ character: Character, glyphs: GlyphSet) -> wchar_t? {
    guard let scalar = only(character) else { return nil }
    let value = scalar.value
    if value < 0x80 { return value < 0x20 || value == 0x7F ? nil : wchar_t(value) }
    // Flags' letters are shown as others.
    guard glyphs != .ascii, flagLetter(scalar) == nil, scalar.cells == 1,
      lathe_curses_width(wchar_t(value)) == 1
    else { return nil }
    return wchar_t(value)
  }

  /// The one code point of a character of one or three bytes, as ASCII, lines and dots are.
  private static func only(_ character: Character) -> Unicode.Scalar? {
    var text = String(character)
    return text.withUTF8 { bytes in
      if bytes.count == 1 { return Unicode.Scalar(bytes[0]) }
      guard bytes.count == 3, bytes[0] & 0xF0 == 0xE0 else { return nil }
      let low = UInt32(bytes[1] & 0x3F) << 6 | UInt32(bytes[2] & 0x3F)
      return Unicode.Scalar(UInt32(bytes[0] & 0x0F) << 12 | low)
    }
  }

  /// What to write, covering exactly the character's cells.
  static func parts(of character: Character, glyphs: GlyphSet) -> [Part] {
    if let ascii = character.asciiValue {
      return [Part(offset: 0, text: [ascii < 0x20 || ascii == 0x7F ? 0x20 : wchar_t(ascii), 0])]
    }
    let width = max(1, character.cellWidth)
    guard glyphs != .ascii else { return filled([], from: 0, ascii(character), to: width) }
    var parts: [[wchar_t]] = []
    var widths: [Int] = []
    for scalar in character.unicodeScalars {
      // Joiners and variation selectors: curses drops or miscounts them.
      if scalar == "\u{200D}" || (0xFE00...0xFE0F).contains(scalar.value) { continue }
      let value = wchar_t(flagLetter(scalar)?.value ?? scalar.value)
      let cells = Int(lathe_curses_width(value))
      if cells > 0 {
        // A joined emoji shows its first member.
        guard widths.reduce(0, +) + cells <= width else { break }
        parts.append([value])
        widths.append(cells)
      } else if cells == 0, let last = parts.indices.last {
        if parts[last].count < 5 { parts[last].append(value) }
      } else if parts.isEmpty {
        // The C library is older than the character.
        parts.append([0xFFFD])
        widths.append(1)
      }
    }
    var placed: [Part] = []
    var offset = 0
    for (text, cells) in zip(parts, widths) {
      placed.append(Part(offset: offset, text: text + [0]))
      offset += cells
    }
    return filled(placed, from: offset, 0x20, to: width)
  }

  private static func filled(_ parts: [Part], from: Int, _ ink: wchar_t, to width: Int) -> [Part] {
    var parts = parts
    for offset in from..<max(from, width) {
      parts.append(Part(offset: offset, text: [offset == 0 ? ink : ink == 0x3F ? ink : 0x20, 0]))
    }
    return parts
  }

  /// Flags are pairs of letters that few terminals draw alike: they are shown as letters.
  private static func flagLetter(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard (0x1F1E6...0x1F1FF).contains(scalar.value) else { return nil }
    return Unicode.Scalar(scalar.value - 0x1F1E6 + 0x41)
  }

  /// The nearest ASCII character, "?" where there is none.
  private static func ascii(_ character: Character) -> wchar_t {
    let near: [Character: Character] = [
      "…": "~", "─": "-", "━": "-", "│": "|", "┃": "|", "┆": ":", "•": "*", "·": ".", "●": "*",
      "○": "o", "▶": ">", "◀": "<", "▲": "^", "▼": "v", "›": ">", "‹": "<", "✓": "+", "✔": "+",
      "✗": "x", "✘": "x", "×": "x", "→": ">", "←": "<", "↑": "^", "↓": "v", "█": "#", "░": ".",
      "▒": ":", "▓": "#", "⏎": "\\", "–": "-", "—": "-", "’": "'", "‘": "'", "“": "\"", "”": "\"",
    ]
    if let found = near[character]?.asciiValue { return wchar_t(found) }
    if let scalar = character.unicodeScalars.first, (0x2500...0x257F).contains(scalar.value) {
      return 0x2B
    }
    return 0x3F
  }
}

// Field by field: for all cells of a frame the comparison of another module takes too long.
extension Cell {
  @inline(__always)
  func isSame(as other: Cell) -> Bool {
    style.isSame(as: other.style) && text == other.text
  }

  @inline(__always)
  var isBlank: Bool {
    guard style.isSame(as: .normal), let bytes = text?.utf8 else { return false }
    return bytes.count == 1 && bytes.first == 0x20
  }
}

extension Style {
  @inline(__always)
  func isSame(as other: Style) -> Bool {
    color == other.color && bold == other.bold && underline == other.underline
      && reverse == other.reverse
  }
}

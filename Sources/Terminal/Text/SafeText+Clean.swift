extension SafeText {
  /// The gate itself: what is left can neither move a cursor nor hide, nor change a cell's width.
  ///
  /// Controls become their pictures (ESC is "␛"), C1, bidirectional controls, private and unassigned
  /// characters become "�", invisible formatting characters go, a tab becomes blanks up to the next
  /// multiple of 8, a line break "⏎". At most four marks stay on one character. Looks at no more
  /// than 16 scalars for each of the `limit` characters.
  static func clean(_ text: some StringProtocol, limit: Int) -> String {
    if let plain = plainASCII(text, limit: limit) { return plain }
    var gate = Gate()
    var seen = 0
    let limit = min(max(0, limit), 1 << 40)
    let most = limit * 16
    for scalar in text.unicodeScalars {
      if gate.count > limit || seen > most { break }
      seen += 1
      gate.take(scalar)
    }
    guard gate.count > limit || seen > most else { return gate.text }
    return String(gate.text.prefix(max(0, limit - 1))) + "…"
  }

  /// The text itself when it is short and printable ASCII, which is nearly always.
  private static func plainASCII(_ text: some StringProtocol, limit: Int) -> String? {
    let copy = String(text)
    let plain = copy.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.count <= limit && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }
    return plain == true ? copy : nil
  }
}

/// Takes scalars one by one and keeps what may reach a cell.
struct Gate {
  private(set) var text = ""
  /// Characters, as far as scalars tell.
  private(set) var count = 0
  private var marks = 0
  private var column = 0
  private var mayBeMarked = false
  private var mayJoin = false
  private var joining = false
  private var skipsLineFeed = false

  mutating func take(_ scalar: Unicode.Scalar) {
    let afterReturn = skipsLineFeed
    skipsLineFeed = false
    switch scalar.value {
    case 0x20..<0x7F: put(scalar)
    case 0x09: for _ in 0..<(8 - column % 8) { put(" ") }
    case 0x0A where afterReturn: break
    case 0x0A, 0x2028, 0x2029: put("⏎")
    case 0x0D:
      put("⏎")
      skipsLineFeed = true
    case 0..<0x20: put(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
    case 0x7F: put("\u{2421}")
    case 0x80..<0xA0: put("\u{FFFD}")
    default: takeUnicode(scalar)
    }
  }

  private mutating func takeUnicode(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    if scalar == "\u{200D}" {
      joining = mayJoin
      return
    }
    if scalar == "\u{FE0F}" {
      if mayBeMarked, marks < 4, isEmojiBase { append(mark: scalar) }
      return
    }
    if properties.isBidiControl { return put("\u{FFFD}") }
    if properties.isDefaultIgnorableCodePoint { return }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: takeMark(scalar)
    case .control, .format, .surrogate, .privateUse, .unassigned: put("\u{FFFD}")
    default:
      // A vowel or final of conjoining Hangul stays with the syllable that it follows.
      guard scalar.isConjoiningJamo else { return put(scalar) }
      takeMark(scalar)
    }
  }

  private mutating func takeMark(_ scalar: Unicode.Scalar) {
    if !mayBeMarked { put("\u{25CC}") }
    guard marks < 4 else { return }
    append(mark: scalar)
  }

  private mutating func append(mark scalar: Unicode.Scalar) {
    text.unicodeScalars.append(scalar)
    marks += 1
    joining = false
  }

  private var isEmojiBase: Bool {
    guard let last = text.unicodeScalars.last else { return false }
    return last.properties.isEmoji
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let pictograph = scalar.value > 0xFF && scalar.properties.isEmoji
    if joining, pictograph { text.unicodeScalars.append("\u{200D}") } else { count += 1 }
    text.unicodeScalars.append(scalar)
    column += scalar.cells
    marks = 0
    joining = false
    mayBeMarked = scalar.value > 0x20 && scalar != "\u{FFFD}"
    mayJoin = pictograph
  }
}

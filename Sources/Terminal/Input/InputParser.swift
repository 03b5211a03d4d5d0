/// Turns the bytes that a terminal sends into events.
///
/// Bytes may be split anywhere. An ESC may be the key or the start of a sequence: while
/// `isWaiting`, the caller calls `timeout()` if nothing follows soon (25 to 50 ms).
package struct InputParser: Sendable {
  /// Bytes of a sequence that is not complete yet.
  private var pending: [UInt8] = []
  /// The text of a bracketed paste that has not ended yet.
  private var pasted: [UInt8]?
  private var events: [TerminalEvent] = []
  /// Characters in a row, kept together so that marks join their letters.
  private var typed = String.UnicodeScalarView()

  /// A longer paste is cut, a longer sequence dropped.
  private static let longestPaste = 8 << 20
  private static let longestSequence = 4096

  package init() {}

  /// Whether bytes are held back that a time-out would release.
  package var isWaiting: Bool { !pending.isEmpty && pasted == nil }

  /// Takes bytes as they arrive; returns what they complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [TerminalEvent] {
    pending.append(contentsOf: bytes)
    var at = 0
    while at < pending.count {
      if pasted != nil {
        guard let used = takePaste(from: at) else { break }
        at += used
        continue
      }
      guard let used = takeOne(from: at) else { break }
      at += used
    }
    pending.removeFirst(at)
    if pasted == nil, pending.count > Self.longestSequence { pending = [] }
    return take()
  }

  /// Nothing followed: what was held back is what it looks like.
  package mutating func timeout() -> [TerminalEvent] {
    guard isWaiting else { return [] }
    let held = pending
    pending = []
    if held == [0x1B] {
      emit(.key(.escape))
    } else if held.count == 2, held[0] == 0x1B, held[1] >= 0x20, held[1] < 0x7F {
      emit(.key(Key(.character(Character(Unicode.Scalar(held[1]))), alt: true)))
    }
    return take()
  }

  private mutating func take() -> [TerminalEvent] {
    flushTyped()
    defer { events = [] }
    return events
  }

  private mutating func emit(_ event: TerminalEvent) {
    flushTyped()
    events.append(event)
  }

  private mutating func flushTyped() {
    guard !typed.isEmpty else { return }
    events += String(typed).map { .key(Key($0)) }
    typed = String.UnicodeScalarView()
  }

  // MARK: One key, character or sequence

  /// The number of bytes used, nil if more are needed.
  private mutating func takeOne(from at: Int) -> Int? {
    let byte = pending[at]
    switch byte {
    case 0x1B: return takeEscape(from: at)
    case 0x20..<0x7F:
      typed.append(Unicode.Scalar(byte))
      return 1
    case 0x80...: return takeScalar(from: at, alt: false)
    default:
      emit(.key(Self.control(byte)))
      return 1
    }
  }

  private static func control(_ byte: UInt8, alt: Bool = false) -> Key {
    switch byte {
    case 0x0D: Key(.enter, alt: alt)
    case 0x09: Key(.tab, alt: alt)
    // Many terminals send ^H for the backspace key.
    case 0x7F, 0x08: Key(.backspace, alt: alt)
    case 0x00: Key(.character(" "), control: true, alt: alt)
    case 0x01...0x1A:
      Key(.character(Character(Unicode.Scalar(byte + 0x60))), control: true, alt: alt)
    default: Key(.character(Character(Unicode.Scalar(byte + 0x40))), control: true, alt: alt)
    }
  }

  private mutating func takeScalar(from at: Int, alt: Bool) -> Int? {
    let length: Int
    switch pending[at] {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return 1
    }
    let rest = pending[(at + 1)..<min(at + length, pending.count)]
    if let bad = rest.firstIndex(where: { $0 & 0xC0 != 0x80 }) { return bad - at }
    guard rest.count == length - 1 else { return nil }
    let text = String(decoding: pending[at..<(at + length)], as: UTF8.self)
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1,
      scalar != "\u{FFFD}", scalar.value >= 0xA0
    else { return length }
    if alt {
      emit(.key(Key(.character(Character(scalar)), alt: true)))
    } else {
      typed.append(scalar)
    }
    return length
  }

  private mutating func takeEscape(from at: Int) -> Int? {
    guard at + 1 < pending.count else { return nil }
    let next = pending[at + 1]
    switch next {
    case UInt8(ascii: "["): return takeSequence(from: at)
    case UInt8(ascii: "O"):
      guard at + 2 < pending.count else { return nil }
      guard let code = Self.letters[pending[at + 2]] else {
        // Shift-Alt-O and then something else.
        emit(.key(Key(.character("O"), alt: true)))
        return 2
      }
      emit(.key(Key(code)))
      return 3
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
      return skipString(from: at)
    case 0x1B:
      // The second one may start a sequence of its own.
      emit(.key(.escape))
      return 1
    case 0x80...: return takeScalar(from: at + 1, alt: true).map { $0 + 1 }
    case 0x20..<0x7F:
      emit(.key(Key(.character(Character(Unicode.Scalar(next))), alt: true)))
      return 2
    default:
      emit(.key(Self.control(next, alt: true)))
      return 2
    }
  }

  /// Skips an answer of the terminal: OSC, DCS, APC or PM up to BEL or ST.
  private func skipString(from at: Int) -> Int? {
    var index = at + 2
    while index < pending.count {
      if pending[index] == 0x07 { return index - at + 1 }
      if pending[index] == 0x1B, index + 1 < pending.count {
        return pending[index + 1] == UInt8(ascii: "\\") ? index - at + 2 : index - at
      }
      index += 1
    }
    return nil
  }

  // MARK: CSI

  private mutating func takeSequence(from at: Int) -> Int? {
    var index = at + 2
    guard index < pending.count else { return nil }
    // The Linux console's F1 to F5.
    if pending[index] == UInt8(ascii: "[") {
      guard index + 1 < pending.count else { return nil }
      let key = Int(pending[index + 1]) - 0x40
      if (1...5).contains(key) { emit(.key(Key(.function(key)))) }
      return 4
    }
    while index < pending.count, (0x20...0x3F).contains(pending[index]) { index += 1 }
    guard index < pending.count else { return nil }
    let final = pending[index]
    // Broken off by another control: what came so far is dropped.
    guard (0x40...0x7E).contains(final) else { return index - at }
    let body = pending[(at + 2)..<index]
    let used = index - at + 1
    if final == UInt8(ascii: "M"), body.isEmpty {
      guard at + used + 3 <= pending.count else { return nil }
      let report = pending[(at + used)..<(at + used + 3)].map { Int($0) - 32 }
      emitMouse(code: report[0], x: report[1], y: report[2], released: report[0] & 3 == 3)
      return used + 3
    }
    takeSequence(body: body, final: final)
    return used
  }

  private mutating func takeSequence(body: ArraySlice<UInt8>, final: UInt8) {
    if body.first == UInt8(ascii: "<") {
      let numbers = Self.numbers(body.dropFirst())
      guard numbers.count == 3, final == UInt8(ascii: "M") || final == UInt8(ascii: "m") else {
        return
      }
      let released = final == UInt8(ascii: "m")
      return emitMouse(code: numbers[0], x: numbers[1], y: numbers[2], released: released)
    }
    // Private answers (such as CSI ? ... c) say nothing here.
    if let first = body.first, (0x3C...0x3F).contains(first) { return }
    let numbers = Self.numbers(body)
    let modifier = numbers.count > 1 ? numbers[1] : 1
    switch (final, numbers.first ?? 0) {
    case (UInt8(ascii: "I"), _) where body.isEmpty: emit(.focus(true))
    case (UInt8(ascii: "O"), _) where body.isEmpty: emit(.focus(false))
    case (UInt8(ascii: "Z"), _): emit(.key(.backTab))
    case (UInt8(ascii: "~"), 200): pasted = []
    case (UInt8(ascii: "~"), 201): break
    case (UInt8(ascii: "~"), 27) where numbers.count == 3:
      emit(code: numbers[2], modifier: modifier)
    case (UInt8(ascii: "~"), let number):
      if let code = Self.tildes[number] { emit(Key(code), modifier: modifier) }
    case (UInt8(ascii: "^"), let number):
      if let code = Self.tildes[number] { emit(Key(code), modifier: 5) }
    case (UInt8(ascii: "u"), let number): emit(code: number, modifier: modifier)
    default:
      if let code = Self.letters[final] {
        emit(Key(code), modifier: modifier)
      } else if let code = Self.letters[final &- 0x20], (0x61...0x64).contains(final) {
        emit(Key(code), modifier: 2)
      }
    }
  }

  private mutating func emit(_ key: Key, modifier: Int) {
    let bits = max(0, modifier - 1)
    var key = key
    key.shift = bits & 1 != 0
    key.alt = bits & 2 != 0
    key.control = bits & 4 != 0
    emit(.key(key))
  }

  /// A key by its Unicode code point (CSI u and modifyOtherKeys).
  private mutating func emit(code: Int, modifier: Int) {
    switch code {
    case 13: emit(Key.enter, modifier: modifier)
    case 27: emit(Key.escape, modifier: modifier)
    case 9: emit(modifier == 2 ? Key.backTab : Key.tab, modifier: modifier == 2 ? 1 : modifier)
    case 8, 127: emit(Key.backspace, modifier: modifier)
    case 32...:
      guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else { return }
      // Not a private key of the keyboard protocol, nor a control.
      guard scalar.cells > 0, scalar.properties.generalCategory != .privateUse else { return }
      var key = Key(Character(scalar))
      if modifier == 2, let upper = key.upperCased { key = upper }
      emit(key, modifier: modifier == 2 ? 1 : modifier)
    default: break
    }
  }

  private mutating func emitMouse(code: Int, x: Int, y: Int, released: Bool) {
    guard x > 0, y > 0, x <= 10_000, y <= 10_000 else { return }
    let at = Point(x: x - 1, y: y - 1)
    let buttons: [Mouse.Button] = [.left, .middle, .right]
    switch code & ~0b1_1100 {
    case 64: emit(.mouse(Mouse(.wheelUp, at: at)))
    case 65: emit(.mouse(Mouse(.wheelDown, at: at)))
    case 0...3 where released: emit(.mouse(Mouse(.release, at: at)))
    case let button where (0...2).contains(button):
      emit(.mouse(Mouse(.press(buttons[button]), at: at)))
    case 32...34: emit(.mouse(Mouse(.drag, at: at)))
    case 35: emit(.mouse(Mouse(.move, at: at)))
    default: break
    }
  }

  private static func numbers(_ body: ArraySlice<UInt8>) -> [Int] {
    body.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).prefix(8).map {
      part in
      // Sub-parameters after ":" (the kitty protocol's alternate keys) are left out.
      let digits = part.prefix { (0x30...0x39).contains($0) }.prefix(7)
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
  }

  private static let letters: [UInt8: Key.Code] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right,
    UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2),
    UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4), UInt8(ascii: "M"): .enter,
  ]

  private static let tildes: [Int: Key.Code] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5),
    17: .function(6), 18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10),
    23: .function(11), 24: .function(12),
  ]

  // MARK: Paste

  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  /// Takes pasted bytes up to the end mark; nil if the bytes may be the start of the mark.
  private mutating func takePaste(from at: Int) -> Int? {
    let rest = pending[at...]
    guard let escape = rest.firstIndex(of: 0x1B) else {
      keep(rest)
      return rest.count
    }
    if escape > at {
      keep(rest[..<escape])
      return escape - at
    }
    let head = rest.prefix(Self.pasteEnd.count)
    if head.elementsEqual(Self.pasteEnd) {
      let text = String(decoding: pasted ?? [], as: UTF8.self)
      pasted = nil
      emit(.paste(Self.unified(text)))
      return Self.pasteEnd.count
    }
    if Self.pasteEnd.starts(with: head) { return nil }
    keep(rest.prefix(1))
    return 1
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    let room = Self.longestPaste - (pasted?.count ?? 0)
    pasted?.append(contentsOf: bytes.prefix(max(0, room)))
  }

  /// Line breaks as "\n", whatever the terminal made of them.
  private static func unified(_ text: String) -> String {
    var unified = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        unified.append("\n")
      } else if !(scalar == "\n" && afterReturn) {
        unified.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    return String(unified)
  }
}

extension Key {
  /// The key with Shift taken into its letter.
  fileprivate var upperCased: Key? {
    guard case .character(let character) = code, let upper = character.uppercased().first else {
      return nil
    }
    return Key(upper)
  }
}

/// A set of characters: what one position of a pattern accepts.
///
/// A character is a Unicode scalar's value; a byte that is not valid UTF-8 is `invalid` + the byte.
struct ScalarSet: Sendable, Equatable {
  /// The first value beyond Unicode; invalid bytes lie above.
  static let invalid: UInt32 = 0x11_0000

  enum Category: Sendable, Equatable { case digit, word, space }

  struct Member: Sendable, Equatable {
    var category: Category
    var negated: Bool
  }

  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var ranges: [ClosedRange<UInt32>] = []
  private var members: [Member] = []
  private var negated = false
  private var folded = false

  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return low >> UInt64(value) & 1 == 1 }
    if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
    return containsWide(value) != negated
  }

  mutating func insert(_ range: ClosedRange<UInt32>) {
    var value = range.lowerBound
    while value <= min(range.upperBound, 127) {
      setASCII(value)
      value += 1
    }
    if range.upperBound > 127 { ranges.append(max(range.lowerBound, 128)...range.upperBound) }
  }

  /// Adds `\d`, `\w`, `\s` or, negated, `\D`, `\W`, `\S`; of ASCII only where `ascii` is set.
  mutating func insert(_ category: Category, negated: Bool, ascii: Bool) {
    for value in UInt32(0)..<128 where Self.holds(value, category) != negated { setASCII(value) }
    if ascii {
      if negated { ranges.append(128...UInt32.max) }
    } else {
      members.append(Member(category: category, negated: negated))
    }
  }

  /// Makes upper and lower case the same.
  mutating func fold() {
    folded = true
    let letters: UInt64 = 0x07FF_FFFE
    let both = (high & letters) | (high >> 32 & letters)
    high |= both | both << 32
    // The two non-ASCII scalars whose case mapping is ASCII: K of kelvin and long s.
    if contains(0x6B) { ranges.append(0x212A...0x212A) }
    if contains(0x73) { ranges.append(0x17F...0x17F) }
  }

  mutating func negate() {
    low = ~low
    high = ~high
    negated.toggle()
  }

  static func holds(_ value: UInt32, _ category: Category) -> Bool {
    if value < 128 {
      switch category {
      case .digit: return value >= 48 && value <= 57
      case .word:
        return value >= 48 && value <= 57 || value == 95
          || value | 32 >= 97 && value | 32 <= 122
      case .space: return value == 32 || value >= 9 && value <= 13 || value >= 28 && value <= 31
      }
    }
    guard let scalar = Unicode.Scalar(value) else { return false }
    switch category {
    case .digit: return scalar.properties.generalCategory == .decimalNumber
    case .space: return scalar.properties.isWhitespace
    case .word:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber:
        return true
      default: return false
      }
    }
  }

  private mutating func setASCII(_ value: UInt32) {
    if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
  }

  private func containsWide(_ value: UInt32) -> Bool {
    if listed(value) { return true }
    guard folded, let scalar = Unicode.Scalar(value) else { return false }
    return [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].contains {
      let scalars = $0.unicodeScalars
      guard scalars.count == 1, let other = scalars.first, other.value > 127 else { return false }
      return listed(other.value)
    }
  }

  private func listed(_ value: UInt32) -> Bool {
    ranges.contains { $0.contains(value) }
      || members.contains { Self.holds(value, $0.category) != $0.negated }
  }
}

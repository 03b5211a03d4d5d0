import Documents

/// What AWS allows as a name: the characters, the length and the words that say so.
///
/// None of the rules lets a slash or a leading dot through, so that a name is always one path
/// component.
struct NameRule: Sendable {
  let words: String
  let lengths: ClosedRange<Int>
  private let allows: @Sendable ([UInt8]) -> Bool

  /// `[a-zA-Z0-9](-*[a-zA-Z0-9])*`, at most 63.
  static let sageMaker = NameRule(
    words: "up to 63 letters, digits and inner hyphens",
    lengths: 1...63
  ) { name in
    name.allSatisfy { isAlphanumeric($0) || $0 == 45 }
      && isAlphanumeric(name[0]) && isAlphanumeric(name[name.count - 1])
  }

  /// `[a-zA-Z][-a-zA-Z0-9]*`, at most 128.
  static let stack = NameRule(
    words: "a letter, then up to 127 letters, digits and hyphens",
    lengths: 1...128
  ) { name in
    name.allSatisfy { isAlphanumeric($0) || $0 == 45 } && !isDigit(name[0]) && name[0] != 45
  }

  static let bucket = NameRule(
    words: "3 to 63 lower-case letters, digits, inner hyphens and single inner dots",
    lengths: 3...63
  ) { name in
    let inner = name.allSatisfy { isLower($0) || isDigit($0) || $0 == 45 || $0 == 46 }
    let ends = [name[0], name[name.count - 1]].allSatisfy { isLower($0) || isDigit($0) }
    let dots = zip(name, name.dropFirst()).contains { $0 == 46 && $1 == 46 }
    let isAddress = name.allSatisfy { isDigit($0) || $0 == 46 }
    return inner && ends && !dots && !isAddress
  }

  static let topic = NameRule(
    words: "up to 256 letters, digits, underscores and hyphens",
    lengths: 1...256
  ) { name in
    name.allSatisfy { isAlphanumeric($0) || $0 == 45 || $0 == 95 }
  }

  static let role = NameRule(
    words: "up to 64 letters, digits and characters of _+=,.@-",
    lengths: 1...64
  ) { name in
    name.allSatisfy { isAlphanumeric($0) || Array("_+=,.@-".utf8).contains($0) }
  }

  /// For what is only recorded.
  static let anything = NameRule(words: "up to 1024 characters", lengths: 1...1024) { _ in true }

  func holds(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return lengths.contains(bytes.count) && allows(bytes)
  }

  func check(_ name: String, property: String) throws(Explanation) {
    guard !holds(name) else { return }
    throw Explanation(
      what: "\(property) cannot be '\(name.prefix(200))'.",
      why: "A name there is \(words).",
      next: "Choose another name."
    )
  }

  private init(
    words: String,
    lengths: ClosedRange<Int>,
    allows: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.words = words
    self.lengths = lengths
    self.allows = allows
  }
}

private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
private func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
private func isAlphanumeric(_ byte: UInt8) -> Bool {
  isDigit(byte) || isLower(byte) || (65...90).contains(byte)
}

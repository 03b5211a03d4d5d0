/// Reads Python's `re` syntax.
struct PatternParser {
  /// The number of groups seen.
  private(set) var groups = 0
  private(set) var names: [String: Int] = [:]

  private let text: [Unicode.Scalar]
  private var at = 0
  private var depth = 0
  private var flags = Flags()
  /// Where the flags at the pattern's start end.
  private var flagsEnd = 0

  private static let mostGroups = 100
  private static let deepest = 50

  private struct Flags {
    var ignoreCase = false
    var multiline = false
    var dotAll = false
    var ascii = false
  }

  init(_ source: String) {
    text = Array(source.unicodeScalars)
  }

  mutating func parse() throws(PatternError) -> PatternNode {
    guard text.count <= Pattern.longestSource else {
      throw fault(
        "the pattern is longer than \(Pattern.longestSource) characters",
        at: Pattern.longestSource
      )
    }
    let node = try choice()
    if at < text.count { throw fault("this ) closes no group", at: at) }
    return node
  }

  private func fault(_ message: String, at offset: Int) -> PatternError {
    PatternError(message: message, offset: offset)
  }

  private var next: Unicode.Scalar? { at < text.count ? text[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  private mutating func take(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard text[at...].starts(with: scalars) else { return false }
    at += scalars.count
    return true
  }
}

// MARK: Choice, sequence, repetition

extension PatternParser {
  private mutating func choice() throws(PatternError) -> PatternNode {
    var branches = [try sequence()]
    while take("|" as Unicode.Scalar) { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = at
      guard let atom = try atom() else { continue }
      nodes.append(try repeated(atom, from: start))
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func repeated(
    _ atom: PatternNode,
    from start: Int
  ) throws(PatternError) -> PatternNode {
    let sign = at
    guard let (least, most) = try counts() else { return atom }
    if case .assertion = atom { throw fault("there is nothing to repeat", at: sign) }
    let greedy = !take("?" as Unicode.Scalar)
    if greedy, next == "+" {
      throw fault("possessive repetition is not supported", at: at)
    }
    let again = at
    if try counts() != nil { throw fault("a repetition cannot be repeated", at: again) }
    return .repetition(atom, least: least, most: most, greedy: greedy)
  }

  /// The counts of the quantifier that stands here, if one does.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    if take("*" as Unicode.Scalar) { return (0, nil) }
    if take("+" as Unicode.Scalar) { return (1, nil) }
    if take("?" as Unicode.Scalar) { return (0, 1) }
    let start = at
    guard take("{" as Unicode.Scalar) else { return nil }
    let least = try number()
    var most = least
    var bounded = least != nil
    if take("," as Unicode.Scalar) {
      bounded = true
      most = try number()
    }
    // As in Python, a brace that is no quantifier stands for itself.
    guard bounded, take("}" as Unicode.Scalar), text[start + 1] != "}" else {
      at = start
      return nil
    }
    if let most, most < least ?? 0 {
      throw fault("the least count is greater than the most", at: start)
    }
    return (least ?? 0, most)
  }

  private mutating func number() throws(PatternError) -> Int? {
    let start = at
    var value = 0
    while let digit = next, digit.value >= 48, digit.value <= 57 {
      value = value * 10 + Int(digit.value - 48)
      guard value <= PatternProgram.longest else {
        throw fault("this count is greater than \(PatternProgram.longest)", at: start)
      }
      at += 1
    }
    return at > start ? value : nil
  }
}

// MARK: Atoms

extension PatternParser {
  /// The next atom; nil for what leaves none, such as a comment.
  private mutating func atom() throws(PatternError) -> PatternNode? {
    let start = at
    guard let scalar = next else { return nil }
    switch scalar {
    case "(": return try group()
    case "[": return try characterClass()
    case "\\": return try escape()
    case "*", "+", "?": throw fault("there is nothing to repeat", at: start)
    case "{":
      if try counts() != nil { throw fault("there is nothing to repeat", at: start) }
    default: break
    }
    at += 1
    switch scalar {
    case ".":
      var set = ScalarSet()
      if !flags.dotAll { set.insert(10...10) }
      set.negate()
      return .set(set)
    case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
    case "$": return .assertion(flags.multiline ? .lineEnd : .lastLineEnd)
    default: return literal(scalar.value)
    }
  }

  private func literal(_ value: UInt32) -> PatternNode {
    guard flags.ignoreCase, let scalar = Unicode.Scalar(value) else { return .scalar(value) }
    let cased = scalar.properties.isCased || scalar.properties.changesWhenCaseMapped
    guard cased else { return .scalar(value) }
    var set = ScalarSet()
    set.insert(value...value)
    set.fold()
    return .set(set)
  }

  private mutating func group() throws(PatternError) -> PatternNode? {
    let start = at
    at += 1
    let outer = flags
    var number: Int?
    if take("?" as Unicode.Scalar) {
      if take("P<") {
        number = try namedGroup(from: start)
      } else if take("P=") {
        throw fault("back-references are not supported", at: start)
      } else if take("=") || take("!") || take("<=") || take("<!") {
        throw fault("look-around is not supported", at: start)
      } else if take("<") {
        number = try namedGroup(from: start)
      } else if take(">") {
        throw fault("atomic groups are not supported", at: start)
      } else if take("(") {
        throw fault("conditional groups are not supported", at: start)
      } else if take("#") {
        while let scalar = next, scalar != ")" { _ = take(scalar) }
        guard take(")") else { throw fault("this comment has no end", at: start) }
        return nil
      } else if !take(":") {
        if try inlineFlags(from: start) { return nil }
      }
    } else {
      number = try openGroup(from: start)
    }
    depth += 1
    guard depth <= Self.deepest else {
      throw fault("groups are nested deeper than \(Self.deepest)", at: start)
    }
    let inner = try choice()
    depth -= 1
    flags = outer
    guard take(")") else { throw fault("this ( has no closing )", at: start) }
    if let number { return .group(inner, number) }
    // A group without a number still keeps a quantifier off what is inside it.
    if case .assertion = inner { return .sequence([inner]) }
    return inner
  }

  private mutating func openGroup(from start: Int) throws(PatternError) -> Int {
    groups += 1
    guard groups <= Self.mostGroups else {
      throw fault("there are more than \(Self.mostGroups) groups", at: start)
    }
    return groups
  }

  private mutating func namedGroup(from start: Int) throws(PatternError) -> Int {
    let first = at
    while let scalar = next, scalar != ">", scalar != ")" { _ = take(scalar) }
    let name = text[first..<at]
    let isName =
      name.first.map { !ScalarSet.holds($0.value, .digit) } == true
      && name.allSatisfy { ScalarSet.holds($0.value, .word) }
    guard take(">"), isName else {
      throw fault("a group's name is made of letters, digits and _, and ends with >", at: first)
    }
    var key = ""
    key.unicodeScalars.append(contentsOf: name)
    guard names[key] == nil else { throw fault("this group's name is used twice", at: first) }
    let number = try openGroup(from: start)
    names[key] = number
    return number
  }

  /// Reads flags after `(?`; true when they hold for the whole pattern, else a group follows.
  private mutating func inlineFlags(from start: Int) throws(PatternError) -> Bool {
    var on = true
    let first = at
    while let scalar = next {
      switch scalar {
      case "i": flags.ignoreCase = on
      case "m": flags.multiline = on
      case "s": flags.dotAll = on
      case "a": flags.ascii = on
      case "u": flags.ascii = false
      case "-" where on: on = false
      case ":" where at > first:
        at += 1
        return false
      case ")" where at > first && on:
        guard start == flagsEnd else {
          throw fault("flags for the whole pattern stand at its start", at: start)
        }
        at += 1
        flagsEnd = at
        return true
      default: throw fault("this group's kind is not known", at: start)
      }
      at += 1
    }
    throw fault("this ( has no closing )", at: start)
  }
}

// MARK: Classes and escapes

extension PatternParser {
  private enum Item {
    case value(UInt32)
    case category(ScalarSet.Category, negated: Bool)
    case assertion(PatternAssertion)
  }

  private mutating func characterClass() throws(PatternError) -> PatternNode {
    let start = at
    at += 1
    let negated = take("^" as Unicode.Scalar)
    let first = at
    var set = ScalarSet()
    while true {
      guard let scalar = next else { throw fault("this [ has no closing ]", at: start) }
      if scalar == "]", at > first {
        at += 1
        break
      }
      let itemStart = at
      let item = try classItem()
      guard next == "-", at + 1 < text.count, text[at + 1] != "]" else {
        insert(item, into: &set)
        continue
      }
      at += 1
      guard case .value(let low) = item, case .value(let high) = try classItem(), low <= high
      else { throw fault("this range of characters is not one", at: itemStart) }
      set.insert(low...high)
    }
    if flags.ignoreCase { set.fold() }
    if negated { set.negate() }
    return .set(set)
  }

  private mutating func classItem() throws(PatternError) -> Item {
    guard let scalar = next else { throw fault("this class has no end", at: at) }
    if scalar == "\\" { return try escaped(inClass: true) }
    at += 1
    return .value(scalar.value)
  }

  private func insert(_ item: Item, into set: inout ScalarSet) {
    switch item {
    case .value(let value): set.insert(value...value)
    case .category(let category, let negated):
      set.insert(category, negated: negated, ascii: flags.ascii)
    case .assertion: break
    }
  }

  private mutating func escape() throws(PatternError) -> PatternNode {
    switch try escaped(inClass: false) {
    case .value(let value): return literal(value)
    case .assertion(let assertion): return .assertion(assertion)
    case .category(let category, let negated):
      var set = ScalarSet()
      set.insert(category, negated: negated, ascii: flags.ascii)
      return .set(set)
    }
  }

  private mutating func escaped(inClass: Bool) throws(PatternError) -> Item {
    let start = at
    at += 1
    guard let scalar = next else { throw fault("nothing follows the backslash", at: start) }
    at += 1
    switch scalar {
    case "d": return .category(.digit, negated: false)
    case "D": return .category(.digit, negated: true)
    case "w": return .category(.word, negated: false)
    case "W": return .category(.word, negated: true)
    case "s": return .category(.space, negated: false)
    case "S": return .category(.space, negated: true)
    case "b": return inClass ? .value(8) : .assertion(.wordBoundary)
    case "B" where !inClass: return .assertion(.notWordBoundary)
    case "A" where !inClass: return .assertion(.textStart)
    case "Z" where !inClass: return .assertion(.textEnd)
    case "a": return .value(7)
    case "f": return .value(12)
    case "n": return .value(10)
    case "r": return .value(13)
    case "t": return .value(9)
    case "v": return .value(11)
    case "x": return .value(try hex(2, from: start))
    case "u": return .value(try hex(4, from: start))
    case "U": return .value(try hex(8, from: start))
    case "0"..."9": return .value(try octal(from: start, inClass: inClass))
    case "a"..."z", "A"..."Z": throw fault("this escape is not known", at: start)
    default: return .value(scalar.value)
    }
  }

  private mutating func hex(_ digits: Int, from start: Int) throws(PatternError) -> UInt32 {
    let end = at + digits
    var value: UInt32 = 0
    while at < end, let digit = next.flatMap({ Character($0).hexDigitValue }), text[at].isASCII {
      value = value << 4 | UInt32(digit)
      at += 1
    }
    guard at == end, Unicode.Scalar(value) != nil else {
      throw fault("this escape needs \(digits) hexadecimal digits of a character", at: start)
    }
    return value
  }

  /// `\0` with up to two octal digits, or three octal digits; any other number is a back-reference.
  private mutating func octal(from start: Int, inClass: Bool) throws(PatternError) -> UInt32 {
    at = start + 1
    var value: UInt32 = 0
    while at < start + 4, let digit = next, digit.value >= 48, digit.value < 56 {
      value = value << 3 | (digit.value - 48)
      at += 1
    }
    guard value < 256, text[start + 1] == "0" || at == start + 4 else {
      throw fault(
        inClass ? "this escape is not known" : "back-references are not supported",
        at: start
      )
    }
    return value
  }
}

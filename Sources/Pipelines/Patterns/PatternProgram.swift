internal import Glibc

/// A pattern as instructions for the machine, and what rules a line out before it starts.
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    case scalar(UInt32)
    /// An index of `sets`.
    case set(Int32)
    /// Goes both ways, the first one preferred.
    case split(Int32, Int32)
    case jump(Int32)
    case save(Int32)
    case assertion(PatternAssertion)
    case match
  }

  private(set) var code: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  /// Two for each group and two for the whole match.
  let slots: Int
  /// A text that every match contains.
  let literal: [UInt8]
  /// Bytes that a match can start with; nil when it can be empty.
  private(set) var firstBytes: [Bool]?
  /// Whether a match can only start where the text does.
  private(set) var isAnchored = false
  private(set) var asksForWords = false

  /// The most instructions that a pattern may take.
  static let longest = 20_000
  private var work = 0

  init(_ node: PatternNode, groups: Int) throws(PatternError) {
    slots = 2 * (groups + 1)
    literal = node.requiredLiteral
    try emit(.save(0))
    try compile(node)
    try emit(.save(1))
    try emit(.match)
    scan()
  }

  /// Whether a line may match: false only if it surely does not.
  func mayMatch(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = literal.first else { return true }
    // memmem is not offered to Swift: its first byte, then the rest.
    guard var start = UnsafeRawPointer(line.baseAddress) else { return false }
    var left = line.count - literal.count + 1
    return literal.withUnsafeBytes { wanted in
      guard let bytes = wanted.baseAddress else { return true }
      while left > 0, let hit = memchr(start, Int32(first), left) {
        if memcmp(hit, bytes, wanted.count) == 0 { return true }
        left -= UnsafeRawPointer(hit) - start + 1
        start = UnsafeRawPointer(hit) + 1
      }
      return false
    }
  }
}

// MARK: Compiling

extension PatternProgram {
  private mutating func emit(_ instruction: Instruction) throws(PatternError) {
    guard code.count < Self.longest else { throw Self.tooLong }
    code.append(instruction)
  }

  private static var tooLong: PatternError {
    PatternError(
      message: "the repetitions unfold to more than \(longest) instructions",
      offset: 0
    )
  }

  private var here: Int32 { Int32(code.count) }

  private mutating func compile(_ node: PatternNode) throws(PatternError) {
    // Repetitions of nothing emit nothing; they are bounded here.
    work += 1
    guard work <= 4 * Self.longest else { throw Self.tooLong }
    switch node {
    case .empty: break
    case .scalar(let value): try emit(.scalar(value))
    case .set(let set):
      let index = sets.firstIndex(of: set) ?? sets.count
      if index == sets.count { sets.append(set) }
      try emit(.set(Int32(index)))
    case .assertion(let assertion): try emit(.assertion(assertion))
    case .sequence(let nodes): for node in nodes { try compile(node) }
    case .choice(let nodes): try compileChoice(nodes)
    case .group(let node, let number):
      try emit(.save(Int32(2 * number)))
      try compile(node)
      try emit(.save(Int32(2 * number + 1)))
    case .repetition(let node, let least, let most, let greedy):
      try compileRepetition(node, least: least, most: most, greedy: greedy)
    }
  }

  private mutating func compileChoice(_ nodes: [PatternNode]) throws(PatternError) {
    var jumps: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try compile(node)
        break
      }
      let split = code.count
      try emit(.split(here + 1, 0))
      try compile(node)
      jumps.append(code.count)
      try emit(.jump(0))
      code[split] = .split(Int32(split) + 1, here)
    }
    for jump in jumps { code[jump] = .jump(here) }
  }

  private mutating func compileRepetition(
    _ node: PatternNode,
    least: Int,
    most: Int?,
    greedy: Bool
  ) throws(PatternError) {
    func split(into body: Int32, or end: Int32) -> Instruction {
      greedy ? .split(body, end) : .split(end, body)
    }
    guard let most else {
      for _ in 0..<max(0, least - 1) { try compile(node) }
      // What can be empty is looped as (x+)?, so that an empty pass keeps its place in the order.
      let skip = code.count
      if least == 0 { try emit(.jump(0)) }
      let body = here
      try compile(node)
      let loop = here
      try emit(split(into: body, or: loop + 1))
      if least == 0 {
        code[skip] =
          node.isNullable
          ? split(into: body, or: here) : .jump(loop)
      }
      return
    }
    for _ in 0..<least { try compile(node) }
    var splits: [Int] = []
    for _ in least..<most {
      splits.append(code.count)
      try emit(.jump(0))
      try compile(node)
    }
    for position in splits { code[position] = split(into: Int32(position) + 1, or: here) }
  }
}

// MARK: What a match starts with

extension PatternProgram {
  private mutating func scan() {
    var bytes = [Bool](repeating: false, count: 256)
    var seen = Set<Int32>()
    var open: [(Int32, Bool)] = [(0, false)]
    var anchored = true
    var canBeEmpty = false
    while let (position, isAtStart) = open.popLast() {
      // Seen behind an anchor is seen; only a way without one can undo `anchored`.
      guard seen.insert(isAtStart ? -position - 1 : position).inserted else { continue }
      switch code[Int(position)] {
      case .scalar(let value):
        anchored = anchored && isAtStart
        if let first = Unicode.Scalar(value).flatMap({ String($0).utf8.first }) {
          bytes[Int(first)] = true
        }
      case .set(let index):
        anchored = anchored && isAtStart
        for value in 0..<128 where sets[Int(index)].contains(UInt32(value)) { bytes[value] = true }
        for value in 128..<256 { bytes[value] = true }
      case .split(let first, let second): open += [(first, isAtStart), (second, isAtStart)]
      case .jump(let target): open.append((target, isAtStart))
      case .save: open.append((position + 1, isAtStart))
      case .assertion(let assertion):
        open.append((position + 1, isAtStart || assertion == .textStart))
      case .match:
        anchored = anchored && isAtStart
        canBeEmpty = true
      }
    }
    firstBytes = canBeEmpty ? nil : bytes
    isAnchored = anchored
    asksForWords = code.contains {
      if case .assertion(let assertion) = $0 {
        return assertion == .wordBoundary || assertion == .notWordBoundary
      }
      return false
    }
  }
}

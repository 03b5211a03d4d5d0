/// A pattern as it was written.
indirect enum PatternNode: Sendable, Equatable {
  case empty
  case scalar(UInt32)
  case set(ScalarSet)
  case assertion(PatternAssertion)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// A group with its number, from 1.
  case group(PatternNode, Int)
  /// `most` nil is without limit.
  case repetition(PatternNode, least: Int, most: Int?, greedy: Bool)
}

/// What takes no character but must hold at a place.
enum PatternAssertion: Sendable, Equatable {
  /// `\A`, and `^` without flag m.
  case textStart
  /// `\Z`.
  case textEnd
  /// `$` without flag m: at the end, or before a line break that ends the text.
  case lastLineEnd
  case lineStart
  case lineEnd
  case wordBoundary
  case notWordBoundary
}

extension PatternNode {
  /// Whether the node can match nothing at all.
  var isNullable: Bool {
    switch self {
    case .empty, .assertion: true
    case .scalar, .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.isNullable)
    case .choice(let nodes): nodes.contains(where: \.isNullable)
    case .group(let node, _): node.isNullable
    case .repetition(let node, let least, _, _): least == 0 || node.isNullable
    }
  }

  /// The longest text found that is part of every match, as UTF-8; empty when none is known.
  var requiredLiteral: [UInt8] {
    var search = LiteralSearch()
    search.visit(self)
    search.end()
    return search.best
  }
}

/// Walks through what every match contains, in order, and keeps the longest run of characters.
private struct LiteralSearch {
  var best: [UInt8] = []
  var run: [UInt8] = []

  mutating func end() {
    if run.count > best.count { best = run }
    run = []
  }

  mutating func visit(_ node: PatternNode) {
    switch node {
    case .empty, .assertion: break
    case .scalar(let value):
      if let scalar = Unicode.Scalar(value) { run += Array(String(scalar).utf8) } else { end() }
    case .set, .choice: end()
    case .sequence(let nodes): for node in nodes { visit(node) }
    case .group(let node, _): visit(node)
    case .repetition(let node, let least, let most, _):
      if least == 1, most == 1 { return visit(node) }
      end()
      guard least > 0 else { return }
      visit(node)
      end()
    }
  }
}

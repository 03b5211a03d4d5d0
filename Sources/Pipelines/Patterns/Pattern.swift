/// A regular expression that is searched in time linear in the line's length.
///
/// The syntax is that of Python's `re`, as SageMaker's MetricDefinitions use it, with Perl's
/// priorities: leftmost, then what a backtracking search would find first. Look-around, back-
/// references, atomic groups and possessive repetition are refused, because they have no linear
/// search. `(?<name>...)` is accepted beside `(?P<name>...)`.
///
/// The search is Pike's virtual machine over Unicode scalars; a byte that is not valid UTF-8 counts
/// as one character that only `.` and negated classes match. Source: Cox, "Regular Expression
/// Matching: the Virtual Machine Approach", 2009.
package struct Pattern: Sendable {
  package let source: String
  /// Names of the named groups by their number.
  package let groupNames: [String: Int]
  let program: PatternProgram

  /// The longest pattern, in Unicode scalars: SageMaker's limit.
  package static let longestSource = 500
  /// What is searched of a line, in bytes; the rest of a longer line is as if it were not there.
  package static let longestLine = 65_536

  /// Compiles a pattern in the syntax of Python's `re`, without look-around and back-references.
  ///
  /// Refused besides: more than 500 characters, 100 groups or 50 nested groups, and counted
  /// repetitions that unfold to more than 20,000 instructions.
  package init(_ source: String) throws(PatternError) {
    var parser = PatternParser(source)
    let node = try parser.parse()
    self.source = source
    groupNames = parser.names
    program = try PatternProgram(node, groups: parser.groups)
  }

  /// The number of capturing groups, the whole match not counted.
  package var groupCount: Int { program.slots / 2 - 1 }

  /// The leftmost match in the first 64 KiB of a line; any bytes will do.
  package func firstMatch(in bytes: UnsafeBufferPointer<UInt8>) -> Match? {
    cost(of: bytes).match
  }

  package func firstMatch(in bytes: [UInt8]) -> Match? {
    bytes.withUnsafeBufferPointer { firstMatch(in: $0) }
  }

  package func firstMatch(in text: String) -> Match? {
    var text = text
    return text.withUTF8 { firstMatch(in: $0) }
  }

  /// The leftmost match and the instructions that finding it took; none if a filter ruled it out.
  package func cost(of bytes: UnsafeBufferPointer<UInt8>) -> (match: Match?, steps: Int) {
    let line = UnsafeBufferPointer(rebasing: bytes.prefix(Pattern.longestLine))
    guard program.mayMatch(line) else { return (nil, 0) }
    var machine = PatternMachine(program: program, line: line)
    let slots = machine.search()
    return (slots.map { Match(slots: $0, names: groupNames) }, machine.steps)
  }
}

extension Pattern: Hashable {
  package static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }

  package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Pattern {
  /// Where a match and its groups lie, as byte offsets in the line.
  package struct Match: Sendable, Equatable {
    /// Start and end of group n at 2n and 2n + 1, -1 for a group that took no part.
    let slots: [Int32]
    let names: [String: Int]

    /// The whole match.
    package var range: Range<Int> { Int(slots[0])..<Int(slots[1]) }

    /// The range of a group, nil when it took no part or does not exist; 0 is the whole match.
    package subscript(group: Int) -> Range<Int>? {
      guard group >= 0, group < slots.count / 2 else { return nil }
      let (start, end) = (slots[2 * group], slots[2 * group + 1])
      return start >= 0 && end >= start ? Int(start)..<Int(end) : nil
    }

    package subscript(name: String) -> Range<Int>? { names[name].flatMap { self[$0] } }
  }
}

/// Why a pattern was refused.
package struct PatternError: Error, Equatable {
  package let message: String
  /// Offset in the pattern, in Unicode scalars from 0.
  package let offset: Int
}

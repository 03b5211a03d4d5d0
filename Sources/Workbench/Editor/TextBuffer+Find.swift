/// What is searched for in a buffer.
package struct TextQuery: Sendable, Equatable {
  package let text: String
  /// A query in lower case finds any case.
  package let respectsCase: Bool
  private let wanted: [Character]
  private let bytes: [UInt8]

  package init(_ text: String, respectsCase: Bool? = nil) {
    self.text = text
    let respects = respectsCase ?? text.contains(where: \.isUppercase)
    self.respectsCase = respects
    wanted = Array(respects ? text : text.lowercased())
    bytes = Array((respects ? text : text.lowercased()).utf8)
  }

  /// Where it occurs in a line, by character columns; occurrences do not overlap.
  package func ranges(in line: String) -> [Range<Int>] {
    guard !wanted.isEmpty, mayOccur(in: line) else { return [] }
    let given = line.map { respectsCase ? $0 : Self.lower($0) }
    var found: [Range<Int>] = []
    var at = 0
    while at + wanted.count <= given.count {
      if given[at] == wanted[0], given[at..<(at + wanted.count)].elementsEqual(wanted) {
        found.append(at..<(at + wanted.count))
        at += wanted.count
      } else {
        at += 1
      }
    }
    return found
  }

  private static func lower(_ character: Character) -> Character {
    let lower = character.lowercased()
    return lower.count == 1 ? lower.first ?? character : character
  }

  /// A cheap look at the bytes, as most lines do not match.
  private func mayOccur(in line: String) -> Bool {
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return true }
    guard line.utf8.count >= bytes.count else { return false }
    let first = bytes[0]
    let upper = !respectsCase && (0x61...0x7A).contains(first) ? first - 0x20 : first
    return line.utf8.contains { $0 == first || $0 == upper }
  }
}

extension TextBuffer {
  /// Selects the next occurrence behind the cursor, or the one before it; false if there is none.
  ///
  /// Goes on at the other end of the text.
  package mutating func find(_ query: TextQuery, backward: Bool = false) -> Bool {
    let from = selection.map { backward ? $0.lowerBound : $0.upperBound } ?? cursor
    // The cursor's line is looked at twice: its far part first, its near part at the end.
    for step in 0...lines.count {
      let shift = backward ? lines.count - step : step
      let line = (from.line + shift) % lines.count
      let ranges = query.ranges(in: lines[line]).filter { range in
        switch (step, backward) {
        case (0, false): range.lowerBound >= from.column
        case (0, true): range.upperBound <= from.column
        default: true
        }
      }
      guard let range = backward ? ranges.last : ranges.first else { continue }
      history.close()
      anchor = Position(line: line, column: range.lowerBound)
      cursor = Position(line: line, column: range.upperBound)
      wantedCell = nil
      return true
    }
    return false
  }

  /// Replaces the selected occurrence, if one is selected, and goes to the next one.
  package mutating func replaceNext(_ query: TextQuery, with text: String) -> Bool {
    if let selection, selection.lowerBound.line == selection.upperBound.line,
      query.ranges(in: lines[selection.lowerBound.line])
        .contains(selection.lowerBound.column..<selection.upperBound.column)
    {
      replace(selection, with: text, kind: .other)
    }
    return find(query)
  }

  /// Replaces every occurrence, undone as one; returns how many there were.
  package mutating func replaceAll(_ query: TextQuery, with text: String) -> Int {
    var count = 0
    var first: Int?
    var last = 0
    var new = lines
    for (index, line) in lines.enumerated() {
      let ranges = query.ranges(in: line)
      guard !ranges.isEmpty else { continue }
      count += ranges.count
      first = first ?? index
      last = index
      let characters = Array(line)
      var made = ""
      var at = 0
      for range in ranges {
        made += String(characters[at..<range.lowerBound]) + text
        at = range.upperBound
      }
      new[index] = made + String(characters[at...])
    }
    guard let first else { return 0 }
    let replaced = new[first...last].flatMap {
      $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    change(first..<(last + 1), to: replaced, cursor: cursor, kind: .other)
    return count
  }
}

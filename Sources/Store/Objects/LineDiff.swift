/// What has to be removed from one text and added to make another, line by line.
///
/// The shortest such script (Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1,
/// 1986), up to 2000 edits between the first and the last line that differ; beyond that, everything in between is replaced.
package struct LineDiff: Sendable, Equatable {
  package enum Edit: Sendable, Equatable {
    case keep(String)
    case remove(String)
    case add(String)
  }

  /// From the first line to the last; removals stand before the additions that replace them.
  package let edits: [Edit]

  package init(from old: String, to new: String) {
    self.init(from: LineDiff.lines(of: old), to: LineDiff.lines(of: new))
  }

  package init(from old: [String], to new: [String]) {
    var prefix = 0
    while prefix < old.count, prefix < new.count, old[prefix] == new[prefix] { prefix += 1 }
    var suffix = 0
    while suffix < old.count - prefix, suffix < new.count - prefix,
      old[old.count - 1 - suffix] == new[new.count - 1 - suffix]
    {
      suffix += 1
    }
    let middle = LineDiff.script(
      Array(old[prefix..<(old.count - suffix)]),
      Array(new[prefix..<(new.count - suffix)])
    )
    edits =
      old[..<prefix].map { .keep($0) } + middle + old[(old.count - suffix)...].map { .keep($0) }
  }

  package var added: Int { edits.count { if case .add = $0 { true } else { false } } }
  package var removed: Int { edits.count { if case .remove = $0 { true } else { false } } }

  /// A text's lines; the empty text has none.
  private static func lines(of text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // A last line break ends a line and begins none.
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension LineDiff {
  /// The most edits that are searched for; memory grows with its square.
  private static let mostEdits = 2000

  /// The shortest script between two lists that neither begin nor end alike.
  private static func script(_ old: [String], _ new: [String]) -> [Edit] {
    guard !old.isEmpty, !new.isEmpty else {
      return old.map { .remove($0) } + new.map { .add($0) }
    }
    var numbers: [String: Int] = [:]
    func number(_ line: String) -> Int {
      if let known = numbers[line] { return known }
      numbers[line] = numbers.count
      return numbers.count - 1
    }
    let (a, b) = (old.map(number), new.map(number))
    guard let trace = trace(a, b) else {
      return old.map { .remove($0) } + new.map { .add($0) }
    }
    // Walked from the end: each row of the trace says from which diagonal its edit came.
    var edits: [Edit] = []
    var (x, y) = (a.count, b.count)
    for d in stride(from: trace.count - 1, through: 0, by: -1) {
      let row = trace[d]
      let k = x - y
      func reached(_ k: Int) -> Int { abs(k) > d - 1 || d == 0 ? -1 : row[(k + d - 1) / 2] }
      let isDown = d > 0 && (k == -d || (k != d && reached(k - 1) < reached(k + 1)))
      let from = d == 0 ? 0 : reached(isDown ? k + 1 : k - 1)
      let start = d == 0 ? (0, 0) : (from, from - (isDown ? k + 1 : k - 1))
      let edge = d == 0 ? (0, 0) : isDown ? (start.0, start.1 + 1) : (start.0 + 1, start.1)
      while x > edge.0, y > edge.1 {
        x -= 1
        y -= 1
        edits.append(.keep(old[x]))
      }
      if d > 0 { edits.append(isDown ? .add(new[start.1]) : .remove(old[start.0])) }
      (x, y) = start
    }
    return removalsFirst(edits.reversed())
  }

  /// For each number of edits, the furthest x on its diagonals before it; nil when there are too many.
  ///
  /// Row d holds the d diagonals -(d-1), -(d-3), ..., d-1 as they were after d - 1 edits.
  private static func trace(_ a: [Int], _ b: [Int]) -> [[Int]]? {
    let most = min(a.count + b.count, mostEdits)
    var trace: [[Int]] = []
    var row: [Int] = []
    for d in 0...most {
      trace.append(row)
      var next = Array(repeating: 0, count: d + 1)
      for (index, k) in stride(from: -d, through: d, by: 2).enumerated() {
        // `row[index - 1]` is the diagonal k - 1, `row[index]` the diagonal k + 1.
        var x = 0
        if d > 0 {
          if k == -d || (k != d && row[index - 1] < row[index]) {
            x = row[index]
          } else {
            x = row[index - 1] + 1
          }
        }
        var y = x - k
        while x < a.count, y < b.count, a[x] == b[y] {
          x += 1
          y += 1
        }
        next[index] = x
        if x >= a.count && y >= b.count { return trace }
      }
      row = next
    }
    return nil
  }

  private static func removalsFirst(_ edits: [Edit]) -> [Edit] {
    var ordered: [Edit] = []
    var added: [Edit] = []
    for edit in edits {
      switch edit {
      case .add: added.append(edit)
      case .remove: ordered.append(edit)
      case .keep:
        ordered += added
        added = []
        ordered.append(edit)
      }
    }
    return ordered + added
  }
}

extension LineDiff {
  /// The changed places with `context` lines around them, as `diff -u` prints them; empty when equal.
  package func unified(context: Int = 3) -> [String] {
    var lines: [String] = []
    var (oldLine, newLine) = (1, 1)
    var positions: [(old: Int, new: Int)] = []
    for edit in edits {
      positions.append((oldLine, newLine))
      switch edit {
      case .keep: (oldLine, newLine) = (oldLine + 1, newLine + 1)
      case .remove: oldLine += 1
      case .add: newLine += 1
      }
    }
    var index = 0
    while let first = edits[index...].firstIndex(where: { !$0.isKept }) {
      let start = max(index, first - context)
      var end = first
      // Changes whose contexts touch belong to one hunk.
      while let next = edits[end...].firstIndex(where: { !$0.isKept }), next - end <= 2 * context {
        end = next + 1
      }
      end = max(end, first + 1)
      let stop = min(edits.count, end + context)
      let hunk = edits[start..<stop]
      let oldCount = hunk.count { if case .add = $0 { false } else { true } }
      let newCount = hunk.count { if case .remove = $0 { false } else { true } }
      let position = positions[start]
      let oldStart = oldCount == 0 ? position.old - 1 : position.old
      let newStart = newCount == 0 ? position.new - 1 : position.new
      lines.append("@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@")
      lines += hunk.map(\.unified)
      index = stop
    }
    return lines
  }
}

extension LineDiff.Edit {
  fileprivate var isKept: Bool { if case .keep = self { true } else { false } }

  fileprivate var unified: String {
    switch self {
    case .keep(let line): " " + line
    case .remove(let line): "-" + line
    case .add(let line): "+" + line
    }
  }
}

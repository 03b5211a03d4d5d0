/// How well a typed query fits a candidate of the palette.
package struct FuzzyMatch: Sendable, Equatable {
  /// Higher is better; comparable between candidates of one query only.
  package let score: Int
  /// The matched characters of the candidate, by their offset.
  package let positions: [Int]

  /// Nil unless all characters of the query occur in the candidate in their order.
  ///
  /// Case is ignored and blanks in the query are skipped. The best alignment is found by dynamic
  /// programming as in Smith and Waterman's local alignment: matches at the start, after a separator
  /// or at a camel-case hump and runs of consecutive matches score more, gaps cost.
  /// A candidate counts with its first 256 characters, a query with its first 64.
  package init?(_ query: String, in candidate: String) {
    let wanted = Array(query.lowercased().filter { !$0.isWhitespace }.prefix(64))
    guard !wanted.isEmpty else {
      (score, positions) = (0, [])
      return
    }
    let given = Array(candidate.prefix(256))
    let lower = given.map { Character($0.lowercased().first.map(String.init) ?? " ") }
    guard Self.contains(wanted, in: lower) else { return nil }

    let none = Int.min / 2
    let columns = lower.count
    // best[i][j]: query[0...i] matched with query[i] at j; back[i][j]: where query[i - 1] was.
    var best = Array(repeating: Array(repeating: none, count: columns), count: wanted.count)
    var back = Array(repeating: Array(repeating: -1, count: columns), count: wanted.count)
    for (row, character) in wanted.enumerated() {
      var reachable = none
      var reachableAt = -1
      for column in 0..<columns {
        if row > 0, column > 1, best[row - 1][column - 2] > none {
          // One more character of a gap costs 1.
          if best[row - 1][column - 2] - 2 > reachable - 1 {
            (reachable, reachableAt) = (best[row - 1][column - 2] - 2, column - 2)
          } else {
            reachable -= 1
          }
        } else if reachable > none {
          reachable -= 1
        }
        guard lower[column] == character else { continue }
        let bonus = 16 + Self.bonus(at: column, in: given)
        guard row > 0 else {
          best[row][column] = bonus - min(column, 8)
          continue
        }
        let adjacent = column > 0 ? best[row - 1][column - 1] + 12 : none
        let (value, from) =
          adjacent >= reachable ? (adjacent, column - 1) : (reachable, reachableAt)
        guard value > none else { continue }
        best[row][column] = value + bonus
        back[row][column] = from
      }
    }
    let last = best[wanted.count - 1]
    guard let end = last.indices.max(by: { last[$0] < last[$1] }), last[end] > none else {
      return nil
    }
    var places: [Int] = []
    var column = end
    for row in stride(from: wanted.count - 1, through: 0, by: -1) {
      places.append(column)
      column = back[row][column]
    }
    // Of two equal matches the shorter candidate is meant.
    score = last[end] * 8 - min(columns, 256) / 8
    positions = places.reversed()
  }

  private static func contains(_ wanted: [Character], in given: [Character]) -> Bool {
    var next = 0
    for character in given where next < wanted.count && character == wanted[next] { next += 1 }
    return next == wanted.count
  }

  private static func bonus(at index: Int, in text: [Character]) -> Int {
    guard index > 0 else { return 12 }
    let before = text[index - 1]
    if !before.isWordPart || before == "_" { return 10 }
    if before.isLowercase, text[index].isUppercase { return 8 }
    return 0
  }
}

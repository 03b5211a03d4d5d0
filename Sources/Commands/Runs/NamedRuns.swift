import Documents
import Foundation
package import Store

/// What one word of a command names: a run, or a sweep as a whole.
package enum NamedRuns: Sendable, Equatable {
  case run(RunRecord)
  case sweep(SweepRecord)

  package var shortName: String {
    switch self {
    case .run(let run): run.shortName
    case .sweep(let sweep): sweep.shortName
    }
  }
}

extension String {
  /// The numbers of a range of runs such as `r3..r7`, both ends included; nil where the text has no such form.
  package var runRange: ClosedRange<Int>? {
    let ends = components(separatedBy: "..").map { end in
      let digits = end.hasPrefix("r") ? end.dropFirst() : end[...]
      return digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
    }
    guard ends.count == 2, hasPrefix("r"), let first = ends[0], let last = ends[1], first <= last
    else { return nil }
    return first...last
  }
}

extension Catalog {
  /// What some words name, each once; a range such as `r3..r7` is those of its runs that there are.
  ///
  /// Throws an `Explanation` where one of them names nothing.
  package func named(_ words: [String]) throws -> [NamedRuns] {
    var all: [NamedRuns] = []
    for word in words {
      if let sweep = try sweep(named: word) {
        all.append(.sweep(sweep))
      } else if let range = word.runRange, (try? run(named: word)) == nil {
        let found = try runs(in: range)
        guard !found.isEmpty else {
          throw Explanation(
            what: "There is no run in \(word).",
            why: try runs(limit: 1).first.map { "The newest run is \($0.shortName)." }
              ?? "Nothing has been run in this home yet.",
            next: "'lathe runs' lists the runs."
          )
        }
        all += found.map(NamedRuns.run)
      } else {
        all.append(.run(try run(named: word)))
      }
    }
    var seen: Set<String> = []
    return all.filter { seen.insert($0.shortName).inserted }
  }
}

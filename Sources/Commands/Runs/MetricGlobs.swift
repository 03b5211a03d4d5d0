import Documents
import Engine
import Glibc
import Pipelines
import Series
import Store

extension String {
  /// Whether a word stands for several metrics, such as `val/*`.
  package var isGlob: Bool { contains { "*?[".contains($0) } }

  /// Whether a glob matches the whole of a name; `*` passes slashes as well.
  package func matches(_ name: String) -> Bool { fnmatch(self, name, 0) == 0 }
}

extension [String] {
  /// Words of which globs stand for the names that they match, the most important ones first.
  ///
  /// `steps` are the metrics of each step of some runs. A name of several steps is meant once; one that a
  /// glob matches only with its step before it keeps that. Throws a glob that matches nothing.
  package func expanded(_ steps: [(step: String, names: [String])]) throws(NoMatch) -> [String] {
    var all: [String] = []
    for word in self {
      let full = steps.flatMap { step in step.names.map { "\(step.step)/\($0)" } }
      // A name may have brackets and stars itself, with its step before it as well.
      let isName = full.contains(word) || steps.contains { $0.names.contains(word) }
      guard word.isGlob, !isName else {
        all.append(word)
        continue
      }
      let plain = steps.flatMap(\.names).filter { word.matches($0) }
      let found = plain.isEmpty ? full.filter { word.matches($0) } : plain
      guard !found.isEmpty else { throw NoMatch(glob: word) }
      all += found.byImportance { $0 }
    }
    var seen: Set<String> = []
    return all.filter { seen.insert($0).inserted }
  }
}

/// A glob that matches no metric.
package struct NoMatch: Error, Equatable {
  package let glob: String

  package init(glob: String) { self.glob = glob }
}

extension Session {
  /// Names of metrics, where globs stand for those that match in the runs that some texts mean.
  func expanded(_ words: [String], of texts: [String]) throws -> [String] {
    guard words.contains(where: \.isGlob) else { return words }
    let runs = try texts.flatMap { text in
      if let sweep = try catalog.sweep(named: text) {
        let begun = try catalog.bestRuns(ofSweep: sweep.id, limit: 12)
        guard !begun.isEmpty else { throw sweep.hasNotBegun }
        return begun
      }
      return [try catalog.run(named: text)]
    }
    guard let first = runs.first else { return words }
    let steps = try runs.prefix(12).flatMap { run in
      try readers(of: run).map { (step: $0.step.name, names: $0.reader.names) }
    }
    do {
      return try words.expanded(steps)
    } catch {
      var seen: Set<String> = []
      let names = steps.flatMap(\.names).filter { seen.insert($0).inserted }
      let reason = LoggedMetric.missing(error.glob, of: first, names: names)
      throw Explanation(
        what: "No metric of \(runs.count == 1 ? first.shortName : "these runs") matches "
          + "'\(error.glob)'.",
        why: reason.why,
        next: "'lathe metrics \(first.shortName)' lists them."
      )
    }
  }
}

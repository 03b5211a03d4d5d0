/// How much a metric tells about a run, judged by its name: less is more important.
///
/// A loss before a score or an error before what tells nothing; of each validation before test before
/// what names no split before training; of these the plain one ("val/loss") before a part of it
/// ("val/box_loss"). It decides which metric is a run's main one where none is declared, and the order
/// of names in grids and tables.
package struct MetricImportance: Sendable, Hashable, Comparable {
  private let rank: Int

  package init(_ name: String) {
    // What Lathe samples of the machine is nobody's result.
    guard !name.isSampledMetric else {
      rank = 200
      return
    }
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let split = words.lazy.compactMap { Self.splits[$0] }.first ?? 2
    let rest = words.filter { Self.splits[$0] == nil && !Self.fillers.contains($0) }
    let kind: Int
    if rest.last.map(Self.losses.contains) == true {
      kind = 0
    } else {
      kind = Goal.guessed(for: name) == nil ? 2 : 1
    }
    // What cannot be judged keeps the order in which it was logged, whatever its split.
    rank = kind == 2 ? 100 : kind * 10 + split * 2 + (rest.count > 1 ? 1 : 0)
  }

  package static func < (left: MetricImportance, right: MetricImportance) -> Bool {
    left.rank < right.rank
  }

  private static let splits = [
    "val": 0, "valid": 0, "validation": 0, "eval": 0, "evaluation": 0, "dev": 0, "test": 1,
    "testing": 1, "train": 3, "training": 3,
  ]
  private static let losses: Set<String> = ["loss", "nll", "perplexity", "ppl"]
  private static let fillers: Set<String> = ["epoch", "step", "total", "mean", "avg"]
}

extension Sequence {
  /// The elements by their names' importance, those of the same importance in their order.
  package func byImportance(of name: (Element) -> String) -> [Element] {
    let all = Array(self)
    guard all.count > 1 else { return all }
    return all.enumerated().map { (MetricImportance(name($0.element)), $0.offset, $0.element) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
      .map { $0.2 }
  }
}

extension String {
  /// Whether a name stands before another one where the numbers in both count as such: "layers/2" before
  /// "layers/10".
  package func isNaturallyBefore(_ other: String) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    var (left, right) = (utf8[...], other.utf8[...])
    while let a = left.first, let b = right.first {
      if isDigit(a), isDigit(b) {
        let (first, second) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
        (left, right) = (left[first.endIndex...], right[second.endIndex...])
        // Without zeros in front the longer number is the greater one, whatever its length.
        let number = first.drop { $0 == 0x30 }
        let next = second.drop { $0 == 0x30 }
        if number.count != next.count { return number.count < next.count }
        if !number.elementsEqual(next) { return number.lexicographicallyPrecedes(next) }
      } else if a != b {
        return a < b
      } else {
        (left, right) = (left.dropFirst(), right.dropFirst())
      }
    }
    // "a/07" and "a/7" are two names.
    return left.isEmpty == right.isEmpty ? self < other : left.isEmpty
  }

  /// How the names begin of what Lathe samples of every step itself; their x are seconds.
  package static let sampledMetricPrefix = "system/"

  package var isSampledMetric: Bool { hasPrefix(String.sampledMetricPrefix) }
}

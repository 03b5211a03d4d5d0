import Pipelines

/// Metrics that share an axis: `val_loss` and `train_loss`, told by their names.
struct MetricGroup: Sendable, Equatable {
  /// What the names share: "loss".
  var key: String
  /// The one that the others are seen against first.
  var names: [String]

  var primary: String { names.first ?? key }

  /// The groups of metrics that come by importance; the main metric's group first, and it first in
  /// that.
  fileprivate static func groups(of names: [String], main: String?) -> [MetricGroup] {
    var groups: [MetricGroup] = []
    for name in names {
      let key = unit(of: name)
      if let index = groups.firstIndex(where: { $0.key == key }) {
        if !groups[index].names.contains(name) { groups[index].names.append(name) }
      } else {
        groups.append(MetricGroup(key: key, names: [name]))
      }
    }
    for index in groups.indices {
      groups[index].names = stableSort(groups[index].names) { $0 == main ? 0 : 1 }
    }
    return stableSort(groups) { main.map($0.names.contains) == true ? 0 : 1 }
  }

  /// A metric's name without the words that only say on which split it was measured.
  static func unit(of name: String) -> String {
    let words = parts(of: name)
    let rest = words.indices.filter { !isSplit(words, $0) }.map { words[$0] }
    return rest.isEmpty ? words.joined(separator: "_") : rest.joined(separator: "_")
  }

  /// The words of a name that say on which split it was measured.
  static func split(of name: String) -> [String] {
    let words = parts(of: name)
    return words.indices.filter { isSplit(words, $0) }.map { words[$0] }
  }

  /// What parts the words of a name: "/_" of "val/box_loss".
  static func separators(of name: String) -> String { name.filter(isSeparator) }

  /// What names begin with, without such words: "model/" of "model/val/".
  static func withoutSplits(_ prefix: String) -> String {
    prefix.split(separator: "/").compactMap { folder in
      guard !split(of: String(folder)).isEmpty else { return folder + "/" }
      let words = folder.split(whereSeparator: isSeparator)
      let lowered = words.map { $0.lowercased() }
      let rest = words.indices.filter { !isSplit(lowered, $0) }.map { words[$0] }
        .joined(separator: "_")
      return rest.isEmpty ? nil : rest + "/"
    }.joined()
  }

  private static let splits: Set<String> = [
    "train", "training", "val", "valid", "validation", "test", "testing", "eval", "evaluation",
    "dev",
  ]

  /// "dev" behind "std" is a deviation and no split.
  private static func isSplit(_ words: [String], _ index: Int) -> Bool {
    guard splits.contains(words[index]) else { return false }
    return words[index] != "dev" || index == 0 || words[index - 1] != "std"
  }

  private static func isSeparator(_ character: Character) -> Bool {
    "_-/.: ".contains(character)
  }

  private static func parts(of name: String) -> [String] {
    name.lowercased().split(whereSeparator: isSeparator).map(String.init)
  }

  private static func stableSort<Element>(
    _ elements: [Element],
    by rank: (Element) -> Int
  ) -> [Element] {
    elements.enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }
}

/// The names of a step's metrics in the order in which they are shown.
///
/// Made anew only when a name is added: a run's view reads it with every frame and every point.
struct MetricOrder: Sendable, Equatable {
  private(set) var groups: [MetricGroup] = []
  /// By importance, each with the goal that its name tells.
  private(set) var ordered: [(name: String, goal: Goal?)] = []
  private var names: [String] = []
  private var main: String?

  static func == (left: MetricOrder, right: MetricOrder) -> Bool {
    left.names == right.names && left.main == right.main
  }

  /// - Parameters:
  ///   - names: in the order in which they were logged first.
  ///   - main: the run's main metric, where it has one.
  mutating func refresh(_ names: [String], main: String?) {
    guard names != self.names || main != self.main else { return }
    self.names = names
    self.main = main
    ordered = names.byImportance(of: { $0 }).map { ($0, Goal.guessed(for: $0)) }
    groups = MetricGroup.groups(of: ordered.map(\.name), main: main)
  }
}

import Pipelines

/// Metrics that share an axis: `val_loss` and `train_loss`, told by their names.
struct MetricGroup: Sendable, Equatable {
  /// What the names share: "loss".
  var key: String
  /// The one that the others are seen against first.
  var names: [String]

  var primary: String { names.first ?? key }

  /// The groups of metrics, by importance; the main metric's group first, and it first in that.
  static func groups(of names: [String], main: String?) -> [MetricGroup] {
    var groups: [MetricGroup] = []
    for name in names.byImportance(of: { $0 }) {
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
    let rest = words.filter { !splits.contains($0) }
    return rest.isEmpty ? words.joined(separator: "_") : rest.joined(separator: "_")
  }

  private static let splits: Set<String> = [
    "train", "training", "val", "valid", "validation", "test", "testing", "eval", "dev",
  ]

  private static func parts(of name: String) -> [String] {
    name.lowercased().split { "_-/.: ".contains($0) }.map(String.init)
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

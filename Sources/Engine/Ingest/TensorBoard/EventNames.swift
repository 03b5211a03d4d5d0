/// Names the metrics of TensorBoard event files by the folders that these lie in.
///
/// TensorBoard tells runs apart by folder; in Lathe, all belong to one step. A folder called `train`,
/// `validation` or the like is part of the metric's name (`train/loss`, as Keras writes them). Of other
/// folders the first one adds nothing, and each further one its own name, so that no two curves
/// become one. The folder that `add_hparams` makes, a number, adds nothing either.
struct EventNames {
  private static let splits: Set<String> = [
    "train", "training", "val", "valid", "validation", "test", "testing", "eval", "dev",
  ]

  /// What each folder adds, by its path from the step's work folder.
  private(set) var prefixes: [String: String] = [:]
  private var hasPlain = false

  /// Asks for folders in the order in which their first files were made.
  mutating func prefix(of folder: String) -> String {
    if let known = prefixes[folder] { return known }
    let parts = folder.split(separator: "/").map(String.init)
    let split = parts.filter { Self.splits.contains($0.lowercased()) }.joined(separator: "/")
    var prefix = split.isEmpty ? "" : split + "/"
    if split.isEmpty, let last = parts.last, Double(last) == nil {
      if hasPlain { prefix = unused(last) }
      hasPlain = true
    }
    prefixes[folder] = prefix
    return prefix
  }

  private func unused(_ name: String) -> String {
    var prefix = name + "/"
    var number = 2
    while prefixes.values.contains(prefix) {
      prefix = "\(name)-\(number)/"
      number += 1
    }
    return prefix
  }
}

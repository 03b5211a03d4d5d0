extension Goal {
  private static let lower = [
    "loss", "error", "err", "mse", "rmse", "mae", "mape", "nll", "perplexity", "ppl", "wer", "cer",
  ]
  private static let higher = [
    "acc", "accuracy", "auc", "f1", "precision", "recall", "score", "r2", "bleu", "map", "iou",
    "dice", "reward", "return",
  ]

  /// The direction that a metric of this name usually is better in; nil for one that tells nothing.
  package static func guessed(for name: String) -> Goal? {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.suffix(3)
    if words.contains(where: { lower.contains(String($0)) }) { return .min }
    return words.contains { higher.contains(String($0)) } ? .max : nil
  }
}

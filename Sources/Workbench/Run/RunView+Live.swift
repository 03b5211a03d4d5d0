import Pipelines
import Store
import Terminal

extension RunView {
  /// What x counts: the word before the step in the metric's pattern, "epoch"; else "step".
  func stepWord(_ facts: RunFacts, _ context: Context) -> SafeText {
    facts.stepWord(of: sources.metricStep, in: pipeline(context)?.pipeline)
  }
}

extension MetricDefinition {
  /// "epoch" of `epoch (?P<step>\d+)`; nil where the word is none that is known to count steps.
  var stepWord: SafeText? {
    guard let source = pattern?.source,
      let end = ["(?P<step>", "(?<step>"].lazy.compactMap({ source.firstRange(of: $0) }).first
    else { return nil }
    let words = source[..<end.lowerBound].lowercased().split { !$0.isLetter }
    let known: [String: SafeText] = [
      "epoch": "epoch", "epochs": "epoch", "step": "step", "iteration": "step",
      "iter": "step", "batch": "batch", "round": "round", "episode": "episode",
    ]
    // The escapes of blanks, as in `epoch\s*=\s*`, leave words of one letter.
    return words.last { $0.count > 1 }.flatMap { known[String($0)] }
  }
}

extension RunFacts {
  /// The word before the step in a metric's pattern; else "epoch" where a parameter says how many of
  /// them there will be and the step can count them, else "step".
  func stepWord(of step: String?, in pipeline: Pipeline?) -> SafeText {
    let declared = step.flatMap { pipeline?.step($0)?.process?.metrics } ?? []
    return declared.lazy.compactMap(\.stepWord).first
      ?? (step.map(mayCountEpochs) == true ? "epoch" : "step")
  }

  /// Whether the x of a step's metrics may be epochs: a parameter says how many there are, no x lies beyond,
  /// and there are several.
  private func mayCountEpochs(_ step: String) -> Bool {
    guard case .integer(let all)? = run.parameters["epochs"] else { return false }
    let own = stepped(step)
    return own.contains { $0.count > 1 } && own.allSatisfy { $0.greatestStep <= Double(all) }
  }

  /// How far a step has come by its metrics' x: "epoch 27/40", "step 27"; nil before the first point.
  ///
  /// Of a single point nobody knows of what it is a part.
  func progress(of step: String, counting word: SafeText) -> SafeText? {
    let own = stepped(step)
    guard let last = own.map(\.lastStep).max(), last.isFinite, abs(last) < 1e15 else { return nil }
    let at = Int(last)
    let totals = ["epoch": ["epochs"], "step": ["max_steps", "steps"]][word.string] ?? []
    for name in totals where own.contains(where: { $0.count > 1 }) {
      guard case .integer(let all)? = run.parameters[name], all >= at else { continue }
      return "\(word) \(at)/\(all)"
    }
    return "\(word) \(at)"
  }

  /// A step's metrics that have steps: the x of what is sampled of the machine is its seconds.
  private func stepped(_ step: String) -> [MetricSummary] {
    metrics.filter { $0.step == step && $0.count > 0 && !$0.name.isSampledMetric }
  }
}

extension MetricSummary {
  /// As far as it is known: the last x, and those of both extremes.
  fileprivate var greatestStep: Double {
    [lastStep, minStep, maxStep].filter(\.isFinite).max() ?? .infinity
  }
}

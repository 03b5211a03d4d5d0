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
  /// them there will be, else "step".
  func stepWord(of step: String?, in pipeline: Pipeline?) -> SafeText {
    let declared = step.flatMap { pipeline?.step($0)?.process?.metrics } ?? []
    let counted: SafeText = run.parameters["epochs"] == nil ? "step" : "epoch"
    return declared.lazy.compactMap(\.stepWord).first ?? counted
  }
}

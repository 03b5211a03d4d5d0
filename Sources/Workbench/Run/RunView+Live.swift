import Curves
import Pipelines
import Series
import Store
import Terminal

extension RunView {
  /// What the table shows of the drawn step's curves until the step's own figures are recorded.
  ///
  /// Goals and the main metric come from the pipeline as it is on disk, else from the parent run.
  func liveMetrics(_ facts: RunFacts, _ context: Context) -> [MetricSummary] {
    guard facts.run.status.isActive, let step = sources.metricStep,
      !facts.metrics.contains(where: { $0.step == step })
    else { return [] }
    let declared = pipeline(context)?.pipeline?.step(step)?.process?.metrics ?? []
    let logged = Dictionary(
      metricFacts(context).map { ($0.name, $0.summary) },
      uniquingKeysWith: { first, _ in first }
    )
    let order = curves.order.ordered
    // Where nothing is declared, what the run will be judged by.
    let main = facts.run.mainMetric ?? order.first.flatMap { $0.goal == nil ? nil : $0.name }
    return order.compactMap { named in
      guard let summary = logged[named.name] else { return nil }
      let definition = declared.first { $0.name == named.name }
      let old = facts.parentMetrics.first { $0.step == step && $0.name == named.name }
      return MetricSummary(
        run: run,
        step: step,
        name: named.name,
        goal: definition?.goal ?? old?.goal ?? named.goal,
        isMain: definition?.isMain ?? (named.name == main),
        summary: summary
      )
    }
  }

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
      "epoch": "epoch", "epochs": "epoch", "step": "step", "iteration": "iteration",
      "iter": "iteration", "batch": "batch", "round": "round", "episode": "episode",
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

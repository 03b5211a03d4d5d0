import Pipelines
import Series
import Store

/// What an attempt has logged in all, for its exit record.
struct Logged {
  /// Of every name, declared ones first, then those that the run may be judged by.
  var metrics: [MetricSummary] = []
  /// Up to 32 values over the main metric.
  var sparkline: [Double] = []
  var params: [String: String] = [:]
  var summary: [String: FactValue] = [:]
  /// Name to path, absolute or relative to the work folder.
  var artifacts: [String: String] = [:]

  init() {}

  init(_ sink: borrowing MetricSink, _ spec: AttemptSpec) {
    params = sink.facts.params
    summary = sink.facts.summary
    artifacts = sink.facts.artifacts
    var ids: [String: Int] = [:]
    for (id, name) in sink.names.enumerated() { ids[name] = id }
    // What is looked for in any command's lines is no more important than what it logs otherwise.
    let declared = spec.metrics.filter { $0.isGuess != true }
    let own = Set(declared.map(\.name))
    let guesses = Dictionary(spec.metrics.map { ($0.name, $0) }) { first, _ in first }
    let ranked = sink.names.filter { !own.contains($0) }.byImportance { $0 }.map { name in
      guesses[name]
        ?? AttemptSpec.Metric(name: name, regex: nil, goal: Goal.guessed(for: name), isMain: false)
    }
    var main: Int?
    for metric in declared + ranked {
      guard let id = ids[metric.name], let summary = sink.summary(of: id) else { continue }
      let isOwn = !metric.name.hasPrefix(Sampler.prefix)
      if main == nil && isOwn || metric.isMain { main = id }
      metrics.append(
        MetricSummary(
          run: spec.run,
          step: spec.step,
          name: metric.name,
          goal: metric.goal,
          isMain: metric.isMain,
          summary: summary
        )
      )
    }
    if let main { sparkline = sink.sparkline(of: main, 32).filter(\.isFinite) }
  }
}

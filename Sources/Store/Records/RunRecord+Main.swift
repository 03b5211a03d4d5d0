import Pipelines

extension RunRecord {
  /// Which of the run's metrics it is judged by: the one decision for lists, plots, tables and screens.
  ///
  /// That is the run's main metric; where several steps have logged it, that of the step whose figures
  /// the run has, else the last one. Where nothing is declared and no step has ended yet, and where the
  /// run has ended without it, it is the most important one that has a goal. `metrics` are the run's own,
  /// in the order of its steps.
  package func judged(by metrics: [MetricSummary]) -> MetricSummary? {
    let isMissing = !status.isActive && !metrics.contains { $0.name == mainMetric }
    guard let name = mainMetric, !isMissing else {
      return metrics.filter { $0.goal != nil }.byImportance(of: \.name).first
    }
    let named = metrics.filter { $0.name == name }
    let marked = named.filter(\.isMain)
    let candidates = marked.isEmpty ? named : marked
    // The run has no figure where the step's is not finite.
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    let hasFigures = mainLast != nil || mainBest != nil
    let taken = candidates.last { metric in
      hasFigures && finite(metric.last) == mainLast && finite(metric.best.value) == mainBest
    }
    return taken ?? candidates.last
  }

  /// The run's metrics with the one that it is judged by first, and marked alone.
  package func ordered(_ metrics: [MetricSummary]) -> [MetricSummary] {
    let judged = judged(by: metrics)
    func isMain(_ metric: MetricSummary) -> Bool {
      metric.name == judged?.name && metric.step == judged?.step
    }
    let all = metrics.map { metric in
      var metric = metric
      metric.isMain = isMain(metric)
      return metric
    }
    return all.filter(\.isMain) + all.filter { !$0.isMain }
  }
}

package import Pipelines
package import Series

extension MetricSummary {
  /// What a metric's points add up to; extremes are NaN where no value is finite.
  package init(
    run: Int,
    step: String,
    name: String,
    goal: Goal?,
    isMain: Bool,
    summary: SeriesSummary
  ) {
    self.init(
      run: run,
      step: step,
      name: name,
      goal: goal,
      isMain: isMain,
      count: summary.count,
      last: summary.last,
      lastStep: summary.lastStep,
      min: summary.min ?? .nan,
      minStep: summary.minStep ?? .nan,
      max: summary.max ?? .nan,
      maxStep: summary.maxStep ?? .nan
    )
  }
}

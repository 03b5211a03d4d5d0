package import Curves
import Engine
package import Pipelines
import Series
package import Store
import Terminal

/// What is told of one metric of a run, from its points; of one without points from the catalog.
package struct MetricRow: Sendable, Equatable {
  package var step: String
  package var name: String
  package var goal: Goal?
  package var isMain: Bool
  package var count: Int
  /// Nil where only the catalog knows the metric.
  package var finiteCount: Int?
  package var last: Double
  package var lastStep: Double
  package var min: Extreme?
  package var max: Extreme?
  package var sparkline: [Double]

  /// A value and the step that it was logged at.
  package struct Extreme: Sendable, Equatable {
    var value: Double
    var step: Double
  }

  package init(_ facts: MetricFacts, step: String, declared: MetricSummary?) {
    let summary = facts.summary
    self.step = step
    name = facts.name
    goal = declared?.goal
    isMain = declared?.isMain ?? false
    count = summary.count
    finiteCount = summary.finiteCount
    last = summary.last
    lastStep = summary.lastStep
    min = summary.min.map { Extreme(value: $0, step: summary.minStep ?? .nan) }
    max = summary.max.map { Extreme(value: $0, step: summary.maxStep ?? .nan) }
    sparkline = facts.sparkline
  }

  package init(_ summary: MetricSummary) {
    step = summary.step
    name = summary.name
    goal = summary.goal
    isMain = summary.isMain
    count = summary.count
    finiteCount = nil
    last = summary.last
    lastStep = summary.lastStep
    min = summary.min.isFinite ? Extreme(value: summary.min, step: summary.minStep) : nil
    max = summary.max.isFinite ? Extreme(value: summary.max, step: summary.maxStep) : nil
    sparkline = []
  }

  /// The best value by the goal; the last one without a goal.
  private var best: Extreme? {
    switch goal {
    case .min: min
    case .max: max
    case nil: Extreme(value: last, step: lastStep)
    }
  }

  package var json: JSON {
    [
      "step": JSON(step), "name": JSON(name), "goal": JSON(goal?.rawValue), "main": JSON(isMain),
      "count": JSON(count), "last": JSON(last), "last_step": JSON(lastStep),
      "best": JSON(best?.value), "best_step": JSON(best?.step), "min": JSON(min?.value),
      "min_step": JSON(min?.step), "max": JSON(max?.value), "max_step": JSON(max?.step),
      "not_finite": JSON(finiteCount.map { count - $0 }),
      "sparkline": .array(sparkline.map { .number($0) }),
    ]
  }
}

/// The metrics of a run, a row each.
package enum MetricTable {
  package static func lines(_ rows: [MetricRow], width: Int?) -> [Line] {
    let cells = rows.map { row -> [Line] in
      let odd = row.finiteCount.map { row.count - $0 } ?? 0
      return [
        Line(SafeText(hostile: row.name), row.isMain ? .bold : .normal),
        Line(SafeText(hostile: row.step), .dim),
        Line("\(figureText(row.last, of: row.name))"),
        extreme(row.min, of: row, isBest: row.goal == .min),
        extreme(row.max, of: row, isBest: row.goal == .max),
        Line(SafeText(hostile: countText(row.count)), .dim),
        Line(SafeText(hostile: odd > 0 ? countText(odd) : ""), .bad),
        Line("\(sparkText(row.sparkline, width: 16))", .running),
      ]
    }
    let columns: [Table.Column] = [
      .init("metric", least: 10), .init("step", rank: 3, least: 6), .init("last", right: true),
      .init("min"), .init("max", rank: 1), .init("points", right: true, rank: 2),
      .init("not finite", right: true, rank: 1), .init("curve", rank: 4),
    ]
    return Table(columns, cells).lines(width: width)
  }

  private static func extreme(
    _ point: MetricRow.Extreme?,
    of row: MetricRow,
    isBest: Bool
  ) -> Line {
    guard let point else { return Line() }
    return Line("\(figureText(point.value, of: row.name))", isBest ? .bold : .normal)
      + Line(" @\(stepFigure(point.step, of: row.name))", .dim)
  }
}

extension Session {
  /// Every metric that a run has logged, declared or not: the main one first, then by importance.
  func metricRows(of run: RunRecord) throws -> [MetricRow] {
    var live = LiveMetrics(catalog)
    var declared = try live.metrics(of: run)
    var source = CurveSource()
    var rows: [MetricRow] = []
    for step in try catalog.steps(of: run.id) where step.logAttempt > 0 {
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
      let known = Dictionary(
        declared.filter { $0.step == step.name }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
      )
      let facts = try source.metrics(folder)
      rows += facts.map { MetricRow($0, step: step.name, declared: known[$0.name]) }
      let seen = Set(facts.map(\.name))
      declared.removeAll { $0.step == step.name && seen.contains($0.name) }
    }
    rows = (rows + declared.map(MetricRow.init)).byImportance(of: \.name)
    return rows.filter(\.isMain) + rows.filter { !$0.isMain }
  }
}

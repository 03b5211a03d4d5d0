import Curves
import Terminal

/// Which metrics share a chart.
struct ChartOverlays: Sendable, Equatable {
  /// Whether metrics whose names differ only in the split share one: train/loss and val/loss.
  var isPaired = false
  /// What was laid over a chart by hand.
  private var added: [ChartItem.ID: [ChartItem.ID]] = [:]
  /// What was taken out of its pair by hand: it stands alone, whichever metric the others' chart is
  /// named by.
  private var dropped: Set<ChartItem.ID> = []

  /// As many as have a line style of their own.
  static let mostMetrics = 6

  /// Of so many charts whose names differ in splits and separators alone each may get its pair.
  private static let mostAlike = 16

  /// Names that differ only in their splits.
  private struct Pair: Hashable {
    var step: String
    var unit: String
  }

  /// The charts of metrics that come by their groups.
  func charts(of items: [ChartItem]) -> [ChartItem] {
    var charts = isPaired ? paired(items) : items
    guard !added.isEmpty else { return charts }
    let known = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for index in charts.indices {
      for id in charts[index].metrics.flatMap({ added[$0] ?? [] }) {
        let isRoom = charts[index].metrics.count < Self.mostMetrics
        guard isRoom, !charts[index].metrics.contains(id), let item = known[id] else { continue }
        charts[index].join(item)
      }
    }
    return charts
  }

  private func paired(_ items: [ChartItem]) -> [ChartItem] {
    var charts: [ChartItem] = []
    var places: [Pair: [Int]] = [:]
    for item in items {
      let pair = Pair(step: item.id.step, unit: MetricGroup.unit(of: item.id.name))
      let fitting = (places[pair] ?? []).filter { goesWith(charts[$0], item) }
      let separators = MetricGroup.separators(of: item.id.name)
      // Of several charts the one whose name is written alike: val_loss goes with train_loss.
      let alike = fitting.first { MetricGroup.separators(of: charts[$0].id.name) == separators }
      if let place = alike ?? fitting.first {
        charts[place].pair(with: item)
      } else {
        let count = places[pair]?.count ?? 0
        if count < Self.mostAlike { places[pair, default: []].append(charts.count) }
        charts.append(item)
      }
    }
    var steps: [String: Int] = [:]
    // Those of steps without a curve stand behind all others, as they do here.
    for item in items where steps[item.id.step] == nil { steps[item.id.step] = steps.count }
    return ChartItems.grouped(charts) { steps[$0] ?? 0 }
  }

  /// Whether a metric is another split's of what a chart shows.
  private func goesWith(_ chart: ChartItem, _ item: ChartItem) -> Bool {
    guard !dropped.contains(item.id), !dropped.contains(chart.id) else { return false }
    let split = MetricGroup.split(of: item.id.name)
    return chart.metrics.count < Self.mostMetrics
      && !chart.metrics.contains { MetricGroup.split(of: $0.name) == split }
  }

  /// Whether any metrics differ only in their splits.
  static func hasPairs(_ items: [ChartItem]) -> Bool {
    var overlays = ChartOverlays()
    overlays.isPaired = true
    return overlays.charts(of: items).count < items.count
  }

  /// Lays a metric over a chart of `items`, or takes it off; false where there is no room for another
  /// one.
  mutating func toggle(
    _ id: ChartItem.ID,
    on chart: ChartItem,
    of items: [ChartItem]
  ) -> Bool {
    guard id != chart.id else { return true }
    guard chart.metrics.contains(id) else {
      guard chart.metrics.count < Self.mostMetrics else { return false }
      var whole = self
      whole.dropped.remove(id)
      // Back into its pair, also while pairs are split; over any other chart it is laid by hand.
      if Self.isOver(chart.id, id, in: whole.paired(items)) { dropped = whole.dropped }
      if !Self.isOver(chart.id, id, in: charts(of: items)) {
        added[chart.id, default: []].append(id)
      }
      return true
    }
    for metric in chart.metrics { added[metric]?.removeAll { $0 == id } }
    // What is still there is so by its pair.
    if Self.isOver(chart.id, id, in: charts(of: items)) { dropped.insert(id) }
    return true
  }

  /// Whether a metric is among those of the chart of another one.
  private static func isOver(
    _ chart: ChartItem.ID,
    _ id: ChartItem.ID,
    in charts: [ChartItem]
  ) -> Bool {
    charts.chart(of: chart)?.metrics.contains(id) == true
  }
}

extension [ChartItem] {
  /// The chart of a metric: its own, else the first that it is laid over.
  func chart(of id: ChartItem.ID) -> ChartItem? {
    first { $0.id == id } ?? first { $0.metrics.contains(id) }
  }
}

import Curves
import Terminal

/// Which metrics share a chart.
struct ChartOverlays: Sendable, Equatable {
  /// Whether metrics whose names differ only in the split share one: train/loss and val/loss.
  var isPaired = false
  /// What was laid over a chart by hand.
  private var added: [ChartItem.ID: [ChartItem.ID]] = [:]
  /// What was taken out of a pair by hand.
  private var dropped: [ChartItem.ID: Set<ChartItem.ID>] = [:]

  /// As many as have a line style of their own.
  static let mostMetrics = 6

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
    var places: [Pair: Int] = [:]
    for item in items {
      let pair = Pair(step: item.id.step, unit: MetricGroup.unit(of: item.id.name))
      if let place = places[pair], goesWith(charts[place], item) {
        charts[place].pair(with: item)
      } else {
        if places[pair] == nil { places[pair] = charts.count }
        charts.append(item)
      }
    }
    var steps: [String: Int] = [:]
    for item in items where steps[item.id.step] == nil { steps[item.id.step] = steps.count }
    return ChartItems.grouped(charts) { steps[$0] ?? 0 }
  }

  /// Whether a metric is another split's of what a chart shows.
  private func goesWith(_ chart: ChartItem, _ item: ChartItem) -> Bool {
    guard dropped[chart.id]?.contains(item.id) != true else { return false }
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

  /// Lays a metric over a chart, or takes it off; false where there is no room for another one.
  mutating func toggle(_ id: ChartItem.ID, on chart: ChartItem) -> Bool {
    guard id != chart.id else { return true }
    guard chart.metrics.contains(id) else {
      guard chart.metrics.count < Self.mostMetrics else { return false }
      if dropped[chart.id]?.remove(id) == nil { added[chart.id, default: []].append(id) }
      return true
    }
    var wasAdded = false
    for metric in chart.metrics where added[metric]?.contains(id) == true {
      added[metric]?.removeAll { $0 == id }
      wasAdded = true
    }
    if !wasAdded { dropped[chart.id, default: []].insert(id) }
    return true
  }
}

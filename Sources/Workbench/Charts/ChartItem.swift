import Curves
import Pipelines
import Store
import Terminal

/// One chart: a metric of a step, of every run that logged it, and what is laid over it.
struct ChartItem: Sendable, Equatable {
  /// A metric of a step.
  struct ID: Sendable, Hashable {
    var step: String
    var name: String
  }

  /// One curve: a metric of a run.
  struct Part: Sendable, Equatable {
    /// The place of the run on the screen.
    var run: Int
    var folder: AttemptFolder
    var metric: ID
  }

  /// The metric that the chart is named by.
  let id: ID
  /// Its own one first; then those that are laid over it.
  private(set) var metrics: [ID]
  /// Metric by metric, each in the order of the runs.
  fileprivate(set) var parts: [Part] = []
  /// Whether any of its metrics may have more than one point: one is no curve.
  fileprivate(set) var hasCurve = true
  /// What the names of its group begin with: "train/" of "train/loss"; empty where there is nothing.
  private(set) var prefix: String

  init(id: ID) {
    (self.id, metrics) = (id, [id])
    prefix = id.name.lastIndex(of: "/").map { String(id.name[...$0]) } ?? ""
  }

  /// Lays another chart's metrics over this one.
  mutating func join(_ other: ChartItem) {
    metrics += other.metrics
    hasCurve = hasCurve || other.hasCurve
    parts += other.parts
  }

  /// Lays a metric over this one that differs only in its split, so that the chart belongs to neither
  /// split's group: "val/" is left out of the prefix.
  mutating func pair(with other: ChartItem) {
    if other.prefix != prefix { prefix = MetricGroup.withoutSplits(prefix) }
    join(other)
  }
}

/// What charts share a heading: a step, and what the names begin with.
package struct ChartGroup: Sendable, Hashable {
  var step: String
  var prefix: String
}

extension ChartItem {
  var group: ChartGroup { ChartGroup(step: id.step, prefix: prefix) }
}

/// All metrics of the selected runs, as they become known.
struct ChartItems: Sendable, Equatable {
  /// A step of a run that may have metrics.
  struct Source: Sendable, Hashable {
    var run: Int
    var step: String
    var folder: AttemptFolder
  }

  private(set) var sources: [Source] = []
  private(set) var all: [ChartItem] = []
  /// What `all` was made from.
  private var told: [[String]] = []
  /// The metrics of which all runs have a single point, as far as their figures are recorded.
  private var single: Set<ChartItem.ID> = []
  private var toldSources: [Source] = []

  /// Steps of one run whose metrics are looked at.
  private static let mostSteps = 24

  /// Takes over where the runs' metrics lie.
  mutating func findSources(_ runs: [Int], _ context: Context) {
    sources = runs.flatMap { run -> [Source] in
      guard let facts = context.runFacts(run) else { return [] }
      let logged = Set(facts.metrics.map(\.step))
      return facts.steps.compactMap { step -> Source? in
        guard logged.contains(step.name) || step.type == .training || step.status.isActive else {
          return nil
        }
        return RunSources.attempt(of: step, in: context.home).map {
          Source(run: run, step: step.name, folder: $0)
        }
      }.suffix(Self.mostSteps)
    }
  }

  /// Takes over the names: by groups, in each by importance, and so the groups themselves.
  ///
  /// Returns whether that has changed anything.
  mutating func findNames(_ runs: [Int], _ context: Context) -> Bool {
    let told = sources.map { source -> [String] in
      guard case .metricNames(let names)? = context.answers[.metricNames(source.folder)] else {
        return []
      }
      return names
    }
    let single = Self.singlePoints(of: runs, context)
    guard told != self.told || sources != toldSources || single != self.single else { return false }
    (self.told, toldSources, self.single) = (told, sources, single)
    var found: [ChartItem] = []
    var places: [ChartItem.ID: Int] = [:]
    for (source, names) in zip(sources, told) {
      guard let run = runs.firstIndex(of: source.run) else { continue }
      for name in names {
        let id = ChartItem.ID(step: source.step, name: name)
        let part = ChartItem.Part(run: run, folder: source.folder, metric: id)
        let place = places[id] ?? found.count
        if place == found.count {
          places[id] = place
          found.append(ChartItem(id: id))
          found[place].hasCurve = !single.contains(id)
        }
        found[place].parts.append(part)
      }
    }
    // Steps in their order, then groups in the order of what is most important in them.
    let steps = Dictionary(
      sources.enumerated().map { ($0.element.step, $0.offset) },
      uniquingKeysWith: min
    )
    all = Self.grouped(found.byImportance(of: \.id.name)) { steps[$0] ?? 0 }
    return true
  }

  private static func singlePoints(of runs: [Int], _ context: Context) -> Set<ChartItem.ID> {
    var (single, curves): (Set<ChartItem.ID>, Set<ChartItem.ID>) = ([], [])
    for metric in runs.flatMap({ context.runFacts($0)?.metrics ?? [] }) {
      let id = ChartItem.ID(step: metric.step, name: metric.name)
      if metric.count > 1 { curves.insert(id) } else { single.insert(id) }
    }
    return single.subtracting(curves)
  }

  /// The charts by their steps, then by their groups, these in the order of their first charts; groups
  /// without a curve behind all others, and charts without one behind those of their group.
  static func grouped(_ charts: [ChartItem], place: (String) -> Int) -> [ChartItem] {
    var groups: [ChartGroup: Int] = [:]
    for chart in charts where groups[chart.group] == nil { groups[chart.group] = groups.count }
    let curved = Set(charts.filter(\.hasCurve).map(\.group))
    return charts.enumerated()
      .map { offset, chart in
        let group = [
          curved.contains(chart.group) ? 0 : 1, place(chart.id.step), groups[chart.group] ?? 0,
        ]
        return (order: group + [chart.hasCurve ? 0 : 1, offset], chart: chart)
      }
      .sorted { $0.order.lexicographicallyPrecedes($1.order) }
      .map(\.chart)
  }

  /// The items of which a metric's name is found by a filter: a regular expression, without regard to
  /// case.
  ///
  /// What is no regular expression (yet) is looked for as it stands.
  static func matching(_ items: [ChartItem], _ filter: String) -> [ChartItem] {
    guard !filter.isEmpty else { return items }
    guard let pattern = pattern(filter) else {
      let text = filter.lowercased()
      return items.filter { $0.metrics.contains { $0.name.lowercased().contains(text) } }
    }
    return items.filter { $0.metrics.contains { pattern.firstMatch(in: $0.name) != nil } }
  }

  /// Whether a filter finds a metric.
  static func isFound(_ id: ChartItem.ID, by filter: String) -> Bool {
    !matching([ChartItem(id: id)], filter).isEmpty
  }

  static func isPattern(_ filter: String) -> Bool { pattern(filter) != nil }

  private static func pattern(_ filter: String) -> Pattern? { try? Pattern("(?i)" + filter) }
}

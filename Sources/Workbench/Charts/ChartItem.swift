import Curves
import Pipelines
import Store
import Terminal

/// One chart: a metric of a step, of every run that logged it.
struct ChartItem: Sendable, Equatable {
  struct ID: Sendable, Hashable {
    var step: String
    var name: String
  }

  /// One run's curve.
  struct Part: Sendable, Equatable {
    /// The place of the run on the screen, which decides about its colour.
    var run: Int
    var folder: AttemptFolder
  }

  var id: ID
  var parts: [Part]

  /// "train/" of "train/loss"; empty where there is none.
  var prefix: String {
    guard let slash = id.name.lastIndex(of: "/") else { return "" }
    return String(id.name[...slash])
  }
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
  mutating func findNames(_ runs: [Int], _ context: Context) {
    let told = sources.map { source -> [String] in
      guard case .metricNames(let names)? = context.answers[.metricNames(source.folder)] else {
        return []
      }
      return names
    }
    guard told != self.told || sources != toldSources else { return }
    (self.told, toldSources) = (told, sources)
    var found: [ChartItem] = []
    var places: [ChartItem.ID: Int] = [:]
    for (source, names) in zip(sources, told) {
      guard let run = runs.firstIndex(of: source.run) else { continue }
      let part = ChartItem.Part(run: run, folder: source.folder)
      for name in names {
        let id = ChartItem.ID(step: source.step, name: name)
        if let place = places[id] {
          found[place].parts.append(part)
        } else {
          places[id] = found.count
          found.append(ChartItem(id: id, parts: [part]))
        }
      }
    }
    // Steps in their order, then groups in the order of what is most important in them.
    let steps = Dictionary(
      sources.enumerated().map { ($0.element.step, $0.offset) },
      uniquingKeysWith: min
    )
    found = found.byImportance(of: \.id.name)
    var groups: [String: Int] = [:]
    for item in found where groups[heading(item)] == nil { groups[heading(item)] = groups.count }
    func place(_ item: ChartItem) -> (Int, Int) {
      (steps[item.id.step] ?? 0, groups[heading(item)] ?? 0)
    }
    all = found.enumerated()
      .map { (place: place($0.element), offset: $0.offset, item: $0.element) }
      .sorted { ($0.place.0, $0.place.1, $0.offset) < ($1.place.0, $1.place.1, $1.offset) }
      .map(\.item)
  }

  private func heading(_ item: ChartItem) -> String { item.id.step + "\u{0}" + item.prefix }

  /// The items whose name a filter finds: a regular expression, without regard to case.
  ///
  /// What is no regular expression (yet) is looked for as it stands.
  static func matching(_ items: [ChartItem], _ filter: String) -> [ChartItem] {
    guard !filter.isEmpty else { return items }
    guard let pattern = pattern(filter) else {
      let text = filter.lowercased()
      return items.filter { $0.id.name.lowercased().contains(text) }
    }
    return items.filter { pattern.firstMatch(in: $0.id.name) != nil }
  }

  static func isPattern(_ filter: String) -> Bool { pattern(filter) != nil }

  private static func pattern(_ filter: String) -> Pattern? { try? Pattern("(?i)" + filter) }
}

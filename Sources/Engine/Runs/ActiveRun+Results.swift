import Foundation
import Pipelines
import Store

extension ActiveRun {
  /// Ends a step that ran nothing.
  mutating func finish(
    _ step: Step,
    _ outcome: Schedule.Outcome,
    _ body: (inout StepRecord) -> Void
  ) {
    change(step.name) {
      var isFailure = false
      if case .failed = outcome { isFailure = true }
      $0.move(to: isFailure ? .failed : .succeeded)
      $0.started = Date()
      $0.ended = $0.started
      $0.reason = nil
      body(&$0)
    }
    end(step.name, outcome)
  }

  /// Takes a step's result from an earlier execution; `reason` tells of one that has another key.
  mutating func take(
    _ hit: ExecutionRecord,
    for step: Step,
    from sources: inout CachedSources,
    because reason: String? = nil
  ) {
    var source = sources.source(hit.run)
    if hit.run == run.id { source.add(self) }
    change(step.name) {
      $0.move(to: .cached)
      $0.started = Date()
      $0.ended = $0.started
      $0.reason = nil
      $0.key = hit.key
      $0.outputs = hit.outputs
      $0.cachedFrom = hit.run
      $0.cacheReason =
        [reason, source.isRemoved ? "r\(hit.run) was removed, with its log" : nil]
        .compactMap(\.self).joined(separator: "; ").nonempty
      $0.savedSeconds = hit.seconds
      $0.logRun = hit.run
      $0.logAttempt = hit.attempt
      $0.facts = source.facts[hit.step] ?? StepFacts()
    }
    if let summaries = source.metrics[hit.step] {
      take(
        summaries.map { summary in
          var own = summary
          own.run = run.id
          own.step = step.name
          return own
        },
        sparkline: source.sparkline
      )
    }
    end(step.name, .cached)
  }
}

/// What the steps of earlier runs have logged, read once a run however many of them are taken.
struct CachedSources {
  struct Source {
    var facts: [String: StepFacts] = [:]
    var metrics: [String: [MetricSummary]] = [:]
    var sparkline: [Double] = []
    /// Its results are in the cache yet, and nothing else of it.
    var isRemoved = false

    /// What a run has got since it was written last.
    mutating func add(_ active: ActiveRun) {
      for name in active.unsaved { facts[name] = active.steps[name]?.facts }
      for (step, summaries) in Dictionary(grouping: active.metrics, by: \.step) {
        metrics[step] = summaries
      }
      if !active.run.sparkline.isEmpty { sparkline = active.run.sparkline }
    }
  }

  let reader: Catalog
  /// A run that is under way: a result is taken before it is written down.
  let active: (Int) -> ActiveRun?
  private var known: [Int: Source] = [:]

  init(reader: Catalog, active: @escaping (Int) -> ActiveRun?) {
    self.reader = reader
    self.active = active
  }

  mutating func source(_ run: Int) -> Source {
    if let source = known[run] { return source }
    var source = Source()
    source.facts = (try? reader.facts(of: run)) ?? [:]
    source.metrics = Dictionary(grouping: (try? reader.metrics(of: run)) ?? [], by: \.step)
    let record = Result { try reader.run(run) }
    source.sparkline = (try? record.get())?.sparkline ?? []
    // Of one that cannot be looked up just now nothing is said.
    if case .success(nil) = record { source.isRemoved = active(run) == nil }
    if let active = active(run) { source.add(active) }
    known[run] = source
    return source
  }
}

extension String {
  fileprivate var nonempty: String? { isEmpty ? nil : self }
}

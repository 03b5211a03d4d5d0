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
    let source = sources.source(hit.run)
    change(step.name) {
      $0.move(to: .cached)
      $0.started = Date()
      $0.ended = $0.started
      $0.reason = nil
      $0.key = hit.key
      $0.outputs = hit.outputs
      $0.cachedFrom = hit.run
      $0.cacheReason = reason
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
  }

  let reader: Catalog
  private var known: [Int: Source] = [:]

  init(reader: Catalog) { self.reader = reader }

  mutating func source(_ run: Int) -> Source {
    if let source = known[run] { return source }
    var source = Source()
    source.facts = (try? reader.facts(of: run)) ?? [:]
    source.metrics = Dictionary(grouping: (try? reader.metrics(of: run)) ?? [], by: \.step)
    source.sparkline = (try? reader.run(run))?.sparkline ?? []
    known[run] = source
    return source
  }
}

import Documents
import Foundation
import Pipelines
import Store

extension Launcher {
  /// Fills in the steps that a reference run answers for, where only a part of the pipeline is run.
  ///
  /// Refused with an `Explanation`: a step that the pipeline does not have, and a result that is needed
  /// and that no reference run has.
  func select(_ prepared: inout PreparedLaunch, from catalog: Catalog) throws {
    guard let selection = prepared.body.selection else { return }
    let names = prepared.pipeline.steps.map(\.name)
    for name in selection.steps where prepared.pipeline.step(name) == nil {
      throw Explanation(
        what: "There is no step '\(name)' in the pipeline '\(prepared.run.pipeline)'.",
        why: "Its steps are \(names.prefix(12).joined(separator: ", ")).",
        next: nearest(name, among: names).map { "Did you mean '\($0)'?" } ?? ""
      )
    }
    let reference = try reference(for: selection, of: prepared, catalog)
    prepared.body.selection?.reference = reference.run.id
    try prepared.take(reference, selection, catalog)
  }

  /// The run that the user named, else the newest of the pipeline that has what is needed, made with the
  /// parameters that this run has.
  private func reference(
    for selection: Selection,
    of prepared: PreparedLaunch,
    _ catalog: Catalog
  ) throws -> ReferenceRun {
    let objects = ObjectStore(home: home, isDurable: false)
    let needs = Needs(selection, prepared.pipeline)
    func obstacle(to reference: ReferenceRun) -> Explanation? {
      needs.missing(in: reference, objects)?.refusal(selection, reference)
        ?? needs.difference(in: reference, from: prepared)?.refusal(selection, reference)
    }
    if let id = selection.reference {
      guard let run = try catalog.run(id) else {
        throw Explanation(
          what: "There is no run r\(id) to take results from.",
          next: "'lathe runs' lists them."
        )
      }
      // Steps of one name mean nothing to each other in two pipelines, or in two instances' code.
      let own = (prepared.run.pipeline, prepared.run.instance)
      guard (run.pipeline, run.instance) == own else {
        throw Explanation(
          what:
            "r\(id) is no run of '\(own.0)' in '\(own.1)': its results count for nothing there.",
          why: "It is one of '\(run.pipeline)' in '\(run.instance)'.",
          next:
            "Name a run of this pipeline, or leave --reference out: its newest one that fits is taken."
        )
      }
      let reference = ReferenceRun(run: run, steps: try catalog.steps(of: id))
      if let obstacle = obstacle(to: reference) { throw obstacle }
      return reference
    }
    var newest: Explanation?
    for run in try catalog.runs(instance: prepared.run.instance, limit: 1000)
    where run.pipeline == prepared.run.pipeline && !run.status.isActive {
      let reference = ReferenceRun(run: run, steps: try catalog.steps(of: run.id))
      guard let obstacle = obstacle(to: reference) else { return reference }
      newest = newest ?? obstacle
    }
    if let newest { throw newest }
    throw Explanation(
      what: "There is no earlier run of '\(prepared.run.pipeline)' in '\(prepared.run.instance)'.",
      why: "\(selection.words) takes the results of the other steps from one.",
      next: "Run the whole pipeline first: lathe run"
    )
  }
}

/// A run whose results count for steps that are not run.
struct ReferenceRun {
  let run: RunRecord
  let steps: [String: StepRecord]

  init(run: RunRecord, steps: [StepRecord]) {
    self.run = run
    self.steps = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
  }
}

/// The results that a part of a pipeline needs from the rest of it.
struct Needs {
  struct Missing {
    let step: String
    /// Nil: the whole step.
    var output: String?
    var status: StepStatus?

    func refusal(_ selection: Selection, _ reference: ReferenceRun) -> Explanation {
      let run = reference.run.shortName
      var why = "\(run) has no step of that name."
      if let status { why = "In \(run) it is \(status.rawValue)." }
      if let output { why = "\(run) has no output '\(output)' of it any more." }
      return Explanation(
        what: "\(selection.words) needs what '\(step)' makes, and \(run) does not have it.",
        why: why,
        next: "Name a run that has it with --reference, or run it as well: --from \(step)"
      )
    }
  }

  private let pipeline: Pipeline
  /// Steps that the selected ones take from, and those that only what follows from them does.
  private var direct: [String] = []
  private var indirect: [String] = []

  init(_ selection: Selection, _ pipeline: Pipeline) {
    self.pipeline = pipeline
    let decided = selection.decided(in: pipeline)
    var seen: Set<String> = []
    func add(_ name: String, _ isDirect: Bool) {
      guard let step = pipeline.step(name), !decided.contains(name), seen.insert(name).inserted
      else { return }
      if selection.isTaken(step, decided: decided) {
        if isDirect { direct.append(name) } else { indirect.append(name) }
      } else {
        // Decided as always: what it decides by is needed.
        for needed in step.dependsOn { add(needed, isDirect) }
      }
    }
    for isDirect in [true, false] {
      for step in pipeline.steps
      where decided.contains(step.name) && selection.steps.contains(step.name) == isDirect {
        for name in step.dependsOn { add(name, isDirect) }
      }
    }
  }

  /// Where a needed result was made with other parameters: the run would be recorded with a value that had
  /// no part in it.
  func difference(in reference: ReferenceRun, from prepared: PreparedLaunch) -> Difference? {
    for name in direct + indirect where reference.steps[name]?.status.isSuccess == true {
      guard let step = pipeline.step(name) else { continue }
      if let found = prepared.difference(of: step, in: reference.run) { return found }
    }
    return nil
  }

  struct Difference {
    let step: String
    let parameter: String
    let theirs: String
    let ours: String

    func refusal(_ selection: Selection, _ reference: ReferenceRun) -> Explanation {
      let run = reference.run.shortName
      return Explanation(
        what:
          "\(run) ran '\(step)' with \(parameter) \(theirs), and this run has \(parameter) \(ours).",
        why:
          "\(selection.words) takes its result: the run would tell a value that had no part in it.",
        next:
          "Say -p \(parameter)=\(theirs), name another run with --reference, or run it as well: --from \(step)"
      )
    }
  }

  /// What a reference run lacks; nil where it has everything.
  func missing(in reference: ReferenceRun, _ objects: ObjectStore) -> Missing? {
    for name in direct {
      if let missing = missing(name, reference, objects) { return missing }
    }
    // A branch that the reference did not take is not taken here either.
    for name in indirect where reference.steps[name]?.status != .skipped {
      if let missing = missing(name, reference, objects) { return missing }
    }
    return nil
  }

  private func missing(
    _ name: String,
    _ reference: ReferenceRun,
    _ objects: ObjectStore
  ) -> Missing? {
    guard let step = reference.steps[name], step.status.isSuccess else {
      return Missing(step: name, status: reference.steps[name]?.status)
    }
    for output in (pipeline.step(name)?.process?.outputs.keys).map(Array.init)?.sorted() ?? [] {
      guard let artifact = step.outputs[output], objects.standing(of: artifact) == .whole else {
        return Missing(step: name, output: output, status: step.status)
      }
      // A collection may take the reference run before the new one is written down.
      objects.renew(artifact)
    }
    return nil
  }
}

extension PreparedLaunch {
  /// A parameter that a step names and that another run had with another value.
  func difference(of step: Step, in other: RunRecord) -> Needs.Difference? {
    guard let process = step.process else { return nil }
    for name in CacheKey.parameters(of: process).sorted() {
      // One that was declared since counts as an edit does.
      guard let ours = run.parameters[name], let theirs = other.parameters[name],
        !ours.isSame(as: theirs)
      else { continue }
      return Needs.Difference(
        step: step.name,
        parameter: name,
        theirs: theirs.description,
        ours: ours.description
      )
    }
    return nil
  }

  /// Ends the steps that a reference run answers for.
  mutating func take(_ reference: ReferenceRun, _ selection: Selection, _ catalog: Catalog) throws {
    let decided = selection.decided(in: pipeline)
    let measured = Dictionary(grouping: try catalog.metrics(of: reference.run.id), by: \.step)
    let name = reference.run.shortName
    for index in steps.indices {
      guard let step = pipeline.step(steps[index].name),
        selection.isTaken(step, decided: decided)
      else { continue }
      guard let earlier = reference.steps[step.name], earlier.status.isSuccess else {
        steps[index].status = .skipped
        steps[index].reason = "not run (\(selection.words)), and \(name) has no result of it"
        continue
      }
      if let other = difference(of: step, in: reference.run) {
        steps[index].status = .skipped
        steps[index].reason =
          "not run (\(selection.words)), and \(name) ran it with \(other.parameter) \(other.theirs)"
        continue
      }
      steps[index].take(earlier, because: "the result of \(name), for \(selection.words)")
      metrics += measured[step.name] ?? []
    }
    if !metrics.isEmpty { sparkline = reference.run.sparkline }
  }
}

extension StepRecord {
  /// Ends the step with the result that it has in another run.
  fileprivate mutating func take(_ earlier: StepRecord, because text: String) {
    // A condition's decision stands as one, so that its branches follow from it.
    status = earlier.outcome == nil ? .cached : .succeeded
    started = Date()
    ended = started
    reason = earlier.outcome == nil ? nil : earlier.reason
    key = earlier.key
    outputs = earlier.outputs
    outcome = earlier.outcome
    cachedFrom = earlier.run
    let seconds = earlier.started.flatMap { start in earlier.ended?.seconds(since: start) }
    savedSeconds = type.isProcess ? earlier.savedSeconds ?? seconds : nil
    if earlier.logAttempt > 0 {
      // Where that run took it from the cache, the log is that of a third one.
      logRun = earlier.logRun
      logAttempt = earlier.logAttempt
    }
    facts = earlier.facts
    cacheReason = text
  }
}

extension StepType {
  fileprivate var isProcess: Bool { self == .processing || self == .training }
}

extension ActiveRun {
  /// Takes over what the steps of a reference run have measured.
  mutating func take(_ prepared: PreparedLaunch) {
    let measured = Dictionary(grouping: prepared.metrics, by: \.step)
    for step in prepared.steps {
      guard let summaries = measured[step.name] else { continue }
      take(
        summaries.map { summary in
          var own = summary
          own.run = run.id
          return own
        },
        sparkline: prepared.sparkline
      )
    }
  }
}

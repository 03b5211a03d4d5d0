import Documents
import Engine
import Store

/// Answers by their kind: nil while the question is open, or when it failed.
extension Context {
  var headerFacts: HeaderFacts? {
    if case .header(let facts) = answers[.header] { facts } else { nil }
  }

  /// What the home takes, in bytes.
  var homeBytes: Int? {
    if case .usage(let bytes) = answers[.usage] { bytes } else { nil }
  }

  /// The instance that is meant where none is named: the one around the current folder, else the
  /// newest that is in service, else the newest.
  var currentInstance: InstanceRecord? {
    let all = headerFacts?.instances ?? []
    if let around = all.around(folder) { return around }
    let newestFirst = all.sorted { $0.created > $1.created }
    return newestFirst.first { $0.status == .inService } ?? newestFirst.first
  }

  func instance(_ name: String) -> InstanceRecord? {
    headerFacts?.instances.first { $0.name == name }
  }

  func runs(_ query: Query) -> [RunRecord]? {
    if case .runs(let runs) = answers[query] { runs } else { nil }
  }

  var sweeps: [SweepState]? {
    if case .sweeps(let sweeps) = answers[.sweeps] { sweeps } else { nil }
  }

  /// The runs of a sweep that the list of runs shows.
  func runs(ofSweep sweep: Int) -> [RunRecord]? {
    runs(.sweepRuns(sweep, limit: RunsView.mostSwept))
  }

  /// The best runs of a sweep that have begun: one more than are laid side by side, which tells whether
  /// there are more.
  func best(ofSweep sweep: Int) -> [RunRecord]? {
    runs(.bestOfSweep(sweep, limit: CompareView.mostRuns + 1))
  }

  func runFacts(_ run: Int) -> RunFacts? {
    if case .run(let facts) = answers[.run(run)] { facts } else { nil }
  }

  /// How often watch rules found something in a run.
  func alertCount(of run: Int) -> Int {
    if case .alertCounts(let counts)? = answers[.alertCounts] { counts[run] ?? 0 } else { 0 }
  }

  /// What a watch rule found last in a run, where that is among the newest alerts of all.
  func newestAlert(of run: Int) -> AlertRecord? {
    guard case .alerts(let alerts)? = answers[.alerts] else { return nil }
    return alerts.first { $0.run == run && $0.step != nil }
  }

  var models: [ModelRecord]? {
    if case .models(let models) = answers[.models] { models } else { nil }
  }

  var stacks: [StackRecord]? {
    if case .stacks(let stacks) = answers[.stacks] { stacks } else { nil }
  }

  func stackFacts(_ name: String) -> StackFacts? {
    if case .stack(let facts) = answers[.stack(name)] { facts } else { nil }
  }

  var gallery: [GalleryEntry]? {
    if case .gallery(let entries) = answers[.gallery] { entries } else { nil }
  }

  func template(_ name: String) -> LoadedTemplate? {
    if case .template(let template) = answers[.template(name)] { template } else { nil }
  }

  func pipelineFacts(_ instance: String) -> PipelineFacts? {
    if case .pipeline(let facts) = answers[.pipeline(instance: instance)] { facts } else { nil }
  }

  /// Why a query could not be answered.
  func failure(_ query: Query) -> Explanation? {
    if case .failed(let explanation) = answers[query] { explanation } else { nil }
  }
}

extension Explanation {
  /// The explanation on one line, as a notice shows it.
  var sentence: String {
    [what, why, next].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

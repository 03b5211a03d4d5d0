package import Foundation
import Pipelines
package import Store

extension RunComparison {
  /// One run with what is compared of it.
  package struct Side: Sendable, Equatable {
    package var run: RunRecord
    package var metrics: [MetricSummary]
    /// The files of its code snapshot.
    package var files: [String: Digest]
    /// By name ("data", "environment") and step: what else it depends on, as one digest each.
    ///
    /// A step that was never reached has none.
    package var inputs: [String: [String: Digest]]
    /// How often watch rules found something.
    package var alerts = 0
    /// Seconds that the cache saved it.
    package var saved = 0.0
    /// How many points of its metrics are NaN or infinite.
    package var notFinite = 0

    package init(
      run: RunRecord,
      metrics: [MetricSummary] = [],
      files: [String: Digest] = [:],
      inputs: [String: [String: Digest]] = [:]
    ) {
      self.run = run
      self.metrics = metrics
      self.files = files
      self.inputs = inputs
    }
  }

  /// Compares the sides, the base first; `contents` gives a file of the object store.
  package init(_ sides: [Side], contents: (Digest) -> Data? = { _ in nil }) {
    let runs = sides.map(\.run)
    self.init(
      runs: runs,
      parameters: Set(runs.flatMap(\.parameters.keys)).sorted().map { name in
        ParameterRow(name: name, values: runs.map { $0.parameters[name] })
      },
      files: RunComparison.files(sides, contents),
      inputs: RunComparison.inputs(sides),
      metrics: RunComparison.metrics(sides)
    )
    if Set(runs.map(\.pipelineFile)).count > 1, runs.contains(where: \.isCommand) {
      commands = runs.map { run in
        guard run.isCommand, let data = contents(run.pipelineFile) else { return nil }
        return String(decoding: data, as: UTF8.self).split(
          separator: "\n",
          omittingEmptySubsequences: false
        )
        .map(String.init)
      }
    }
    alerts = sides.map(\.alerts)
    notFinite = sides.map(\.notFinite)
    saved = sides.map(\.saved)
  }

  /// Seconds that each run took to its end, or to `now`; nil for one that has not started.
  package func seconds(at now: Date) -> [Double?] {
    runs.map { $0.seconds(at: now) }
  }

  /// The same with what the cache saved: what comes from there is not made faster by that.
  package func fullSeconds(at now: Date) -> [Double?] {
    seconds(at: now).enumerated().map { index, seconds in
      seconds.map { $0 + (saved.indices.contains(index) ? saved[index] : 0) }
    }
  }
}

extension RunComparison {
  /// Larger files are compared as a whole only.
  private static let mostBytes = 2 << 20

  private static func files(_ sides: [Side], _ contents: (Digest) -> Data?) -> [FileRow] {
    guard let base = sides.first else { return [] }
    return Set(sides.flatMap(\.files.keys)).sorted().compactMap { path in
      let digests = sides.map { $0.files[path] }
      guard Set(digests).count > 1 else { return nil }
      let changes = digests.map { change(from: base.files[path], to: $0, contents) }
      return FileRow(path: path, changes: changes)
    }
  }

  private static func change(
    from old: Digest?,
    to new: Digest?,
    _ contents: (Digest) -> Data?
  ) -> FileChange? {
    guard old != new else { return nil }
    let kind: FileChange.Kind = old == nil ? .added : new == nil ? .removed : .edited
    guard let before = text(of: old, contents), let after = text(of: new, contents) else {
      return FileChange(kind: kind, added: 0, removed: 0, diff: "")
    }
    let diff = LineDiff(from: before, to: after)
    return FileChange(
      kind: kind,
      added: diff.added,
      removed: diff.removed,
      diff: diff.unified().joined(separator: "\n")
    )
  }

  /// A file's text, empty where there is no file; nil when it is not text or too large.
  private static func text(of digest: Digest?, _ contents: (Digest) -> Data?) -> String? {
    guard let digest else { return "" }
    guard let data = contents(digest), data.count <= mostBytes, !data.contains(0) else {
      return nil
    }
    return String(data: data, encoding: .utf8)
  }

  private static func inputs(_ sides: [Side]) -> [InputRow] {
    guard let base = sides.first else { return [] }
    let known = ["data", "environment"].map { name in
      InputRow(
        name: name,
        isSame: sides.map { isSame(base.inputs[name] ?? [:], $0.inputs[name] ?? [:]) }
      )
    }
    let pipeline = InputRow(
      name: "pipeline",
      isSame: sides.map { side in
        // Commands are told themselves.
        side.run.pipelineFile == base.run.pipelineFile || side.run.isCommand && base.run.isCommand
      }
    )
    return known + [pipeline]
  }

  /// Whether the steps that both sides have got to had the same; nil where there is no such step.
  private static func isSame(_ base: [String: Digest], _ other: [String: Digest]) -> Bool? {
    let common = base.keys.filter { other[$0] != nil }
    return common.isEmpty ? nil : common.allSatisfy { base[$0] == other[$0] }
  }

  private struct Series: Hashable {
    /// Nil: of whichever step a run has it from.
    var step: String?
    var name: String
  }

  private static func metrics(_ sides: [Side]) -> [MetricRow] {
    // Looked up, because a step may have ten thousand of them.
    let named = sides.map { Dictionary(grouping: $0.metrics, by: \.name) }
    var all: [Series] = []
    var seen: Set<Series> = []
    for metric in sides.flatMap(\.metrics) {
      // Where no run has it from two steps, a metric is the same whatever its step is called.
      let isAmbiguous = named.contains { $0[metric.name, default: []].count > 1 }
      let series = Series(step: isAmbiguous ? metric.step : nil, name: metric.name)
      if seen.insert(series).inserted { all.append(series) }
    }
    let rows = all.map { series in
      let values = named.map { side in
        side[series.name]?.last { series.step == nil || $0.step == series.step }
      }
      return MetricRow(
        step: series.step ?? values.lazy.compactMap { $0?.step }.first ?? "",
        name: series.name,
        goal: values.lazy.compactMap { $0?.goal }.first,
        isMain: values.contains { $0?.isMain ?? false },
        values: values
      )
    }
    let ordered = rows.byImportance(of: \.name)
    return ordered.filter(\.isMain) + ordered.filter { !$0.isMain }
  }
}

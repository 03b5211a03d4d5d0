package import Engine
package import Foundation
import Pipelines
package import Store
import Terminal

/// Everything about one run, as `lathe show` prints it.
package struct RunReport: Sendable {
  package var run: RunRecord
  package var parent: RunRecord?
  package var steps: [StepRecord]
  package var metrics: [MetricSummary]
  /// The version that the run registered; none where the same model was registered before.
  package var model: ModelRecord?
  package var home: Home
  /// How many points of a metric are NaN or infinite, by step and name; empty where none is, or
  /// nobody has counted.
  package var notFinite: [String: [String: Int]] = [:]
  /// What watch rules found, the first one first; of a step from the cache it is the other run's.
  package var alerts: [AlertRecord] = []
  /// The metrics that are listed at most, the most important ones; nil for all.
  package var mostMetrics: Int?
  /// The attempts of those steps that have several.
  package var attempts: [String: [StepAttempt]] = [:]
  /// The attempts whose work folders are there.
  package var workFolders: Set<AttemptFolder> = []

  package init(
    run: RunRecord,
    parent: RunRecord?,
    steps: [StepRecord],
    metrics: [MetricSummary],
    model: ModelRecord? = nil,
    home: Home
  ) {
    self.run = run
    self.parent = parent
    self.steps = steps
    self.metrics = metrics
    self.model = model
    self.home = home
  }

  package func lines(at now: Date, width: Int?, zone: TimeZone = .current) -> [Line] {
    let sections: [(SafeText, [Line])] = [
      ("", heading(at: now, zone: zone)),
      ("Steps", stepTable(at: now, width: width)),
      (
        "Attempts",
        AttemptTable.lines(steps, attempts, of: run, width: width.map { $0 - 2 }, zone: zone)
      ),
      ("Alerts", AlertTable.lines(alerts, of: run, width: width.map { $0 - 2 }, zone: zone)),
      ("Warnings", warnings),
      ("GPUs", gpuLines),
      ("Parameters", parameterTable(width: width)),
      ("Metrics", metricTable(width: width)),
      ("Logged parameters", factTable(width: width, logged(\.params) { $0 })),
      ("Logged results", factTable(width: width, logged(\.summary) { $0.text })),
      ("Outputs", outputTable(width: width)),
      ("Paths", paths),
    ]
    var lines: [Line] = []
    for (title, body) in sections where !body.isEmpty {
      if !lines.isEmpty { lines.append(Line()) }
      if !title.isEmpty { lines.append(Line(title, .bold)) }
      lines += title.isEmpty ? body : body.map { Line("  ") + $0 }
    }
    return lines
  }

  private func heading(at now: Date, zone: TimeZone) -> [Line] {
    var first = run.status.mark.line + Line(" \(run.shortName)", .bold)
    if let name = run.name { first += Line(" \"\(name)\"") }
    first += Line("  ") + Line("\(run.status.rawValue)", run.status.mark.style)
    if let seconds = run.seconds(at: now) { first += Line("  \(durationText(seconds))") }
    var lines = [first]
    func fact(_ label: SafeText, _ text: String?) {
      guard let text, !text.isEmpty else { return }
      lines.append(Line(label, .dim).padded(to: 11) + Line(SafeText(hostile: text)))
    }
    fact("reason", run.reason)
    fact("note", run.note)
    fact("pinned", run.isPinned ? "it is kept: 'lathe gc' and 'lathe rm' leave it" : nil)
    fact("pipeline", "\(run.pipeline) in \(run.instance)")
    fact("launched", "\(dateText(run.created, in: zone)) by \(run.user) on \(run.host)")
    fact("parent", parentText)
    fact("sweep", run.sweep.map { "s\($0)" })
    fact("code", sourceText)
    return lines
  }

  /// "r3: lr and the code differ".
  private var parentText: String? {
    guard let parent else { return nil }
    let difference = run.difference(from: parent)
    var parts = Array(difference.parameters.prefix(4))
    let more = difference.parameters.count - parts.count
    if more > 0 { parts.append("\(more) more parameter\(more == 1 ? "" : "s")") }
    if difference.hasOtherCode { parts.append("the code") }
    if difference.hasOtherPipeline { parts.append("the pipeline") }
    if difference.hasOtherCommand { parts.append("the command") }
    guard let last = parts.last else {
      return
        "\(parent.shortName): parameters, code and \(run.isCommand ? "command" : "pipeline") are the same"
    }
    let text = parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and \(last)"
    return "\(parent.shortName): \(text) differ\(parts.count == 1 ? "s" : "")"
  }

  private var sourceText: String {
    guard let commit = run.source.commit else { return "snapshot \(run.code.short)" }
    var text = String(commit.prefix(9))
    if let branch = run.source.branch { text += " on \(branch)" }
    let edited = run.source.editedFiles
    if !edited.isEmpty {
      text += " +\(edited.count) edited file\(edited.count == 1 ? "" : "s"): "
      text += edited.prefix(4).joined(separator: ", ") + (edited.count > 4 ? ", ..." : "")
    }
    return text
  }

  private func stepTable(at now: Date, width: Int?) -> [Line] {
    let rows = steps.map { step -> [Line] in
      let cause = step.status == .cached ? nil : step.cacheReason
      return [
        step.status.mark.line, Line(SafeText(hostile: step.name), .bold),
        Line("\(step.type.rawValue)", .dim),
        Line("\(step.status.rawValue)", step.status.mark.style),
        // The whole reason stands in the heading or in the log; a pipe would make it a wide column.
        step.detail(at: now).cut(to: width ?? 60),
        Line(SafeText(hostile: cause ?? ""), .dim),
        Line(step.peakMemory.map { bytesText($0) } ?? "", .dim),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("step", least: 8), .init("type", rank: 2), .init("status"),
      .init("time", least: 16), .init("why it ran", rank: 1, least: 10),
      .init("memory", right: true, rank: 3),
    ]
    return steps.isEmpty ? [] : Table(columns, rows).lines(width: width.map { $0 - 2 })
  }

  /// What is wrong with results of steps that succeeded.
  private var warnings: [Line] {
    steps.compactMap { step in
      step.warning.map {
        Line(SafeText(hostile: step.name), .bold) + Line(": ") + Line(SafeText(hostile: $0))
      }
    }
  }

  /// The GPUs of those steps that have any.
  private var gpuLines: [Line] {
    steps.filter { !$0.gpus.isEmpty }.map { step in
      let gpus = step.gpus.map(\.text).joined(separator: ", ")
      return Line(SafeText(hostile: step.name), .bold) + Line(": ") + Line(SafeText(hostile: gpus))
    }
  }

  private func parameterTable(width: Int?) -> [Line] {
    let rows = run.parameters.sorted { $0.key < $1.key }.map { name, value -> [Line] in
      let before = parent?.parameters[name]
      let isNew = parent != nil && before != value
      return [
        Line(SafeText(hostile: name)),
        Line(SafeText(hostile: value.description), isNew ? .bold : .normal),
        Line(
          SafeText(
            hostile: isNew
              ? "(\(parent?.shortName ?? ""): \(before?.description ?? "not set"))" : ""
          ),
          .dim
        ),
      ]
    }
    guard !rows.isEmpty else { return [] }
    return Table([.init(""), .init("", least: 12), .init("")], rows)
      .lines(width: width.map { $0 - 2 }).dropFirst().map { $0 }
  }

  package func metricTable(width: Int?) -> [Line] {
    let shown = metrics.prefix(mostMetrics ?? metrics.count)
    let rows = shown.map { metric -> [Line] in
      let best = metric.best
      return [
        Line(SafeText(hostile: metric.name), metric.isMain ? .bold : .normal),
        Line(SafeText(hostile: metric.step), .dim),
        Line("\(metric.goal?.rawValue ?? "")", .dim),
        metric.goal == nil
          ? Line() : Line("\(figureText(best.value))") + Line(" @\(stepFigure(best.step))", .dim),
        Line("\(figureText(metric.last, of: metric.name))"), points(of: metric),
      ]
    }
    let columns: [Table.Column] = [
      .init("metric", least: 10), .init("step", rank: 2, least: 6), .init("goal", rank: 3),
      .init("best"), .init("last", right: true), .init("points", right: true, rank: 1),
    ]
    guard !rows.isEmpty else { return [] }
    let lines = Table(columns, rows).lines(width: width.map { $0 - 2 })
    guard shown.count < metrics.count else { return lines }
    let more = "... \(countText(metrics.count - shown.count)) more; "
    return lines + [
      Line(SafeText(hostile: more), .dim) + Line("lathe metrics \(run.shortName)")
        + Line(" lists all.", .dim)
    ]
  }

  /// "400", and how many of them are no numbers: the best is told without those.
  private func points(of metric: MetricSummary) -> Line {
    let all = Line("\(metric.count)", .dim)
    guard let count = notFinite[metric.step]?[metric.name] else { return all }
    return Line("\(count) not finite of ", .warning) + all
  }

  /// What the steps logged of one kind: name, value and step.
  private func logged<Value>(
    _ kind: KeyPath<StepFacts, [String: Value]>,
    _ text: (Value) -> String
  ) -> [(name: String, value: String, step: String)] {
    steps.flatMap { step in
      step.facts[keyPath: kind].sorted { $0.key < $1.key }
        .map { ($0.key, text($0.value), step.name) }
    }
  }

  private func factTable(
    width: Int?,
    _ facts: [(name: String, value: String, step: String)]
  ) -> [Line] {
    guard !facts.isEmpty else { return [] }
    let rows = facts.map { fact in
      [
        Line(SafeText(hostile: fact.name)), Line(SafeText(hostile: fact.value)),
        Line(SafeText(hostile: fact.step), .dim),
      ]
    }
    return Table([.init(""), .init("", least: 12), .init("", rank: 1)], rows)
      .lines(width: width.map { $0 - 2 }).dropFirst().map { $0 }
  }

  private func outputTable(width: Int?) -> [Line] {
    let rows = steps.flatMap { step in
      let kept =
        step.outputs.sorted { $0.key < $1.key }
        + step.facts.artifacts.sorted { $0.key < $1.key }
      return kept.map { name, artifact -> [Line] in
        let words = [run.shortName, step.name, name].map(shellWord).joined(separator: " ")
        return [
          Line("\(step.name)/\(name)"), Line("\(artifact.kind.rawValue)", .dim),
          Line(bytesText(artifact.size)), Line("\(artifact.digest.short)", .dim),
          Line(SafeText(hostile: "lathe get \(words) ~/"), .dim),
        ]
      }
    }
    let columns: [Table.Column] = [
      .init("output", least: 10), .init("kind", rank: 2), .init("size", right: true),
      .init("sha256", rank: 3), .init("to copy it", rank: 1),
    ]
    return rows.isEmpty ? [] : Table(columns, rows).lines(width: width.map { $0 - 2 })
  }

  /// Whole paths, never cut: they are there to be copied.
  private var paths: [Line] {
    let logs = steps.filter { $0.logAttempt > 0 }.flatMap { step in
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
      let log = [(name: SafeText(hostile: step.name), path: folder.log)]
      let name = SafeText(hostile: step.name) + " work"
      return workFolders.contains(folder) ? log + [(name: name, path: folder.work)] : log
    }
    let all = [(name: "run", path: home.run(run.id))] + logs
    let room = all.map(\.name.width).max() ?? 0
    return all.map { Line($0.name, .dim).padded(to: room + 2) + Line(SafeText(hostile: $0.path)) }
  }
}

package import Engine
package import Foundation
import Pipelines
import Store
import Terminal

extension RunComparison {
  /// What differs, then the metrics, then how the runs went.
  package func lines(at now: Date, width: Int?) -> [Line] {
    let room = width.map { $0 - 2 }
    let runs = self.runs
    var names = runs.map { run in
      Line("\(run.shortName)") + Line(SafeText(hostile: run.name.map { " \"\($0)\"" } ?? ""))
    }
    if !names.isEmpty { names[0] += Line(" (base)") }
    let titles = names.map { SafeText(hostile: $0.plain) }
    func table(_ rows: [[Line]]) -> [Line] {
      let columns =
        [Table.Column("", least: 12)] + titles.map { Table.Column($0, least: 12) }
      return Table(columns, rows).lines(width: room).map { Line("  ") + $0 }
    }
    let hidden = parameters.count { !$0.differs }
    let note = hidden == 0 ? "" : " (\(hidden) equal parameter\(hidden == 1 ? "" : "s") not shown)"
    var lines = [Line("What differs", .bold) + Line(SafeText(hostile: note), .dim)]
    let differences = differenceRows
    lines +=
      differences.isEmpty
      ? [Line("  Nothing: parameters, code and pipeline are the same.", .dim)] : table(differences)
    if Set(runs.map(\.pipeline)).count > 1 {
      let owners = runs.map { "\($0.shortName) \($0.pipeline)" }.joined(separator: ", ")
      let text = "  The runs belong to different pipelines: \(owners)."
      lines.append(Line(SafeText(hostile: text), .warning))
    }
    if !metrics.isEmpty {
      lines += [Line(), Line("Metrics", .bold)] + table(zip(metrics, self.titles).flatMap(rows))
    }
    return lines + [Line(), Line("Runs", .bold)] + table(runRows(at: now))
  }

  private var differenceRows: [[Line]] {
    let changed = parameters.filter(\.differs).map { parameter in
      [Line(SafeText(hostile: parameter.name))]
        + parameter.values.map { value in
          Line(
            SafeText(hostile: value?.description ?? "not set"),
            value == parameter.values[0] ? .normal : .bold
          )
        }
    }
    let edited = files.map { file -> [Line] in
      let isNew = file.changes.contains { $0?.kind == .added }
      return [Line(SafeText(hostile: file.path))]
        + file.changes.enumerated().map { index, change in
          change?.line ?? Line(index > 0 ? "same" : isNew ? "-" : "base", .dim)
        }
    }
    let others = inputs.filter { $0.isSame.contains(false) }.map { input in
      [Line(SafeText(hostile: input.name))]
        + input.isSame.enumerated().map { index, isSame in
          index == 0
            ? Line("base", .dim)
            : isSame.map { $0 ? Line("same", .dim) : Line("changed", .bold) } ?? Line("?", .dim)
        }
    }
    return changed + commandRow + edited + others + environmentRows
  }

  /// The command lines, where they differ.
  private var commandRow: [[Line]] {
    guard !commands.isEmpty else { return [] }
    return [
      [Line("command")]
        + commands.map { words in
          guard let words else { return Line("a pipeline", .dim) }
          return Line(
            SafeText(hostile: Self.text(of: words)),
            words == commands[0] ? .normal : .bold
          )
        }
    ]
  }

  /// A command as it is typed.
  private static func text(of words: [String]) -> String {
    words.map(shellWord).joined(separator: " ")
  }

  /// The command line of every run that has another one than the base.
  private var commandDiff: [Line] {
    guard let base = commands.first ?? nil else { return [] }
    return zip(runs, commands).flatMap { run, words -> [Line] in
      guard let words, words != base else { return [] }
      return [
        Line("--- \(runs[0].shortName) command", .bold),
        Line("+++ \(run.shortName) command", .bold),
        Line(SafeText(hostile: "-" + Self.text(of: base)), .bad),
        Line(SafeText(hostile: "+" + Self.text(of: words)), .good),
      ]
    }
  }

  /// What makes environments differ, a line each; of thousands of packages the first ones.
  private var environmentRows: [[Line]] {
    let shown = environment.prefix(Self.mostEnvironmentRows).map { row in
      [Line(SafeText(hostile: "  \(row.name)"))]
        + row.values.enumerated().map { index, value in
          value.map { Line(SafeText(hostile: $0), index == 0 ? .normal : .bold) }
            ?? Line("same", .dim)
        }
    }
    let more = environment.count - shown.count
    guard more > 0 else { return shown }
    return shown + [[Line("  and \(more) more; --json has all", .dim)]]
  }

  private static let mostEnvironmentRows = 30

  private func rows(of metric: MetricRow, title: String) -> [[Line]] {
    let arrow = metric.goal.map { $0 == .min ? " ↓" : " ↑" } ?? ""
    let name =
      Line(SafeText(hostile: title), metric.isMain ? .bold : .normal)
      + Line(SafeText(hostile: arrow), .dim)
    func row(
      _ label: SafeText,
      winner: Int?,
      _ point: (MetricSummary) -> (value: Double, step: Double)
    ) -> [Line] {
      let base = metric.values[0].map { point($0).value }
      return [name + Line(" \(label)", .dim)]
        + metric.values.enumerated().map { index, summary in
          guard let summary else { return Line("-", .dim) }
          let (value, step) = point(summary)
          var line =
            Line("\(figureText(value, of: metric.name))")
            + Line("@\(stepFigure(step, of: metric.name))", .dim)
          if index > 0, let base { line += difference(value - base, metric) }
          return index == winner ? line + Line(" best", .good) : line
        }
    }
    let last = row("last", winner: metric.bestLast) { ($0.last, $0.lastStep) }
    return metric.goal == nil ? [last] : [row("best", winner: metric.best, \.best), last]
  }

  /// " -0.054", green when it is the better one.
  private func difference(_ value: Double, _ metric: MetricRow) -> Line {
    guard value.isFinite, value != 0 else { return Line() }
    let style: Style = metric.goal.map { $0.isBetter(value, than: 0) ? .good : .bad } ?? .dim
    return Line(" \(value > 0 ? "+" : "")\(figureText(value, of: metric.name))", style)
  }

  private func runRows(at now: Date) -> [[Line]] {
    let seconds = fullSeconds(at: now)
    return [
      [Line("end")] + runs.map { Line("\($0.status.rawValue)", $0.status.mark.style) },
      [Line("reason")] + runs.map { Line(SafeText(hostile: $0.reason ?? "")) },
      [Line("duration")]
        + seconds.enumerated().map { index, value in
          guard let value else { return Line("-", .dim) }
          var line = Line(durationText(value))
          if index > 0, let base = seconds[0], abs(value - base) >= 0.5 {
            line += Line(" \(value > base ? "+" : "-")\(durationText(abs(value - base)))", .dim)
          }
          return line + (saved.indices.contains(index) ? saved[index] : 0).cachedText
        },
      [Line("steps")]
        + runs.map { run in
          Line("\(run.stepsDone)/\(run.stepCount), \(run.stepsCached) cached")
        },
      counted("alerts", alerts, .warning), counted("not finite", notFinite, .bad),
      [Line("code")]
        + runs.map { run in
          // Without a commit nothing was edited since: the snapshot's digest says it all.
          let edited = run.source.commit == nil ? 0 : run.source.editedFiles.count
          let commit = run.source.commit.map { String($0.prefix(9)) } ?? run.code.short
          return Line("\(commit)\(edited > 0 ? " +\(edited) edited" : "")", .dim)
        },
    ].filter { row in row.dropFirst().contains { !$0.isEmpty } }
  }

  /// A count a run; nothing where all are 0.
  private func counted(_ label: SafeText, _ counts: [Int], _ style: Style) -> [Line] {
    guard counts.contains(where: { $0 > 0 }) else { return [] }
    return [Line(label)]
      + counts.map { Line(SafeText(hostile: countText($0)), $0 > 0 ? style : .dim) }
  }

  /// How commands differ, and the unified diff of every file that differs from the base's.
  package var diffLines: [Line] {
    commandDiff
      + files.flatMap { file -> [Line] in
        zip(runs, file.changes).flatMap { run, change -> [Line] in
          guard let change else { return [] }
          let head = [
            Line("--- \(runs[0].shortName)/\(file.path)", .bold),
            Line("+++ \(run.shortName)/\(file.path)", .bold),
          ]
          guard !change.diff.isEmpty else {
            return head + [Line("Not text, or too large to be compared by lines.", .dim)]
          }
          return head
            + change.diff.split(separator: "\n", omittingEmptySubsequences: false).map { line in
              let style: Style =
                switch line.first {
                case "+": .good
                case "-": .bad
                case "@": .running
                default: .normal
                }
              return Line(SafeText(hostile: line), style)
            }
        }
      }
  }

  package func json(at now: Date) -> JSON {
    let seconds = seconds(at: now)
    return [
      "base": JSON(runs.first?.shortName),
      "runs": .array(runs.map(\.json)),
      "durations_seconds": .array(seconds.map { JSON($0) }),
      "parameters": .array(
        parameters.map { parameter in
          [
            "name": JSON(parameter.name), "differs": JSON(parameter.differs),
            "values": .array(parameter.values.map { $0?.json ?? .null }),
          ]
        }
      ),
      "files": .array(
        files.map { file in
          ["path": JSON(file.path), "changes": .array(file.changes.map { $0?.json ?? .null })]
        }
      ),
      "inputs": .array(
        inputs.map { ["name": JSON($0.name), "same": .array($0.isSame.map { JSON($0) })] }
      ),
      "commands": .array(commands.map { $0.map { .array($0.map { .string($0) }) } ?? .null }),
      "environment": .array(
        environment.map {
          ["name": JSON($0.name), "values": .array($0.values.map { JSON($0) })]
        }
      ),
      "metrics": .array(metrics.map(\.json)),
      "alert_counts": .array(alerts.map { JSON($0) }),
      "not_finite": .array(notFinite.map { JSON($0) }),
      "cached_seconds": .array(saved.map { JSON($0) }),
    ]
  }
}

extension Double {
  /// That so many seconds of a time are those of results from the cache; nothing for 0.
  var cachedText: Line {
    self > 0 ? Line(" (\(durationText(self)) cached)", .dim) : Line()
  }
}

extension RunComparison.FileChange {
  fileprivate var line: Line {
    switch kind {
    case .added: Line("added", .good)
    case .removed: Line("removed", .bad)
    case .edited where diff.isEmpty: Line("changed", .bold)
    case .edited:
      Line("+\(added)", .good) + Line(" ") + Line("-\(removed)", .bad) + Line(" lines", .dim)
    }
  }

  fileprivate var json: JSON {
    [
      "kind": JSON(kind.rawValue), "lines_added": JSON(added), "lines_removed": JSON(removed),
    ]
  }
}

extension RunComparison.MetricRow {
  fileprivate var json: JSON {
    let base = values.first ?? nil
    return [
      "name": JSON(name), "step": JSON(step), "goal": JSON(goal?.rawValue), "main": JSON(isMain),
      "best": JSON(best), "best_last": JSON(bestLast),
      "values": .array(
        values.map { value in
          guard let value else { return .null }
          return [
            "best": JSON(value.best.value), "best_step": JSON(value.best.step),
            "last": JSON(value.last), "last_step": JSON(value.lastStep),
            "best_difference": JSON(base.map { value.best.value - $0.best.value }),
            "last_difference": JSON(base.map { value.last - $0.last }),
          ]
        }
      ),
    ]
  }
}

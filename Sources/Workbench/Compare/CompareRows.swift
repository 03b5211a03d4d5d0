import Curves
import Engine
import Foundation
import Pipelines
import Series
import Store
import Terminal

/// One row of the comparison's tables; a cell says its parts, the first ones are kept longest.
struct CompareRow: Equatable {
  var label: StyledText
  var cells: [StyledText]
}

extension CompareView {
  func rows(of pane: Pane, _ context: Context) -> [CompareRow] {
    guard let all = comparison(context) else { return [] }
    return switch pane {
    case .differences: differences(all)
    case .metrics: metrics(all, context)
    case .chart: []
    }
  }

  // MARK: What differs

  private func differences(_ all: RunComparison) -> [CompareRow] {
    var rows: [CompareRow] = []
    for row in all.parameters where row.differs || showsAllParameters {
      let first = row.values.first ?? nil
      rows.append(
        CompareRow(
          label: StyledText(SafeText(hostile: row.name), row.differs ? .normal : .dim),
          cells: row.values.map { value in
            let text = SafeText(hostile: value?.description ?? "not declared")
            return StyledText(text, value == nil ? .dim : value == first ? .normal : .accent)
          }
        )
      )
    }
    if !all.commands.isEmpty {
      let base = all.commands[0]
      rows.append(
        CompareRow(
          label: StyledText("command"),
          cells: all.commands.map { words in
            let text = words.map { SafeText(hostile: $0.joined(separator: " ")) }
            return StyledText(
              text ?? "a pipeline",
              words == nil ? .dim : words == base ? .normal : .accent
            )
          }
        )
      )
    }
    rows += all.files.map { file in
      CompareRow(
        label: StyledText(SafeText(hostile: file.path)),
        cells: file.changes.enumerated().map { index, change in
          change.map(fileCell) ?? (StyledText(index == 0 ? "base" : "same", .dim))
        }
      )
    }
    return rows + inputs(all)
  }

  private func fileCell(_ change: RunComparison.FileChange) -> StyledText {
    switch change.kind {
    case .added: return StyledText("added", .good) + lines(change)
    case .removed: return StyledText("removed", .bad)
    case .edited:
      let counts = lines(change)
      return counts.isEmpty ? StyledText("differs", .accent) : counts
    }
  }

  private func lines(_ change: RunComparison.FileChange) -> StyledText {
    guard change.added + change.removed > 0 else { return StyledText() }
    var text = StyledText(change.kind == .added ? " " : "")
    if change.added > 0 { text.append("+\(change.added) ", .good) }
    if change.kind == .edited, change.removed > 0 { text.append("-\(change.removed) ", .bad) }
    text.append(change.added + change.removed == 1 ? "line" : "lines")
    return text
  }

  /// Inputs that are the same everywhere share a row.
  private func inputs(_ all: RunComparison) -> [CompareRow] {
    // What is known of no run says nothing.
    let known = all.inputs.filter { row in row.isSame.dropFirst().contains { $0 != nil } }
    let same = known.filter { $0.isSame.allSatisfy { $0 == true } }
    var rows = known.filter { row in !same.contains(row) }.map { row in
      CompareRow(
        label: StyledText(SafeText(hostile: row.name)),
        cells: row.isSame.enumerated().map { index, isSame in
          index == 0
            ? StyledText("base", .dim)
            : isSame == true
              ? StyledText("same", .dim)
              : isSame == false ? StyledText("differs", .accent) : StyledText("not known", .dim)
        }
      )
    }
    if !same.isEmpty {
      let names = same.map { row -> SafeText in
        row.name == "environment" ? "env" : SafeText(hostile: row.name)
      }.joined(separator: ", ")
      rows.append(
        CompareRow(
          label: StyledText(names, .dim),
          cells: all.runs.map { _ in StyledText("same", .dim) }
        )
      )
    }
    return rows
  }

  // MARK: Metrics

  private func metrics(_ all: RunComparison, _ context: Context) -> [CompareRow] {
    let titles = all.titles.map { SafeText(hostile: $0) }
    // The goals stand below each other; a name is cut before its goal would vanish.
    let room = labelWidth(context.area.inset().left(1).1) - 5
    let width = min(room, titles.map(\.width).max() ?? 0)
    var rows = zip(all.metrics, titles).map { row, title in
      metricRow(row, title.shortened(to: width).padded(to: width), all, context)
    }
    rows += times(all, context)
    rows.append(
      CompareRow(
        label: StyledText("steps"),
        cells: all.runs.map { run in
          // Those from the cache are among those that are done.
          let ran = max(0, run.stepsDone - run.stepsCached)
          return StyledText("\(ran) ok, \(run.stepsCached) cached")
        }
      )
    )
    rows += counted("alerts", all.alerts, .warning) + counted("not finite", all.notFinite, .bad)
    rows.append(CompareRow(label: StyledText("end"), cells: all.runs.map { end(of: $0, context) }))
    return rows
  }

  /// A count a run; nothing where all are 0.
  private func counted(_ label: SafeText, _ counts: [Int], _ style: Style) -> [CompareRow] {
    guard counts.contains(where: { $0 > 0 }) else { return [] }
    let cells = counts.map { StyledText(grouped($0), $0 > 0 ? style : .dim) }
    return [CompareRow(label: StyledText(label), cells: cells)]
  }

  private func metricRow(
    _ row: RunComparison.MetricRow,
    _ name: SafeText,
    _ all: RunComparison,
    _ context: Context
  ) -> CompareRow {
    var label = StyledText(name, row.isMain ? .bold : .normal)
    if let goal = row.goal { label.append(" " + SafeText(hostile: goal.rawValue), .dim) }
    let shown = row.values.enumerated().map {
      reading(of: row, $0.offset, $0.element, all, context)
    }
    let winner: Int? =
      switch moment {
      case .best: row.best
      case .last: row.bestLast
      case .sameStep: CompareView.winner(shown.map { $0?.value }, row.goal)
      }
    let first = shown.first.flatMap { $0?.value }
    return CompareRow(
      label: label,
      cells: shown.enumerated().map { index, reading in
        guard let reading else { return StyledText("-", .dim) }
        var cell = StyledText(
          column(valueText(reading.value, SampledMetric.unit(of: row.name)).closed(to: 7), 8),
          reading.value.isFinite ? (index == winner ? Style(.good, bold: true) : .normal) : .bad
        )
        let isSampled = SampledMetric.isSampled(row.name)
        let place = isSampled ? valueText(reading.step, .duration) : stepText(reading.step)
        cell.append(column("@" + place, 5), .dim)
        if index > 0, let first {
          let past = reading.value - first
          let style = style(reading.value, first, row.goal)
          // Blanks behind it only where "best" follows: they would be underlined, too.
          let text = difference(past, SampledMetric.unit(of: row.name))
          cell.append(" " + (index == winner ? column(text, 8) : text), style)
        }
        if index == winner { cell.append(" best", .good) }
        return cell
      }
    )
  }

  /// The value of a run that the table shows, and its step.
  private func reading(
    of row: RunComparison.MetricRow,
    _ index: Int,
    _ summary: MetricSummary?,
    _ all: RunComparison,
    _ context: Context
  ) -> (value: Double, step: Double)? {
    guard let summary else { return nil }
    switch moment {
    case .best: return (summary.best.value, summary.best.step)
    case .last: return (summary.last, summary.lastStep)
    case .sameStep:
      guard all.runs.indices.contains(index), let folder = series[all.runs[index].id],
        let found = readings[SeriesKey(folder: folder, name: row.name)]
      else { return nil }
      return (value: found.value, step: found.step)
    }
  }

  /// As wide as a column, or wider: a figure is never cut, nor does it touch the next one.
  private func column(_ text: SafeText, _ width: Int) -> SafeText {
    text.width < width ? text.padded(to: width) : text + " "
  }

  private func difference(_ value: Double, _ unit: AxisUnit) -> SafeText {
    guard value.isFinite else { return "" }
    if value == 0 { return "=" }
    return value > 0 ? "+" + valueText(value, unit) : valueText(value, unit)
  }

  private func style(_ value: Double, _ base: Double, _ goal: Goal?) -> Style {
    guard let goal, value.isFinite, base.isFinite else { return .dim }
    return goal.isBetter(value, than: base) ? .good : goal.isBetter(base, than: value) ? .bad : .dim
  }

  private func times(_ all: RunComparison, _ context: Context) -> [CompareRow] {
    var rows = [time("run time", all.runs.map { duration($0.started, $0.ended, context) })]
    guard let step = all.metrics.first?.step else { return rows }
    let steps = all.runs.map { run in
      facts(of: run.id, context)?.steps.first { $0.name == step }
    }
    guard steps.contains(where: { $0?.started != nil }) else { return rows }
    rows.insert(
      time(
        SafeText(hostile: step) + " time",
        steps.map { step in step.flatMap { duration($0.started, $0.ended, context) } }
      ),
      at: 0
    )
    return rows
  }

  private func duration(_ start: Date?, _ end: Date?, _ context: Context) -> Double? {
    start.map { max(0, (end?.timeIntervalSince1970 ?? context.now) - $0.timeIntervalSince1970) }
  }

  private func time(_ label: SafeText, _ seconds: [Double?]) -> CompareRow {
    CompareRow(
      label: StyledText(label),
      cells: seconds.enumerated().map { index, value in
        guard let value else { return StyledText("-", .dim) }
        var cell = StyledText(durationText(value).padded(to: 13))
        if index > 0, let first = seconds.first.flatMap({ $0 }) {
          let past = abs(value - first)
          let sign: SafeText = value < first ? " -" : " +"
          cell.append(past < 0.05 ? " =" : sign + durationText(past), .dim)
        }
        return cell
      }
    )
  }

  private func end(of run: RunRecord, _ context: Context) -> StyledText {
    var text = StyledText(SafeText(hostile: run.status.rawValue), run.status.style)
    if run.status == .failed, let step = run.failedStep {
      text.append(": " + SafeText(hostile: step), run.status.style)
    }
    if let model = models(of: run.id, context).last {
      let word: SafeText =
        switch model.approval {
        case .pending: "pending"
        case .approved: "approved"
        case .rejected: "rejected"
        }
      text.append(", v\(model.version) " + word, model.approval == .pending ? .warning : .dim)
    }
    return text
  }
}

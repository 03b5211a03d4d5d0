import Curves
import Engine
import Pipelines
import Store
import Terminal

/// What happened beside the points of one curve: findings of watch rules, and messages of the log.
struct CurveMarks {
  /// The curve's place in the chart.
  var curve: Int
  var key: SeriesKey
  var axis: CurveAxis
  var origin: Double
  /// Whose marks they are, where there are several runs.
  var owner: SafeText = ""
  var context: Context

  private static let mostFindings = 50
  /// As many labels as have room beside curves.
  private static let mostLabels = 4

  /// The findings about the metric and about the whole step.
  var findings: [LineChart.Mark] { findings { $0 == key.name || $0 == nil } }

  /// The findings about the metric alone.
  var ownFindings: [LineChart.Mark] { findings { $0 == key.name } }

  private func findings(about isMeant: (String?) -> Bool) -> [LineChart.Mark] {
    guard case .marks(let all)? = context.answers[.marks(key.folder)] else { return [] }
    return all.filter { isMeant($0.metric) }
      .suffix(Self.mostFindings)
      .compactMap { finding in
        axis.place(step: finding.step, time: finding.time, origin: origin).map { x in
          var mark = LineChart.Mark(
            x: x,
            label: SafeText(hostile: finding.rule, limit: 40),
            color: .warning,
            kind: .line
          )
          mark.owner = owner
          return mark
        }
      }
  }

  /// The log's warnings and errors as signs on the curve, one for those that share three cells.
  ///
  /// `columns` are those of the chart's dots. With `hasLabels` the messages are told where they are
  /// few, and the one beside the crosshair in any case.
  func messages(
    _ columns: DotColumns,
    cell: Int,
    crosshair: Double?,
    hasLabels: Bool
  ) -> [LineChart.Mark] {
    guard case .messages(let all)? = context.answers[.messages(key)] else { return [] }
    let width = max(1, cell * 3)
    var groups: [(column: Int, x: Double, message: LogMessage)] = []
    for message in all {
      let place = axis.place(step: message.step ?? .nan, time: message.time, origin: origin)
      guard let x = place else { continue }
      let column = columns.column(of: x)
      guard column >= 0, column < columns.count else { continue }
      if let last = groups.indices.last, groups[last].column == column / width {
        if groups[last].message.join(message) { groups[last].x = x }
      } else {
        groups.append((column / width, x, message))
      }
    }
    let asked = crosshair.map { columns.column(of: $0) / width }
    return groups.map { column, x, message in
      let isTold = hasLabels && (groups.count <= Self.mostLabels || column == asked)
      var mark = mark(message, x, label: isTold ? label(message) : "")
      mark.isAsked = isTold && column == asked
      return mark
    }
  }

  private func label(_ message: LogMessage) -> SafeText {
    guard message.count > 1 else { return StyledText(log: message.text, limit: 80).plain }
    return "\(message.count) " + (message.severity == .error ? "errors" : "warnings")
  }

  private func mark(_ message: LogMessage, _ x: Double, label: SafeText) -> LineChart.Mark {
    let isError = message.severity == .error
    var mark = LineChart.Mark(x: x, label: label, color: isError ? .bad : .warning, kind: .point)
    mark.owner = owner
    mark.curve = curve
    mark.sign = isError ? .init("◆", ascii: "E") : .init("◇", ascii: "W")
    return mark
  }
}

import Curves
package import Foundation
import Pipelines
package import Store
import Terminal

/// What watch rules found in a run, as `lathe show` lists it.
package enum AlertTable {
  /// A terminal shows the first ones, which tell what began it; a pipe gets all.
  package static let mostRows = 20

  package static func lines(
    _ alerts: [AlertRecord],
    of run: RunRecord,
    width: Int?,
    zone: TimeZone = .current
  ) -> [Line] {
    guard !alerts.isEmpty else { return [] }
    let shown = width == nil ? alerts : Array(alerts.prefix(mostRows))
    let rows = shown.map { alert -> [Line] in
      let finding = alert.finding
      let attempt = alert.attempt ?? 1
      return [
        Line("!", .warning), Line(SafeText(hostile: clockText(alert.time, in: zone)), .dim),
        Line(SafeText(hostile: alert.step ?? ""), .bold)
          + Line(alert.run == run.id ? "" : " (\(alert.run.map { "r\($0)" } ?? ""))", .dim),
        Line(attempt > 1 ? "\(attempt)" : "", .dim),
        Line(SafeText(hostile: finding?.rule ?? ""), .warning),
        Line(SafeText(hostile: finding.map(place(of:)) ?? "")),
        Line(SafeText(hostile: finding?.message ?? alert.words)),
        Line(finding?.action == .stop ? "StopTraining" : "", .warning),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("time", rank: 3), .init("step", least: 6), .init("attempt", right: true),
      .init("rule", least: 8), .init("where", rank: 1, least: 8), .init("what", least: 16),
      .init("action", rank: 2),
    ]
    let lines = Table(columns, rows).lines(width: width)
    guard alerts.count > shown.count else { return lines }
    let rest = countText(alerts.count - shown.count)
    let all = "and \(rest) more: lathe show \(run.shortName) --json"
    return lines + [Line(SafeText(hostile: all), .dim)]
  }
}

/// The metric and where on its curve, as other tables tell it.
private func place(of finding: WatchFinding) -> String {
  guard let metric = finding.metric, SampledMetric.isSampled(metric), finding.step.isFinite else {
    return finding.place ?? ""
  }
  return "\(metric) at \(stepFigure(finding.step, of: metric))"
}

extension Int {
  /// This many alerts as a mark behind a status: "!" for one, "!3" for more, nothing for none.
  var alertMark: Line {
    switch self {
    case ..<1: Line()
    case 1: Line(" !", .warning)
    default: Line(" !\(self)", .warning)
    }
  }

  /// "1 alert", "3 alerts".
  var alertsText: SafeText {
    self == 1 ? "1 alert" : SafeText(hostile: countText(self)) + " alerts"
  }
}

extension AlertRecord {
  /// The keys are a promise to scripts: they are added to and never renamed.
  ///
  /// JSON has no word for NaN and infinity: such a value is null, and the message tells it.
  package var json: JSON {
    [
      "time": JSON(time), "step": JSON(step), "attempt": JSON(attempt),
      "rule": JSON(finding?.rule), "metric": JSON(finding?.metric),
      "metric_step": JSON(finding?.step), "value": JSON(finding?.value),
      "message": JSON(finding?.message ?? words), "action": JSON(finding?.action.rawValue),
      "run": JSON(run.map { "r\($0)" }),
    ]
  }
}

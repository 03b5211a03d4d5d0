import Commands
import Foundation
import Pipelines
import Store
import Terminal
import Testing

/// What watch rules found, wherever commands tell of a run.
struct AlertTextTests {
  private let failed = run(1, .failed)
  private let shown = run(2, .stopped)

  private var stall: AlertRecord {
    alert(
      3,
      run: shown,
      rule: "Stall",
      metric: nil,
      at: .nan,
      message: "the step has printed nothing for 60 s.",
      action: .stop,
      attempt: 2
    )
  }

  @Test func `the list marks runs in which a watch rule fired, with how often`() {
    let lines = RunTable.lines(
      [run(3), shown, failed],
      parents: [:],
      alerts: [1: 1, 2: 3],
      at: noon,
      width: nil
    )
    #expect(
      lines.plain == """
           run  pipeline  status       time       when  metric    best     curve
        ✓  r3   digits    Succeeded   2m14s  1m00s ago  val_loss  0.288 ↓  █▅▃▁
        ‖  r2   digits    Stopped !3  2m14s  1m00s ago  val_loss  0.288 ↓  █▅▃▁
        ✗  r1   digits    Failed !    2m14s  1m00s ago  val_loss  0.288 ↓  █▅▃▁

        """
    )
    #expect(RunTable.legend(of: "r2").plain.contains("lathe show r2"))
  }

  @Test func `show lists what was found, where, and what the rule does`() {
    var report = RunReport(run: shown, parent: nil, steps: [], metrics: [], home: home)
    report.alerts = [alert(1, run: shown), stall]
    let lines = report.lines(at: noon, width: nil, zone: utc).plain
    #expect(
      lines.contains(
        """

        Alerts
             time      step   attempt  rule   where       what                                    action
          !  14:02:12  train           NaN    loss at 12  loss is NaN.
          !  14:02:14  train        2  Stall              the step has printed nothing for 60 s.  StopTraining

        """
      )
    )
    #expect(
      report.ending(at: noon).plain.contains(
        "\n  2 alerts of watch rules: 'lathe show r2' lists them.\n"
      )
    )
  }

  @Test func `an alert of an older Lathe is shown with the text it has`() {
    var old = AlertRecord(
      id: 1,
      run: 2,
      message: "r2 train: NaN: loss is NaN.\u{1b}[2J",
      time: noon
    )
    old.step = "train"
    let lines = AlertTable.lines([old], of: shown, width: nil, zone: utc).map(\.plain)
    #expect(lines.count == 2 && lines[1].hasPrefix("!  14:02:11  train  NaN: loss is NaN."))
    #expect(!lines[1].contains("\u{1b}"))
    #expect(old.json["message"] == "NaN: loss is NaN.\u{1b}[2J" && old.json["rule"] == .null)
  }

  @Test(arguments: [40, 60, 80])
  func `a terminal shows the first alerts, and how many more there are`(width: Int) {
    let many = (1...50).map { alert($0, run: shown, metric: "m\($0)", message: "m\($0) is NaN.") }
    let lines = AlertTable.lines(many, of: shown, width: width, zone: utc)
    #expect(lines.count == 22)
    #expect(lines[1].plain.contains("m1 is NaN.") && lines.allSatisfy { $0.width <= width })
    #expect(lines[21].plain == "and 30 more: lathe show r2 --json")
    #expect(AlertTable.lines(many, of: shown, width: nil, zone: utc).count == 51)
  }

  @Test func `a follower tells each alert once, and of many that there are more`() {
    var progress = RunProgress(zone: utc)
    var snapshot = RunSnapshot(run: shown, steps: [])
    _ = progress.changes(snapshot, at: noon)
    snapshot.alerts = [alert(1, run: shown)]
    #expect(
      progress.changes(snapshot, at: noon).plain
        == "14:02:12 train ! NaN at 12: loss is NaN.\n"
    )
    #expect(progress.changes(snapshot, at: noon).isEmpty)
    snapshot.alerts += (2...30).map { alert($0, run: shown) }
    let lines = progress.alerts(snapshot).map(\.plain)
    #expect(lines.count == 20 && lines[18] == "14:02:31 train ! NaN at 12: loss is NaN.")
    #expect(lines[19] == "More alerts are not told here: 'lathe show r2' lists them.")
    snapshot.alerts.append(alert(31, run: shown))
    #expect(progress.alerts(snapshot).isEmpty)
  }

  @Test func `documents count the alerts and hold what was found`() {
    var report = RunReport(run: shown, parent: nil, steps: [], metrics: [], home: home)
    #expect(report.json["alert_count"] == .integer(0) && report.json["alerts"] == [])
    report.alerts = [alert(1, run: shown), stall]
    #expect(report.json["alert_count"] == .integer(2))
    guard case .array(let alerts)? = report.json["alerts"] else {
      Issue.record("no alerts")
      return
    }
    #expect(
      alerts[0].names == [
        "time", "step", "attempt", "rule", "metric", "metric_step", "value", "message", "action",
        "run",
      ]
    )
    #expect(alerts[0]["metric_step"] == .number(12) && alerts[0]["value"]?.text == "null")
    #expect(alerts[1]["action"] == "StopTraining" && alerts[1]["attempt"] == .integer(2))
    guard case .array(let runs) = JSON([shown, failed], alerts: [2: 2]) else { return }
    #expect(runs.map { $0["alert_count"] } == [.integer(2), .integer(0)])
  }
}

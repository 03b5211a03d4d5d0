import Documents
import Foundation
import Pipelines
import Store

extension Agent {
  /// Raises an alert for each finding of an attempt's watch rules that has none yet.
  ///
  /// What the attempt's folder says is the truth: asked for again, after any death, nothing is raised
  /// twice or forgotten. What an earlier attempt has found at the same place rings no second time.
  func raise(_ name: RunnerName) throws {
    guard let run = try runs[name.run]?.run ?? reader.run(name.run) else { return }
    let marks = WatchMarks.read(folder(of: name))
    guard !marks.isEmpty else { return }
    let raised = try reader.watchAlerts(of: run.id).filter { $0.step == name.step }
    let known = Dictionary(grouping: raised, by: \.finding?.message)
    let alerts = marks.filter { mark in
      let same = known[mark.message] ?? []
      return !same.contains { earlier in
        guard let finding = earlier.finding else { return false }
        // An attempt that goes on from an earlier one, or begins anew, comes by the same points again.
        return earlier.attempt == name.attempt ? finding == mark : finding.repeats(mark)
      }
        && !(known[nil] ?? []).contains { $0.tells(mark) }
    }.map { AlertRecord($0, run: run, step: name.step, attempt: name.attempt) }
    guard !alerts.isEmpty else { return }
    try catalog.write { for alert in alerts { try $0.add(alert) } }
    send(alerts, of: run)
  }

  /// Runs the programs that are subscribed to the topics of a run's stack, and those of `notify`, once an alert is written.
  ///
  /// A program gets the alert's text as its one argument and a minute's time; the catalog does not wait
  /// for it.
  ///
  /// `notify` are commands that the pipeline names: they get the text as their last argument.
  func send(_ alerts: [AlertRecord], of run: RunRecord, notify: [[String]] = []) {
    guard !alerts.isEmpty, let instance = try? reader.instance(run.instance) else { return }
    let resources = (try? instance.stack.map { try reader.resources(of: $0) }) ?? []
    let subscribed = resources.filter { $0.status == .createComplete }
      .flatMap { ($0.attributes[Topic.programs] ?? "").split(separator: "\n").map { [String($0)] } }
    let programs = subscribed + notify
    guard !programs.isEmpty else { return }
    let environment = [
      "PATH": runs[run.id]?.launch.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
      "HOME": NSHomeDirectory(), "LATHE_RUN": run.shortName, "LATHE_INSTANCE": instance.name,
    ]
    work { post in
      for program in programs {
        for alert in alerts {
          do {
            _ = try ChildProcess.collect(
              program + [alert.message],
              environment: environment,
              folder: instance.folder,
              timeout: 60
            )
          } catch {
            let words = Explanation(error).what
            post { $0.log("the alert program \(program.joined(separator: " ")) failed: \(words)") }
          }
        }
      }
    }
  }
}

extension AlertRecord {
  /// Whether it is of a finding, written by a Lathe that kept only its sentence.
  fileprivate func tells(_ finding: WatchFinding) -> Bool {
    message.hasSuffix(": " + finding.message)
      && abs(time.timeIntervalSince1970 - finding.time) < 0.002
  }
}

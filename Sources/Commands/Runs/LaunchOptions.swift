import ArgumentParser
import Documents
import Engine
package import Foundation
import Pipelines
import Store
import Terminal

/// Whether a command that starts a run stays with it.
package struct FollowOptions: ParsableArguments {
  @Flag(name: .long, help: "Return at once and print the run's name.")
  package var detach = false
  @Flag(name: .long, help: "Ctrl-C stops the run instead of leaving it.")
  package var attached = false

  package init() {}

  package func validate() throws {
    if detach && attached {
      throw ValidationError("--detach and --attached exclude each other: give one of them.")
    }
  }
}

extension Session {
  /// Asks for a run and stays with it as the options say; throws `ExitCode` 1 unless it succeeds.
  func launch(_ request: AgentRequest, _ options: FollowOptions) throws {
    guard case .run(let id) = try agent.send(request) else {
      throw Explanation(
        what: "The agent did not name the run.",
        why: "Its answer was of another kind.",
        next: "'lathe runs' shows whether it was launched."
      )
    }
    warnOfLogout()
    try stay(with: id, options)
  }

  /// Says once a login session that runs end with it.
  func warnOfLogout() {
    guard let words = LogoutWarning.firstOfSession(environment: environment, home: home) else {
      return
    }
    errors.print([
      Line("warning: ", .warning) + Line("\(words.what) \(words.why)"),
      Line("   next: ", .dim) + Line("\(words.next)"),
    ])
  }

  func stay(with id: Int, _ options: FollowOptions) throws {
    guard !options.detach else {
      let record = try catalog.run(id)
      let alerts = try catalog.newestWatchAlerts(of: id, limit: 0).count
      return answer(record?.json(alerts: alerts) ?? ["run": JSON("r\(id)")]) { [Line("r\(id)")] }
    }
    try finish(id, attached: options.attached)
  }

  /// Follows a run to its end and prints how it ended.
  func finish(_ id: Int, attached: Bool) throws {
    var follower = RunFollower(session: self, run: id, onInterrupt: attached ? .stop : .detach)
    let end = try follower.follow()
    let report = try report(on: end.run, steps: end.steps)
    answer(report.json) { report.ending(at: Date()) }
    if end.run.status != .succeeded { throw ExitCode(1) }
  }
}

extension RunReport {
  /// What stands below a run that was followed to its end: how it ended, and what to do next.
  package func ending(at now: Date) -> [Line] {
    var lines = [run.ending(at: now)]
    if !alerts.isEmpty {
      lines.append(
        Line("  ") + Line(alerts.count.alertsText, .warning)
          + Line(" of watch rules: 'lathe show \(run.shortName)' lists them.", .dim)
      )
    }
    guard run.status != .succeeded else {
      if let model {
        lines.append(
          Line("  registered the model \(model.shortName): 'lathe models' lists it.", .dim)
        )
      } else if let step = steps.first(where: { $0.type == .registerModel }),
        step.status == .succeeded, let reason = step.reason
      {
        lines.append(Line("  no new version, the model is \(reason)", .dim))
      }
      return lines
    }
    if let reason = run.reason {
      lines.append(Line("  why: ", .dim) + Line(SafeText(hostile: reason)))
    }
    if let step = run.failedStep {
      lines.append(Line(" next: 'lathe logs \(run.shortName) \(step)' prints what it said;", .dim))
      lines.append(resumeLine("       "))
    } else if run.status == .stopped {
      lines.append(resumeLine(" next: "))
    }
    return lines
  }

  private func resumeLine(_ label: SafeText) -> Line {
    let words = Resumption(of: run, steps, home: home).words.map { "; \($0)" } ?? ""
    return Line(
      label + "'lathe resume \(run.shortName)' goes on with the code as it is then\(words).",
      .dim
    )
  }
}

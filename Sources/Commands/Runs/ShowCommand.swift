package import ArgumentParser
import Engine
import Foundation
import Store

package struct ShowCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show everything about one run, or the runs of a sweep.",
    discussion: """
      RUN is r12, 12, @ for the last run, @-1 for the one before, a name or a name's beginning. Of a \
      sweep such as s1 the runs are listed, the best one marked. What watch rules found stands under \
      Alerts.

      On a terminal the 20 most important metrics are listed; into a pipe or a file, and with --json, \
      all of them.

      EXAMPLE: the last run
        lathe show @
      """
  )

  @Argument(help: ArgumentHelp("The run, or a sweep such as s1.", valueName: "run"))
  package var reference: String
  @OptionGroup var output: OutputOptions

  private static let mostMetrics = 20

  package init() {}

  package func run() throws {
    let session = Session(output)
    session.warnOfFullDisks()
    if let sweep = try session.catalog.sweep(named: reference) { return try session.show(sweep) }
    var report = try session.report(on: try session.catalog.run(named: reference))
    report.notFinite = try session.notFinite(of: report.run)
    for step in report.steps where step.logAttempt > 1 {
      report.attempts[step.name] = StepAttempt.several(of: step, in: session.home)
    }
    report.workFolders = session.workFolders(of: report.steps)
    // What a program reads, such as grep, is meant to find all of them.
    report.mostMetrics = session.output.isTerminal ? Self.mostMetrics : nil
    session.answer(report.json) {
      report.lines(at: Date(), width: session.width)
    }
  }
}

extension RunReport {
  package var json: JSON {
    run.json(steps: steps, metrics: metrics, alerts: alerts, home: home)
  }
}

extension Session {
  /// The attempts of some steps whose work folders are there.
  fileprivate func workFolders(of steps: [StepRecord]) -> Set<AttemptFolder> {
    let attempts = steps.lazy.filter { $0.logAttempt > 0 }
      .map { home.attempt(run: $0.logRun, step: $0.name, attempt: $0.logAttempt) }
    return Set(attempts.filter { access($0.work, F_OK) == 0 })
  }

  /// `steps`: those of the run, where they were just read.
  func report(on run: RunRecord, steps: [StepRecord]? = nil) throws -> RunReport {
    // The catalog has a step's facts when the step has ended.
    let steps = try (steps ?? catalog.steps(of: run.id)).map { step in
      var step = step
      if step.status.isActive {
        let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
        step.facts = StepFacts(loggedIn: folder)
      }
      return step
    }
    var live = LiveMetrics(catalog)
    var report = RunReport(
      run: run,
      parent: try run.parent.flatMap { try catalog.run($0) },
      steps: steps,
      metrics: try live.metrics(of: run),
      model: try catalog.models().first { $0.run == run.id },
      home: home
    )
    report.alerts = try catalog.shownAlerts(of: run.id)
    return report
  }
}

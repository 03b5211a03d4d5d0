package import ArgumentParser
import Documents
import Engine
import Store
import Terminal

package struct StopCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop a run or a sweep.",
    discussion: """
      Running steps are ended, waiting ones are not started. 'lathe resume' goes on from there.

      EXAMPLE:
        lathe stop r12

      EXAMPLE: all runs of a sweep, those that wait as well
        lathe stop s1
      """
  )

  @Argument(help: ArgumentHelp("The run, or a sweep such as s1.", valueName: "run"))
  package var reference: String
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    if let sweep = try session.catalog.sweep(named: reference) { return try session.stop(sweep) }
    let run = try session.catalog.run(named: reference)
    guard run.status.isActive else {
      throw Explanation(
        what: "\(run.shortName) is not running.",
        why: "Its status is \(run.status.rawValue).",
        next: "'lathe runs' shows which runs are."
      )
    }
    if run.status == .stopping {
      return session.answer(run.json) {
        [
          Line("\(run.shortName) Stopping", run.status.mark.style)
            + Line(" already: its steps have their 'grace' (10s without one) to end.", .dim)
        ]
      }
    }
    try session.agent.send(.stop(run: run.id))
    let now = try session.catalog.run(run.id) ?? run
    session.answer(now.json) {
      [Line("\(now.shortName) \(now.status.rawValue)", now.status.mark.style)]
    }
  }
}

package struct ResumeCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a failed or stopped run or sweep, with the code as it is now.",
    discussion: """
      Steps that succeeded are kept; the failed step and what follows run with the edited code.

      EXAMPLE: after mending the script
        lathe resume @

      EXAMPLE: what failed or was stopped of a sweep
        lathe resume s1
      """
  )

  @Argument(help: ArgumentHelp("The run, or a sweep such as s1.", valueName: "run"))
  package var reference: String
  @OptionGroup package var following: FollowOptions
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    if let sweep = try session.catalog.sweep(named: reference) {
      return try session.resume(sweep, following)
    }
    let run = try session.catalog.run(named: reference)
    guard run.status == .failed || run.status == .stopped else {
      throw Explanation(
        what: "\(run.shortName) cannot be resumed.",
        why: "Only failed and stopped runs can; its status is \(run.status.rawValue).",
        next: run.status.isActive
          ? "'lathe watch \(run.shortName)' follows it."
          : "'lathe rerun \(run.shortName)' launches it again."
      )
    }
    try session.agent.send(.resume(run: run.id))
    if !session.isJSON {
      let step = run.failedStep.map { " from step '\($0)'" } ?? ""
      session.errors.print(
        Line("\(run.shortName) goes on\(step) with the code as it is now.", .bold)
      )
    }
    try session.stay(with: run.id, following)
  }
}

package struct RemoveCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Move an ended run or sweep to the trash.",
    discussion: """
      The run's folder goes to the trash of the home, with its logs and metrics; nothing takes it out \
      again. The results of its steps stay in the cache until 'lathe gc', unless a newer one takes their \
      place: a step that takes one says so. A run that is pinned, or made a registered model, is kept.

      EXAMPLE:
        lathe rm r12
      """
  )

  @Argument(help: ArgumentHelp("The run, or a sweep such as s1.", valueName: "run"))
  package var reference: String
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    if let sweep = try session.catalog.sweep(named: reference) { return try session.remove(sweep) }
    let run = try session.catalog.run(named: reference)
    guard run.status != .stopping else {
      throw Explanation(
        what: "\(run.shortName) is still stopping.",
        why: "Its steps have their 'grace' (10s without one) to end.",
        next: "'lathe watch \(run.shortName)' waits for its end; then it can be removed."
      )
    }
    guard !run.status.isActive else {
      throw Explanation(
        what: "\(run.shortName) is still running.",
        why: "Its status is \(run.status.rawValue).",
        next: "'lathe stop \(run.shortName)' first."
      )
    }
    try session.agent.send(.remove(run: run.id))
    let trash = session.home.trash
    session.answer([
      "run": JSON(run.shortName), "removed": .boolean(true), "removed_runs": .integer(1),
      "trash": JSON(trash),
    ]) {
      [
        Line("\(run.shortName) is in the trash: \(trash)"),
        Line(
          "  What its steps made is still taken from the cache, without log and figures; "
            + "'lathe run --no-cache' makes it anew.",
          .dim
        ),
      ]
    }
  }
}

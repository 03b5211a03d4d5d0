package import ArgumentParser
import Documents
import Engine
import Store
import Terminal

package struct StopCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop runs or sweeps.",
    discussion: """
      Running steps are ended, waiting ones are not started. 'lathe resume' goes on.

      EXAMPLE:
        lathe stop r12

      EXAMPLE: all runs of a sweep, those that wait as well
        lathe stop s1

      EXAMPLE: those of several that are running
        lathe stop r3..r7 r12
      """
  )

  @Argument(
    help: ArgumentHelp("The runs, a range such as r3..r7, or a sweep such as s1.", valueName: "run")
  )
  package var references: [String]
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let named = try session.catalog.named(references)
    guard named.count == 1, let only = named.first else {
      return try session.stop(named, ranges: references.compactMap(\.runRange))
    }
    switch only {
    case .sweep(let sweep): try session.stop(sweep)
    case .run(let run): try stop(run, session)
    }
  }

  private func stop(_ run: RunRecord, _ session: Session) throws {
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
    abstract: "Go on with failed or stopped runs or sweeps, with the code as it is now.",
    discussion: """
      Steps that succeeded are kept; the failed step and what follows run with the edited code. A step \
      begins anew, unless it left a checkpoint that its script goes on from.

      Several are continued at once, and none of them is followed.

      EXAMPLE: after mending the script
        lathe resume @

      EXAMPLE: what failed or was stopped of a sweep
        lathe resume s1
      """
  )

  @Argument(
    help: ArgumentHelp("The runs, a range such as r3..r7, or a sweep such as s1.", valueName: "run")
  )
  package var references: [String]
  @OptionGroup package var following: FollowOptions
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let named = try session.catalog.named(references)
    guard named.count == 1, let only = named.first else {
      guard !following.attached else {
        throw Explanation(
          what: "--attached needs one run.",
          why: "These are \(named.count): none of them is followed.",
          next: "Leave --attached out; 'lathe watch \(named[0].shortName)' follows one."
        )
      }
      return try session.resume(named)
    }
    switch only {
    case .sweep(let sweep): try session.resume(sweep, following)
    case .run(let run): try resume(run, session)
    }
  }

  private func resume(_ run: RunRecord, _ session: Session) throws {
    guard run.status == .failed || run.status == .stopped else {
      throw Explanation(
        what: "\(run.shortName) cannot be resumed.",
        why: "Only failed and stopped runs can; its status is \(run.status.rawValue).",
        next: run.status.isActive
          ? "'lathe watch \(run.shortName)' follows it."
          : "'lathe rerun \(run.shortName)' launches it again."
      )
    }
    let words = try session.resumption(of: run)
    try session.agent.send(.resume(run: run.id))
    if !session.isJSON { session.errors.print(words) }
    try session.stay(with: run.id, following)
  }
}

package import ArgumentParser
import Engine
import Store

package struct WatchCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow a run or a sweep to its end.",
    discussion: """
      On a terminal the steps are redrawn in place with the main metric's curve; otherwise each change \
      is a line. What watch rules find is a line in both. Ctrl-C ends the watching, never the run.

      EXAMPLE: the last run
        lathe watch @

      EXAMPLE: a sweep: how many runs are done, and which is best
        lathe watch s1
      """
  )

  @Argument(
    help: ArgumentHelp("The run, @ is the last one; or a sweep such as s1.", valueName: "run")
  )
  package var reference = "@"
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    session.warnOfFullDisks()
    if let sweep = try session.catalog.sweep(named: reference) {
      if try session.catalog.state(of: sweep).isActive { _ = try? session.agent.send(.ping) }
      return try session.finish(sweep, attached: false)
    }
    let run = try session.catalog.run(named: reference)
    // An agent may have to be there for the run to go on; watching works without one.
    if run.status.isActive { _ = try? session.agent.send(.ping) }
    try session.finish(run.id, attached: false)
  }
}

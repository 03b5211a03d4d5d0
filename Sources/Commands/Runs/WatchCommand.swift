package import ArgumentParser
import Engine
import Store

package struct WatchCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow a run to its end.",
    discussion: """
      On a terminal the steps are redrawn in place with the main metric's curve; otherwise each change \
      is a line. Ctrl-C ends the watching, never the run.

      EXAMPLE: the last run
        lathe watch @
      """
  )

  @Argument(help: ArgumentHelp("The run; @ is the last one.", valueName: "run"))
  package var reference = "@"
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    session.warnOfFullDisks()
    let run = try session.catalog.run(named: reference)
    // An agent may have to be there for the run to go on; watching works without one.
    if run.status.isActive { _ = try? session.agent.send(.ping) }
    try session.finish(run.id, attached: false)
  }
}

package import ArgumentParser
import Engine
import Store

package struct RerunCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rerun",
    abstract: "Launch a run again, with the code as it is now.",
    discussion: """
      Parameters are the earlier run's unless -p changes them. What did not change comes from the cache.

      EXAMPLE: the last run with another learning rate
        lathe rerun @ -p learning_rate=0.01

      EXAMPLE: the same with three seeds
        lathe rerun @ --sweep seed=1..3
      """
  )

  @Argument(help: ArgumentHelp("The run to launch again.", valueName: "run"))
  package var reference: String
  @OptionGroup package var parameters: ParameterOptions
  @Option(name: .long, help: "A name for the new run.")
  package var name: String?
  @Option(name: .long, help: "A note about the new run.")
  package var note: String?
  @OptionGroup package var sweep: SweepOptions
  @OptionGroup package var selection: SelectionOptions
  @OptionGroup package var following: FollowOptions
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let earlier = try session.catalog.run(named: reference)
    let request = LaunchRequest(
      instance: earlier.instance,
      what: .rerun(of: earlier.id),
      parameters: parameters.values,
      name: name,
      note: note,
      environment: session.environment
    )
    try session.launch(request, sweep, selection, following)
  }
}

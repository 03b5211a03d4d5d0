package import ArgumentParser
import Documents
import Engine
import Store
import Terminal

package struct PinCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "pin",
    abstract: "Keep runs from being removed.",
    discussion: """
      'lathe gc' never removes a pinned run nor what it refers to, and 'lathe rm' refuses it.

      Of a sweep all runs are pinned.

      EXAMPLE: the run that the paper is about
        lathe pin r12
      """
  )

  @Argument(
    help: ArgumentHelp("The runs; a sweep such as s1 stands for all of its runs.", valueName: "run")
  )
  package var references: [String]
  @Flag(name: .long, help: "Take the pin off.")
  package var remove = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    // All of them are known before the first is changed.
    let runs = try session.runs(pinned: references)
    for run in runs where run.isPinned == remove {
      try session.agent.send(.pin(run: run.id, isPinned: !remove))
    }
    let now = try runs.map { try session.catalog.run($0.id) ?? $0 }
    session.answer(["runs": .array(now.map(\.json))]) {
      let sweeps = references.filter(\.isSweepName)
      if sweeps.count == references.count, now.count > 1, now.allSatisfy({ $0.isPinned != remove })
      {
        let whose = "All \(now.count) runs of \(sweeps.joined(separator: ", "))"
        let what = remove ? "are not pinned any more." : "are pinned: they are kept."
        return [Line(SafeText(hostile: "\(whose) \(what)"))]
      }
      return now.map { run in
        Line("\(run.shortName)", .bold)
          + Line(run.isPinned ? " is pinned: it is kept." : " is not pinned any more.")
      }
    }
  }
}

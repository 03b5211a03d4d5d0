package import ArgumentParser
import Documents
import Engine
import Foundation
import Store

package struct CompareCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Lay runs side by side: what differs, and which is better.",
    discussion: """
      The first run is the base. Better is told by each metric's goal.

      EXAMPLE: the last run against the one before, with the code's differences
        lathe compare @-1 @ --diff

      EXAMPLE: the runs of a sweep, or its eight best
        lathe compare s1
      """
  )

  @Argument(help: "Two or more runs, the base first; a sweep such as s1 stands for its runs.")
  package var runs: [String]
  @Flag(name: .long, help: "Print the unified diff of the files that differ.")
  package var diff = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard runs.count >= 2 || runs.contains(where: \.isSweepName) else {
      throw ValidationError("Name at least two runs, the base first.")
    }
    guard runs.count <= 8 else { throw ValidationError("At most eight runs fit side by side.") }
  }

  package func run() throws {
    let session = Session(output)
    let records = try session.runs(meant: runs, most: 8)
    guard records.count >= 2 else {
      throw Explanation(
        what: "There is only \(records[0].shortName) to compare.",
        why: "\(runs.joined(separator: " ")) is no more than that.",
        next: "Name another run with it: 'lathe runs' lists them."
      )
    }
    var live = LiveMetrics(session.catalog)
    let comparison = try RunComparison(
      of: records,
      catalog: session.catalog,
      objects: ObjectStore(home: session.home),
      live: &live
    )
    session.answer(comparison.json(at: Date())) {
      comparison.lines(at: Date(), width: session.width)
        + (diff ? [Line()] + comparison.diffLines : [])
    }
  }
}

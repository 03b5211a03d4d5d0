package import ArgumentParser
import Foundation
import Store
import Terminal

package struct RunsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs, newest first.",
    discussion: """
      Each line says what differs from the run's parent, and the main metric at its best.

      EXAMPLE: the last ten failures
        lathe runs --filter Failed --limit 10
      """
  )

  @Option(name: .long, help: "The most runs to list.")
  package var limit = 30
  @Option(
    name: .long,
    help: "Only runs whose name, note, pipeline, status or parameters contain this."
  )
  package var filter: String?
  @Option(name: .customLong("in"), help: "Only runs of this instance.")
  package var instance: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard (1...100_000).contains(limit) else {
      throw ValidationError("--limit has to be between 1 and 100000.")
    }
  }

  package func run() throws {
    let session = Session(output)
    session.warnOfFullDisks()
    var runs: [RunRecord]
    if let filter {
      runs = try session.catalog.runs(matching: filter, limit: limit)
      if let instance { runs = runs.filter { $0.instance == instance } }
    } else {
      runs = try session.catalog.runs(instance: instance, limit: limit)
    }
    if session.isJSON { return session.output.print(JSON.array(runs.map(\.json))) }
    session.sayWhoseHome()
    if runs.isEmpty {
      let hasInstance = try !session.catalog.instances().isEmpty
      return session.errors.print(RunTable.empty(filter: filter, hasInstance: hasInstance))
    }
    var parents = Dictionary(runs.map { ($0.id, $0) }) { $1 }
    for parent in Set(runs.compactMap(\.parent)) where parents[parent] == nil {
      parents[parent] = try session.catalog.run(parent)
    }
    session.output.print(
      RunTable.lines(runs, parents: parents, at: Date(), width: session.width)
    )
  }
}

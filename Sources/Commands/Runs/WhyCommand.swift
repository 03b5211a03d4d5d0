package import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

package struct WhyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say why each step of a run was executed, or taken from the cache.",
    discussion: """
      For a step from the cache: whose result it is, how old, and the time saved. For one that ran: \
      every part of its key that differs from the nearest earlier execution, down to the file and the \
      value.

      EXAMPLE: why the last run trained again, with the code's differences
        lathe why @ train
      """
  )

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  package var reference: String
  @Argument(help: "The step (default: all of them).")
  package var step: String?
  @Flag(
    inversion: .prefixedNo,
    help:
      "Print all differences of changed files (default: for one step, on a terminal, 40 lines of each)."
  )
  package var diff: Bool?
  @OptionGroup var output: OutputOptions

  /// Of a file's differences, where nobody has asked for them.
  private static let mostLines = 40

  package init() {}

  package func run() throws {
    let session = Session(output)
    let run = try session.catalog.run(named: reference)
    var steps = try session.catalog.steps(of: run.id)
    if let step {
      let names = steps.map(\.name)
      steps.removeAll { $0.name != step }
      guard !steps.isEmpty else {
        throw Explanation(
          what: "\(run.shortName) has no step '\(step)'.",
          why: "Its steps are \(names.prefix(12).joined(separator: ", ")).",
          next: nearest(step, among: names).map { "Did you mean '\($0)'?" }
            ?? "'lathe show \(run.shortName)' lists them."
        )
      }
    }
    let objects = ObjectStore(home: session.home)
    let report = WhyReport(
      run: run,
      steps: try steps.map {
        try StepExplanation($0, of: run, catalog: session.catalog, objects: objects)
      }
    )
    let isDiffed = diff ?? (step != nil && session.output.isTerminal)
    let texts: (StepExplanation.Change) -> [String]? = { isDiffed ? $0.diff(objects) : nil }
    session.answer(report.json(at: Date(), diff: texts)) {
      // What is printed unasked leaves the reason on the screen.
      report.lines(
        at: Date(),
        limit: diff == nil ? Self.mostLines : nil,
        width: diff == nil ? session.width : nil,
        diff: texts
      )
    }
  }
}

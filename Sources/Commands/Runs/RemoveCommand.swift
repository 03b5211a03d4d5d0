package import ArgumentParser
import Documents
import Engine
package import Store
import Terminal

package struct RemoveCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Move ended runs or sweeps to the trash.",
    discussion: """
      The run's folder goes to the trash of the home, with its logs and metrics; nothing takes it out \
      again. The results of its steps stay in the cache until 'lathe gc', unless a newer one takes their \
      place: a step that takes one says so. A run that is pinned, or made a registered model, is kept.

      EXAMPLE:
        lathe rm r12

      EXAMPLE: several, those that there are between r3 and r7 among them
        lathe rm r1 r3..r7
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
    guard named.count == 1, let only = named.first else { return try session.remove(named) }
    switch only {
    case .sweep(let sweep): try session.remove(sweep)
    case .run(let run): try remove(run, session)
    }
  }

  private func remove(_ run: RunRecord, _ session: Session) throws {
    try session.checkIsOver(run)
    let results = RemovedResults(of: try session.catalog.steps(of: run.id))
    try session.agent.send(.remove(run: run.id))
    let trash = session.home.trash
    session.answer([
      "run": JSON(run.shortName), "removed": .boolean(true), "removed_runs": .integer(1),
      "trash": JSON(trash),
    ]) {
      [Line("\(run.shortName) is in the trash: \(trash)")] + results.lines
    }
  }
}

/// What is left of the results that a removed run has.
package struct RemovedResults: Sendable, Equatable {
  /// Whether steps were executed in it: their results stay in the cache.
  package var isMaker: Bool
  /// The runs that made what it had from the cache.
  package var sources: [Int]

  package init(of steps: [StepRecord]) {
    isMaker = steps.contains { $0.status == .succeeded && $0.logRun == $0.run && $0.logAttempt > 0 }
    let taken = steps.filter { $0.status == .cached && $0.logRun != $0.run }
    sources = Set(taken.map(\.logRun)).sorted()
  }

  package var lines: [Line] {
    guard !isMaker else { return [Self.line] }
    guard !sources.isEmpty else { return [] }
    let more = sources.count > 3 ? " and \(sources.count - 3) more" : ""
    let names = sources.prefix(3).map { "r\($0)" }.joined(separator: ", ") + more
    return [Line("  What it had from the cache is that of \(names), and stays there.", .dim)]
  }

  static let line = Line(
    "  What its steps made is still taken from the cache, without log and figures; "
      + "'lathe run --no-cache' makes it anew.",
    .dim
  )
}

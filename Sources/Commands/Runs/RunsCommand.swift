package import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

package struct RunsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs, newest first.",
    discussion: """
      Each line says what differs from the run's parent, and the main metric at its best, of a run that \
      executes as far as it has come. A sweep has \
      one line; with its name, or with --filter, each of its runs has one. '!' behind a status: a watch \
      rule found something in the run, '!3': three times; 'lathe show' tells what.

      EXAMPLE: the last ten failures
        lathe runs --filter Failed --limit 10

      EXAMPLE: the runs of a sweep, with its parameters
        lathe runs s1
      """
  )

  @Argument(help: ArgumentHelp("Only the runs of this sweep.", valueName: "sweep"))
  package var reference: String?
  @Option(name: .long, help: "Only the runs of this sweep.")
  package var sweep: String?
  @Option(
    name: .long,
    parsing: .unconditional,
    help: "The most runs to list (default: 30; of a sweep all)."
  )
  package var limit: Int?
  @Option(
    name: .long,
    help: """
      Only runs whose name, note, pipeline, sweep, status or parameters contain this, or that meet conditions: \
      'lr=0.2 val_loss<0.3'.
      """
  )
  package var filter: String?
  @Option(name: .customLong("in"), help: "Only runs of this instance.")
  package var instance: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard (1...100_000).contains(limit ?? 1) else {
      throw ValidationError("--limit has to be between 1 and 100000.")
    }
    if reference != nil && sweep != nil {
      throw ValidationError("Name the sweep once: as an argument, or with --sweep.")
    }
  }

  package func run() throws {
    let session = Session(output)
    session.warnOfFullDisks()
    if let named = reference ?? sweep { return try list(try sweep(named, session), session) }
    let limit = limit ?? 30
    var runs: [RunRecord]
    if let filter {
      runs = try session.catalog.runs(matching: filter, instance: instance, limit: limit)
    } else if session.isJSON {
      runs = try session.catalog.runs(instance: instance, limit: limit)
    } else {
      // Thousands of runs of a sweep would hide all others: it has a line of its own.
      runs = try session.catalog.runsOfNoSweep(instance: instance, limit: limit)
    }
    if runs.isEmpty, let instance {
      // One that was taken down may have left runs; one that nobody knows is a slip of the pen.
      _ = try session.catalog.instances().meant(by: instance, in: session.folder)
    }
    var live = LiveMetrics(session.catalog)
    runs = try live.told(runs)
    let alerts = try session.catalog.alertCounts()
    if session.isJSON { return session.output.print(JSON(runs, alerts: alerts)) }
    session.sayWhoseHome()
    let sweeps =
      filter == nil ? try session.catalog.sweepStates(instance: instance, limit: limit) : []
    if runs.isEmpty && sweeps.isEmpty {
      let hasInstance = try !session.catalog.instances().isEmpty
      return session.errors.print(RunTable.empty(filter: filter, hasInstance: hasInstance))
    }
    var parents = Dictionary(runs.map { ($0.id, $0) }) { $1 }
    for parent in Set(runs.compactMap(\.parent)) where parents[parent] == nil {
      parents[parent] = try session.catalog.run(parent)
    }
    session.output.print(
      RunTable.lines(
        runs,
        sweeps: sweeps,
        parents: parents,
        alerts: alerts,
        at: Date(),
        width: session.width
      )
    )
    let swept = sweeps.filter { $0.alertCount > 0 }.map(\.sweep.shortName)
    explainMark(of: runs.marked(by: alerts) + swept, session)
  }

  private func sweep(_ text: String, _ session: Session) throws -> SweepRecord {
    if let sweep = try session.catalog.sweep(named: text) { return sweep }
    if let run = try? session.catalog.run(named: text) {
      throw Explanation(
        what: "'\(text)' is a run, and no sweep\(run.sweep.map { ": it is one of s\($0)" } ?? "").",
        why: "'lathe runs' lists runs, or those of one sweep.",
        next: (run.sweep.map { "'lathe runs s\($0)' lists them; " } ?? "")
          + "'lathe show \(run.shortName)' shows the run."
      )
    }
    // What has the form of a run's name means one that is not there.
    if text.first == "r", Int(text.dropFirst()) != nil { _ = try session.catalog.run(named: text) }
    let sweeps = try session.catalog.sweeps(limit: 5).map(\.shortName)
    throw Explanation(
      what: "'\(text)' is no sweep.",
      why: sweeps.isEmpty
        ? "There is none in this home yet." : "The newest are \(sweeps.joined(separator: ", ")).",
      next: "'lathe runs --filter \(shellWord(text))' searches runs for that."
    )
  }

  private func list(_ sweep: SweepRecord, _ session: Session) throws {
    var runs = try session.catalog.runs(ofSweep: sweep.id)
    if let instance { runs = runs.filter { $0.instance == instance } }
    if let filter {
      let found = Set(try session.catalog.runs(matching: filter, limit: 100_000).map(\.id))
      runs = runs.filter { found.contains($0.id) }
    }
    if let limit { runs = Array(runs.prefix(limit)) }
    var live = LiveMetrics(session.catalog)
    runs = try live.told(runs)
    let alerts = try session.catalog.alertCounts()
    if session.isJSON { return session.output.print(JSON(runs, alerts: alerts)) }
    if runs.isEmpty {
      return session.errors.print(RunTable.empty(filter: filter, hasInstance: true))
    }
    let state = try session.catalog.state(of: sweep)
    session.output.print(
      SweepTable.lines(
        sweep,
        runs,
        best: state.best,
        alerts: alerts,
        saved: try session.catalog.savedSeconds(of: runs, at: Date()),
        at: Date(),
        width: session.width
      )
    )
    session.errors.print(SweepProgress.heading(state, at: Date()))
    explainMark(of: runs.marked(by: alerts), session)
  }

  /// Says on a terminal what the mark of listed runs and sweeps means, by the first of them.
  private func explainMark(of names: [String], _ session: Session) {
    guard session.width != nil, let name = names.first else { return }
    session.errors.print(RunTable.legend(of: name))
  }
}

extension [RunRecord] {
  /// The names of those in which watch rules found something.
  fileprivate func marked(by alerts: [Int: Int]) -> [String] {
    filter { alerts[$0.id] != nil }.map(\.shortName)
  }
}

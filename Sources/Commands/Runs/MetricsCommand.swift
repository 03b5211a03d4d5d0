package import ArgumentParser
import Curves
import Documents
import Foundation
import Store
import Terminal

package struct MetricsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Print a run's metrics: a table, or the points of one of them.",
    discussion: """
      The table has every name that was logged, declared in the pipeline or not: the main metric first, \
      then validation losses before the rest. Of the points of a \
      long metric it shows the first and the last; --csv and --json print all of them.

      EXAMPLE: the validation loss for another program
        lathe metrics @ val_loss --csv > val_loss.csv
      """
  )

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  package var reference: String
  @Argument(help: "The metric whose points are printed; a step's as STEP/METRIC.")
  package var name: String?
  @Flag(name: .long, help: "Print points as step,time,value.")
  package var csv = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    if csv && output.json { throw ValidationError("Give --csv or --json, not both.") }
    if csv && name == nil { throw ValidationError("--csv needs the metric's name.") }
  }

  package func run() throws {
    let session = Session(output)
    let run = try session.catalog.run(named: reference)
    guard let name else {
      let rows = try session.metricRows(of: run)
      return session.answer(JSON.array(rows.map(\.json))) {
        rows.isEmpty
          ? [Line("\(run.shortName) has logged no metrics.")]
          : MetricTable.lines(rows, width: session.width)
      }
    }
    let logged = try session.logged(name, of: run)
    if session.isJSON { return try PointsJSON.print(logged, to: session.output) }
    session.errors.print([logged].choices)
    if csv { return try PointsCSV.print(logged.track, to: session.output) }
    session.output.print(
      try PointsTable.lines(
        of: logged.track,
        name: name,
        run: run.shortName,
        unit: SampledMetric.unit(of: logged.name),
        width: session.width
      )
    )
  }
}

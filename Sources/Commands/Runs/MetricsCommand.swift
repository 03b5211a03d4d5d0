package import ArgumentParser
import Documents
import Foundation
package import Series
package import Store
import Terminal

package struct MetricsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Print a run's metrics: a table, or the points of one of them.",
    discussion: """
      EXAMPLE: the validation loss for another program
        lathe metrics @ val_loss --csv > val_loss.csv
      """
  )

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  package var reference: String
  @Argument(help: "The metric whose points are printed.")
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
      var report = try session.report(on: run)
      report.notFinite = try session.notFinite(of: run)
      return session.answer(JSON.array(report.metrics.map(\.json))) {
        report.metrics.isEmpty
          ? [Line("\(run.shortName) has logged no metrics.")]
          : report.metricTable(width: session.width)
      }
    }
    let series = try session.series(named: name, of: run)
    session.answer(series.data.json(run: run, step: series.step, name: name)) {
      csv ? series.data.csv : series.data.table(name: name, width: session.width)
    }
  }
}

extension Session {
  /// How many points of each metric are no finite numbers, by step and name; only those that have some.
  func notFinite(of run: RunRecord) throws -> [String: [String: Int]] {
    var counts: [String: [String: Int]] = [:]
    for step in try catalog.steps(of: run.id) where step.logAttempt > 0 {
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
      var reader = SeriesReader(folder: folder.metrics)
      _ = try reader.refresh()
      for name in reader.names {
        let count = try reader[name]?.allPoints().values.count { !$0.isFinite } ?? 0
        if count > 0 { counts[step.name, default: [:]][name] = count }
      }
    }
    return counts
  }

  /// The points of one metric of a run, from the step that logged it.
  ///
  /// Throws an `Explanation` that lists the metrics there are.
  func series(named name: String, of run: RunRecord) throws -> (step: String, data: SeriesData) {
    var names: [String] = []
    // The last step that logged it counts.
    for step in try catalog.steps(of: run.id).reversed() where step.logAttempt > 0 {
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
      var reader = SeriesReader(folder: folder.metrics)
      _ = try reader.refresh()
      if let track = reader[name] { return (step.name, try track.allPoints()) }
      names += reader.names.filter { !names.contains($0) }
    }
    throw Explanation(
      what: "\(run.shortName) has no metric '\(name)'.",
      why: names.isEmpty
        ? "It has logged none." : "It has \(names.sorted().joined(separator: ", ")).",
      next: nearest(name, among: names).map { "Did you mean '\($0)'?" }
        ?? (names.isEmpty
          ? "'lathe logs \(run.shortName)' prints what it said."
          : "'lathe metrics \(run.shortName)' lists them.")
    )
  }
}

extension SeriesData {
  package var csv: [Line] {
    [Line("step,time,value")]
      + indices.map { index in
        let time = String(format: "%.3f", times[index])
        return Line(SafeText(hostile: "\(plain(steps[index])),\(time),\(plain(values[index]))"))
      }
  }

  package func table(name: String, width: Int?) -> [Line] {
    let rows = indices.map { index -> [Line] in
      [
        Line("\(plain(steps[index]))"),
        Line(SafeText(hostile: clockText(Date(timeIntervalSince1970: times[index]))), .dim),
        Line("\(plain(values[index]))"),
      ]
    }
    return Table(
      [
        .init("step", right: true), .init("time"),
        .init(SafeText(hostile: name), right: true),
      ],
      rows
    ).lines(width: width)
  }

  package func json(run: RunRecord, step: String, name: String) -> JSON {
    [
      "run": JSON(run.shortName), "step": JSON(step), "name": JSON(name),
      "points": .array(
        indices.map { index in
          [
            "step": JSON(steps[index]), "time": JSON(Date(timeIntervalSince1970: times[index])),
            "value": JSON(values[index]),
          ]
        }
      ),
    ]
  }

  private var indices: Range<Int> { 0..<count }

  /// Every digit that there is, and no ".0" behind whole numbers.
  private func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

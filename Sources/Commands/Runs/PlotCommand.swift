package import ArgumentParser
import Documents
import Foundation
package import Series
package import Store
package import Terminal

package struct PlotCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw a metric of one or more runs, as the workbench does.",
    discussion: """
      Spikes are never lost: what is drawn is what drawing every point would give.

      EXAMPLE: two runs over each other
        lathe plot @-1 @ -m val_loss --log --size 100x30
      """
  )

  @Argument(help: "The runs.")
  package var runs: [String]
  @Option(
    name: [.customShort("m"), .long],
    help: "The metric (default: the first run's main one)."
  )
  package var metric: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Columns and rows (default: the terminal's).", valueName: "WxH")
  )
  package var size: PlotSize?
  @Flag(name: .long, help: "Draw the values by their logarithm.")
  package var log = false
  @Flag(name: .long, help: "Draw with ASCII characters only.")
  package var ascii = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("Name at least one run.") }
    guard runs.count <= 12 else { throw ValidationError("At most twelve runs can be told apart.") }
  }

  package func run() throws {
    let session = Session(output)
    let records = try runs.map { try session.catalog.run(named: $0) }
    guard let name = metric ?? records[0].mainMetric else {
      throw Explanation(
        what: "Which metric is meant?",
        why: "\(records[0].shortName) has no main metric.",
        next: "Name one with -m; 'lathe metrics \(records[0].shortName)' lists them."
      )
    }
    let curves = try records.map { try session.series(named: name, of: $0) }
    if session.isJSON {
      return session.output.print(
        JSON.array(
          zip(records, curves).map { $1.data.json(run: $0, step: $1.step, name: name) }
        )
      )
    }
    let terminal = session.output.size ?? Size(width: 100, height: 26)
    let fitting = Size(width: terminal.width, height: max(6, min(terminal.height - 2, 30)))
    let isPlain = ascii || localeCheck(session.environment).verdict != .ok
    let chart = plot(name, of: zip(records, curves).map { ($0, $1.data) }, isLogarithmic: log)
    session.output.print(chart.lines(size: size?.size ?? fitting, isPlain ? .ascii : .braille))
  }
}

/// `100x30`: columns and rows.
package struct PlotSize: ExpressibleByArgument, Sendable, Equatable {
  package let size: Size

  package init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
      (10...1000).contains(width), (4...500).contains(height)
    else { return nil }
    size = Size(width: width, height: height)
  }
}

/// The chart of one metric over its steps, a curve a run.
package func plot(
  _ name: String,
  of runs: [(run: RunRecord, data: SeriesData)],
  isLogarithmic: Bool
) -> LineChart {
  LineChart(
    series: runs.enumerated().map { index, curve in
      let label = curve.run.name.map { "\(curve.run.shortName) \"\($0)\"" } ?? curve.run.shortName
      return LineChart.Series(
        label: SafeText(hostile: label, limit: 24),
        x: curve.data.steps,
        y: curve.data.values,
        color: .series(index),
        stroke: LineChart.Stroke.allCases[index % LineChart.Stroke.allCases.count]
      )
    },
    x: ChartAxis(label: "step"),
    y: ChartAxis(isLogarithmic ? .logarithmic : .linear),
    title: SafeText(hostile: name)
  )
}

extension LineChart {
  /// The chart as lines of output.
  package func lines(size: Size, _ glyphs: GlyphSet) -> [Line] {
    var screen = Screen(size: size)
    draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    return screen.outputLines
  }
}

extension Screen {
  /// The picture as lines, blanks at their ends removed.
  package var outputLines: [Line] {
    (0..<size.height).map { y in
      var end = size.width
      while end > 0, self[end - 1, y].text == " " { end -= 1 }
      var line = StyledText()
      var (text, style) = ("", Style.normal)
      for x in 0..<end {
        let cell = self[x, y]
        // The right half of a wide character has no text of its own.
        guard let character = cell.text else { continue }
        if cell.style != style {
          line.append(SafeText(hostile: text), style)
          (text, style) = ("", cell.style)
        }
        text.append(character)
      }
      line.append(SafeText(hostile: text), style)
      return Line(line)
    }
  }
}

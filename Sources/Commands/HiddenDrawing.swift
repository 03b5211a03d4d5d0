import Curves
import Documents
import Foundation
import Series
import Store
import Terminal

/// What benchmarks ask for: how long a frame of a chart takes, and what an attempt's metric holds.
package enum HiddenDrawing {
  /// Runs a hidden command; nil when there is none of that name.
  ///
  /// `__draw NAME --size WxH --rounds N ATTEMPT...` draws a metric of some attempts over each other and
  /// prints JSON: the microseconds of a frame, and of the first one, which opens the metrics.
  /// `__points NAME ATTEMPT` prints every point as step,time,value.
  package static func run(_ name: String, _ arguments: [String]) -> Int32? {
    guard name == "__draw" || name == "__points" else { return nil }
    let output = Output(descriptor: STDOUT_FILENO, environment: [:])
    do {
      if name == "__draw" {
        output.print(try measure(arguments))
      } else {
        try printPoints(arguments, to: output)
      }
      return 0
    } catch {
      let errors = Output(descriptor: STDERR_FILENO, environment: [:])
      errors.print(ErrorReport.lines(for: error))
      return 2
    }
  }

  private static func printPoints(_ arguments: [String], to output: Output) throws {
    var source = CurveSource()
    guard arguments.count == 2,
      let track = try source.reader(AttemptFolder(path: arguments[1]))[arguments[0]]
    else {
      throw Explanation(what: "There is no such metric.", next: "lathe __points NAME ATTEMPT")
    }
    try PointsCSV.print(track, to: output)
  }

  private static func measure(_ arguments: [String]) throws -> JSON {
    guard arguments.count >= 6, arguments[1] == "--size",
      let size = (try? PlotSize(arguments[2]))?.size, arguments[3] == "--rounds",
      let rounds = Int(arguments[4]), (1...1_000_000).contains(rounds)
    else {
      throw Explanation(
        what: "That is no way to measure.",
        next: "lathe __draw NAME --size WxH --rounds N ATTEMPT..."
      )
    }
    let keys = arguments[5...].map {
      SeriesKey(folder: AttemptFolder(path: $0), name: arguments[0])
    }
    var frames = ChartFrames(keys: keys, size: size)
    let first = try frames.time()
    let times = try (0..<rounds).map { _ in try frames.time() }.sorted { $0.all < $1.all }
    let thinning = times.map(\.thinning).sorted()
    return [
      "curves": JSON(keys.count), "points": JSON(frames.points), "kept": JSON(frames.kept),
      "first_us": JSON(first.all), "frame_us": JSON(times[rounds / 2].all),
      "best_us": JSON(times[0].all), "worst_us": JSON(times[rounds - 1].all),
      "thinning_us": JSON(thinning[rounds / 2]), "resident_bytes": JSON(residentBytes),
      "dots": JSON(frames.dots),
    ]
  }

  private static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(getpagesize())
  }
}

/// Draws the same chart again and again, as a screen does when points came.
private struct ChartFrames {
  let keys: [SeriesKey]
  let size: Size
  var points = 0
  var kept = 0
  /// Cells that are not blank: a picture that is empty would be quick.
  var dots = 0
  private var source = CurveSource()
  /// Each frame has a window of its own: a curve that is asked for again is not thinned again.
  private var window: ClosedRange<Double>?

  init(keys: [SeriesKey], size: Size) {
    (self.keys, self.size) = (keys, size)
  }

  /// Microseconds of one frame, and of thinning in it.
  mutating func time() throws -> (all: Double, thinning: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    var screen = Screen(size: size)
    let columns = chart(nil).geometry(in: screen.bounds, glyphs: .braille).dotColumns
    let facts = try source.curves(CurvesRequest(series: keys, window: window, columns: columns))
    let thinned = clock.now
    chart(facts).draw(on: &screen, in: screen.bounds, glyphs: .braille)
    let end = clock.now
    window = facts.range.map { $0.lowerBound...$0.upperBound.nextDown }
    points = facts.curves.reduce(0) { $0 + ($1.summary?.count ?? 0) }
    kept = facts.curves.reduce(0) { $0 + $1.points.count }
    dots = 0
    for y in 0..<size.height {
      for x in 0..<size.width where screen[x, y].text != " " { dots += 1 }
    }
    return ((end - start).microseconds, (thinned - start).microseconds)
  }

  private func chart(_ facts: CurvesFacts?) -> LineChart {
    LineChart(
      series: keys.indices.flatMap { index in
        (facts?.curves[index] ?? CurveFacts(points: CurvePoints()))
          .series(label: "r\(index + 1)", color: .series(index), stroke: .series(index))
      },
      x: CurveAxis.step.chartAxis(range: facts?.range, secondsFromGMT: 0)
    )
  }
}

extension Duration {
  fileprivate var microseconds: Double {
    Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12
  }
}

import Curves
import Documents
import Engine
import Foundation
package import Pipelines
import Series
import Store
package import Terminal

/// What `lathe plot` draws: curves, and how.
package struct Plot: Sendable {
  package var options: PlotCommand
  package var curves: [LoggedMetric]
  /// What watch rules found in these curves.
  package var findings: [[WatchFinding]]

  /// More of them would hide the curve.
  private static let mostMarks = 48

  package init(_ options: PlotCommand, curves: [LoggedMetric]) {
    self.options = options
    self.curves = curves
    var seen: Set<String> = []
    findings = curves.map { curve in
      let isFirst = seen.insert(curve.folder.path).inserted
      return WatchMarks.read(curve.folder)
        .filter { $0.metric == curve.name || ($0.metric == nil && isFirst) }
    }
  }

  /// The chart as lines of output.
  package func lines(size: Size, _ glyphs: GlyphSet) throws -> [Line] {
    let rect = Rect(x: 0, y: 0, width: size.width, height: size.height)
    let empty = chart(nil)
    let columns = empty.geometry(in: rect, glyphs: glyphs).dotColumns
    return try chart(facts(columns: columns)).lines(size: size, glyphs)
  }

  package func svg(size: Size?) throws -> String {
    let size = size ?? Size(width: 960, height: 480)
    // Twice the pixels: what screens of many dots show of it.
    return try chart(facts(columns: size.width * 2)).svg(size: size)
  }

  /// The last values, a bar a curve.
  package func bars(size: Size?, width: Int, _ glyphs: GlyphSet) -> [Line] {
    let bars = curves.enumerated().map { index, curve in
      BarChart.Bar(
        label: label(of: curve),
        value: curve.track.summary?.last ?? .nan,
        color: .series(index),
        unit: SampledMetric.unit(of: curve.name)
      )
    }
    let size = size ?? Size(width: width, height: bars.count + 1)
    var screen = Screen(size: size)
    BarChart(bars, title: title).draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    return screen.outputLines
  }

  private func facts(columns: Int) throws -> CurvesFacts {
    var source = CurveSource()
    var request = request(columns: columns)
    if let asked = options.range {
      let extent = try source.range(of: request)
      guard let window = asked.closed(by: extent) else {
        throw Explanation(
          what: "--range shows nothing.",
          why: extent.map {
            "x goes from \(stepFigure($0.lowerBound)) to \(stepFigure($0.upperBound))."
          } ?? "There are no points yet.",
          next: "Name a part of that."
        )
      }
      request.window = window
    }
    return try source.curves(request)
  }

  /// All of x.
  func request(columns: Int) -> CurvesRequest {
    CurvesRequest(
      series: curves.map { SeriesKey(folder: $0.folder, name: $0.name) },
      axis: axis,
      xKind: options.logX ? .logarithmic : .linear,
      columns: columns,
      floor: options.log ? 0 : nil,
      smoothing: options.smooth?.smoothing ?? .none
    )
  }

  /// Without one that was asked for, steps; what Lathe has sampled has none.
  var axis: CurveAxis { options.x?.axis ?? CurveAxis.step.fitting(curves.map(\.name)) }

  private func chart(_ facts: CurvesFacts?) -> LineChart {
    let series = curves.enumerated().flatMap { index, curve in
      (facts?.curves[index] ?? CurveFacts(points: CurvePoints()))
        .series(
          label: label(of: curve),
          smoothing: options.smooth?.smoothing ?? .none,
          color: .series(index),
          stroke: .series(index),
          unit: SampledMetric.unit(of: curve.name)
        )
    }
    let zone = TimeZone.current.secondsFromGMT()
    let kind: AxisKind = options.log ? .logarithmic : options.symlog ? .symlog : .linear
    var chart = LineChart(
      series: series,
      x: axis.chartAxis(
        options.logX ? .logarithmic : .linear,
        range: facts?.range,
        secondsFromGMT: zone
      ),
      y: ChartAxis(
        kind,
        unit: SampledMetric.unit(of: curves.map(\.name)),
        range: options.yrange?.axis(Self.extent(of: series, kind, within: facts?.range), kind: kind)
      ),
      title: title
    )
    chart.isRobust = options.robust
    chart.marks = marks(facts)
    return chart
  }

  private func marks(_ facts: CurvesFacts?) -> [LineChart.Mark] {
    guard let facts else { return [] }
    return zip(findings, facts.curves).flatMap { findings, curve in
      findings.compactMap { finding in
        axis.place(step: finding.step, time: finding.time, origin: curve.origin).map {
          LineChart.Mark(x: $0, label: SafeText(hostile: finding.rule, limit: 24), color: .warning)
        }
      }
    }.suffix(Self.mostMarks)
  }

  /// The values that the picture shows; thinned curves have a point on each side of it.
  private static func extent(
    of series: [LineChart.Series],
    _ kind: AxisKind,
    within window: ClosedRange<Double>?
  ) -> ClosedRange<Double>? {
    let values = series.flatMap { line in
      zip(line.x, line.y).filter { window?.contains($0.0) ?? true }.map(\.1)
    }.filter { $0.isFinite && (kind != .logarithmic || $0 > 0) }
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
  }

  private var title: SafeText {
    var names: [String] = []
    for curve in curves where !names.contains(curve.label) { names.append(curve.label) }
    return SafeText(hostile: names.joined(separator: ", "), limit: 120)
  }

  /// What tells a curve from the others: the run, the metric, or both.
  private func label(of curve: LoggedMetric) -> SafeText {
    let isOneRun = curves.allSatisfy { $0.run.id == curve.run.id }
    let isOneMetric = curves.allSatisfy { $0.label == curve.label }
    let run = curve.run.name.map { "\(curve.run.shortName) \"\($0)\"" } ?? curve.run.shortName
    if isOneMetric { return SafeText(hostile: run, limit: 24) }
    // Both ends of a metric's name tell more than its middle.
    if isOneRun { return SafeText(hostile: curve.label).shortened(to: 24) }
    return SafeText(hostile: "\(curve.run.shortName) \(curve.label)").shortened(to: 24)
  }
}

extension LineChart {
  /// The chart as lines of output.
  package func lines(size: Size, _ glyphs: GlyphSet) -> [Line] {
    var screen = Screen(size: size)
    draw(on: &screen, in: screen.bounds, glyphs: glyphs)
    return screen.outputLines
  }
}

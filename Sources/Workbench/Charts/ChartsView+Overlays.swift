import Curves
import Store
import Terminal

/// The lines of a chart: runs, and metrics that are laid over each other.
extension ChartsView {
  /// Whether lines that differ in their colours differ in their strokes as well.
  ///
  /// Of several runs each has a colour, and their metrics have strokes in any case.
  func hasStrokes(_ context: Context) -> Bool {
    runs.count > 1 ? strokes ?? !context.hasColors : strokes ?? true
  }

  func lines(of item: ChartItem, _ context: Context) -> [CurvePlot.Line] {
    // The first run's first metric last, so that it lies in front.
    item.parts.reversed().map { part in
      let run: SafeText = "r\(runs[part.run])"
      let places = places(of: part, in: item, context)
      return CurvePlot.Line(
        key: SeriesKey(folder: part.folder, name: part.metric.name),
        run: run,
        metric: SafeText(hostile: name(of: part, in: item)),
        label: label(of: part, in: item),
        owner: runs.count > 1 ? run : nil,
        color: .series(places.color),
        stroke: .series(places.stroke),
        mark: LineChart.mark(places.mark)
      )
    }
  }

  /// What a line has of the colours, the strokes and, in ASCII, the letters.
  private func places(
    of part: ChartItem.Part,
    in item: ChartItem,
    _ context: Context
  ) -> (color: Int, stroke: Int, mark: Int) {
    let metric = item.metrics.firstIndex(of: part.metric) ?? 0
    let places = context.marks.places(of: runs)
    let place = places[part.run]
    guard runs.count > 1 else {
      let line = Self.line(metric, from: place)
      return (line, hasStrokes(context) ? context.hasColors ? metric : line : 0, line)
    }
    // The first metric has the places of the runs, the others what these leave free.
    let line =
      metric == 0
      ? place : Self.free((metric - 1) * runs.count + part.run, besides: Set(places))
    return (place, hasStrokes(context) ? line : metric, line)
  }

  /// What a metric of one run has whose first one has a place: as many differ as there are strokes.
  static func line(_ metric: Int, from place: Int) -> Int {
    (metric + place) % LineChart.Stroke.allCases.count
  }

  /// One of the numbers from 0 that are not taken, by its index among them.
  private static func free(_ index: Int, besides taken: Set<Int>) -> Int {
    var number = index
    for place in taken.sorted() where place <= number { number += 1 }
    return number
  }

  /// What tells a line from the others: the run, the metric, or both.
  private func label(of part: ChartItem.Part, in item: ChartItem) -> SafeText {
    let run: SafeText = "r\(runs[part.run])"
    guard item.metrics.count > 1 else {
      return runs.count > 1 ? run : SafeText(hostile: part.metric.name, limit: 40)
    }
    let metric = SafeText(hostile: name(of: part, in: item), limit: 40)
    return runs.count > 1 ? run + " " + metric : metric
  }

  /// A metric's name, behind its step's where the chart has metrics of several.
  private func name(of part: ChartItem.Part, in item: ChartItem) -> String {
    let isOneStep = item.metrics.allSatisfy { $0.step == item.id.step }
    return isOneStep ? part.metric.name : part.metric.step + "/" + part.metric.name
  }

  /// The names of a chart's metrics, each as its line is drawn where they are several; without what a
  /// heading says.
  func title(of item: ChartItem, isBold: Bool, width: Int, _ context: Context) -> StyledText {
    let hasHeadings = shown.first?.group != shown.last?.group
    let isOneStep = item.metrics.allSatisfy { $0.step == item.id.step }
    var title = StyledText()
    if isFull, severalSteps, isOneStep {
      title.append(SafeText(hostile: item.id.step + ": "), Style(bold: isBold))
    }
    // Of one run the first metric has the run's own place.
    let own = runs.count == 1 ? context.marks.places(of: runs).first ?? 0 : 0
    var entries: [Legend.Entry] = []
    for (index, metric) in item.metrics.enumerated() {
      var name = metric.name
      if !isFull, hasHeadings, name.hasPrefix(item.prefix), isOneStep {
        name.removeFirst(item.prefix.count)
      }
      if !isOneStep { name = metric.step + "/" + name }
      let hasSample = item.metrics.count > 1 && (isFull || !context.hasColors || isASCII(context))
      var style = Style(bold: isBold)
      if item.metrics.count > 1, runs.count == 1 {
        style.color = .series(Self.line(index, from: own))
      }
      var sample: SafeText = ""
      if hasSample, runs.count == 1 || !isASCII(context) {
        let place = context.hasColors ? index : Self.line(index, from: own)
        let stroke = runs.count > 1 || hasStrokes(context) ? place : 0
        sample = Self.sample(.series(stroke), Self.line(index, from: own), glyphs(context)) + " "
      }
      entries.append(.init(sample: sample, label: SafeText(hostile: name), style: style))
    }
    return title + Legend(entries).text(width: width - title.width)
  }

  private func isASCII(_ context: Context) -> Bool { glyphs(context) == .ascii }

  // MARK: Actions

  mutating func togglePairs() -> [Effect] {
    overlays.isPaired.toggle()
    habits?.isPaired = overlays.isPaired
    arrange()
    return keepHabits()
  }
}

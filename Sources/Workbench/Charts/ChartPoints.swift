import Curves
import Documents
import Series
import Terminal

/// Every point of a chart's curves in its window: a page of them, their spread, and their copy.
///
/// Nothing is thinned here, and nothing is read on the screen's thread: the last answer is shown until
/// the next one is there.
struct ChartPoints: Sendable {
  struct Table: Sendable, Equatable {
    var request: TableRequest
    /// In the order of the request: the rows are the first one's points.
    var lines: [CurvePlot.Line]
    var facts: TableFacts
  }

  struct Counted: Sendable, Equatable {
    var request: HistogramRequest
    /// Whose values they are.
    var lines: [CurvePlot.Line]
    /// One a line; none where no value is finite.
    var counted: [SeriesHistogram]
  }

  /// The first row in view.
  var top = 0
  private(set) var table: Table?
  private(set) var histogram: Counted?
  /// What is to be copied, a question for each run.
  private(set) var copying: [TableRequest]?
  private var copied: [(line: CurvePlot.Line, facts: TableFacts)] = []
  private var copiedLines: [CurvePlot.Line] = []
  /// Whose points are the rows.
  private var first = 0
  private var lines: [CurvePlot.Line] = []
  /// As they were asked for, before another one's points became the rows.
  private var asked: [CurvePlot.Line] = []
  private var wantedTable: TableRequest?
  private var wantedHistogram: HistogramRequest?

  private static let page = 512
  /// What a terminal takes at once is limited.
  private static let mostBytes = 70_000
  private static let mostCopied = 5000

  var total: Int { table?.facts.total ?? 0 }

  var queries: Set<Query> {
    var queries = Set((copying ?? []).map(Query.table))
    if let wantedTable { queries.insert(.table(wantedTable)) }
    if let wantedHistogram { queries.insert(.histogram(wantedHistogram)) }
    return queries
  }

  func failure(_ context: Context) -> Explanation? {
    queries.lazy.compactMap(context.failure).first
  }

  /// Takes another run's points as the rows.
  mutating func turn(by offset: Int) {
    guard lines.count > 1 else { return }
    first = ((first + offset) % lines.count + lines.count) % lines.count
    top = 0
  }

  mutating func ask(
    _ lines: [CurvePlot.Line],
    _ axis: CurveAxis,
    _ window: ClosedRange<Double>?,
    page: ChartsView.Page,
    height: Int
  ) {
    if lines.count != self.lines.count { first = 0 }
    let keys = lines.map(\.key)
    asked = lines
    self.lines = Array(lines[first...] + lines[..<first])
    (wantedTable, wantedHistogram) = (nil, nil)
    if page == .table, !keys.isEmpty {
      // Pages overlap, so that what is in view is always within one of them.
      let start = max(0, top - Self.page / 4) / (Self.page / 2) * (Self.page / 2)
      wantedTable = TableRequest(
        series: self.lines.map(\.key),
        axis: axis,
        window: window,
        offset: start,
        limit: Self.page + height
      )
    } else {
      table = nil
    }
    if page == .histogram, !keys.isEmpty {
      wantedHistogram = HistogramRequest(series: keys, axis: axis, window: window)
    } else {
      histogram = nil
    }
  }

  mutating func look(at context: Context) {
    if let wantedTable, case .table(let facts)? = context.answers[.table(wantedTable)] {
      table = Table(request: wantedTable, lines: lines, facts: facts)
      top = min(top, max(0, facts.total - 1))
    }
    if let wantedHistogram,
      case .histogram(let counted)? = context.answers[.histogram(wantedHistogram)]
    {
      histogram = Counted(request: wantedHistogram, lines: asked, counted: counted)
    }
    guard let copying else { return }
    let answers = copying.compactMap { request -> TableFacts? in
      if case .table(let facts)? = context.answers[.table(request)] { facts } else { nil }
    }
    if answers.count == copying.count { copied = Array(zip(copiedLines, answers)) }
  }

  /// The rows in view, as far as they have been read.
  func rows(_ height: Int) -> ArraySlice<TableFacts.Row> {
    guard let table else { return [] }
    let start = top - table.request.offset
    guard start >= 0 else { return [] }
    return table.facts.rows.dropFirst(start).prefix(height)
  }

  // MARK: Copying

  mutating func copy(
    _ lines: [CurvePlot.Line],
    _ axis: CurveAxis,
    _ window: ClosedRange<Double>?
  ) {
    copied = []
    // Run by run, as `lathe plot --csv` prints them.
    var runs: [SafeText] = []
    for line in lines where !runs.contains(line.run) { runs.append(line.run) }
    copiedLines = runs.flatMap { run in lines.filter { $0.run == run } }
    copying = copiedLines.map { line in
      TableRequest(
        series: [line.key],
        axis: axis,
        window: window,
        offset: 0,
        limit: Self.mostCopied / max(1, lines.count)
      )
    }
  }

  /// The points as CSV, as soon as all of them are there: the very lines that `lathe plot --csv` prints.
  mutating func takeCopy() -> [Effect] {
    guard !copied.isEmpty else { return [] }
    defer { (copying, copied) = (nil, []) }
    let hasMetrics = Set(copied.map(\.line.metric)).count > 1
    var text = PointText.head(hasMetrics: hasMetrics)
    let total = copied.reduce(0) { $0 + $1.facts.total }
    var count = 0
    let room = (Self.mostBytes - text.utf8.count) / copied.count
    for (line, facts) in copied {
      let metric = PointText.field(line.metric.string)
      let start = line.run.string + (hasMetrics ? ",\(metric)," : ",")
      var part = ""
      for row in facts.rows {
        let value = row.values.first.flatMap(\.self) ?? .nan
        let next = PointText.line(after: start, step: row.step, time: row.time, value: value)
        guard part.utf8.count + next.utf8.count <= room else { break }
        part += next
        count += 1
      }
      text += part
    }
    return [.copy(text), .tell(Notice(.information, told(count, of: total, hasMetrics)))]
  }

  private func told(_ count: Int, of total: Int, _ hasMetrics: Bool) -> String {
    let columns = hasMetrics ? "5 columns" : "4 columns"
    guard count < total else {
      return "Copied \(grouped(count).string) \(count == 1 ? "row" : "rows"), \(columns)."
    }
    let all =
      "Copied \(grouped(count).string) of \(grouped(total).string) rows, \(columns): a terminal takes no "
    return all + "more. 'lathe plot --csv' prints all."
  }
}

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
  private var copied: [(label: String, facts: TableFacts)] = []
  /// Whose points are the rows.
  private var first = 0
  private var lines: [CurvePlot.Line] = []
  /// As they were asked for, before another one's points became the rows.
  private var asked: [CurvePlot.Line] = []
  private var labels: [String] = []
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
    if answers.count == copying.count { copied = Array(zip(labels, answers)) }
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
    labels = lines.map(\.label.string)
    copying = lines.map { line in
      TableRequest(
        series: [line.key],
        axis: axis,
        window: window,
        offset: 0,
        limit: Self.mostCopied / max(1, lines.count)
      )
    }
  }

  /// The points as CSV, as soon as all of them are there: `x,NAME`, or `run,x,value` of several runs.
  mutating func copied(as axis: String) -> [Effect] {
    guard !copied.isEmpty else { return [] }
    defer { (copying, copied) = (nil, []) }
    let isOne = copied.count == 1
    var text = Self.line(isOne ? [axis, copied[0].label] : ["run", axis, "value"])
    let total = copied.reduce(0) { $0 + $1.facts.total }
    var count = 0
    let room = (Self.mostBytes - text.utf8.count) / copied.count
    for (label, facts) in copied {
      var part = ""
      for row in facts.rows {
        let value = row.values.first.flatMap { $0 }.map { "\($0)" } ?? ""
        let line = Self.line(isOne ? ["\(row.x)", value] : [label, "\(row.x)", value])
        guard part.utf8.count + line.utf8.count <= room else { break }
        part += line
        count += 1
      }
      text += part
    }
    guard count < total else { return [.copy(text)] }
    let all = "Copied \(count) of \(total) points: a terminal takes no more. "
    return [.copy(text), .tell(Notice(.information, all + "'lathe plot --csv' prints all."))]
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(csv).joined(separator: ",") + "\n"
  }

  private static func csv(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

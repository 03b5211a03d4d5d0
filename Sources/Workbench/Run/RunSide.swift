import Curves
import Foundation
import Pipelines
import Store
import Terminal

/// The figures beside the chart: metrics, resources, outputs, path.
struct RunSide {
  let facts: RunFacts
  let step: StepRecord?
  let metricStep: String?
  /// The step's parameters and summaries.
  var logged = StepFacts()
  let path: String
  let now: Double

  /// How many rows everything takes at a width.
  func rowCount(width: Int) -> Int {
    let metrics = max(1, metricRows.count) + 1
    let resources = resources(isBeside(width) ? width - width / 2 - 2 : width).count
    return isBeside(width) ? max(metrics, resources) : metrics + 1 + resources
  }

  /// Whether figures and resources stand beside each other.
  private func isBeside(_ width: Int) -> Bool { width >= 76 }

  func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.width > 8, rect.height > 0 else { return }
    // Beside each other where it is wide, else below each other.
    if isBeside(rect.width) {
      let (left, right) = rect.left(rect.width / 2)
      drawMetrics(on: &screen, in: left.right(1).0)
      let room = right.left(2).1
      drawLines(resources(room.width), on: &screen, in: room)
      return
    }
    let resources = resources(rect.width)
    // Half of the room is the metrics', as far as they need it.
    let wanted = max(1, metricRows.count) + 2
    let least = min(resources.count, max(rect.height - wanted, rect.height / 2), rect.height - 3)
    let (top, _) = rect.top(rect.height - max(0, least))
    let used = drawMetrics(on: &screen, in: top)
    let rest = rect.top(used + (rect.height - used > resources.count ? 1 : 0)).1
    drawLines(resources, on: &screen, in: rest)
  }

  // MARK: Metrics

  private var metricRows: [MetricSummary] {
    let own = facts.metrics.filter { $0.step == metricStep }
    let rest = facts.metrics.filter { $0.step != metricStep }
    // What the run is judged by first, whichever step is shown.
    let all = own + rest
    return all.filter(\.isMain) + all.filter { !$0.isMain }
  }

  @discardableResult
  private func drawMetrics(on screen: inout Screen, in rect: Rect) -> Int {
    guard rect.height > 0 else { return 0 }
    let rows = metricRows
    guard !rows.isEmpty else {
      let text: SafeText = facts.run.status.isActive ? "no metrics yet" : "no metrics"
      screen.write(text, x: rect.x, y: rect.y, style: .dim, width: rect.width)
      return 1
    }
    let parent: SafeText = facts.parent.map { "\($0.shortName)" } ?? ""
    let cells = rows.map(row)
    // A value that is cut would be another one: the names give way, and after them whole columns.
    func widest(_ column: Int, least: Int) -> Table.Column.Width {
      .fixed(cells.reduce(least) { max($0, $1.cells[column].width) })
    }
    var columns: [Table.Column] = [
      .init("metric", .flexible(least: 8, weight: 1), priority: 9),
      .init("last", widest(1, least: 8), alignment: .right, priority: 8),
      .init("best", widest(2, least: 12), alignment: .right, priority: 7),
      .init(
        parent,
        parent.isEmpty ? .fixed(0) : widest(3, least: 8),
        alignment: .right,
        priority: 6
      ),
    ]
    columns[0].keepsEnds = true
    var table = Table(columns: columns, rows: cells, focused: false)
    table.showsHeader = rect.height > 1
    // Nothing is selected here, so every row is drawn plain.
    let count = min(rows.count, rect.height - 1)
    table.rows = Array(table.rows.prefix(count))
    var state = ListState(selected: -1)
    state.selected = -1
    let lines = Rect(x: rect.x, y: rect.y, width: rect.width, height: count + 1)
    table.draw(on: &screen, in: lines, state: state)
    screen.restyle(lines) { $0.underline = false }
    return count + 1
  }

  private func row(_ metric: MetricSummary) -> Table.Row {
    let old = facts.parentMetrics.first { $0.step == metric.step && $0.name == metric.name }
    let best = metric.best
    var shownBest: SafeText = ""
    if metric.goal != nil, best.value.isFinite {
      let value = figure(best.value, metric)
      let whole = value + "@" + stepText(best.step)
      // A step that is cut would be another one.
      shownBest = whole.width <= 12 ? whole : value
    }
    var style = Style.normal
    if let old, let goal = metric.goal, best.value.isFinite, old.best.value.isFinite {
      if goal.isBetter(best.value, than: old.best.value) { style = .good }
      if goal.isBetter(old.best.value, than: best.value) { style = .warning }
    }
    return Table.Row([
      StyledText(SafeText(hostile: name(of: metric)), metric.isMain ? .bold : .normal),
      StyledText(figure(metric.last, metric), metric.last.isFinite ? .normal : .bad),
      StyledText(shownBest, style),
      StyledText(old.map { figure($0.best.value, metric) } ?? "", .dim),
    ])
  }

  /// With its unit, in the eight cells of a column where it has room there: "4.508MiB".
  private func figure(_ value: Double, _ metric: MetricSummary) -> SafeText {
    valueText(value, SampledMetric.unit(of: metric.name)).closed(to: 8)
  }

  /// With its step where another step logs one of this name, too: the shown step's own stand alone.
  private func name(of metric: MetricSummary) -> String {
    let isShared = facts.metrics.contains { $0.name == metric.name && $0.step != metric.step }
    return isShared && metric.step != metricStep ? metric.step + ": " + metric.name : metric.name
  }

  // MARK: Resources

  private static let mostFacts = 24
  /// So many of the run's newest alerts are told; `lathe show` lists all.
  static let mostAlerts = 3

  private func resources(_ width: Int) -> [StyledText] {
    let head = logged.params.isEmpty && logged.summary.isEmpty ? 6 : 8
    var lines = alerts(head: head, width: width)
    func say(_ name: SafeText, _ text: SafeText, _ style: Style = .normal) {
      guard !text.isEmpty else { return }
      var line = StyledText(name.padded(to: head), .dim)
      line.append(text, style)
      lines.append(line)
    }
    guard let step else { return lines }
    if let seconds = step.cpuSeconds {
      var text = durationText(seconds) + " of CPU"
      if let started = step.started, let ended = step.ended {
        let past = ended.timeIntervalSince(started)
        if past > 0.1 { text = text + ", \(Int((seconds / past * 100).rounded()))%" }
      }
      say("cpu", text)
    }
    if let memory = step.peakMemory { say("mem", bytesText(memory) + " at most") }
    for gpu in step.gpus.prefix(8) { say("gpu", SafeText(hostile: gpu.text)) }
    lines += facts("params", logged.params, width: width)
    lines += facts("summary", logged.summary.mapValues(\.shown), width: width)
    for (name, artifact) in step.outputs.sorted(by: { $0.key < $1.key }).prefix(6) {
      let kind: SafeText = artifact.kind == .folder ? "/" : ""
      say(
        "out",
        SafeText(hostile: name).cut(to: 16) + kind + "  " + bytesText(artifact.size) + "  sha "
          + SafeText(hostile: artifact.digest.hex.prefix(6))
      )
    }
    func wrap(_ name: SafeText, _ text: String?, _ style: Style) {
      let text = StyledText(SafeText(hostile: text ?? ""), style)
      lines += wrapped(name, .dim, text, head: head, width: width)
    }
    wrap("warn", step.warning, .warning)
    wrap(step.status == .cached ? "hit" : "ran", step.cacheReason, .dim)
    say("path", SafeText(hostile: path), .dim)
    return lines
  }

  /// What watch rules found last in the run, whichever of its steps is shown.
  private func alerts(head: Int, width: Int) -> [StyledText] {
    var lines = facts.newestAlerts.prefix(Self.mostAlerts).flatMap { alert in
      wrapped("!", .warning, StyledText(alert.told, .warning), head: head, width: width)
    }
    let more = facts.alertCount - facts.newestAlerts.count
    if more > 0 {
      let mark = SafeText("!").padded(to: head)
      lines.append(StyledText(mark + "and \(more) more: lathe show", .dim))
    }
    return lines
  }

  private func wrapped(
    _ name: SafeText,
    _ style: Style,
    _ text: StyledText,
    head: Int,
    width: Int
  ) -> [StyledText] {
    guard !text.isEmpty else { return [] }
    return text.wordWrapped(to: max(8, width - head)).enumerated().map { index, line in
      StyledText((index == 0 ? name : "").padded(to: head), style) + line
    }
  }

  /// Names and values on as many lines as they need, parted only between two of them.
  private func facts(_ label: SafeText, _ values: [String: String], width: Int) -> [StyledText] {
    let room = max(8, width - 8)
    var lines: [StyledText] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }).prefix(Self.mostFacts) {
      var text = StyledText(SafeText(hostile: name).cut(to: 24) + " ", .dim)
      text.append(SafeText(hostile: value, limit: 200).cut(to: max(4, room - text.width)))
      if let last = lines.last, last.width + 2 + text.width <= room {
        lines[lines.count - 1] = last + StyledText("  ") + text
      } else {
        lines.append(text)
      }
    }
    if values.count > Self.mostFacts {
      lines.append(StyledText("and \(values.count - Self.mostFacts) more: lathe show", .dim))
    }
    return lines.enumerated().map { index, line in
      StyledText((index == 0 ? label : "").padded(to: 8), .dim) + line
    }
  }

  private func drawLines(_ lines: [StyledText], on screen: inout Screen, in rect: Rect) {
    for (row, line) in lines.prefix(rect.height).enumerated() {
      if row == rect.height - 1, lines.count > rect.height {
        let text = StyledText("and \(lines.count - row) lines more: z in this pane", .dim)
        screen.write(text, x: rect.x, y: rect.y + row, width: rect.width)
        return
      }
      screen.write(line, x: rect.x, y: rect.y + row, width: rect.width)
    }
  }
}

extension FactValue {
  /// As a figure or text.
  fileprivate var shown: String {
    switch self {
    case .number(let number): numberText(number).string
    case .text(let text): text
    }
  }
}

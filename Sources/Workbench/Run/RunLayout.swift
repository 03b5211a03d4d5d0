import Terminal

/// The panes of the run view, in the order of `Tab`.
enum RunPane: Sendable, Equatable, CaseIterable {
  case steps, chart, side, log
}

/// Where the parts of the run view stand in its area.
///
/// Three arrangements: wide (figures beside the chart), stacked (everything below each other) and
/// small (steps on one line, figures in the chart's labels).
struct RunLayout: Equatable {
  enum Arrangement { case wide, stacked, small }

  var arrangement: Arrangement
  var header: Rect
  /// Where the arrangement is small, one line without a box.
  var steps: Rect
  var chart: Rect
  /// Empty where the arrangement is small.
  var side: Rect
  var log: Rect
  var bottom: Rect

  init(area: Rect, steps count: Int, headerRows: Int = 1, sideRows: Int, zoomed: RunPane?) {
    arrangement =
      area.height < 28
      ? (area.width >= 118 && area.height >= 26 ? .wide : .small)
      : area.width >= 108 ? .wide : .stacked
    var rest: Rect
    (header, rest) = area.top(arrangement == .stacked ? headerRows : 1)
    (rest, bottom) = rest.bottom(1)
    let nothing = Rect(x: rest.x, y: rest.y, width: 0, height: 0)
    (steps, chart, side, log) = (nothing, nothing, nothing, nothing)
    if let zoomed {
      switch zoomed {
      case .steps: steps = rest
      case .chart: chart = rest
      case .side: side = rest
      case .log: log = rest
      }
      return
    }
    switch arrangement {
    case .wide:
      (steps, rest) = rest.top(min(count, 8) + 2)
      (rest, log) = rest.bottom(max(6, rest.height * 2 / 7))
      (chart, side) = rest.right(min(46, rest.width * 2 / 5))
    case .stacked:
      (steps, rest) = rest.top(min(count, 8) + 2)
      (rest, log) = rest.bottom(max(7, rest.height / 3))
      (rest, side) = rest.bottom(min(sideRows + 2, max(4, rest.height / 3)))
      chart = rest
    case .small:
      (steps, rest) = rest.top(1)
      (chart, log) = rest.bottom(max(5, rest.height * 2 / 5))
    }
  }

  func rect(of pane: RunPane) -> Rect {
    switch pane {
    case .steps: steps
    case .chart: chart
    case .side: side
    case .log: log
    }
  }

  /// The panes that are shown.
  var panes: [RunPane] { RunPane.allCases.filter { !rect(of: $0).isEmpty } }

  func pane(at point: Point) -> RunPane? { panes.first { rect(of: $0).contains(point) } }
}

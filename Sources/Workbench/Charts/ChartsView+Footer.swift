import Terminal

/// The footer has room for some keys only: those come first that matter most on the page that is shown.
extension ChartsView {
  /// The keys in the order of the footer, and of `?`; what is not named here follows as it was.
  func byUse(_ bindings: [Binding]) -> [Binding] {
    let first = firstActions
    func rank(_ binding: Binding) -> Int { first.firstIndex(of: binding.action) ?? first.count }
    return bindings.enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }

  /// Keys that go in pairs, of which the footer shows the first, stay together for `?`.
  private var firstActions: [String] {
    let crosshair = ["crosshair left", "crosshair right"]
    let charts = ["next chart", "last chart"]
    guard isFull else {
      return ["open", "add metric", "fold", "fold all", "pairs", "filter", "log marks"] + crosshair
        + ["log"]
        + charts
    }
    return switch page {
    case .curves:
      crosshair + ["log", "add metric", "zoom in", "zoom out", "smooth", "table", "pairs"]
        + ["log marks"] + charts
    case .table: ["copy"] + crosshair + charts + ["table"]
    case .bars, .histogram: charts + ["copy", "add metric", "smooth", "table"]
    }
  }
}

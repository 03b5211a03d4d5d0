import Terminal

/// How charts are shown, from one screen of charts to the next, as long as the workbench is open.
package struct ChartHabits: Sendable, Equatable {
  /// Groups of which only the heading is shown.
  var folded: Set<ChartGroup> = []
  /// Whether train, val and test of a metric share a chart.
  var isPaired = false
  /// Whether the log's warnings and errors are marked on the curves.
  var hasLogMarks = true
}

extension ChartsView {
  /// Takes over how charts were shown last, also where another screen of charts was in front meanwhile.
  mutating func takeHabits(_ context: Context) {
    guard seenHabits != context.chartHabits else { return }
    (seenHabits, habits) = (context.chartHabits, context.chartHabits)
    guard overlays.isPaired != context.chartHabits.isPaired else { return }
    overlays.isPaired = context.chartHabits.isPaired
    arrange()
  }

  // MARK: Folding

  var folded: Set<ChartGroup> { habits?.folded ?? [] }

  /// The groups of the charts that are shown, in their order.
  ///
  /// What a filter has found is not hidden again.
  var groups: [ChartGrid.Group] {
    var groups: [ChartGrid.Group] = []
    for (index, item) in shown.enumerated() {
      if let last = groups.last, shown[last.charts.lowerBound].group == item.group {
        groups[groups.count - 1].charts = last.charts.lowerBound..<index + 1
      } else {
        groups.append(ChartGrid.Group(charts: index..<index + 1))
      }
    }
    guard groups.count > 1, !isFiltered, !folded.isEmpty else { return groups }
    for place in groups.indices {
      groups[place].isFolded = folded.contains(shown[groups[place].charts.lowerBound].group)
    }
    return groups
  }

  var isFiltered: Bool { !(field?.text ?? filter).isEmpty }

  /// Whether the selected chart is hidden in its group.
  var isSelectedFolded: Bool {
    guard !isFull, let group = selectedItem?.group, folded.contains(group) else { return false }
    return groups.contains { $0.isFolded && $0.charts.contains(selectedIndex) }
  }

  /// Why nothing can be folded.
  var unfoldable: SafeText? {
    if isFiltered { return "What the filter has found is not hidden." }
    return groups.count > 1 ? nil : "All charts are in one group."
  }

  /// Folds a group, or opens it.
  mutating func fold(_ group: ChartGroup?) -> [Effect] {
    guard let group else { return [] }
    if habits?.folded.remove(group) == nil { habits?.folded.insert(group) }
    return keepHabits()
  }

  /// Folds all groups; where all of them are, opens them.
  mutating func foldAll() -> [Effect] {
    let all = Set(shown.map(\.group))
    if folded.isSuperset(of: all) {
      habits?.folded.subtract(all)
    } else {
      habits?.folded.formUnion(all)
    }
    return keepHabits()
  }

  func keepHabits() -> [Effect] { habits.map { [.keep($0)] } ?? [] }
}

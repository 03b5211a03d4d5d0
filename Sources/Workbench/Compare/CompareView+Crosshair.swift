import Engine
import Pipelines
import Series
import Terminal

extension CompareView {
  /// The last point at or before an x; nil before the first one.
  static func reading(_ x: [Double], _ y: [Double], at wanted: Double) -> (
    x: Double, value: Double
  )? {
    var found: (x: Double, value: Double)?
    for (at, value) in zip(x, y) where at <= wanted && at >= found?.x ?? -.infinity {
      found = (at, value)
    }
    return found
  }

  /// The only run with the best finite value; nil without a goal and where two share it.
  static func winner(_ values: [Double?], _ goal: Goal?) -> Int? {
    guard let goal else { return nil }
    let known = values.enumerated().compactMap { index, value in
      value.flatMap { $0.isFinite ? (index: index, value: $0) : nil }
    }
    guard known.count > 1 else { return nil }
    let best = known.filter { one in
      !known.contains { goal.isBetter($0.value, than: one.value) }
    }
    return best.count == 1 ? best[0].index : nil
  }

  /// The x values of the drawn curves, each once, in their order.
  private func places(_ context: Context) -> [Double] {
    let name = shownMetric(context)
    let all = runs.flatMap { run in
      curves(of: run, context).first { $0.name == name }.map { axis.x($0.data) } ?? []
    }
    return Set(all.filter(\.isFinite)).sorted()
  }

  /// One place further, or as many as a hundred presses need from end to end.
  mutating func moveCrosshair(by direction: Int, _ context: Context) {
    let places = places(context)
    guard let last = places.last else { return }
    guard let crosshair else {
      self.crosshair = last
      return
    }
    let index = places.firstIndex { $0 >= crosshair } ?? places.count - 1
    let step = max(1, places.count / 100)
    self.crosshair = places[min(max(0, index + direction * step), places.count - 1)]
  }

  /// "step 210: ● 0.0912  ■ 0.318": each run's value at the crosshair; empty without one.
  func readings(_ context: Context) -> StyledText {
    guard let crosshair else { return StyledText() }
    let name = shownMetric(context)
    var text = StyledText(axisWord(context) + " " + metricText(crosshair) + ":", .dim)
    for run in runs {
      guard let own = curves(of: run, context).first(where: { $0.name == name }),
        let found = CompareView.reading(axis.x(own.data), own.data.values, at: crosshair)
      else { continue }
      text.append("  " + marker(of: run, context.glyphs) + " ", Style(color(of: run)))
      text.append(metricText(found.value), found.value.isFinite ? .normal : .bad)
    }
    return text
  }
}

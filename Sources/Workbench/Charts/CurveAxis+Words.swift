import Curves
import Glibc
import Terminal

extension CurveAxis {
  /// Whether what has a step and a time has a place on it.
  var hasTimes: Bool {
    if case .metric = self { false } else { true }
  }

  /// How naturally a metric is x: less is more so; nil for one that does not tell how far training is.
  static func progress(of name: String) -> Int? {
    let last = name.split { "/.: ".contains($0) }.last?.lowercased() ?? ""
    return [
      "epoch", "epochs", "global_step", "step", "iteration", "iter", "samples", "examples",
      "tokens",
      "progress",
    ].firstIndex(of: last)
  }

  /// What stands at the end of the axis.
  var word: SafeText { chartAxis(secondsFromGMT: 0).label ?? "" }

  /// The axis with times of day as they are where the user is, today.
  func localAxis(range: ClosedRange<Double>?) -> ChartAxis {
    var now = time(nil)
    var parts = tm()
    let offset = localtime_r(&now, &parts) == nil ? 0 : parts.tm_gmtoff
    return chartAxis(range: range, secondsFromGMT: offset)
  }
}

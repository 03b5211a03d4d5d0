import ArgumentParser
package import Curves
package import Series
package import Terminal

/// `100x30`: columns and rows, or pixels.
package struct PlotSize: ExpressibleByArgument, Sendable, Equatable {
  package let size: Size

  package init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
      (10...8000).contains(width), (4...8000).contains(height)
    else { return nil }
    size = Size(width: width, height: height)
  }
}

/// `step`, `time`, `clock`, or a metric's name.
package struct PlotAxis: ExpressibleByArgument, Sendable, Equatable {
  package let axis: CurveAxis

  package init?(argument: String) {
    switch argument {
    case "": return nil
    case "step": axis = .step
    case "time": axis = .relativeTime
    case "clock": axis = .clock
    default: axis = .metric(argument)
    }
  }
}

/// `10:20`, `10:` or `:20`: from one value to another one that is greater.
package struct PlotRange: ExpressibleByArgument, Sendable, Equatable {
  package let low: Double?
  package let high: Double?

  package init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, argument.count > 1 else { return nil }
    func bound(_ text: Substring) -> Double?? {
      if text.isEmpty { return .some(nil) }
      guard let value = Double(text), value.isFinite else { return nil }
      return value
    }
    guard let low = bound(parts[0]), let high = bound(parts[1]) else { return nil }
    if let low, let high, low >= high { return nil }
    (self.low, self.high) = (low, high)
  }

  /// The range where an open side ends with what there is; nil when nothing is left.
  package func closed(by extent: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let low = low ?? extent?.lowerBound, let high = high ?? extent?.upperBound, low < high
    else { return nil }
    return low...high
  }

  package func contains(_ value: Double) -> Bool {
    value >= low ?? -.infinity && value <= high ?? .infinity
  }

  /// Whether some of an extent may lie within.
  package func overlaps(_ extent: ClosedRange<Double>) -> Bool {
    extent.upperBound >= low ?? -.infinity && extent.lowerBound <= high ?? .infinity
  }

  /// `between 10 and 20`, `from 10 on` or `up to 20`.
  package var text: String {
    switch (low, high) {
    case (let low?, let high?): "between \(figureText(low)) and \(figureText(high))"
    case (let low?, nil): "from \(figureText(low)) on"
    case (nil, let high?): "up to \(figureText(high))"
    case (nil, nil): "anywhere"
    }
  }
}

/// `0.9`, the weight of an exponential average, or `median:9`, the points of a median.
package struct PlotSmoothing: ExpressibleByArgument, Sendable, Equatable {
  package let smoothing: Smoothing

  package init?(argument: String) {
    if argument.hasPrefix("median:") {
      guard let width = Int(argument.dropFirst("median:".count)), (2...9999).contains(width) else {
        return nil
      }
      smoothing = .median(width: width)
    } else {
      guard let weight = Double(argument), weight >= 0, weight < 1 else { return nil }
      smoothing = weight == 0 ? .none : .average(weight: weight)
    }
  }
}

/// `braille`, `sextants`, `blocks` or `ascii`.
package struct PlotGlyphs: ExpressibleByArgument, Sendable, Equatable {
  package let glyphs: GlyphSet

  package init?(argument: String) {
    guard let glyphs = GlyphSet(named: argument) else { return nil }
    self.glyphs = glyphs
  }

  package static var allValueStrings: [String] { GlyphSet.allCases.reversed().map(\.name) }
}

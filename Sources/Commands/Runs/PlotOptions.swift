import ArgumentParser
package import Curves
package import Series
package import Terminal

/// `100x30`: columns and rows, or pixels.
package struct PlotSize: Sendable, Equatable {
  package let size: Size

  private static let widths = 10...8000
  private static let heights = 4...8000

  /// Throws a `ValidationError` that says what a size is.
  package init(_ text: String) throws {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else {
      throw ValidationError(
        "a size is a width and a height, whole numbers with an x between them, such as 100x30."
      )
    }
    guard Self.widths.contains(width), Self.heights.contains(height) else {
      throw ValidationError(
        "a width is 10 to 1000 and a height 4 to 500, with --svg up to 8000 pixels each, such as 100x30."
      )
    }
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
package struct PlotRange: Sendable, Equatable {
  package let low: Double?
  package let high: Double?

  /// Throws a `ValidationError` that says what a range is.
  package init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, text != ":" else {
      throw ValidationError(
        "a range is two numbers with a colon between them, one of which may be left out, such as 10:20, 10: or :20."
      )
    }
    (low, high) = (try Self.end(parts[0]), try Self.end(parts[1]))
    if let low, let high, low >= high {
      let other = low == high ? "10:20" : "\(parts[1]):\(parts[0])"
      throw ValidationError("a range ends above its beginning, such as \(other).")
    }
  }

  private static func end(_ text: Substring) throws -> Double? {
    if text.isEmpty { return nil }
    guard let value = Double(text), value.isFinite else {
      throw ValidationError(
        "'\(text)' is no finite number; a range is two of them, such as 10:20, 10: or :20."
      )
    }
    return value
  }

  /// The range where an open side ends with what there is; nil when nothing is left.
  package func closed(by extent: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let low = low ?? extent?.lowerBound, let high = high ?? extent?.upperBound, low < high
    else { return nil }
    return low...high
  }

  /// The range of an axis; an open side ends with what there is, and where that lies beside the
  /// range, some way from the other end: what is asked for is shown though it be empty.
  package func axis(_ extent: ClosedRange<Double>?, kind: AxisKind) -> ClosedRange<Double>? {
    if let range = closed(by: extent) { return range }
    let end = low ?? high ?? 0
    let isLogarithmic = kind == .logarithmic
    let room = max(1, abs(end) * 0.1)
    return switch (low, high) {
    case (let low?, nil): low...(isLogarithmic ? low * 10 : low + room)
    case (nil, let high?): (isLogarithmic ? high / 10 : high - room)...high
    default: nil
    }
  }

  package func contains(_ value: Double) -> Bool {
    value >= low ?? -.infinity && value <= high ?? .infinity
  }

  /// Whether some of an extent may lie within.
  package func overlaps(_ extent: ClosedRange<Double>) -> Bool {
    extent.upperBound >= low ?? -.infinity && extent.lowerBound <= high ?? .infinity
  }

  /// `between 10 and 20`, `from 10 on` or `up to 20`; the numbers as `word` tells them.
  package func text(_ word: (Double) -> String) -> String {
    switch (low, high) {
    case (let low?, let high?): "between \(word(low)) and \(word(high))"
    case (let low?, nil): "from \(word(low)) on"
    case (nil, let high?): "up to \(word(high))"
    case (nil, nil): "anywhere"
    }
  }
}

/// `0.9`, the weight of an exponential average, or `median:9`, the points of a median.
package struct PlotSmoothing: Sendable, Equatable {
  package let smoothing: Smoothing

  private static let median = "median:"

  /// Throws a `ValidationError` that says how can be smoothed.
  package init(_ text: String) throws {
    if text.hasPrefix(Self.median) {
      guard let width = Int(text.dropFirst(Self.median.count)), (2...9999).contains(width) else {
        throw ValidationError("a median is one of 2 to 9999 points, such as median:9.")
      }
      smoothing = .median(width: width)
    } else {
      guard let weight = Double(text), weight >= 0, weight < 1 else {
        throw ValidationError(
          "an average has a weight from 0 to below 1, such as 0.9, and a median a count of points, such as median:9."
        )
      }
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

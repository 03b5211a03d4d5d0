import Series
package import Terminal

/// What Lathe itself samples of a step while it runs: `system/cpu`, `system/gpu.0.memory`, ...
///
/// Their x are seconds since the attempt began, not steps of the script; the time of a chart counts from
/// there, too.
package enum SampledMetric {
  package static func isSampled(_ name: String) -> Bool { unit(of: name) != .number }

  /// What its values are counted in; those of any other metric are numbers.
  package static func unit(of name: String) -> AxisUnit {
    guard name.hasPrefix("system/") else { return .number }
    let parts = name.dropFirst("system/".count).split(
      separator: ".",
      omittingEmptySubsequences: false
    )
    switch parts.count {
    case 1: return parts == ["memory"] ? .bytes : parts == ["cpu"] ? .suffixed("%") : .number
    case 3 where parts[0] == "gpu" && Int(parts[1]) != nil:
      switch parts[2] {
      case "utilization": return .suffixed("%")
      case "memory": return .bytes
      case "power": return .suffixed("W")
      case "temperature": return .suffixed("C")
      default: return .number
      }
    default: return .number
    }
  }

  /// What the values of several metrics are counted in together: a number where they differ.
  package static func unit(of names: some Sequence<String>) -> AxisUnit {
    let units = Set(names.map { unit(of: $0) })
    return units.count == 1 ? units.first ?? .number : .number
  }
}

extension SampledMetric {
  /// When an attempt began, in seconds since 1970: what is sampled first tells so, to the twentieth of a
  /// second, else its first point was then.
  static func beginning(in reader: SeriesReader) -> Double {
    let first = reader.earliestTime ?? 0
    guard let summary = reader["system/memory"]?.summary, let times = summary.timeRange,
      let seconds = summary.stepRange
    else { return first }
    // Else a script has logged its own under this name.
    let span = times.upperBound - times.lowerBound
    let isClock = abs(span - (seconds.upperBound - seconds.lowerBound)) < 1
    return isClock ? min(first, times.lowerBound - seconds.lowerBound) : first
  }
}

extension CurveAxis {
  /// The axis that curves of these metrics are drawn by where no other was asked for than this one.
  ///
  /// What is sampled has no steps: it is drawn by the time, and so is what lies over it.
  package func fitting(_ names: some Sequence<String>) -> CurveAxis {
    self == .step && names.contains(where: SampledMetric.isSampled) ? .relativeTime : self
  }
}

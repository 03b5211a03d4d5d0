import Curves
import Documents
import Series
import Store
import Terminal

/// Every point of some metrics as comma-separated values, straight from the disk.
enum PointsCSV {
  /// Prints run,step,time,value, or with `hasMetrics` run,metric,step,time,value.
  ///
  /// Only those whose step lies within `range`.
  static func print(
    _ curves: [LoggedMetric],
    hasMetrics: Bool,
    within range: PlotRange?,
    to output: Output
  ) throws {
    var stream = TextStream(to: output)
    stream.write(PointText.head(hasMetrics: hasMetrics))
    for curve in curves {
      let metric = PointText.field(SafeText(hostile: curve.label).string)
      let start = hasMetrics ? "\(curve.run.shortName),\(metric)," : "\(curve.run.shortName),"
      try print(curve.track, after: start, within: range, to: &stream)
    }
    stream.flush()
  }

  /// Prints step,time,value.
  static func print(_ track: SeriesTrack, to output: Output) throws {
    var stream = TextStream(to: output)
    stream.write("step,time,value\n")
    try print(track, after: "", within: nil, to: &stream)
    stream.flush()
  }

  private static func print(
    _ track: SeriesTrack,
    after start: String,
    within range: PlotRange?,
    to stream: inout TextStream
  ) throws {
    func add(step: Double, time: Double, value: Double) {
      if let range, !range.contains(step) { return }
      stream.write(PointText.line(after: start, step: step, time: time, value: value))
    }
    try track.forEach(add)
  }
}

/// Every point of some metrics as JSON, straight from the disk.
enum PointsJSON {
  /// Prints an array of one object a metric, with the points whose step lies within `range`.
  static func print(
    _ curves: [LoggedMetric],
    within range: PlotRange?,
    to output: Output
  ) throws {
    var stream = TextStream(to: output)
    stream.write("[")
    for (index, curve) in curves.enumerated() {
      stream.write(index == 0 ? "\n  " : ",\n  ")
      try print(curve, indent: "  ", within: range, to: &stream)
    }
    stream.write("\n]\n")
    stream.flush()
  }

  /// Prints one object.
  static func print(_ curve: LoggedMetric, to output: Output) throws {
    var stream = TextStream(to: output)
    try print(curve, indent: "", within: nil, to: &stream)
    stream.write("\n")
    stream.flush()
  }

  private static func print(
    _ curve: LoggedMetric,
    indent: String,
    within range: PlotRange?,
    to stream: inout TextStream
  ) throws {
    stream.write("{\n\(indent)  \"run\": \(JSON(curve.run.shortName).text)")
    stream.write(",\n\(indent)  \"step\": \(JSON(curve.step).text)")
    stream.write(",\n\(indent)  \"name\": \(JSON(curve.name).text)")
    stream.write(",\n\(indent)  \"points\": [")
    var clock = ClockText()
    var isFirst = true
    func add(step: Double, time: Double, value: Double) {
      if let range, !range.contains(step) { return }
      stream.write(isFirst ? "\n\(indent)    " : ",\n\(indent)    ")
      isFirst = false
      let (x, y) = (JSON.number(step).text, JSON.number(value).text)
      stream.write("{\"step\": \(x), \"time\": \(clock.text(time)), \"value\": \(y)}")
    }
    try curve.track.forEach(add)
    stream.write(isFirst ? "]\n\(indent)}" : "\n\(indent)  ]\n\(indent)}")
  }
}

import Curves
import Foundation
package import Series
package import Terminal

/// The points of a metric as a table; of a long one the first and the last.
package enum PointsTable {
  /// A longer table is not read.
  package static let mostRows = 1000

  /// `unit` is what the values are counted in; those that have one are sampled by the second.
  package static func lines(
    of track: SeriesTrack,
    name: String,
    run: String,
    unit: AxisUnit = .number,
    width: Int?
  ) throws -> [Line] {
    let half = mostRows / 2
    let isCut = track.count > mostRows
    let first = try track.points(0..<(isCut ? half : track.count))
    let last = try track.points((isCut ? track.count - half : track.count)..<track.count)
    // Values stand here with all of their digits, and so without a unit each.
    let word: SafeText =
      switch unit {
      case .bytes: " (bytes)"
      case .suffixed(let word): " (" + word + ")"
      case .number, .duration, .clock: ""
      }
    let head = SafeText(hostile: name) + word
    let place: SafeText = unit == .number ? "step" : "seconds"
    var lines = Table(
      [.init(place, right: true), .init("time"), .init(head, right: true)],
      rows(first) + rows(last)
    ).lines(width: width)
    guard isCut else { return lines }
    let missing = countText(track.count - 2 * half)
    let command = "lathe metrics \(run) \(shellWord(name)) --csv"
    lines.insert(
      Line("... \(missing) points are left out; ", .dim) + Line(SafeText(hostile: command))
        + Line(" prints all.", .dim),
      at: 1 + half
    )
    return lines
  }

  private static func rows(_ data: SeriesData) -> [[Line]] {
    (0..<data.count).map { index in
      [
        Line("\(PointText.plain(data.steps[index]))"),
        Line(SafeText(hostile: clockText(Date(timeIntervalSince1970: data.times[index]))), .dim),
        Line("\(PointText.plain(data.values[index]))"),
      ]
    }
  }
}

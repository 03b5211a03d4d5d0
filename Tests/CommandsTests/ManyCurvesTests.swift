import Foundation
import Series
import Store
import Testing

@testable import Curves

/// Curves that are found on several cores at once.
struct ManyCurvesTests {
  private let scratch = NSTemporaryDirectory() + "curves-" + UUID().uuidString

  private static let smoothings: [Smoothing] = [
    .none, .average(weight: 0.9), .median(width: 7),
  ]

  /// Attempts of very different lengths, each with two metrics.
  private func folders() throws -> [AttemptFolder] {
    try (0..<7).map { place in
      let folder = AttemptFolder(path: scratch + "/\(place)")
      try FileManager.default.createDirectory(
        atPath: folder.path,
        withIntermediateDirectories: true
      )
      return folder
    }
  }

  private func append(_ points: Range<Int>, to folder: AttemptFolder, _ place: Int) throws {
    var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: 2000)
    for step in points {
      let x = Double(step)
      writer.append("loss", step: x, time: x / 3, value: sin(x / Double(place + 2)))
      writer.append("rate", step: x, time: x / 3, value: cos(x * Double(place + 1)))
    }
    try writer.flush()
  }

  @Test(arguments: smoothings)
  func `many curves are those that are asked for alone, while they grow`(
    _ smoothing: Smoothing
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let folders = try folders()
    var together = CurveSource()
    for round in 0..<3 {
      for (place, folder) in folders.enumerated() {
        // Short ones among the long ones.
        let length = place.isMultiple(of: 3) ? 40 : 3000 + 700 * place
        try append(round * length..<(round + 1) * length, to: folder, place)
      }
      let distinct = folders.flatMap { folder in
        ["loss", "rate", "none"].map { SeriesKey(folder: folder, name: $0) }
      }
      // Of two runs that share a result, both lines are of one series.
      let series = distinct + distinct[3..<5] + distinct[4..<6]
      for axis in [CurveAxis.step, .relativeTime, .metric("rate")] {
        let request = CurvesRequest(
          series: series,
          axis: axis,
          window: 10...6000,
          columns: 150,
          smoothing: smoothing
        )
        let found = try together.curves(request).curves
        #expect(found.count == series.count)
        for (key, curve) in zip(series, found) {
          var alone = CurveSource()
          var own = request
          own.series = [key]
          #expect(try alone.curves(own).curves == [curve], "\(key.name) \(axis)")
        }
      }
    }
  }

  @Test func `a damaged curve fails, and the others are drawn without it`() throws {
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let folders = try folders()
    for (place, folder) in folders.enumerated() { try append(0..<5000, to: folder, place) }
    let series = folders.map { SeriesKey(folder: $0, name: "loss") }
    let request = CurvesRequest(series: series, columns: 100, smoothing: .average(weight: 0.9))
    var source = CurveSource()
    let before = try source.curves(request)
    try FileManager.default.removeItem(atPath: folders[3].metrics + "/blocks")
    #expect(throws: SeriesError.self) { try source.curves(request) }
    var rest = request
    rest.series.remove(at: 3)
    let after = try source.curves(rest)
    #expect(after.curves == Array(before.curves[..<3] + before.curves[4...]))
  }
}

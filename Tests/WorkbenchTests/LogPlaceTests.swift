import Curves
import Foundation
import Series
import Testing

@testable import Workbench

struct LogPlaceTests {
  @Test(arguments: [0, 1, 5, 400, 20_000])
  func `the line of a time is found by halving the file`(_ count: Int) throws {
    let path = FileManager.default.temporaryDirectory.path + "/times-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = (0..<count).map { "\(1000 + $0 / 3).5 \($0 * 40)" }
    try (lines.joined(separator: "\n") + (count > 0 ? "\n" : "")).write(
      toFile: path,
      atomically: true,
      encoding: .utf8
    )
    #expect(LogTimesFile.offset(at: 999, in: path) == nil)
    for time in [1001.0, 1002.5, 1100.25, 9e9] where count > 0 {
      let before = (0..<count).last { Double(1000 + $0 / 3) + 0.5 <= time }
      #expect(LogTimesFile.offset(at: time, in: path) == before.map { $0 * 40 })
    }
  }

  @Test func `the time of a step is that of the last point up to it`() throws {
    let steps = (0..<1000).map { Double($0) * 10 }
    let track = SeriesTrack(
      SeriesData(steps: steps, times: steps.map { 5000 + $0 }, values: steps)
    )
    #expect(try track.time(at: 55) == 5050)
    #expect(try track.time(at: -3) == 5000)
    #expect(try track.time(at: 1e9) == 14_990)
  }
}

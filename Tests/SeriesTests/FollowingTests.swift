import Foundation
import Glibc
import Series
import Synchronization
import Testing

/// Readers that run while a writer rotates.
struct FollowingTests {
  /// What the threads share.
  private final class Outcome: Sendable {
    let problems = Mutex<[String]>([])
    let started = Atomic<Int>(0)
  }

  private static let total = 20_000
  private static let batch = 10

  @Test(.timeLimit(.minutes(1)))
  func `readers see each flush whole and in order while journals are sealed under them`() throws {
    let file = try TemporaryFile()
    let metrics = file.metrics
    let outcome = Outcome()
    let group = DispatchGroup()
    for place in 0..<3 {
      group.enter()
      Thread.detachNewThread {
        outcome.started.add(1, ordering: .relaxed)
        while outcome.started.load(ordering: .relaxed) < 3 { sched_yield() }
        do {
          if place == 0 { try Self.write(into: metrics) } else { try Self.follow(metrics) }
        } catch {
          outcome.problems.withLock { $0.append("\(error)") }
        }
        group.leave()
      }
    }
    #expect(group.wait(timeout: .now() + 50) == .success)
    #expect(outcome.problems.withLock { $0 } == [])
    var reader = SeriesReader(folder: metrics)
    _ = try reader.refresh()
    #expect(reader["a"]?.count == Self.total)
  }

  @Test func `the earliest time is that of all points, before and after they are sealed`() throws {
    let file = try TemporaryFile()
    var writer = try SeriesWriter(folder: file.metrics, pointsOfJournal: 40)
    var follower = SeriesReader(folder: file.metrics)
    var dice = Dice(state: 5)
    for step in 0..<200 {
      let time =
        step % 7 == 0 ? [.nan, -.infinity][step % 2] : Double.random(in: 0...1e9, using: &dice)
      writer.append("m\(step % 5)", step: Double(step), time: time, value: 1)
      try writer.flush()
      _ = try follower.refresh()
      var fresh = SeriesReader(folder: file.metrics)
      _ = try fresh.refresh()
      let least = fresh.names.compactMap { fresh[$0]?.summary?.timeRange?.lowerBound }.min()
      #expect(follower.earliestTime == least)
      #expect(fresh.earliestTime == least)
    }
  }

  @Test func `what a killed writer left in the blocks hides no point once it is cut off`() throws {
    let file = try TemporaryFile()
    let metrics = file.metrics
    do {
      var writer = try SeriesWriter(folder: metrics, pointsOfJournal: 10)
      for step in 0..<10 { writer.append("a", step: Double(step), time: 1, value: 1) }
      try writer.flush()
    }
    let blocks = try FileHandle(forWritingTo: URL(filePath: metrics + "/blocks"))
    try blocks.seekToEnd()
    try blocks.write(contentsOf: Data(count: 100))
    try blocks.close()
    var reader = SeriesReader(folder: metrics)
    _ = try reader.refresh()
    let track = try #require(reader["a"])
    #expect(try track.points(0..<10).count == 10)
    _ = try SeriesWriter(folder: metrics, pointsOfJournal: 10)
    #expect(try track.points(0..<10).count == 10)
  }

  private static func write(into metrics: String) throws {
    var writer = try SeriesWriter(folder: metrics, pointsOfJournal: 300)
    for start in stride(from: 0, to: total, by: batch) {
      for place in start..<start + batch {
        for name in ["a", "b"] {
          writer.append(name, step: Double(place), time: Double(place), value: Double(place))
        }
      }
      try writer.flush()
    }
  }

  private static func follow(_ metrics: String) throws {
    var reader = SeriesReader(folder: metrics)
    var seen = 0
    var looks = 0
    while seen < total {
      guard try reader.refresh(), let track = reader["a"] else { continue }
      #expect(track.count > seen)
      #expect(track.count % batch == 0)
      #expect(reader["b"]?.count == track.count)
      let news = try track.points(seen..<track.count)
      #expect(news.values == (seen..<track.count).map(Double.init))
      seen = track.count
      looks += 1
      // A track is a value: what comes later does not change it.
      if looks % 16 == 0 {
        _ = try reader.refresh()
        #expect(try track.points(max(0, seen - 700)..<seen).values.last == Double(seen - 1))
      }
    }
  }
}

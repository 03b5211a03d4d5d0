import Foundation
import Pipelines
import Store
import Synchronization
import Testing

@testable import Engine

/// A clock that steps back or forwards loses no order and makes no time negative.
struct ClockTests {
  /// Seconds since a machine's start, as a test has it.
  private final class Seconds: Sendable {
    let value = Mutex(1000.0)
    func advance(_ seconds: Double) { value.withLock { $0 += seconds } }
    var clock: StepClock { StepClock(start: 5000) { self.value.withLock(\.self) } }
  }

  @Test func `an attempt's time goes on from its beginning and never back`() {
    let seconds = Seconds()
    let clock = seconds.clock
    #expect(clock.now == 5000)
    seconds.advance(1.5)
    #expect(clock.now == 5001.5)
    seconds.advance(-1e6)
    #expect(clock.now == 5000)
  }

  @Test func `the system's own clock serves`() {
    let clock = StepClock()
    let (first, second) = (clock.now, clock.now)
    #expect(clock.start <= first && first <= second)
    #expect(abs(first - Date().timeIntervalSince1970) < 5)
  }

  @Test func `a log's times are those of the attempt's clock`() throws {
    let root = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = AttemptFolder(path: root)
    let seconds = Seconds()
    let spec = AttemptSpec(
      run: 1,
      step: "a",
      attempt: 1,
      home: root,
      state: root,
      arguments: [],
      environment: [:],
      code: Digest(of: ""),
      inputs: [],
      outputs: [:],
      metrics: []
    )
    let clock = seconds.clock
    var ingest = try Ingest(folder: folder, spec: spec, isNew: true, clock: clock)
    do {
      var log = try StepLog(folder: folder, clock: clock)
      for text in ["one\n", "two\n", "three\n"] {
        try Array(text.utf8).withUnsafeBytes { try log.add($0, into: &ingest) }
        seconds.advance(2)
      }
    }
    let times = try String(contentsOfFile: folder.times, encoding: .utf8)
    #expect(times == "5000.0 0\n5002.0 4\n5004.0 8\n")
  }

  @Test func `no step ends before it began, and no run before its steps`() throws {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed([:]) }
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [a] } }"],
      executor: executor
    )
    let run = try site.launch()
    let far = Date().addingTimeInterval(7200)
    let record = ExitRecord(
      status: .succeeded,
      started: far,
      ended: far,
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: 0,
      cpuSeconds: 0
    )
    // The clock was two hours ahead while the step ran.
    try record.publish(in: site.home.attempt(run: run, step: "a", attempt: 1))
    site.agent.settle(RunnerName(run: run, step: "a", attempt: 1))
    let ended = try site.end(of: run)
    let step = try #require(try site.steps(run)["a"])
    #expect(try #require(ended.ended) >= #require(step.ended))
    #expect(try #require(step.ended) >= #require(step.started))
  }

  @Test func `a step whose runner took an earlier time than its agent lasts no time`() {
    var step = StepRecord(
      run: 1,
      name: "a",
      index: 0,
      type: .processing,
      status: .executing,
      attempt: 1,
      started: Date(timeIntervalSince1970: 5000)
    )
    step.note(
      ExitRecord(
        status: .succeeded,
        started: Date(timeIntervalSince1970: 1000),
        ended: Date(timeIntervalSince1970: 1001),
        outputs: [:],
        metrics: [],
        sparkline: [],
        peakMemory: 0,
        cpuSeconds: 0
      )
    )
    #expect(step.ended == step.started)
    let later = Date(timeIntervalSince1970: 9)
    #expect(Date(timeIntervalSince1970: 3).seconds(since: later) == 0)
    #expect(later.seconds(since: Date(timeIntervalSince1970: 3)) == 6)
  }

  @Test func `a result from the future is of no known age`() {
    let policy = CachePolicy(expiresAfter: 3600)
    #expect(!policy.isExpired(age: 0))
    #expect(!policy.isExpired(age: 3600))
    #expect(policy.isExpired(age: 3601))
    // Clocks of two programs differ a little; hours are a clock that was wrong.
    #expect(!policy.isExpired(age: -2))
    #expect(policy.isExpired(age: -7200))
    #expect(!CachePolicy().isExpired(age: -7200) && !CachePolicy().isExpired(age: 1e12))
  }
}

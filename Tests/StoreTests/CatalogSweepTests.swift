import Documents
import Foundation
import Pipelines
import Store
import Testing

struct CatalogSweepTests {
  private let scratch: Scratch
  private let writer: CatalogWriter
  private let catalog: Catalog
  private static let time = Date(timeIntervalSince1970: 1_700_000_000)
  private static let digest = Digest(of: "x")

  init() throws {
    scratch = try Scratch()
    writer = try CatalogWriter(home: scratch.home)
    catalog = Catalog(home: scratch.home)
  }

  private static func sweep(_ token: String = "t") -> SweepRecord {
    SweepRecord(
      instance: "lab",
      pipeline: "p",
      name: "größer",
      axes: [SweepRecord.Axis(name: "lr", values: ["0.1", "a,b"])],
      parallel: 2,
      count: 3,
      created: time,
      token: token
    )
  }

  private static func run(
    _ id: Int,
    _ status: RunStatus,
    sweep: Int?,
    best: Double? = nil,
    goal: Goal = .min
  ) -> RunRecord {
    RunRecord(
      id: id,
      instance: "lab",
      pipeline: "p",
      status: status,
      created: time,
      started: status == .queued ? nil : time + Double(id),
      ended: status.isActive ? nil : time + Double(10 * id),
      pipelineFile: digest,
      code: digest,
      mainMetric: "loss",
      mainGoal: goal,
      mainBest: best,
      sweep: sweep
    )
  }

  @Test func `a run is needed by those that show its logs, in its sweep by those that stay`() throws
  {
    var pinned = Self.run(3, .succeeded, sweep: 1)
    pinned.isPinned = true
    try add([
      Self.run(1, .succeeded, sweep: 1), Self.run(2, .succeeded, sweep: 1), pinned,
      Self.run(4, .succeeded, sweep: nil), Self.run(5, .succeeded, sweep: 1),
    ])
    func show(_ log: Int, in run: Int) throws {
      var step = StepRecord(run: run, name: "s", index: 0, type: .training, status: .cached)
      step.logRun = log
      step.logAttempt = 1
      try writer.write { [step] in try $0.save(step) }
    }
    for (run, log) in [(1, 1), (2, 1), (3, 2), (4, 5)] { try show(log, in: run) }
    #expect(try catalog.runs(showing: 1) == [2])
    #expect(try catalog.runs(showing: 1, besides: 1) == [])
    #expect(try catalog.runs(showing: 2, besides: 1) == [3])
    #expect(try catalog.runs(showing: 5, besides: 1) == [4])
    #expect(try catalog.runs(showing: 3) == [])
  }

  @Test func `a sweep counts what watch rules found in its runs`() throws {
    try add([
      Self.run(1, .succeeded, sweep: 1), Self.run(2, .failed, sweep: 1),
      Self.run(3, .succeeded, sweep: nil),
    ])
    let finding = WatchFinding(
      rule: "NaN",
      metric: "loss",
      step: 0,
      time: 0,
      value: .nan,
      message: "loss is NaN.",
      action: .alert
    )
    try writer.write {
      for id in [1, 2, 2, 3] {
        let run = Self.run(id, .failed, sweep: nil)
        try $0.add(AlertRecord(finding, run: run, step: "a", attempt: 1))
      }
      try $0.add(AlertRecord(run: 1, message: "r1 failed: a: no", time: Self.time))
    }
    #expect(try catalog.sweepStates(limit: 9).map(\.alertCount) == [3])
  }

  @Test func `a run that is judged by another metric than most is not the best of a sweep`() throws
  {
    var runs = [(1, 0.5), (2, 0.4), (3, 0.01)].map { Self.run($0, .succeeded, sweep: 1, best: $1) }
    runs[2].mainMetric = "other"
    try add(runs)
    #expect(try catalog.sweepStates(limit: 1).first?.best?.id == 2)
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 9).map(\.id) == [2, 1, 3])
    #expect(runs.ranked().map(\.id) == [2, 1, 3])
  }

  @Test(arguments: [nil, Goal.max])
  func `of metrics that as many runs are judged by the first run's is a sweep's`(goal: Goal?) throws
  {
    // Six metrics, each of two runs: whatever order a table of them has, the first is chosen.
    var runs = (1...12).map { Self.run($0, .succeeded, sweep: 1, best: Double($0)) }
    for index in runs.indices {
      runs[index].mainMetric = "metric \(index % 6)"
      runs[index].mainGoal = goal
    }
    try add(runs)
    let order = (goal == nil ? [1, 7] : [7, 1]) + [2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    #expect(runs.ranked().map(\.id) == order)
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 1).map(\.id) == [order[0]])
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 2).map(\.id) == Array(order.prefix(2)))
    #expect(try catalog.sweepStates(limit: 9).map(\.best?.id) == [order[0]])
  }

  private static func finding(of run: Int, _ step: String) -> AlertRecord {
    let finding = WatchFinding(
      rule: "NaN",
      metric: "loss",
      step: 0,
      time: 0,
      value: .nan,
      message: "loss is NaN.",
      action: .alert
    )
    return AlertRecord(
      finding,
      run: Self.run(run, .succeeded, sweep: nil),
      step: step,
      attempt: 1
    )
  }

  @Test func `what watch rules found in a step counts for each run that has its result`() throws {
    try add([1, 2, 3].map { Self.run($0, .succeeded, sweep: $0 == 1 ? nil : 1) })
    try writer.write {
      for (run, log) in [(1, 1), (2, 1), (3, 3)] {
        var step = StepRecord(run: run, name: "train", index: 0, type: .training, status: .cached)
        step.logRun = log
        step.logAttempt = 1
        try $0.save(step)
      }
      for (run, step) in [(1, "train"), (1, "prepare"), (2, "evaluate")] {
        try $0.add(Self.finding(of: run, step))
      }
    }
    #expect(try catalog.alertCounts() == [1: 2, 2: 2])
    #expect(try catalog.sweepStates(limit: 9).map(\.alertCount) == [2])
    #expect(try catalog.shownAlerts(of: 2).map(\.run) == [1, 2])
    #expect(try catalog.watchAlerts(of: 2).map(\.step) == ["evaluate"])
    let newest = try catalog.newestWatchAlerts(of: 2, limit: 1)
    #expect(newest.count == 2 && newest.newest.map(\.step) == ["evaluate"])
    #expect(try catalog.shownAlerts(of: 3).isEmpty)
  }

  @Test func `the cache saves what the longest chain of steps would have taken longer`() {
    func step(_ name: String, _ behind: [String], ran: Double = 0, saved: Double? = nil)
      -> StepRecord
    {
      var step = StepRecord(run: 1, name: name, index: 0, type: .training)
      step.status = saved == nil ? .succeeded : .cached
      (step.dependsOn, step.savedSeconds) = (behind, saved)
      (step.started, step.ended) = (Self.time, Self.time + ran)
      return step
    }
    #expect([step("a", [], ran: 5)].savedSeconds(at: Self.time) == 0)
    let chain = [step("a", [], saved: 8), step("b", ["a"], ran: 5), step("c", ["b"], saved: 2)]
    #expect(chain.savedSeconds(at: Self.time) == 10)
    // Beside what took longer it saved nothing.
    let branches = [
      step("a", [], saved: 8), step("b", [], ran: 20), step("c", ["a", "b"], ran: 1),
    ]
    #expect(branches.savedSeconds(at: Self.time) == 0)
  }

  @Test func `what the cache saved is read of those runs that are asked for`() throws {
    var runs = (1...4).map { Self.run($0, .succeeded, sweep: 1) }
    for index in 0..<3 { runs[index].stepsCached = 1 }
    try add(runs)
    for id in 1...4 {
      for (index, name) in ["a", "b"].enumerated() {
        var step = StepRecord(run: id, name: name, index: index, type: .training)
        step.status = index == 0 && id != 3 ? .cached : .succeeded
        (step.started, step.ended) = (Self.time, Self.time + 5)
        step.savedSeconds = step.status == .cached ? Double(id) : nil
        step.dependsOn = index == 0 ? [] : ["a"]
        try writer.write { [step] in try $0.save(step) }
      }
    }
    // Of r3 none came from the cache; r4 does not count any that did.
    #expect(try catalog.savedSeconds(of: runs, at: Self.time) == [1: 1, 2: 2])
    #expect(try catalog.savedSeconds(of: [runs[1]], at: Self.time) == [2: 2])
    #expect(try catalog.savedSeconds(of: [], at: Self.time).isEmpty)
  }

  @Test func `runs of a pipeline are looked for among the newest of an instance`() throws {
    var runs = (1...5).map { Self.run($0, .succeeded, sweep: nil) }
    for index in [1, 3] { runs[index].pipeline = "q" }
    try add(runs)
    #expect(try catalog.runs(of: "p", in: "lab", limit: 9).map(\.id) == [5, 3, 1])
    #expect(try catalog.runs(of: "p", in: "lab", limit: 9, among: 4).map(\.id) == [5, 3])
    #expect(try catalog.runs(of: "p", in: "lab", limit: 1, among: 4).map(\.id) == [5])
    #expect(try catalog.runs(of: "p", in: "other", limit: 9).isEmpty)
  }

  @Test func `runs that were let in and wait for a CPU are no sign of how many go at once`() {
    var state = SweepState(
      sweep: Self.sweep(),
      counts: [.succeeded: 2, .executing: 4, .queued: 2],
      pace: 60,
      executing: [Self.time, Self.time]
    )
    // Two have 30 s left, and four wait: two that were let in, and two in the queue.
    #expect(state.remaining(at: Self.time + 30) == 150.0)
    state.executing = []
    #expect(state.remaining(at: Self.time + 30) == 180.0)
  }

  @Test func `a sweep in a run's place is told to be one`() throws {
    try add([
      Self.run(1, .succeeded, sweep: 1, best: 0.5), Self.run(2, .succeeded, sweep: 1, best: 0.1),
    ])
    let error = #expect(throws: Explanation.self) { try catalog.run(named: "s1") }
    #expect(error?.what == "s1 is a sweep of 2 runs, not one run.")
    #expect(error?.why == "This takes one of them. Its best run is r2.")
    #expect(error?.next == "'lathe runs s1' lists them.")
    let state = try #require(try catalog.sweepStates(limit: 1).first)
    #expect((state.firstRun, state.lastRun) == (1, 2))
    #expect(state.holds(run: 2) && !state.holds(run: 3))
    // Another number is no sweep's, and a run's own name counts first.
    #expect(throws: Explanation.self) { try catalog.run(named: "s2") }
    var named = Self.run(3, .succeeded, sweep: nil)
    named.name = "s1"
    try writer.write { [named] in try $0.save(named) }
    #expect(try catalog.run(named: "s1").id == 3)
  }

  private func add(_ runs: [RunRecord]) throws {
    try writer.write { transaction in
      _ = try transaction.add(Self.sweep())
      let shared = try transaction.addSharedLaunch(Self.digest.hex)
      for run in runs {
        try transaction.insert(run)
        try transaction.saveLaunch(
          run: run.id,
          token: "t/\(run.id)",
          body: "{}",
          shared: run.sweep == nil ? nil : shared
        )
      }
    }
  }

  @Test func `a sweep comes back as it was written, and its number is its own`() throws {
    try add([Self.run(1, .queued, sweep: 1)])
    var expected = Self.sweep()
    expected.id = 1
    #expect(try catalog.sweep(1) == expected)
    #expect(try catalog.sweep(named: "s1") == expected)
    #expect(try catalog.sweep(named: "1") == nil && catalog.sweep(named: "sx") == nil)
    let none = #expect(throws: Explanation.self) { try catalog.sweep(named: "s2") }
    #expect(none?.what == "There is no sweep 's2'." && none?.why == "The newest sweep is s1.")
    #expect(try writer.write { try $0.sweep(launchedBy: "t") } == 1)
    try writer.write { try $0.deleteRun(1) }
    #expect(try writer.write { try $0.add(Self.sweep("u")) } == 2)
  }

  @Test func `what came from the cache does not tell how long a run takes`() throws {
    var cached = Self.run(1, .succeeded, sweep: 1)
    (cached.stepCount, cached.stepsCached) = (2, 2)
    try add([cached, Self.run(2, .executing, sweep: 1)])
    let sweep = try #require(try catalog.sweep(1))
    #expect(try catalog.state(of: sweep).pace == nil)
    cached.stepsCached = 1
    var step = StepRecord(run: 1, name: "gate", index: 0, type: .condition, status: .succeeded)
    try writer.write { [cached, step] in
      try $0.save(cached)
      try $0.save([step])
    }
    // A condition is looked at each time, and takes no time.
    #expect(try catalog.state(of: sweep).pace == nil)
    (step.name, step.type, step.attempt) = ("train", .training, 1)
    try writer.write { [step] in try $0.save([step]) }
    #expect(try catalog.state(of: sweep).pace == 9)
  }

  @Test(arguments: [(Goal.min, 2), (Goal.max, 3)])
  func `what has come of a sweep is counted`(goal: Goal, best: Int) throws {
    try add([
      Self.run(1, .executing, sweep: 1), Self.run(2, .succeeded, sweep: 1, best: 0.1, goal: goal),
      Self.run(3, .failed, sweep: 1, best: 0.4, goal: goal), Self.run(4, .queued, sweep: 1),
      Self.run(5, .succeeded, sweep: nil, best: goal == .min ? 0 : 9, goal: goal),
    ])
    let sweep = try #require(try catalog.sweep(1))
    let state = try catalog.state(of: sweep)
    #expect(state.counts == [.executing: 1, .succeeded: 1, .failed: 1, .queued: 1])
    #expect(state.best?.id == best)
    #expect(state.total == 4 && state.done == 1 && state.running == 1 && state.isActive)
    #expect(state.started == Self.time + 1 && state.ended == Self.time + 30)
    // They took 18 and 27 seconds; one has executed for 20, and one waits for it.
    #expect(state.pace == 22.5 && state.executing == [Self.time + 1])
    #expect(state.remaining(at: Self.time + 21) == 22.5 / 4 + 22.5)
    #expect(try catalog.sweepStates(limit: 5) == [state])
    #expect(try catalog.runNumbers(ofSweep: 1, [.failed, .queued]) == [3, 4])
    #expect(try catalog.executingRuns(ofSweep: 1, limit: 5).map(\.id) == [1])
    #expect(try catalog.runs(ofSweep: 1, limit: 2).map(\.id) == [1, 2])
    #expect(try catalog.runsOfNoSweep(limit: 5).map(\.id) == [5])
  }

  @Test func `what is left takes its time, however long the sweep was stopped before`() throws {
    var runs = (1...9).map { Self.run($0, .succeeded, sweep: 1) }
    for index in runs.indices {
      // Five an hour ago, the others now; a minute each.
      runs[index].started = Self.time + (index < 5 ? 0 : 3600)
      runs[index].ended = Self.time + (index < 5 ? 60 : 3660)
    }
    runs.append(Self.run(10, .queued, sweep: 1))
    var executing = Self.run(11, .executing, sweep: 1)
    executing.started = Self.time + 3640
    var stopped = Self.run(12, .stopped, sweep: 1)
    stopped.started = Self.time
    stopped.ended = Self.time + 1
    try add(runs + [executing, stopped])
    let state = try catalog.state(of: try #require(try catalog.sweep(1)))
    #expect(state.pace == 60 && state.remaining(at: Self.time + 3660) == 100)
  }

  @Test func `the best runs of a sweep are found among all that have begun`() throws {
    try add([
      Self.run(1, .succeeded, sweep: 1), Self.run(2, .queued, sweep: 1),
      Self.run(3, .succeeded, sweep: 1, best: 0.4), Self.run(4, .failed, sweep: 1, best: 0.2),
      Self.run(5, .executing, sweep: 1, best: 0.2), Self.run(6, .succeeded, sweep: nil, best: 0),
    ])
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 9).map(\.id) == [4, 5, 3, 1])
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 2).map(\.id) == [4, 5])
    let runs = try catalog.runs(ofSweep: 1).filter { $0.started != nil }
    #expect(try catalog.bestRuns(ofSweep: 1, limit: 9) == runs.ranked())
    #expect(try catalog.runs(numbered: [6, 99, 2]).map(\.id) == [6, 2])
    #expect(try catalog.runs(numbered: []).isEmpty)
  }

  @Test func `steps that have GPUs are found in one question`() throws {
    try add([
      Self.run(1, .executing, sweep: 1), Self.run(2, .queued, sweep: 1),
      Self.run(3, .succeeded, sweep: 1),
    ])
    let steps: [(Int, String, StepStatus)] = [
      (1, "train", .executing), (1, "prepare", .succeeded), (2, "train", .waiting),
      (3, "train", .succeeded),
    ]
    try writer.write { transaction in
      for (run, name, status) in steps {
        var step = StepRecord(run: run, name: name, index: 0, type: .training, status: status)
        step.gpus = [AssignedGPU(uuid: "GPU-\(run)", name: "T4")]
        try transaction.save(step)
      }
    }
    let found = try catalog.stepsWithGPUs()
    #expect(found.map(\.name) == ["train"] && found.first?.gpus.map(\.uuid) == ["GPU-1"])
  }

  @Test func `an active sweep is listed however old it is, and an instance has its own`() throws {
    try writer.write { transaction in
      for number in 1...5 {
        var sweep = Self.sweep("\(number)")
        sweep.instance = number < 4 ? "lab" : "other"
        _ = try transaction.add(sweep)
        let isActive = number == 1 || number == 4
        var run = Self.run(number, isActive ? .executing : .succeeded, sweep: number)
        run.instance = sweep.instance
        try transaction.insert(run)
      }
    }
    #expect(try catalog.sweepStates(limit: 1).map(\.sweep.id) == [5, 4, 1])
    #expect(try catalog.sweepStates(instance: "lab", limit: 1).map(\.sweep.id) == [3, 1])
    #expect(try catalog.sweepStates(instance: "other", limit: 1).map(\.sweep.id) == [5, 4])
    #expect(try catalog.sweepStates(instance: "lab", limit: 9).map(\.total) == [1, 1, 1])
    #expect(try catalog.runs(matching: "p", instance: "lab", limit: 1).map(\.id) == [3])
  }

  @Test func `what launches share stays as long as one of them needs it`() throws {
    try add([Self.run(1, .stopped, sweep: 1), Self.run(2, .stopped, sweep: 1)])
    let objects = ObjectStore(home: scratch.home)
    func isShared() throws -> Bool { try writer.write { try $0.sharedLaunch(1) != nil } }
    #expect(try Reach(catalog: catalog, objects: objects).contains(Self.digest))
    // Resumed with a launch of its own.
    try writer.write { try $0.saveLaunch(run: 1, token: "new", body: "{}") }
    #expect(try isShared())
    #expect(try writer.write { try $0.sharedLaunch(of: 1) } == nil)
    try writer.write { try $0.deleteRun(2) }
    #expect(try !isShared())
    #expect(try catalog.sweep(1) != nil)
    try writer.write { try $0.deleteRun(1) }
    #expect(try catalog.sweep(1) == nil)
  }

  @Test func `numbers of runs are reserved in a row`() throws {
    #expect(try writer.write { try $0.nextRuns(5) } == 1)
    #expect(try writer.write { try $0.nextRun() } == 6)
    #expect(try writer.write { try $0.nextRuns(2) } == 7)
  }
}

import Documents
import Foundation
import GRDB
import Pipelines
import Store
import Testing

struct CatalogTests {
  private let scratch: Scratch
  private let writer: CatalogWriter
  private let catalog: Catalog
  private static let time = Date(timeIntervalSince1970: 1_700_000_000.125)
  private static let digest = Digest(of: "x")
  private static let artifact = Artifact(kind: .folder, digest: digest, size: 12)

  init() throws {
    scratch = try Scratch()
    writer = try CatalogWriter(home: scratch.home)
    catalog = Catalog(home: scratch.home)
  }

  private static func run(_ id: Int, name: String? = nil) -> RunRecord {
    RunRecord(
      id: id,
      instance: "digits",
      pipeline: "p",
      status: .queued,
      name: name,
      created: time,
      pipelineFile: digest,
      code: digest
    )
  }

  @Test func `a home that is not there is empty, one below a file is refused`() throws {
    #expect(try Catalog(home: Home(folder: scratch.path + "/none/yet")).runs().isEmpty)
    let file = try scratch.write("text", "file")
    #expect(throws: Explanation.self) { try Catalog(home: Home(folder: file + "/home")).runs() }
  }

  // MARK: Records

  @Test func `a run comes back as it was written`() throws {
    var run = Self.run(3, name: "größer 🎉")
    run.note = "a\nb"
    run.parent = 2
    run.parameters = [
      "s": .string("007"), "i": .integer(-3), "f": .float(0.1), "b": .boolean(true),
      "text": .string("true"),
    ]
    run.started = Self.time
    run.ended = Self.time + 0.5
    run.reason = "train: no"
    run.failedStep = "train"
    run.source = SourceVersion(
      commit: "abc",
      branch: "main",
      editedFiles: ["a b", "ü"],
      diff: Self.digest
    )
    run.mainMetric = "loss"
    run.mainGoal = .min
    run.mainBest = -0.25
    run.mainLast = .infinity
    run.sparkline = [1, 0.5, -1e300]
    run.status = .failed
    try writer.write { [run] in try $0.save(run) }
    #expect(try catalog.run(3) == run)
    run.status = .succeeded
    run.reason = nil
    try writer.write { [run] in try $0.save(run) }
    #expect(try catalog.runs() == [run])
  }

  @Test func `a step comes back as it was written`() throws {
    let full = StepRecord(
      run: 1,
      name: "train",
      index: 1,
      type: .training,
      status: .cached,
      attempt: 2,
      dependsOn: ["a", "b"],
      started: Self.time,
      ended: Self.time,
      reason: "r",
      exitCode: 3,
      signal: 9,
      pid: 77,
      cachedFrom: 5,
      savedSeconds: 0.5,
      key: Self.digest,
      cacheReason: "train.py changed",
      outputs: ["model": Self.artifact],
      outcome: false,
      peakMemory: 1 << 40,
      cpuSeconds: 0.25,
      logRun: 5,
      logAttempt: 1
    )
    let bare = StepRecord(run: 1, name: "prepare", index: 0, type: .processing)
    try writer.write {
      try $0.save(Self.run(1))
      try $0.save(full)
      try $0.save(bare)
    }
    #expect(try catalog.steps(of: 1) == [bare, full])
  }

  @Test func `metrics keep NaN and infinities`() throws {
    let summary = MetricSummary(
      run: 1,
      step: "train",
      name: "loss",
      goal: .min,
      isMain: true,
      count: 4,
      last: .nan,
      lastStep: 3,
      min: .nan,
      minStep: .nan,
      max: .infinity,
      maxStep: -.infinity
    )
    try writer.write {
      try $0.save(Self.run(1))
      try $0.save(summary)
    }
    let found = try #require(try catalog.metrics(of: 1).first)
    #expect(found.last.isNaN && found.min.isNaN && found.minStep.isNaN)
    #expect(found.max == .infinity && found.maxStep == -.infinity)
    #expect(found.count == 4 && found.goal == .min && found.isMain)
  }

  @Test func `metrics of the same importance stand by step and name, as people count`() throws {
    let names = ["layers/10/norm", "layers/9/norm", "loss", "layers/2/norm"]
    try writer.write { db in
      try db.save(Self.run(1))
      for (step, name) in names.map({ ("train", $0) }) + [("eval", "layers/3/norm")] {
        try db.save(
          MetricSummary(
            run: 1,
            step: step,
            name: name,
            count: 1,
            last: 1,
            lastStep: 1,
            min: 1,
            minStep: 1,
            max: 1,
            maxStep: 1
          )
        )
      }
    }
    #expect(
      try catalog.metrics(of: 1).map(\.name)
        == ["loss", "layers/3/norm", "layers/2/norm", "layers/9/norm", "layers/10/norm"]
    )
    #expect(try catalog.runCount(ofInstance: Self.run(1).instance) == 1)
    #expect(try catalog.runCount(ofInstance: "another one") == 0)
  }

  @Test func `stacks, resources, events and instances come back as they were written`() throws {
    let stack = StackRecord(
      name: "s",
      status: .createFailed,
      reason: "no",
      template: "digits",
      description: "d",
      parameters: ["a": "1"],
      outputs: [StackOutput(name: "o", value: "v", description: "w")],
      created: Self.time,
      updated: Self.time
    )
    let resource = ResourceRecord(
      stack: "s",
      logicalID: "Bucket",
      type: "AWS::S3::Bucket",
      physicalID: "b",
      status: .createComplete,
      reason: "r",
      updated: Self.time,
      attributes: ["Arn": "arn:b"]
    )
    let instance = InstanceRecord(
      name: "i",
      status: .inService,
      folder: "/f",
      isAdopted: true,
      stack: "s",
      instanceType: "ml.t3.medium",
      cpus: 2,
      memory: 4 << 30,
      reason: "r",
      created: Self.time
    )
    try writer.write {
      try $0.transition(stack)
      try $0.transition(resource)
      try $0.save(instance)
    }
    #expect(try catalog.stack("s") == stack)
    #expect(try catalog.resources(of: "s") == [resource])
    #expect(try catalog.instance("i") == instance)
    // The writer keeps it, until one is written.
    #expect(try writer.instance("i") == instance)
    var stopped = instance
    stopped.status = .stopped
    try writer.write { [stopped] in try $0.save(stopped) }
    #expect(try writer.instance("i") == stopped)
    try writer.write { try $0.deleteInstance("i") }
    #expect(try writer.instance("i") == nil)
    let events = try catalog.events(of: "s")
    #expect(events.map(\.id) == [1, 2])
    #expect(events.map(\.status) == ["CREATE_FAILED", "CREATE_COMPLETE"])
    #expect(events.map(\.logicalID) == ["s", "Bucket"])
    #expect(events.map(\.time) == [Self.time, Self.time])
    #expect(try catalog.events(of: "s", after: 1).map(\.id) == [2])
    try writer.write { try $0.deleteStack("s") }
    #expect(try catalog.stacks(includingDeleted: true).isEmpty)
    #expect(try catalog.events(of: "s").count == 2)
  }

  @Test func `models and alerts come back as they were written`() throws {
    let model = ModelRecord(
      group: "digits",
      version: 2,
      approval: .rejected,
      run: 1,
      step: "train",
      instance: "i",
      artifact: Self.artifact,
      metrics: ["accuracy": 0.5],
      description: "d",
      created: Self.time,
      decided: Self.time,
      decidedBy: "me",
      note: "n"
    )
    try writer.write {
      #expect(try $0.nextVersion(of: "digits") == 1)
      try $0.save(model)
      #expect(try $0.nextVersion(of: "digits") == 3)
      try $0.add(AlertRecord(run: 1, message: "m", time: Self.time))
      try $0.add(AlertRecord(stack: "s", message: "n", time: Self.time))
    }
    #expect(try catalog.model(named: "digits") == model)
    #expect(try catalog.model(named: "digits/2") == model)
    #expect(throws: Explanation.self) { try catalog.model(named: "digits/1") }
    let alerts = try catalog.alerts()
    #expect(alerts.map(\.message) == ["n", "m"])
    #expect(alerts.map(\.stack) == ["s", nil])
    #expect(try catalog.alerts(after: 1).map(\.id) == [2])
  }

  @Test func `what watch rules found comes back, NaN and all, and goes with its run`() throws {
    let finding = WatchFinding(
      rule: "NaN",
      metric: "loss",
      step: 12,
      time: 1_700_000_000.123456,
      value: -.infinity,
      message: "loss is -Inf.",
      action: .stop
    )
    var odd = finding
    (odd.step, odd.value, odd.metric) = (.nan, .nan, nil)
    try writer.write { [odd] in
      for (id, sweep) in [(1, 4), (2, 4), (3, nil)] {
        var run = Self.run(id)
        run.sweep = sweep
        try $0.save(run)
        for found in id == 1 ? [finding] : [odd, finding] {
          try $0.add(AlertRecord(found, run: run, step: "train", attempt: 2))
        }
        try $0.add(AlertRecord(run: id, message: "r\(id) failed: train: no", time: Self.time))
      }
    }
    #expect(try catalog.alertCounts() == [1: 1, 2: 2, 3: 2])
    let alerts = try catalog.watchAlerts(of: 2)
    #expect(alerts.map(\.finding) == [odd, finding] && alerts.allSatisfy { $0.attempt == 2 })
    #expect(
      alerts.map(\.message) == [
        "r2 train: NaN: loss is -Inf.", "r2 train: NaN at 12: loss is -Inf.",
      ]
    )
    #expect(try catalog.watchAlerts(of: 2, after: alerts[0].id) == [alerts[1]])
    let newest = try catalog.newestWatchAlerts(of: 2, limit: 1)
    #expect(newest.count == 2 && newest.newest == [alerts[1]])
    try writer.write { try $0.deleteRun(2) }
    #expect(try catalog.alertCounts() == [1: 1, 3: 2])
    #expect(try catalog.alerts().allSatisfy { $0.run != 2 })
  }

  @Test func `the first execution under a key stays`() throws {
    var execution = ExecutionRecord(
      key: Self.digest,
      run: 1,
      step: "a",
      pipeline: "p",
      attempt: 1,
      seconds: 0.5,
      components: ["command": Self.digest],
      outputs: ["o": Self.artifact],
      ended: Self.time
    )
    let first = execution
    execution.run = 2
    try writer.write { [execution] in
      try $0.add(first)
      try $0.add(execution)
      #expect(try $0.execution(Self.digest) == first)
      #expect(try $0.execution(Digest(of: "y")) == nil)
      #expect(try $0.newestExecution(pipeline: "p", step: "a") == first)
      #expect(try $0.newestExecution(pipeline: "q", step: "a") == nil)
    }
  }

  @Test func `a deleted run takes its rows along, and its number is not given again when used`()
    throws
  {
    try writer.write {
      try $0.save(Self.run(7))
      try $0.save(StepRecord(run: 7, name: "a", index: 0, type: .processing))
      try $0.saveLaunch(run: 7, token: "t7", body: "{}")
      #expect(try $0.nextRun() == 8)
      try $0.add(
        ExecutionRecord(
          key: Self.digest,
          run: 7,
          step: "a",
          pipeline: "p",
          attempt: 1,
          seconds: 1,
          components: [:],
          outputs: [:],
          ended: Self.time
        )
      )
      try $0.deleteRun(7)
      #expect(try $0.launch(of: 7) == nil)
      // Never a number again that was given away.
      #expect(try $0.nextRun() == 9)
    }
    #expect(try catalog.steps(of: 7).isEmpty)
  }

  @Test func `an error undoes the whole transaction`() throws {
    #expect(throws: CancellationError.self) {
      try writer.write {
        try $0.save(Self.run(1))
        throw CancellationError()
      }
    }
    #expect(try catalog.run(1) == nil)
  }

  // MARK: Names

  @Test(
    arguments: [
      ("r2", 2), ("2", 2), ("@", 4), ("@-1", 3), ("@-3", 1), ("baseline", 1), ("wide", 3),
      ("wide-lay", 2), ("r1", 1), ("@-0", 4),
    ]
  )
  func `a run is found by`(text: String, id: Int) throws {
    try writer.write {
      try $0.save(Self.run(1, name: "baseline"))
      try $0.save(Self.run(2, name: "wide-layers"))
      try $0.save(Self.run(3, name: "wide"))
      try $0.save(Self.run(4, name: "r1"))
    }
    #expect(try catalog.run(named: text).id == id)
  }

  @Test(arguments: ["r9", "@-9", "@1", "@x", "wid", "Baseline", "r-1", "99999999999999999999", "%"])
  func `a run is not found by`(text: String) throws {
    try writer.write {
      try $0.save(Self.run(1, name: "baseline"))
      try $0.save(Self.run(2, name: "wide-layers"))
      try $0.save(Self.run(3, name: "wide-net"))
    }
    #expect(throws: Explanation.self) { try catalog.run(named: text) }
  }

  @Test func `runs are paged, searched and counted`() throws {
    try writer.write {
      for id in 1...5 {
        var run = Self.run(id, name: id == 2 ? "Größe" : nil)
        run.instance = id == 5 ? "other" : "digits"
        run.status = [.queued, .executing, .stopping, .failed, .succeeded][id - 1]
        run.ended = id == 4 ? Self.time : nil
        try $0.save(run)
      }
    }
    #expect(try catalog.runs(before: 4, limit: 2).map(\.id) == [3, 2])
    #expect(try catalog.runs(instance: "digits").map(\.id) == [4, 3, 2, 1])
    #expect(try catalog.activeRuns().map(\.id) == [3, 2, 1])
    #expect(try catalog.runs(matching: "r5").map(\.id) == [5])
    #expect(try catalog.runs(matching: "FAILED").map(\.id) == [4])
    #expect(try catalog.runs(matching: "%").isEmpty)
    let counts = try catalog.counts(now: Self.time + 60)
    var expected = RunCounts()
    (expected.all, expected.queued, expected.executing, expected.failed) = (5, 1, 2, 1)
    #expect(counts == expected)
    #expect(try catalog.counts(now: Self.time + 100_000).failed == 0)
  }

  // MARK: Files

  @Test func `a home that does not exist answers with nothing`() throws {
    let catalog = Catalog(home: Home(folder: scratch.path + "/none"))
    #expect(try catalog.runs().isEmpty)
    #expect(try catalog.counts() == RunCounts())
    #expect(try catalog.run(1) == nil)
    #expect(try catalog.fault() == nil)
    #expect(throws: Explanation.self) { try catalog.run(named: "@") }
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/none"))
  }

  @Test func `an empty file becomes a catalog, and a reader sees none until then`() throws {
    let home = Home(folder: scratch.path + "/second")
    try scratch.write("", "second/catalog.sqlite")
    let reader = Catalog(home: home)
    #expect(try reader.runs().isEmpty)
    let writer = try CatalogWriter(home: home)
    try writer.write { try $0.save(Self.run(1)) }
    #expect(try reader.runs().map(\.id) == [1])
    #expect(try reader.fault() == nil)
  }

  @Test func `a catalog is opened again with what it holds`() throws {
    try writer.write { try $0.save(Self.run(1)) }
    let again = try CatalogWriter(home: scratch.home)
    try again.write { try $0.save(Self.run(2)) }
    #expect(try catalog.runs().map(\.id) == [2, 1])
  }

  @Test func `a file that is no catalog is explained`() throws {
    let home = Home(folder: scratch.path + "/third")
    try scratch.write(String(repeating: "not a database ", count: 100), "third/catalog.sqlite")
    #expect(throws: Explanation.self) { try Catalog(home: home).runs() }
    #expect(throws: Explanation.self) { try CatalogWriter(home: home) }
  }
}

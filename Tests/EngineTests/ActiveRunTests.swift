import Documents
import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

/// A run as a value: what follows from what happens.
struct ActiveRunTests {
  private func active(_ text: String, status: RunStatus = .queued) throws -> ActiveRun {
    let (pipeline, _) = Pipeline.read(text, name: "p")
    let found = try #require(pipeline)
    let run = RunRecord(
      id: 1,
      instance: "i",
      pipeline: "p",
      status: status,
      created: Date(timeIntervalSince1970: 0),
      pipelineFile: Digest(of: ""),
      code: Digest(of: "")
    )
    let launch = LaunchBody(
      what: .pipeline(file: "p"),
      token: "t",
      pipelineText: text,
      given: [:],
      environment: [:],
      instanceFolder: "/",
      paths: [:]
    )
    return ActiveRun(
      run: run,
      steps: LaunchBody.rows(of: found, run: 1),
      pipeline: found,
      launch: launch
    )
  }

  private static let chain = """
    steps:
      a: { type: Processing, run: [a] }
      b: { type: Processing, run: [b], depends_on: a }
      c: { type: Processing, run: [c], depends_on: b }
      d: { type: Processing, run: [d] }
    """

  private func statuses(_ run: ActiveRun) -> [String] {
    run.pipeline.steps.compactMap { run.steps[$0.name]?.status.rawValue }
  }

  private func begin(_ name: String, of run: inout ActiveRun) {
    for other in run.takeSteps() where other != name { run.look(at: other) }
    run.begin(name) { _ in }
  }

  private func record(_ status: ExitRecord.Status, _ reason: String? = nil) -> ExitRecord {
    ExitRecord(
      status: status,
      reason: reason,
      started: Date(timeIntervalSince1970: 1),
      ended: Date(timeIntervalSince1970: 2),
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: 1,
      cpuSeconds: 1
    )
  }

  @Test func `a failed step skips what depends on it`() throws {
    var run = try active(Self.chain)
    #expect(run.takeSteps() == ["a", "d"])
    begin("a", of: &run)
    begin("d", of: &run)
    run.settle("a", record(.failed, "no"))
    #expect(statuses(run) == ["Failed", "Skipped", "Skipped", "Executing"])
    #expect(run.steps["b"]?.reason == "a failed")
    #expect(run.steps["c"]?.reason == "b was skipped")
    run.conclude(now: Date())
    #expect(run.run.status == .executing)
    run.settle("d", record(.succeeded))
    run.conclude(now: Date())
    #expect(run.run.status == .failed)
    #expect(run.run.failedStep == "a")
    #expect(run.alerts.map(\.message) == ["r1 failed: a: no"])
    #expect(run.unsaved == ["a", "b", "c", "d"])
  }

  @Test func `a stop ends what waits and what is queued, and tells what runs`() throws {
    var run = try active(Self.chain, status: .executing)
    begin("a", of: &run)
    run.stop()
    #expect(statuses(run) == ["Stopping", "Skipped", "Skipped", "Stopped"])
    #expect(run.takeSteps().isEmpty)
    #expect(run.waiting.isEmpty)
    run.conclude(now: Date())
    #expect(run.run.status == .stopping)
    run.settle("a", record(.stopped, "Stopped by the user."))
    run.conclude(now: Date())
    #expect(run.run.status == .stopped)
    #expect(run.alerts.isEmpty)
  }

  @Test func `a run that a watch rule stopped says so, and so does what is stopped with it`() throws
  {
    let steps = ["a", "b", "c"].map { "  \($0): { type: Processing, run: [\($0)] }\n" }
    var run = try active("steps:\n" + steps.joined(), status: .executing)
    for name in ["a", "b", "c"] { begin(name, of: &run) }
    run.settle("a", record(.stopped, "Stopped by watch rule Divergence: loss is 2.2."))
    #expect(statuses(run) == ["Stopped", "Stopping", "Stopping"])
    #expect(run.run.reason == "a: stopped by watch rule Divergence: loss is 2.2.")
    run.settle("b", record(.stopped, "Stopped by the user."))
    // What the catalog has is enough to tell it, and a rule of its own is not hidden.
    for reason in ["Stopped by the user.", "Stopped by watch rule Stall: it is silent."] {
      var again = ActiveRun(
        run: run.run,
        steps: run.pipeline.steps.compactMap { run.steps[$0.name] },
        pipeline: run.pipeline,
        launch: run.launch
      )
      again.settle("c", record(.stopped, reason))
      again.conclude(now: Date())
      #expect(again.run.status == .stopped)
      #expect(again.run.reason == "a: stopped by watch rule Divergence: loss is 2.2.")
      let because = "Stopped because a was stopped by watch rule Divergence: loss is 2.2."
      #expect(again.steps["b"]?.reason == because)
      #expect(again.steps["c"]?.reason == (reason.contains("user") ? because : reason))
    }
  }

  @Test func `a rule that fires in the middle of the user's stop changes nothing of it`() throws {
    var run = try active(Self.chain, status: .executing)
    begin("a", of: &run)
    run.look(at: "d")
    begin("d", of: &run)
    run.stop()
    run.settle("a", record(.stopped, "Stopped by watch rule Divergence: loss is 2.2."))
    var again = ActiveRun(
      run: run.run,
      steps: run.pipeline.steps.compactMap { run.steps[$0.name] },
      pipeline: run.pipeline,
      launch: run.launch
    )
    again.settle("d", record(.stopped, "Stopped by the user."))
    again.conclude(now: Date())
    #expect(again.run.reason == "Stopped by the user.")
    #expect(again.steps["d"]?.reason == "Stopped by the user.")
  }

  @Test func `what succeeds in the middle of a stop has succeeded, the run is stopped`() throws {
    var run = try active(Self.chain, status: .executing)
    begin("a", of: &run)
    run.stop()
    run.settle("a", record(.succeeded))
    run.conclude(now: Date())
    #expect(run.steps["a"]?.status == .succeeded)
    #expect(run.run.status == .stopped)
    #expect(run.run.stepsDone == 1)
  }

  @Test func `the main metric's best goes to the run`() throws {
    var run = try active(Self.chain)
    run.run.mainMetric = "loss"
    let summary = MetricSummary(
      run: 1,
      step: "a",
      name: "loss",
      goal: .min,
      count: 2,
      last: .nan,
      lastStep: 1,
      min: 0.5,
      minStep: 0,
      max: 1,
      maxStep: 1
    )
    run.take([summary], sparkline: [1, 0.5])
    #expect(run.run.mainBest == 0.5)
    #expect(run.run.mainLast == nil)
    #expect(run.run.sparkline == [1, 0.5])
  }

  @Test func `a step that logs the main metric of another is not what the run is judged by`() throws
  {
    let step = "type: Training, run: [a], metrics: [{ name: loss, goal: min"
    func judged(_ train: String) throws -> Double? {
      let text = """
        steps:
          train: { \(step)\(train) }] }
          evaluate: { \(step) }], depends_on: train }
        """
      var run = try active(text)
      run.run.mainMetric = run.pipeline.mainMetric?.metric.name
      for (name, best) in [("train", 0.5), ("evaluate", 0.2)] {
        let summary = MetricSummary(
          run: 1,
          step: name,
          name: "loss",
          goal: .min,
          count: 1,
          last: best,
          lastStep: 0,
          min: best,
          minStep: 0,
          max: best,
          maxStep: 0
        )
        run.take([summary], sparkline: [best])
      }
      #expect(run.isMain("loss", of: "train"))
      #expect(run.isMain("loss", of: "a trial"))
      return run.run.mainBest
    }
    #expect(try judged(", main: true") == 0.5)
    // Nothing is marked: the last one that was logged.
    #expect(try judged("") == 0.2)
  }

  @Test
  func `a main metric that never came is not what a run is judged by where another has values`()
    throws
  {
    let text = """
      steps:
        prepare: { type: Processing, run: [a] }
        train: { type: Training, run: [a], metrics: [{ name: val, goal: max, main: true }] }
      """
    func summary(_ name: String, of step: String, _ value: Double) -> MetricSummary {
      MetricSummary(
        run: 1,
        step: step,
        name: name,
        goal: .min,
        count: 1,
        last: value,
        lastStep: 0,
        min: value,
        minStep: 0,
        max: value,
        maxStep: 0
      )
    }
    var run = try active(text)
    (run.run.mainMetric, run.run.mainGoal) = ("val", .max)
    for name in run.takeSteps() { run.begin(name) { _ in } }
    func end(
      _ run: inout ActiveRun,
      _ name: String,
      _ summaries: [MetricSummary],
      _ status: ExitRecord.Status = .succeeded
    ) {
      var record = record(status)
      (record.metrics, record.sparkline) = (summaries, [1])
      run.settle(name, record)
      run.isWritten()
      run.conclude(now: Date())
    }
    end(&run, "prepare", [summary("rows_loss", of: "prepare", 7)])
    // It may yet come.
    #expect(run.run.mainMetric == "val" && run.run.mainBest == nil)
    var (failed, silent, diverged, good) = (run, run, run, run)
    end(&run, "train", [summary("loss", of: "train", 0.5)])
    #expect(run.run.mainMetric == "loss" && run.run.mainGoal == .min && run.run.mainBest == 0.5)
    end(&silent, "train", [])
    #expect(silent.run.mainMetric == "rows_loss" && silent.run.mainBest == 7)
    // A run that is resumed may have it then.
    end(&failed, "train", [summary("loss", of: "train", 0.5)], .failed)
    #expect(failed.run.status == .failed && failed.run.mainMetric == "val")
    end(&diverged, "train", ["loss", "val"].map { summary($0, of: "train", .nan) })
    #expect(diverged.run.mainMetric == "val" && diverged.run.mainBest == nil)
    end(&good, "train", ["loss", "val"].map { summary($0, of: "train", 0.5) })
    #expect(good.run.mainMetric == "val" && good.run.mainGoal == .max && good.run.mainBest == 0.5)
  }

  // MARK: Resume

  private func resumed(_ text: String, _ old: [StepRecord]) throws -> [String] {
    let run = try active(text)
    let prepared = PreparedLaunch(
      run: run.run,
      steps: LaunchBody.rows(of: run.pipeline, run: 0),
      body: run.launch,
      pipeline: run.pipeline
    )
    let steps = prepared.resumedSteps(
      run: 1,
      old: Dictionary(uniqueKeysWithValues: old.map { ($0.name, $0) }),
      edits: ["a.py"]
    )
    #expect(steps.allSatisfy { $0.run == 1 })
    return steps.map { "\($0.name) \($0.status.rawValue) \($0.attempt)" }
  }

  private func old(_ name: String, _ status: StepStatus, outcome: Bool? = nil) -> StepRecord {
    let type: StepType = outcome == nil ? .processing : .condition
    var step = StepRecord(run: 1, name: name, index: 0, type: type, status: status, attempt: 1)
    step.outcome = outcome
    return step
  }

  @Test func `what succeeded stays, what failed or follows from it runs again`() throws {
    let steps = [
      old("a", .succeeded), old("b", .failed), old("c", .skipped), old("d", .cached),
    ]
    #expect(
      try resumed(Self.chain, steps) == [
        "a Succeeded 1", "b Waiting 1", "c Waiting 1", "d Cached 1",
      ]
    )
  }

  @Test func `a success behind something new is not one any more`() throws {
    let steps = [old("b", .succeeded), old("c", .failed), old("d", .stopped)]
    #expect(
      try resumed(Self.chain, steps) == [
        "a Waiting 0", "b Waiting 1", "c Waiting 1", "d Waiting 1",
      ]
    )
  }

  @Test func `the branch that was not taken stays so, with all behind it`() throws {
    let text = """
      steps:
        check: { type: Condition, if: "1 > 2", then: [yes], else: [no] }
        yes: { type: Processing, run: [a] }
        behind: { type: Processing, run: [b], depends_on: yes }
        no: { type: Processing, run: [c] }
      """.replacing("yes", with: "good").replacing("no:", with: "bad:").replacing(
        "[no]",
        with: "[bad]"
      )
    let steps = [
      old("check", .succeeded, outcome: false), old("good", .skipped), old("behind", .skipped),
      old("bad", .failed),
    ]
    #expect(
      try resumed(text, steps) == [
        "check Succeeded 1", "good Skipped 1", "behind Skipped 1", "bad Waiting 1",
      ]
    )
  }

  // MARK: Transitions

  @Test func `an end is left by a resume only`() {
    for status in RunStatus.allCases where !status.isActive {
      #expect(status.next.isSubset(of: [.executing, .queued]))
    }
    #expect(RunStatus.succeeded.next.isEmpty)
    for status in StepStatus.allCases where status.isEnd {
      #expect(status.next.isSubset(of: [.waiting]))
    }
    for status in StepStatus.allCases where status.isSuccess { #expect(status.next.isEmpty) }
    for status in StepStatus.allCases where status.isActive {
      #expect(status.next.isDisjoint(with: [.skipped, .cached, .waiting]))
      #expect(status.next.isSuperset(of: [.stopped, .succeeded, .failed]))
    }
  }

  // MARK: The machine

  private func instance(cpus: Int? = nil, memory: Int? = nil) -> InstanceRecord {
    InstanceRecord(
      name: "i",
      status: .inService,
      folder: "/",
      isAdopted: true,
      cpus: cpus,
      memory: memory,
      created: Date()
    )
  }

  @Test(
    arguments: [
      (4, 8, nil, nil, true), (5, 8, nil, nil, false), (4, 9, nil, nil, false),
      (2, 1, 2, nil, true), (3, 1, 2, nil, false), (1, 2, nil, 1, false), (1, 1, 8, 16, true),
      (0.5, 1, 1, nil, true), (4.001, 1, nil, nil, false), (1.5, 1, 1, nil, false),
    ] as [(CPUs, Int, Int?, Int?, Bool)]
  )
  func `a step that can never start is refused`(
    cpus: CPUs,
    memory: Int,
    instanceCpus: Int?,
    instanceMemory: Int?,
    isAdmitted: Bool
  ) {
    let process = ProcessStep(command: .arguments([]), cpus: cpus, memory: memory << 30)
    let step = Step(name: "s", type: .training, work: .process(process))
    let machine = Machine(cpus: 4, memory: 8 << 30)
    let instance = instance(cpus: instanceCpus, memory: instanceMemory.map { $0 << 30 })
    #expect(((try? machine.admit(step, in: instance)) != nil) == isAdmitted)
  }

  @Test func `a step that wants a part more than there is, is told so`() {
    let process = ProcessStep(command: .arguments([]), cpus: 1.5)
    let step = Step(name: "s", type: .training, work: .process(process))
    let error = #expect(throws: Explanation.self) {
      try Machine(cpus: 4, memory: 1).admit(step, in: instance(cpus: 1))
    }
    #expect(error?.what == "Step 's' asks for 1.5 CPUs and can never start.")
    #expect(error?.why == "'i' (local) on this machine has 1.")
  }
}

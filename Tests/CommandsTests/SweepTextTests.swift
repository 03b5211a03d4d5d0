import ArgumentParser
import Documents
import Engine
import Foundation
import Pipelines
import Store
import Testing

@testable import Commands

struct SweepTextTests {
  private static let sweep = SweepRecord(
    id: 1,
    instance: "lab",
    pipeline: "digits",
    axes: [
      SweepRecord.Axis(name: "lr", values: ["0.1", "0.03"]),
      SweepRecord.Axis(name: "seed", values: ["1", "2"]),
    ],
    parallel: 2,
    count: 4,
    created: noon - 200,
    token: "t"
  )

  private static func swept(
    _ id: Int,
    _ status: RunStatus,
    lr: Double,
    seed: Int,
    best: Double?
  ) -> RunRecord {
    var record = run(id, status, parameters: ["lr": .float(lr), "seed": .integer(seed)])
    record.sweep = 1
    record.mainBest = best
    record.mainLast = best
    if best == nil { record.sparkline = [] }
    return record
  }

  private static let runs = [
    swept(7, .succeeded, lr: 0.1, seed: 1, best: 0.31),
    swept(8, .succeeded, lr: 0.1, seed: 2, best: 0.059),
    swept(9, .failed, lr: 0.03, seed: 1, best: nil),
    swept(10, .executing, lr: 0.03, seed: 2, best: nil),
  ]

  private static var state: SweepState {
    SweepState(
      sweep: sweep,
      counts: [.succeeded: 2, .failed: 1, .executing: 1],
      best: runs[1],
      started: noon - 180,
      ended: noon - 20,
      pace: 120,
      executing: [noon - 60]
    )
  }

  @Test func `the block that is redrawn tells how far a sweep is, and what is best`() {
    let lines = SweepProgress.frame(Self.state, executing: [Self.runs[3]], at: noon)
    #expect(
      lines.plain == """
        ● s1 digits in lab  lr x seed  2/4 done, 1 running, 1 failed  3m00s, about 1m00s left
          best r8 val_loss 0.059  lr 0.1 seed 2
          ● r10  lr 0.03 seed 2  3m14s  5/5 steps

        """
    )
  }

  @Test func `a pipe is told now and then, and of each failure`() {
    var progress = SweepProgress(zone: utc)
    var state = Self.state
    state.counts = [.queued: 4]
    state.best = nil
    state.started = nil
    state.pace = nil
    #expect(
      progress.changes(state, at: noon).plain
        == "14:02:11 ○ s1 digits in lab  lr x seed  0/4 done, 4 queued\n"
    )
    state = Self.state
    state.counts = [.succeeded: 1, .executing: 1, .queued: 2]
    #expect(progress.changes(state, at: noon + 1).isEmpty)
    state.counts = [.succeeded: 1, .failed: 1, .executing: 1, .queued: 1]
    #expect(progress.changes(state, at: noon + 2).count == 1)
    state.counts = [.succeeded: 2, .failed: 1, .executing: 1]
    #expect(progress.changes(state, at: noon + 3).isEmpty)
    #expect(progress.changes(state, at: noon + 9).count == 1)
    #expect(progress.changes(state, at: noon + 20).isEmpty)
    // The clock was set back by a day.
    state.counts = [.succeeded: 3, .failed: 1]
    #expect(progress.changes(state, at: noon - 86_400).count == 1)
    state.counts = [.succeeded: 3, .executing: 1]
    var other = SweepProgress(zone: utc)
    #expect(other.changes(state, at: noon).count == 1)
    state.counts = [.succeeded: 4, .executing: 1]
    #expect(other.changes(state, at: noon - 86_400).count == 1)
  }

  @Test func `the runs stand with what is swept, the best one marked`() {
    var state = Self.state
    var runs = Self.runs
    runs[2].reason = "train: Exit code 1."
    runs[2].failedStep = "train"
    runs[3].status = .stopped
    runs[3].ended = noon
    state.counts = [.succeeded: 2, .failed: 1, .stopped: 1]
    state.ended = noon
    #expect(
      SweepTable.ending(state, runs, at: noon, width: 100).plain == """
           run    lr  seed  val_loss         time  status     curve
        ✓  r7    0.1     1  0.31 ↓          2m14s  Succeeded  █▅▃▁
        ✓  r8    0.1     2  0.059 ↓   best  2m14s  Succeeded  █▅▃▁
        ✗  r9   0.03     1                  2m14s  Failed
        ‖  r10  0.03     2                  3m14s  Stopped

        ✗ s1 digits in lab  lr x seed  2/4 done, 1 failed, 1 stopped  3m00s
          best r8 val_loss 0.059  lr 0.1 seed 2
          why: r9 train: Exit code 1.
         next: 'lathe logs r9 train' prints what it said;
               'lathe resume s1' goes on with what failed or was stopped.

        """
    )
  }

  @Test func `what watch rules found is marked at the runs and counted at the sweep`() {
    var state = Self.state
    state.alertCount = 3
    let alerts = [7: 1, 9: 2]
    let lines = SweepTable.ending(state, Self.runs, alerts: alerts, at: noon, width: 100).plain
    #expect(lines.contains("Succeeded !") && lines.contains("Failed !2"))
    #expect(lines.contains("1 failed, 3 alerts  "))
    let row = RunTable.lines([], sweeps: [state], parents: [:], at: noon, width: nil).plain
    #expect(row.contains("2/4 done !3"))
    #expect(state.json["alert_count"] == .integer(3))
  }

  @Test func `what is best of a sweep is so whichever of its runs are listed`() {
    let few = [Self.runs[0], Self.runs[3]]
    let text = SweepTable.lines(Self.sweep, few, best: Self.runs[1], at: noon, width: 100).plain
    #expect(text.contains("r7") && !text.contains("best"))
  }

  @Test func `the room is shared among sweeps, and what is named itself stays`() throws {
    func many(_ range: Range<Int>) -> [RunRecord] {
      range.map { Self.swept($0, .succeeded, lr: 1, seed: 1, best: Double(1000 - $0)) }
    }
    let single = [Self.swept(1, .succeeded, lr: 1, seed: 1, best: 1)]
    let (runs, cuts) = try [single, many(10..<20), many(20..<22), many(30..<50)]
      .shared(8, among: [1, 2, 3])
    // One, two of the small one, and five of the others, the best of each.
    #expect(runs.map(\.id) == [1, 19, 18, 20, 21, 49, 48, 47] && cuts == [1: 2, 3: 3])
    let (all, none) = try [single, many(1..<4)].shared(3, among: [1])
    #expect(all.map(\.id) == [1, 2, 3] && none.isEmpty)
    #expect(throws: (any Error).self) {
      try [single, many(10..<12), many(20..<22)].shared(2, among: [1, 2])
    }
    #expect(try [single, many(2..<3)].shared(1, among: []).runs.count == 2)
  }

  @Test func `no more runs are meant than there is room for`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let most = Int.random(in: 2...8, using: &random)
      let count = Int.random(in: 1...most, using: &random)
      let all = (0..<count).map { place in
        (0..<Int.random(in: 1...20, using: &random)).map { _ in
          Self.swept(Int.random(in: 1...40, using: &random), .succeeded, lr: 1, seed: 1, best: 1)
        }
      }
      let sweeps = Set(0..<count)
      let (runs, cuts) = try all.shared(most, among: sweeps)
      #expect(runs.count <= most && Set(runs.map(\.id)).count == runs.count)
      let distinct = Set(all.flatMap { $0.map(\.id) }).count
      #expect(cuts.isEmpty == (distinct <= most) && runs.count == min(most, distinct))
    }
  }

  @Test func `a removal tells what went and what stays, and is refused where nothing can go`() {
    let some = SweepRemoval(sweep: Self.sweep, before: 4, kept: [8])
    #expect(some.refusal == nil)
    #expect(
      some.lines(trash: "/t").plain == """
        3 of 4 runs of s1 are in the trash: /t
          kept, as they are pinned or made models: r8

        """
    )
    #expect(some.json(trash: "/t")["removed"] == .boolean(true))
    #expect(some.json(trash: "/t")["removed_runs"] == .integer(3))
    let none = SweepRemoval(sweep: Self.sweep, before: 2, kept: [7, 8])
    #expect(none.refusal?.what == "No run of s1 was removed.")
    #expect(none.refusal?.why == "All 2 of its runs are pinned or made a registered model: r7, r8.")
  }

  @Test func `a sweep is one line in the list of runs`() {
    let lines = RunTable.lines(
      [run(12, parent: nil), run(5, parent: nil, seconds: 9000)],
      sweeps: [Self.state],
      parents: [:],
      at: noon + 30,
      width: 100
    )
    #expect(
      lines.plain == """
           run  pipeline  status      time       when  changed (from)               metric    best     curve
        ✓  r12  digits    Succeeded  2m14s  1m30s ago                               val_loss  0.288 ↓  █▅▃▁
        ●  s1   digits    2/4 done   3m30s  3m50s ago  lr x seed  best r8 lr 0.1 …  val_loss  0.059 ↓
        ✓  r5   digits    Succeeded  2h30m  1m30s ago                               val_loss  0.288 ↓  █▅▃▁

        """
    )
  }

  @Test func `runs are ranked by their goal, those without a value last`() {
    #expect(Self.runs.ranked().map(\.id) == [8, 7, 9, 10])
    let raised = Self.runs.map { run in
      var run = run
      run.mainGoal = .max
      return run
    }
    #expect(raised.ranked().map(\.id) == [7, 8, 9, 10])
  }

  @Test func `a plan of a sweep tells what is shared`() {
    var prepare = SweptStep(name: "prepare", type: .processing)
    prepare.executed = 1
    prepare.shared = 5
    prepare.reason = "first execution"
    var train = SweptStep(name: "train", type: .training)
    train.executed = 4
    train.cached = 2
    train.reason = "parameter lr changed"
    let plan = SweepPlan(
      instance: "lab",
      pipeline: "digits",
      axes: "lr x seed",
      runs: 6,
      parallel: 2,
      steps: [prepare, train]
    )
    #expect(
      plan.lines(width: 100).plain == """
        step     type        runs  shared  cached  why it runs first
        prepare  Processing     1       5          first execution
        train    Training       4               2  parameter lr changed

        6 runs of lr x seed, at most 2 of them at once: 5 steps are executed, 5 shared with other \
        runs, 2 from the cache.

        """
    )
    #expect(plan.json["executed"] == .integer(5) && plan.json["shared"] == .integer(5))
  }

  @Test func `a sweep's document counts its runs by status`() {
    let json = Self.state.json(Self.runs, alerts: [7: 1])
    #expect(json["sweep"] == "s1" && json["best"] == "r8" && json["ended"] == .null)
    #expect(json["counts"]?["Succeeded"] == .integer(2) && json["counts"]?["Queued"] == .integer(0))
    #expect(
      json["axes"] == [
        ["name": "lr", "values": ["0.1", "0.03"]], ["name": "seed", "values": ["1", "2"]],
      ]
    )
    guard case .array(let runs)? = json["runs"] else {
      Issue.record("no runs")
      return
    }
    #expect(runs[0]["alert_count"] == .integer(1) && runs[1]["alert_count"] == .integer(0))
    #expect(runs.count == 4 && runs[0]["sweep"] == "s1")
  }

  @Test(arguments: [
    ["run", "--parallel", "2"], ["run", "--sweep", "lr=1,2", "--parallel", "0"],
    ["runs", "s1", "--sweep", "s2"], ["compare", "sx"],
  ])
  func `wrong use is refused`(arguments: [String]) {
    #expect(throws: (any Error).self) { try LatheCommand.parseAsRoot(arguments) }
  }

  @Test(arguments: [
    ["run", "--sweep", "lr=0.1,0.03", "--sweep", "seed=1..3", "--parallel", "2"],
    ["rerun", "@", "--sweep", "seed=1..3"], ["run", "--sweep", "lr=1,2", "--", "a", "--lr", "1"],
    ["runs", "s1"], ["runs", "--sweep", "s1"], ["compare", "s1"], ["plot", "s1"],
  ])
  func `sweeps are understood`(arguments: [String]) throws {
    _ = try LatheCommand.parseAsRoot(arguments)
  }
}

import Commands
import Foundation
import Pipelines
import Series
import Store
import Terminal
import Testing

struct RunTextTests {
  private let slow = run(
    2,
    .executing,
    name: "lower lr",
    parent: 1,
    parameters: ["learning_rate": .float(0.03)]
  )

  @Test func `the list says what differs from the parent and how good each run is`() {
    let base = run(1)
    #expect(
      RunTable.lines([slow, base], parents: [1: base], at: noon, width: nil).plain == """
           run  name      pipeline  status      time       when  changed (from)            metric    best     curve
        ●  r2   lower lr  digits    Executing  3m14s  3m14s ago  learning_rate 0.03 (0.1)  val_loss  0.288 ↓  █▅▃▁
        ✓  r1             digits    Succeeded  2m14s  1m00s ago                            val_loss  0.288 ↓  █▅▃▁

        """
    )
  }

  @Test(arguments: [40, 60, 80, 120])
  func `the list fits the terminal`(width: Int) {
    let long = run(3, .failed, name: String(repeating: "이름", count: 20), parent: 1)
    let lines = RunTable.lines([long, slow, run(1)], parents: [1: run(1)], at: noon, width: width)
    #expect(lines.allSatisfy { $0.width <= width })
    #expect(lines.dropFirst().allSatisfy { $0.plain.contains("0.288 ↓") })
  }

  @Test func `at 80 columns the pipeline, when and the metric's name go before the best`() {
    let lines = RunTable.lines([slow, run(1)], parents: [1: run(1)], at: noon, width: 80)
    #expect(
      lines.plain == """
           run  name      status      time  changed (from)            best     curve
        ●  r2   lower lr  Executing  3m14s  learning_rate 0.03 (0.1)  0.288 ↓  █▅▃▁
        ✓  r1             Succeeded  2m14s                            0.288 ↓  █▅▃▁

        """
    )
  }

  @Test(arguments: [40, 60, 80])
  func `a run's metrics are shown with their best, however long their names are`(width: Int) {
    var report = RunReport(run: run(1), parent: nil, steps: [], metrics: [], home: home)
    report.metrics = [
      metric("val_loss", best: 0.288, last: 0.291),
      metric("macro average of the recall over all classes", best: 0.123, last: 0.5),
    ]
    let lines = report.metricTable(width: width)
    #expect(lines.allSatisfy { $0.width <= width - 2 })
    #expect(lines.plain.contains("0.288 @25") && lines.plain.contains("0.123 @25"))
  }

  @Test func `of many metrics the first are listed, and where the others are`() {
    var report = RunReport(run: run(1), parent: nil, steps: [], metrics: [], home: home)
    report.metrics = (0..<2345).map { metric("m\($0)", best: 0.1, last: 1) }
    #expect(report.metricTable(width: 80).count == 2346)
    report.mostMetrics = 20
    let lines = report.metricTable(width: 80)
    #expect(lines.count == 22 && lines[20].plain.hasPrefix("m19 "))
    #expect(lines.last?.plain == "... 2,325 more; lathe metrics r1 lists all.")
    report.metrics = Array(report.metrics.prefix(20))
    #expect(report.metricTable(width: 80).count == 21)
  }

  @Test func `points that are no numbers are counted`() {
    var report = RunReport(run: run(1), parent: nil, steps: [], metrics: [], home: home)
    report.metrics = [metric("val_loss", best: 0.288, last: 0.291)]
    report.notFinite = ["train": ["val_loss": 3]]
    #expect(report.metricTable(width: nil).plain.contains("3 not finite of 40"))
  }

  @Test func `empty lists say what to do next`() {
    #expect(RunTable.empty(filter: nil, hasInstance: false).plain.contains("lathe up digits"))
    #expect(RunTable.empty(filter: nil, hasInstance: true).plain.contains("lathe run"))
    #expect(RunTable.empty(filter: "x", hasInstance: true).plain.contains("'x'"))
  }

  @Test func `a plain follower prints one line a change`() {
    var progress = RunProgress(zone: utc)
    var snapshot = RunSnapshot(
      run: slow,
      parent: run(1),
      steps: [
        step("prepare", .cached), step("train", .executing, index: 1, seconds: 4),
        step("evaluate", .waiting, index: 2),
      ]
    )
    snapshot.steps[0].cachedFrom = 1
    snapshot.steps[0].savedSeconds = 8
    #expect(
      progress.changes(snapshot, at: noon).plain == """
        14:02:11 r2 "lower lr" digits in digits  Executing 3m14s  against r1: learning_rate 0.03 (0.1)
        14:02:11 prepare Cached from r1, saved 8s
        14:02:11 train Executing 4s

        """
    )
    #expect(progress.changes(snapshot, at: noon).isEmpty)
    snapshot.live["train"] = LiveMetric(
      SeriesTrack(SeriesData(steps: [0, 1], times: [0, 0], values: [0.5, 0.4]))
    )
    #expect(
      progress.changes(snapshot, at: noon).plain
        == "14:02:11 train val_loss 0.4 at 1 (best 0.4 at 1)\n"
    )
    snapshot.live["train"] = LiveMetric(
      SeriesTrack(SeriesData(steps: [0, 1, 2], times: [0, 0, 0], values: [0.5, 0.4, .nan]))
    )
    #expect(progress.changes(snapshot, at: noon.addingTimeInterval(1)).isEmpty)
    #expect(
      progress.changes(snapshot, at: noon.addingTimeInterval(6)).plain
        == "14:02:17 train val_loss nan at 2 (best 0.4 at 1)\n"
    )
    snapshot.steps[1].status = .failed
    snapshot.steps[1].reason = "Exit code 1."
    snapshot.steps[1].ended = noon
    #expect(
      progress.changes(snapshot, at: noon.addingTimeInterval(7)).plain
        == "14:02:18 train Failed after 4s: Exit code 1.\n"
    )
  }

  @Test func `of a run that has ended each line has the time at which it happened`() throws {
    var ended = run(2, seconds: 600)
    ended.started = noon - 660
    var prepare = step("prepare", .succeeded, seconds: 650)
    prepare.ended = noon - 600
    var train = step("train", .succeeded, index: 1, seconds: 600)
    train.ended = noon - 90
    let track = SeriesTrack(SeriesData(steps: [0, 1], times: [0, 0], values: [0.5, 0.4]))
    let snapshot = RunSnapshot(
      run: ended,
      steps: [prepare, train],
      live: ["train": try #require(LiveMetric(track))],
      alerts: [alert(-300, run: ended)]
    )
    var progress = RunProgress(zone: utc)
    #expect(
      progress.changes(snapshot, at: noon + 86_400).plain == """
        13:51:11 r2 digits in digits  Succeeded 10m00s
        13:52:11 prepare Succeeded 50s
        13:57:11 train ! NaN at 12: loss is NaN.
        14:00:41 train val_loss 0.4 at 1 (best 0.4 at 1)
        14:00:41 train Succeeded 8m30s

        """
    )
    #expect(progress.changes(snapshot, at: noon + 86_401).isEmpty)
    var many = snapshot
    many.steps = (0...RunProgress.mostCached).map { step("s\($0)", .cached) }
    many.alerts = []
    var other = RunProgress(zone: utc)
    let lines = other.changes(many, at: noon + 86_400)
    #expect(lines.count == 2 && lines.plain.hasSuffix("14:02:11 101 steps Cached\n"))
  }

  @Test func `steps that wait for the machine are told of in one line`() {
    var progress = RunProgress(zone: utc)
    var snapshot = RunSnapshot(
      run: slow,
      steps: [step("a", .executing)] + "bcdef".map { step("\($0)", .queued) }
    )
    for index in 1...5 { snapshot.steps[index].reason = "waits for 1 CPU held by r2 a" }
    #expect(
      progress.changes(snapshot, at: noon).plain.hasSuffix(
        """
        14:02:11 a Executing
        14:02:11 b, c, d and 2 more Queued waits for 1 CPU held by r2 a

        """
      )
    )
    snapshot.steps[1].status = .executing
    #expect(progress.changes(snapshot, at: noon).plain == "14:02:11 b Executing\n")
    for index in 1...5 { snapshot.steps[index].status = .succeeded }
    _ = progress.changes(snapshot, at: noon)
    snapshot.steps[5].status = .queued
    #expect(
      progress.changes(snapshot, at: noon).plain
        == "14:02:11 f Queued waits for 1 CPU held by r2 a\n"
    )
  }

  @Test func `what was edited is told beside the parameters`() {
    var edited = slow
    edited.code = digest("other")
    #expect(
      [edited.differences(from: run(1))].plain == "learning_rate 0.03 (0.1), code edited\n"
    )
    edited.parameters = run(1).parameters
    #expect([edited.differences(from: run(1))].plain == "code edited\n")
    edited.pipelineFile = digest("other")
    #expect([edited.differences(from: run(1))].plain == "pipeline edited\n")
    #expect(run(1).differences(from: run(1)).width == 0)
  }

  @Test func `very many steps from the cache are told of in one line`() {
    var progress = RunProgress(zone: utc)
    let few = (0..<RunProgress.mostCached).map { step("s\($0)", .cached) }
    #expect(progress.changes(RunSnapshot(run: slow, steps: few), at: noon).count == few.count + 1)
    progress = RunProgress(zone: utc)
    var all = few + [step("last", .cached), step("train", .executing)]
    #expect(
      progress.changes(RunSnapshot(run: slow, steps: all), at: noon).plain.hasSuffix(
        """
        14:02:11 101 steps Cached
        14:02:11 train Executing

        """
      )
    )
    all[101].status = .cached
    let next = progress.changes(RunSnapshot(run: slow, steps: all), at: noon).plain
    #expect(next == "14:02:11 train Cached from the cache\n")
  }

  @Test func `the live block has a line a step with the curve of the main metric`() throws {
    let live = try #require(
      LiveMetric(
        SeriesTrack(SeriesData(steps: [0, 1, 2], times: [0, 0, 0], values: [1, 0.5, 0]))
      )
    )
    let snapshot = RunSnapshot(
      run: slow,
      steps: [
        step("prepare", .succeeded, seconds: 8), step("train", .executing, index: 1, seconds: 130),
        step("evaluate", .waiting, index: 2, dependsOn: ["train"]),
      ],
      live: ["train": live]
    )
    #expect(
      RunProgress.frame(snapshot, at: noon).plain == """
        ● r2 "lower lr" digits in digits  Executing 3m14s
          ✓ prepare   8s
          ● train     2m10s  val_loss 0 at 2 best 0@2  █▅▁
          ○ evaluate  waits for train

        """
    )
  }

  @Test func `until a step has logged the main metric the live block tells its most important one`()
    throws
  {
    let names = ["rows", "system/cpu", "train/loss", "val_loss"]
    #expect(names.told(main: "val_loss") == "val_loss")
    #expect(names.told(main: "accuracy") == "val_loss")
    #expect(["rows", "train/loss"].told(main: "val_loss") == "train/loss")
    #expect(["system/cpu"].told(main: nil) == nil)
    let other = try #require(
      LiveMetric(
        SeriesTrack(SeriesData(steps: [7, 8], times: [0, 0], values: [3, 2])),
        name: "train/loss"
      )
    )
    let snapshot = RunSnapshot(
      run: slow,
      steps: [step("train", .executing, seconds: 130)],
      live: ["train": other]
    )
    #expect(
      RunProgress.frame(snapshot, at: noon).plain.hasSuffix(
        "● train  2m10s  train/loss 2 at 8 best 2@8  █▁\n"
      )
    )
    var progress = RunProgress(zone: utc)
    #expect(
      progress.changes(snapshot, at: noon).plain.hasSuffix(
        "14:02:11 train train/loss 2 at 8 (best 2 at 8)\n"
      )
    )
  }

  @Test func `the end says how it went and what to do next`() {
    var failed = run(2, .failed)
    failed.failedStep = "train"
    failed.reason = "Step 'train' ended with exit code 1."
    let report = RunReport(run: failed, parent: nil, steps: [], metrics: [], home: home)
    #expect(
      report.ending(at: noon).plain == """
        ✗ r2 Failed in 2m14s, 1 of 5 steps from the cache; best val_loss 0.288
          why: Step 'train' ended with exit code 1.
         next: 'lathe logs r2 train' prints what it said;
               'lathe resume r2' goes on with the code as it is then.

        """
    )
  }

  @Test func `the end names the model that the run registered, if it did`() {
    let model = ModelRecord(
      group: "digits",
      version: 3,
      approval: .pending,
      run: 2,
      step: "train",
      instance: "digits",
      artifact: Artifact(kind: .folder, digest: digest("m"), size: 1),
      created: noon
    )
    var register = step("register", .succeeded)
    register.type = .registerModel
    register.reason = "the same as digits/1"
    var report = RunReport(
      run: run(2),
      parent: nil,
      steps: [register],
      metrics: [],
      model: model,
      home: home
    )
    #expect(
      report.ending(at: noon).plain.contains(
        "\n  registered the model digits/3: 'lathe models' lists it.\n"
      )
    )
    report.model = nil
    #expect(
      report.ending(at: noon).plain.contains(
        "\n  no new version, the model is the same as digits/1\n"
      )
    )
  }

  @Test func `show tells everything of a run`() {
    var shown = run(
      2,
      name: "lower lr",
      parent: 1,
      parameters: ["learning_rate": .float(0.03), "hidden": .integer(64)]
    )
    shown.source = SourceVersion(commit: "a1b2c3d4e5f6", branch: "main", editedFiles: ["train.py"])
    var train = step("train", .succeeded, seconds: 62)
    train.logAttempt = 1
    train.cacheReason = "train.py changed"
    train.outputs = ["model": Artifact(kind: .folder, digest: digest("m"), size: 412_000)]
    let report = RunReport(
      run: shown,
      parent: run(1, parameters: ["learning_rate": .float(0.1), "hidden": .integer(64)]),
      steps: [train],
      metrics: [metric("val_loss", best: 0.288, last: 0.291)],
      home: home
    )
    #expect(
      report.lines(at: noon, width: nil, zone: utc).plain == """
        ✓ r2 "lower lr"  Succeeded  2m14s
        pipeline   digits in digits
        launched   2026-03-01 13:58:57 by mj on gpu1
        parent     r1: learning_rate differs
        code       a1b2c3d4e on main +1 edited file: train.py

        Steps
             step   type      status     time   why it ran
          ✓  train  Training  Succeeded  1m02s  train.py changed

        Parameters
          hidden         64
          learning_rate  0.03  (r1: 0.1)

        Metrics
          metric    step   goal  best        last  points
          val_loss  train  min   0.288 @25  0.291      40

        Outputs
          output       kind       size  sha256        to copy it
          train/model  folder  402 KiB  \(digest("m").short)  lathe get r2 train model ~/

        Paths
          run    /home/mj/.lathe/runs/r2
          train  /home/mj/.lathe/runs/r2/train/1/output.log

        """
    )
  }

  @Test func `show tells which GPUs a step had, whatever their names hold`() {
    var train = step("train", .succeeded, seconds: 62)
    train.gpus = [
      AssignedGPU(uuid: "GPU-5a2c7f14-9b6e-0a4d", name: "NVIDIA A100\u{1b}[2J"),
      AssignedGPU(uuid: "MIG-c6d4f1ef-aaaa", name: ""),
    ]
    let report = RunReport(run: run(2), parent: nil, steps: [train], metrics: [], home: home)
    let lines = report.lines(at: noon, width: nil, zone: utc).map(\.plain)
    let place = lines.firstIndex(of: "GPUs") ?? 0
    #expect(lines[place + 1].hasPrefix("  train: NVIDIA A100"))
    #expect(lines[place + 1].hasSuffix("(GPU-5a2c7f14), MIG-c6d4f1ef"))
    #expect(!lines[place + 1].contains("\u{1b}"))
  }

  @Test func `show in a pipe has no column as wide as a failed step's reason`() {
    var train = step("train", .failed, seconds: 62)
    train.reason = String(repeating: "no such file ", count: 20)
    var shown = run(2)
    shown.reason = "train: " + (train.reason ?? "")
    let report = RunReport(run: shown, parent: nil, steps: [train], metrics: [], home: home)
    let lines = report.lines(at: noon, width: nil, zone: utc).map(\.plain)
    #expect(lines.filter { $0.count > 120 }.count == 1)
    #expect(lines.contains { $0.contains("Failed  after 1m02s: no such file") })
  }

  @Test func `a run's JSON has stable keys`() throws {
    let report = RunReport(
      run: slow,
      parent: nil,
      steps: [step("train", .executing)],
      metrics: [metric("val_loss", best: 1, last: 2)],
      home: home
    )
    #expect(
      report.json.names == [
        "id", "run", "name", "note", "instance", "pipeline", "status", "reason", "failed_step",
        "parent", "sweep", "parameters", "created", "started", "ended", "duration_seconds",
        "step_count",
        "steps_done", "steps_cached", "main_metric", "source", "code", "pipeline_file", "host",
        "user", "pinned", "alert_count", "folder", "steps", "metrics", "alerts",
      ]
    )
    #expect(report.json["run"] == "r2")
    #expect(report.json["parameters"] == ["learning_rate": .number(0.03)])
    #expect(report.json["created"] == "2026-03-01T13:58:57.000Z")
  }
}

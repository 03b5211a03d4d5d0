import Commands
import Engine
import Foundation
import Pipelines
import Store
import Testing

struct CompareTests {
  private let old = "import numpy\nlr = 0.1\nprint(1)\n"
  private let new = "import numpy\nlr = 0.03\nprint(1)\nprint(2)\n"

  private var comparison: RunComparison {
    var second = run(
      2,
      .failed,
      name: "lower lr",
      parameters: ["learning_rate": .float(0.03), "hidden": .integer(64)],
      seconds: 192
    )
    second.reason = "alert"
    let first = run(1, parameters: ["learning_rate": .float(0.1), "hidden": .integer(64)])
    let texts = [digest(old): old, digest(new): new, digest("data"): "data"]
    return RunComparison(
      [
        .init(
          run: first,
          metrics: [metric("val_loss", run: 1, best: 0.342, last: 0.35)],
          files: ["train.py": digest(old), "data.csv": digest("data")]
        ),
        .init(
          run: second,
          metrics: [metric("val_loss", best: 0.288, last: 0.36)],
          files: ["train.py": digest(new), "notes.md": digest("data"), "data.csv": digest("data")]
        ),
      ]
    ) { texts[$0].map { Data($0.utf8) } }
  }

  @Test func `in a repository without a commit nothing counts as edited`() {
    var (first, second) = (run(1), run(2))
    first.source = SourceVersion(branch: "main", editedFiles: ["a.py", "b.py"])
    second.source = SourceVersion(commit: "0123456789abc", editedFiles: ["a.py"])
    let runs = [first, second].map { RunComparison.Side(run: $0, metrics: [], files: [:]) }
    let text = RunComparison(runs) { _ in nil }.lines(at: noon, width: nil).plain
    #expect(text.hasSuffix("code      \(digest("code").short)   012345678 +1 edited\n"))
  }

  @Test func `of commands the lines are told where they differ, and not that a pipeline does`() {
    var (first, second) = (run(1), run(2))
    let texts = ["python3\ntrain.py\n--lr\n0.1", "python3\neval.py\na b"]
    (first.source.command, second.source.command) = ("a", "b")
    (first.pipelineFile, second.pipelineFile) = (digest(texts[0]), digest(texts[1]))
    let objects = [digest(texts[0]): texts[0], digest(texts[1]): texts[1]]
    let both = RunComparison([.init(run: first), .init(run: second)]) {
      objects[$0].map { Data($0.utf8) }
    }
    let lines = both.lines(at: noon, width: nil).plain
    #expect(lines.contains("  command  python3 train.py --lr 0.1  python3 eval.py 'a b'\n"))
    #expect(!lines.contains("pipeline"))
    #expect(
      both.diffLines.plain == """
        --- r1 command
        +++ r2 command
        -python3 train.py --lr 0.1
        +python3 eval.py 'a b'

        """
    )
    second.pipeline = "eval"
    second.source.command = nil
    let mixed = RunComparison([.init(run: first), .init(run: second)]) {
      objects[$0].map { Data($0.utf8) }
    }
    let text = mixed.lines(at: noon, width: nil).plain
    #expect(text.contains("The runs belong to different pipelines: r1 digits, r2 eval.\n"))
    #expect(text.contains("  pipeline  base"))
    #expect(text.contains("a pipeline\n"))
  }

  @Test func `what differs comes first, then the metrics with the better one by the goal`() {
    #expect(
      comparison.lines(at: noon, width: nil).plain == """
        What differs (1 equal parameter not shown)
                         r1 (base)  r2 "lower lr"
          learning_rate  0.1        0.03
          notes.md       -          added
          train.py       base       +2 -1 lines

        Metrics
                           r1 (base)     r2 "lower lr"
          val_loss ↓ best  0.342@25      0.288@25 -0.054 best
          val_loss ↓ last  0.35@40 best  0.36@40 +0.01

        Runs
                    r1 (base)      r2 "lower lr"
          end       Succeeded      Failed
          reason                   alert
          duration  2m14s          3m12s +58s
          steps     5/5, 1 cached  5/5, 1 cached
          code      \(digest("code").short)   \(digest("code").short)

        """
    )
  }

  @Test func `the diff of a changed file is a unified one`() {
    #expect(
      comparison.diffLines.plain.hasSuffix(
        """
        --- r1/train.py
        +++ r2/train.py
        @@ -1,3 +1,4 @@
         import numpy
        -lr = 0.1
        +lr = 0.03
         print(1)
        +print(2)

        """
      )
    )
  }

  @Test func `its JSON has stable keys`() {
    #expect(
      comparison.json(at: noon).names == [
        "base", "runs", "durations_seconds", "parameters", "files", "inputs", "commands",
        "environment",
        "metrics",
        "alert_counts", "not_finite", "cached_seconds",
      ]
    )
  }

  @Test func `a metric is the same one in steps of two names, unless a run has it twice`() {
    var fit = metric("val_loss", run: 1, best: 0.3, last: 0.4)
    fit.step = "fit"
    let train = metric("val_loss", best: 0.2, last: 0.3)
    let one = RunComparison([
      .init(run: run(1), metrics: [fit]), .init(run: run(2), metrics: [train]),
    ])
    #expect(one.metrics.map(\.values) == [[fit, train]])
    let two = RunComparison([
      .init(run: run(1), metrics: [fit]), .init(run: run(2), metrics: [fit, train]),
    ])
    #expect(two.metrics.map(\.step) == ["fit", "train"])
    let told = two.lines(at: noon, width: 80).plain
    #expect(told.contains("fit: val_loss") && told.contains("train: val_loss"))
    #expect(!one.lines(at: noon, width: 80).plain.contains("fit: "))
  }

  @Test func `a step that one run never reached makes no input differ`() {
    let (a, b) = (digest("a"), digest("b"))
    func row(_ other: [String: Digest]) -> [Bool?]? {
      RunComparison([
        .init(run: run(1), inputs: ["environment": ["prepare": a, "train": b]]),
        .init(run: run(2), inputs: ["environment": other]),
      ]).inputs.first { $0.name == "environment" }?.isSame
    }
    #expect(row(["prepare": a]) == [true, true])
    #expect(row(["prepare": b]) == [true, false])
    #expect(row(["prepare": a, "train": a]) == [true, false])
    #expect(row([:]) == [true, nil])
  }

  @Test func `what makes an environment differ is named, with its values`() {
    func setting(_ lock: String, _ seed: String) -> [String: RunComparison.StepSetting] {
      [
        "train": .init(
          parts: ["packages of python3": digest(lock), "variable SEED": digest(seed)],
          variables: ["SEED": seed]
        )
      ]
    }
    let locks = ["numpy-1.26.0.dist-info\na-1.dist-info", "numpy-2.0.1.dist-info\na-1.dist-info"]
    let known = Dictionary(uniqueKeysWithValues: locks.map { (digest($0), $0) })
    let settings = [setting(locks[0], "1"), setting(locks[1], "1"), setting("lost", "2")]
    let rows = RunComparison.environment(settings) { digest in
      known[digest].map { InstalledPackages(lock: $0) }
    }
    #expect(
      rows == [
        .init(name: "package numpy", values: ["1.26.0", "2.0.1", nil]),
        .init(name: "variable SEED", values: ["1", nil, "2"]),
        .init(name: "packages of python3", values: ["another", nil, "changed"]),
      ]
    )
    var all = RunComparison([1, 2, 3].map { RunComparison.Side(run: run($0)) })
    all.environment = rows
    let text = all.lines(at: noon, width: nil).plain
    #expect(text.contains("    package numpy        1.26.0     2.0.1  same\n"), "\(text)")
  }

  @Test
  func `what was installed is read once, and steps that have one environment are compared once`() {
    let locks = ["numpy-1.26.0.dist-info", "numpy-2.0.1.dist-info"]
    func settings(_ lock: String) -> [String: RunComparison.StepSetting] {
      let setting = RunComparison.StepSetting(parts: ["packages of python3": digest(lock)])
      let other = RunComparison.StepSetting(
        parts: ["packages of python3": digest(lock), "variable A": digest("1")]
      )
      return ["a": setting, "b": setting, "c": other]
    }
    let known = Dictionary(uniqueKeysWithValues: locks.map { (digest($0), $0) })
    var read: [Digest] = []
    let rows = RunComparison.environment([locks[0], locks[1], locks[1]].map(settings)) { digest in
      read.append(digest)
      return known[digest].map { InstalledPackages(lock: $0) }
    }
    #expect(rows == [.init(name: "package numpy", values: ["1.26.0", "2.0.1", "2.0.1"])])
    #expect(Set(read) == Set(known.keys) && read.count == 2)
  }

  @Test func `equal runs differ in nothing`() {
    let same = RunComparison([.init(run: run(1)), .init(run: run(2))])
    #expect(same.lines(at: noon, width: 80).plain.contains("Nothing"))
  }

  @Test func `a metric is called with its step where another step has one of its name`() {
    let rows = [("a", "loss"), ("b", "loss"), ("a", "acc"), ("b", "time")].map { step, name in
      RunComparison.MetricRow(step: step, name: name, values: [])
    }
    let all = RunComparison(runs: [], metrics: rows)
    #expect(all.titles == ["a: loss", "b: loss", "acc", "time"])
  }

  @Test func `a run from the cache took as long as what made its results`() {
    var (first, second) = (RunComparison.Side(run: run(1)), RunComparison.Side(run: run(2)))
    second.run = run(2, seconds: 1)
    second.saved = 140
    first.alerts = 1
    let text = RunComparison([first, second]).lines(at: noon, width: nil).plain
    #expect(text.contains("duration  2m14s          2m21s +7s (2m20s cached)\n"), "\(text)")
  }

  @Test func `alerts and what is not finite have a row where there are any`() {
    func side(_ id: Int, _ alerts: Int, _ odd: Int) -> RunComparison.Side {
      var side = RunComparison.Side(run: run(id))
      (side.alerts, side.notFinite) = (alerts, odd)
      return side
    }
    let none = RunComparison([side(1, 0, 0), side(2, 0, 0)])
    #expect(!none.lines(at: noon, width: nil).plain.contains("alerts"))
    let some = RunComparison([side(1, 0, 3), side(2, 2, 0)])
    let text = some.lines(at: noon, width: nil).plain
    #expect(text.contains("alerts      0") && text.contains("not finite  3"), "\(text)")
    #expect(some.json(at: noon)["alert_counts"] == .array([JSON(0), JSON(2)]))
  }
}

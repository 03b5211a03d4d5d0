import CSystem
import Foundation
import Glibc
import Pipelines
import Series
import Store
import Testing

@testable import Engine

/// Metrics of real scripts, and of attempts whose runner is gone.
struct MetricScriptTests {
  private func points(_ attempt: AttemptFolder) throws -> [String] {
    var reader = SeriesReader(folder: attempt.metrics)
    _ = try reader.refresh()
    return try reader.names.sorted().flatMap { name -> [String] in
      let data = try reader[name]?.allPoints() ?? SeriesData()
      return (0..<data.count).map { "\(name) \(data.steps[$0]) \(data.values[$0])" }
    }
  }

  @Test func `a script logs in every way at once, and the catalog has all of it`() throws {
    var records = SDKRecords()
    records.name(0, "sdk/acc")
    records.layout(0, [0])
    records.points(0, step: 1, time: 5, [0.75])
    records.fact(#"{"param": {"lr": 0.1}}"#)
    records.fact(#"{"summary": {"best": 0.75}}"#)
    records.fact(#"{"artifact": {"name": "model", "path": "m.bin"}}"#)
    let octal = records.bytes.map { "\\0" + String(Int($0), radix: 8) }.joined()
    let site = try RunSite(
      [
        "a.sh": """
        echo '{"step": 3, "train": {"loss": 0.5}}'
        echo 'val_loss=0.25'
        echo "shell/x=7 step=2" >> "$LATHE_METRICS"
        mkdir -p "$LATHE_SDK"
        printf '%b' '\(octal)' > "$LATHE_SDK/$$-x.lathe"
        echo weights > m.bin
        """,
        "pipeline.yaml": """
        steps:
          a:
            type: Training
            run: [bash, a.sh]
            metrics: [{ name: val_loss, regex: 'val_loss=(\\S+)', goal: min }]
          b: { type: Processing, run: [bash, b.sh], depends_on: a }
        """,
        "b.sh": "exit 0\n",
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    let attempt = site.home.attempt(run: run.id, step: "a", attempt: 1)
    #expect(
      try points(attempt) == [
        "sdk/acc 1.0 0.75", "shell/x 2.0 7.0", "train/loss 3.0 0.5", "val_loss 0.0 0.25",
      ]
    )
    let metrics = try site.agent.reader.metrics(of: run.id)
    #expect(Set(metrics.map(\.name)) == ["val_loss", "train/loss", "sdk/acc", "shell/x"])
    #expect(metrics.first { $0.name == "sdk/acc" }?.goal == .max)
    #expect(run.mainBest == 0.25)
    let facts = try #require(try site.steps(run.id)["a"]?.facts)
    #expect(facts.params == ["lr": "0.1"])
    #expect(facts.summary == ["best": .number(0.75)])
    #expect(facts.artifacts["model"]?.digest == Digest(of: "weights\n"))
    #expect(access(attempt.sdk, F_OK) != 0)
    #expect(access(attempt.metricLines, F_OK) != 0)
    // A later run takes metrics and facts along with the cached result.
    let second = try site.run()
    #expect(try site.statuses(second.id) == ["a: Cached", "b: Cached"])
    #expect(try site.steps(second.id)["a"]?.facts == facts)
    #expect(try site.agent.reader.metrics(of: second.id).count == 4)
  }

  @Test func `a pipeline without declared metrics is judged by what a step logs`() throws {
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a:
            type: Training
            run: 'echo "{\\"lr\\": 1, \\"train/loss\\": 2, \\"val/loss\\": 3}"'
        """
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.mainMetric == "val/loss")
    #expect(run.mainGoal == .min)
    #expect(run.mainBest == 3)
    #expect(run.sparkline == [3])
  }

  @Test func `event files and a fifo are followed though nothing else happens`() throws {
    var events = EventBytes()
    events.add(tag: "loss", step: 1, value: 1)
    let octal = events.bytes.map { "\\0" + String(Int($0), radix: 8) }.joined()
    let fifo = NSTemporaryDirectory() + "fifo-" + UUID().uuidString
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    let wait = "for i in $(seq 100); do test -s ../metrics/journal-0 && exit 0; sleep 0.05; done"
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Training, run: [bash, a.sh] }
          b:
            type: Training
            run: [timeout, "10", bash, -c, 'echo x=1 > "$LATHE_METRICS"']
            env: { LATHE_METRICS: \(fifo) }
        """,
        "a.sh": "sleep 0.2; printf '%b' '\(octal)' > tfevents.1\n\(wait)\nexit 7\n",
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(try site.statuses(run.id) == ["a: Succeeded", "b: Succeeded"], "\(run.reason ?? "")")
    #expect(try points(site.home.attempt(run: run.id, step: "b", attempt: 1)) == ["x 0.0 1.0"])
  }

  @Test func `what an attempt acknowledged outlives its runner`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Training, run: [a] } }"],
      executor: executor
    )
    let run = try site.launch()
    let attempt = site.home.attempt(run: run, step: "a", attempt: 1)
    let data = try Data(contentsOf: URL(filePath: attempt.spec))
    let spec = try JSONDecoder().decode(AttemptSpec.self, from: data)
    try makeFolder(attempt.work)
    do {
      var ingest = try Ingest(folder: attempt, spec: spec, isNew: true)
      var log = try StepLog(folder: attempt)
      try Array("{\"loss\": 1}\n{\"loss\": 2}\n{\"lo".utf8).withUnsafeBytes {
        try log.add($0, into: &ingest)
      }
      try Data("a=1\n".utf8).write(to: URL(filePath: attempt.metricLines))
      _ = try ingest.drain()
    }
    let log = try FileHandle(forWritingTo: URL(filePath: attempt.log))
    try log.seekToEnd()
    try log.write(contentsOf: Data("ss\": 3}\n".utf8))
    try log.close()
    try Data("a=1\na=2\n".utf8).write(to: URL(filePath: attempt.metricLines))
    var records = SDKRecords()
    records.name(0, "sdk")
    records.layout(0, [0])
    records.points(0, step: .nan, time: 5, [9])
    records.fact(#"{"param": {"lr": 3}}"#)
    try Data(records.bytes).write(to: URL(filePath: attempt.sdk + "/1-a.lathe"))
    executor.kill("a")
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .failed)
    #expect(
      try points(attempt) == [
        "a 0.0 1.0", "a 1.0 2.0", "loss 0.0 1.0", "loss 1.0 2.0", "loss 2.0 3.0", "sdk 0.0 9.0",
      ]
    )
    let metrics = try site.agent.reader.metrics(of: run)
    #expect(metrics.map(\.name) == ["loss", "a", "sdk"])
    #expect(metrics.map(\.count) == [3, 2, 1])
    #expect(try site.steps(run)["a"]?.facts.params == ["lr": "3"])
    #expect(try site.agent.reader.run(run)?.sparkline == [1, 2, 3])
  }
}

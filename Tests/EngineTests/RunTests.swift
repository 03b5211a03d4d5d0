import Documents
import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

/// Whole runs by the agent, with an executor that runs nothing.
struct RunTests {
  static let chain = """
    parameters:
      learning_rate: { type: Float, default: 0.1 }
    steps:
      prepare:
        type: Processing
        run: [python, prepare.py]
        outputs: { data: data.txt }
      train:
        type: Training
        run: [python, train.py, "${parameters.learning_rate}", "${inputs.data}"]
        inputs: { data: "${steps.prepare.outputs.data}" }
        outputs: { model: model.txt }
    """
  static let files = ["pipeline.yaml": chain, "prepare.py": "x = 1", "train.py": "y = 1"]

  @Test func `outputs are passed on along a chain`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.run()
    #expect(run.status == .succeeded)
    #expect(run.stepsDone == 2)
    #expect(executor.started == ["prepare", "train"])
    let train = try #require(executor.specs.last)
    #expect(train.arguments == ["python", "train.py", "0.1", "inputs/data/data.txt"])
    #expect(train.inputs.map(\.artifact.digest) == [Digest(of: "data.txt")])
  }

  @Test func `another learning rate trains again and prepares not`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let second = try site.run(["learning_rate": "0.2"])
    #expect(executor.started == ["prepare", "train", "train"])
    #expect(try site.statuses(second.id) == ["prepare: Cached", "train: Succeeded"])
    #expect(second.stepsCached == 1)
    let steps = try site.steps(second.id)
    #expect(steps["prepare"]?.cachedFrom == 1)
    #expect(steps["train"]?.cacheReason == "parameter learning_rate changed")
    let third = try site.run(["learning_rate": "0.1"])
    #expect(try site.statuses(third.id) == ["prepare: Cached", "train: Cached"])
    #expect(executor.started.count == 3)
  }

  @Test func `an edit that gives the same bytes runs one step only`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    try site.write("x = 1  # as before", "prepare.py")
    let second = try site.run()
    #expect(executor.started == ["prepare", "train", "prepare"])
    #expect(try site.steps(second.id)["prepare"]?.cacheReason == "prepare.py changed")
  }

  @Test func `an edit during a run does not reach it`() throws {
    let executor = ScriptedExecutor { $0.step == "prepare" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    try site.write("y = 2", "train.py")
    try executor.finish("prepare", for: site.agent)
    _ = try site.end(of: run)
    let code = try #require(executor.specs.last.flatMap { site.store.manifest($0.code) })
    #expect(code.entries["train.py"]?.digest == Digest(of: "y = 1"))
  }

  @Test func `what depends on a failed step is skipped, what does not goes on`() throws {
    let executor = ScriptedExecutor {
      $0.step == "bad" ? .fail("Exit code 1.") : .succeed($0.outputs)
    }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          bad: { type: Processing, run: [a] }
          after: { type: Processing, run: [b], depends_on: bad }
          other: { type: Processing, run: [c] }
        """
      ],
      executor: executor
    )
    let run = try site.run()
    #expect(run.status == .failed)
    #expect(run.failedStep == "bad")
    #expect(run.reason == "bad: Exit code 1.")
    #expect(
      try Set(site.statuses(run.id)) == ["bad: Failed", "after: Skipped", "other: Succeeded"]
    )
    #expect(try site.agent.reader.alerts().map(\.message) == ["r1 failed: bad: Exit code 1."])
    // A failure is not kept: the next run tries again.
    _ = try site.run()
    #expect(executor.started == ["bad", "other", "bad"])
  }

  @Test(
    arguments: [
      (#"{"accuracy": 0.97}"#, ["good: Succeeded", "bad: Skipped"], RunStatus.succeeded),
      (#"{"accuracy": 1}"#, ["good: Succeeded", "bad: Skipped"], .succeeded),
      (#"{"accuracy": 1.0}"#, ["good: Succeeded", "bad: Skipped"], .succeeded),
      (#"{"accuracy": 0}"#, ["good: Skipped", "bad: Failed"], .failed),
      (#"{"accuracy": 0.5}"#, ["good: Skipped", "bad: Failed"], .failed),
    ]
  )
  func `a condition takes one branch`(
    report: String,
    branches: [String],
    status: RunStatus
  ) throws {
    let executor = ScriptedExecutor { .succeed($0.outputs.mapValues { _ in report }) }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          evaluate: { type: Processing, run: [a], outputs: { report: report.json, model: model } }
          check:
            type: Condition
            if: "${steps.evaluate.outputs.report.accuracy} >= 0.9"
            then: [good]
            else: [bad]
          good:
            type: RegisterModel
            group: digits
            model: "${steps.evaluate.outputs.model}"
            report: "${steps.evaluate.outputs.report}"
          bad: { type: Fail, message: "accuracy ${steps.evaluate.outputs.report.accuracy}" }
        """
      ],
      executor: executor
    )
    let run = try site.run()
    #expect(run.status == status)
    #expect(try site.statuses(run.id).suffix(2) == branches)
    let models = try site.agent.reader.models()
    #expect(models.map(\.shortName) == (status == .succeeded ? ["digits/1"] : []))
    if status == .failed { #expect(run.reason?.hasPrefix("bad: accuracy 0") == true) }
  }

  @Test func `a model's version counts up and has the report's numbers`() throws {
    let executor = ScriptedExecutor { spec in
      let report =
        #"{"accuracy": 1, "tests": {"loss": 0.25, "ok": true}, "name": "\#(spec.arguments[1])"}"#
      return .succeed(spec.outputs.mapValues { _ in report })
    }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        parameters: { name: { type: String, default: a } }
        steps:
          make: { type: Processing, run: [a, "${parameters.name}"], outputs: { report: report.json } }
          keep:
            type: RegisterModel
            group: digits
            model: "${steps.make.outputs.report}"
            report: "${steps.make.outputs.report}"
            description: "from ${run.id}"
        """
      ],
      executor: executor
    )
    _ = try site.run()
    // The same bytes are the same model, and make no version of their own.
    _ = try site.run()
    _ = try site.run(["name": "b"])
    let models = try site.agent.reader.models()
    #expect(models.map(\.shortName) == ["digits/2", "digits/1"])
    #expect(models.map(\.description) == ["from r3", "from r1"])
    #expect(models.first?.metrics == ["accuracy": 1, "tests.loss": 0.25])
    #expect(throws: Explanation.self) { try site.ask(.remove(run: 1)) }
    try site.ask(.decide(model: "digits/1", approval: .approved, note: "fine"))
    #expect(try site.agent.reader.model(named: "digits/1").approval == .approved)
  }

  @Test func `what another step's report says is part of the key`() throws {
    var value = "1"
    let executor = ScriptedExecutor { spec in .succeed(spec.outputs.mapValues { _ in value }) }
    let site = try RunSite(
      [
        "a.py": "1",
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [python, a.py], outputs: { report: report.json } }
          b: { type: Processing, run: [b, "${steps.a.outputs.report.x}"] }
          c: { type: Processing, run: [c, "${steps.a.outputs.report}"] }
          d: { type: Processing, run: [d], depends_on: a, code: [] }
        """,
      ],
      executor: executor
    )
    value = #"{"x": 1}"#
    _ = try site.run()
    try site.write("2", "a.py")
    value = #"{"x": 2}"#
    let second = try site.run()
    #expect(executor.started.suffix(3) == ["a", "b", "c"])
    let spec = try #require(executor.specs.last)
    #expect(spec.arguments == ["c", "inputs/a.report/report.json"])
    #expect(spec.inputs.map(\.path) == ["inputs/a.report/report.json"])
    let reason = try site.steps(second.id)["b"]?.cacheReason
    #expect(reason == "a.py changed, steps.a.outputs.report.x changed")
  }

  @Test func `equal steps of one run run once`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [same] }
          b: { type: Processing, run: [same] }
        """
      ],
      executor: executor
    )
    let run = try site.run()
    #expect(executor.started == ["a"])
    #expect(try site.statuses(run.id) == ["a: Succeeded", "b: Cached"])
  }

  @Test func `a second run waits for what the first computes`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [same] } }"],
      executor: executor
    )
    let first = try site.launch()
    let second = try site.launch()
    #expect(executor.started == ["a"])
    #expect(try site.steps(second)["a"]?.reason == "waits for r1 a, which computes the same")
    try executor.finish("a", for: site.agent)
    _ = try site.end(of: first)
    #expect(try site.statuses(second) == ["a: Cached"])
  }

  @Test func `of equal steps that waited for room, one is computed`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          first: { type: Processing, run: [first] }
          a: { type: Processing, run: [same] }
          b: { type: Processing, run: [same] }
        """
      ],
      executor: executor,
      cpus: 1
    )
    let run = try site.launch()
    try executor.finish("first", for: site.agent)
    // Now `b` alone waits for room, and gets it when its result is there.
    try executor.finish("a", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["first", "a"])
    #expect(try site.statuses(run).last == "b: Cached")
  }

  @Test func `steps run together as far as the CPUs go`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        cache: false
        steps:
          a: { type: Processing, run: [a], cpu: 2 }
          b: { type: Processing, run: [b] }
          c: { type: Processing, run: [c], cpu: 2 }
          d: { type: Processing, run: [d] }
        """
      ],
      executor: executor
    )
    let run = try site.launch()
    #expect(executor.started == ["a", "b", "d"])
    let waiting = try site.steps(run)["c"]
    #expect(waiting?.status == .queued)
    #expect(waiting?.reason == "waits for 2 CPUs held by r1 a, r1 b, r1 d")
    try executor.finish("a", for: site.agent)
    #expect(executor.started == ["a", "b", "d", "c"])
    for step in ["b", "c", "d"] { try executor.finish(step, for: site.agent) }
    #expect(try site.end(of: run).status == .succeeded)
    #expect(site.agent.shares.holdings.isEmpty)
  }

  @Test func `parts of a CPU: halves run together on one, and the share is no part of the key`()
    throws
  {
    func text(_ cpus: [String]) -> String {
      "steps:\n"
        + zip(["a", "b", "c"], cpus)
        .map { "  \($0): { type: Processing, run: [\($0)], cpu: \($1) }\n" }.joined()
    }
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      ["pipeline.yaml": text(["0.5", "0.5", "1.5"])],
      executor: executor,
      instanceCpus: 2
    )
    let run = try site.launch()
    #expect(executor.started == ["a", "b"])
    #expect(try site.steps(run)["c"]?.reason == "waits for 1.5 CPUs of 'digits' held by r1 a, r1 b")
    try executor.finish("a", for: site.agent)
    #expect(executor.started == ["a", "b", "c"])
    #expect(executor.specs.map(\.cpuSet) == [[0], [0], [0, 1]])
    #expect(executor.specs.map(\.limits.cpus) == [0.5, 0.5, 1.5])
    for variable in ["OMP_NUM_THREADS", "SM_NUM_CPUS"] {
      #expect(executor.specs.map { $0.environment[variable] } == ["1", "1", "2"])
    }
    for step in ["b", "c"] { try executor.finish(step, for: site.agent) }
    #expect(try site.end(of: run).status == .succeeded)
    try site.write(text(["1", "2.0", "0.25"]), "pipeline.yaml")
    #expect(try site.statuses(try site.run().id) == ["a: Cached", "b: Cached", "c: Cached"])
  }

  @Test func `an instance is capped, and what never fits is refused`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [a] }
          b: { type: Processing, run: [b] }
        """,
        "large.yaml": "steps: { a: { type: Processing, run: [a], cpu: 2 } }",
      ],
      executor: executor,
      instanceCpus: 1
    )
    let run = try site.launch()
    #expect(executor.started == ["a"])
    let large = LaunchRequest(instance: "digits", what: .pipeline(file: "large.yaml"))
    #expect(throws: Explanation.self) { try site.ask(.launch(large)) }
    try executor.finish("a", for: site.agent)
    try executor.finish("b", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
  }

  @Test func `two runs of one pipeline go on side by side`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let first = try site.launch(["learning_rate": "0.1"])
    let second = try site.launch(["learning_rate": "0.2"])
    site.serve { executor.started.count == 3 }
    #expect(executor.started == ["prepare", "train", "train"])
    #expect(try site.agent.reader.run(second)?.parent == first)
    try executor.finish("train", of: second, for: site.agent)
    site.serve { [agent = site.agent] in agent.runs[second] == nil }
    #expect(site.agent.runs.keys.sorted() == [first])
    try executor.finish("train", of: first, for: site.agent)
    #expect(try site.end(of: first).status == .succeeded)
  }

  @Test func `a resumed run keeps what succeeded and sees the edited code`() throws {
    var isBroken = true
    let executor = ScriptedExecutor { spec in
      spec.step == "train" && isBroken ? .fail("broken") : .succeed(spec.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.run(["learning_rate": "1.0"])
    #expect(run.status == .failed)
    isBroken = false
    try site.write("y = 2", "train.py")
    try site.ask(.resume(run: run.id))
    let resumed = try site.end(of: run.id)
    #expect(resumed.status == .succeeded)
    #expect(resumed.reason == nil)
    // What lay between is none of its duration.
    let idle = try #require(resumed.idleSeconds)
    #expect(idle > 0)
    let (start, end) = (try #require(resumed.started), try #require(resumed.ended))
    #expect(resumed.seconds(at: end) == end.seconds(since: start) - idle)
    #expect(executor.started == ["prepare", "train", "train"])
    #expect(executor.specs.last?.attempt == 2)
    #expect(executor.specs.last?.arguments[2] == "1.0")
    let code = try #require(executor.specs.last.flatMap { site.store.manifest($0.code) })
    #expect(code.entries["train.py"]?.digest == Digest(of: "y = 2"))
    #expect(throws: Explanation.self) { try site.ask(.resume(run: run.id)) }
  }

  @Test func `a step that is put into the branch not taken before a resume is skipped`() throws {
    func pipeline(_ branch: String, _ more: String) -> String {
      """
      steps:
        c: { type: Condition, if: "1 == 1", then: [a], else: [\(branch)] }
        a: { type: Processing, run: [a] }
        b: { type: Processing, run: [b] }
        \(more)
      """
    }
    var isBroken = true
    let executor = ScriptedExecutor { _ in isBroken ? .fail("broken") : .succeed([:]) }
    let site = try RunSite(["pipeline.yaml": pipeline("b", "")], executor: executor)
    let run = try site.run()
    isBroken = false
    try site.write(pipeline("b, d", "d: { type: Processing, run: [d] }"), "pipeline.yaml")
    try site.ask(.resume(run: run.id))
    #expect(try site.end(of: run.id).status == .succeeded)
    #expect(
      try site.statuses(run.id) == ["c: Succeeded", "a: Succeeded", "b: Skipped", "d: Skipped"]
    )
  }

  @Test func `a rerun takes the earlier values and refuses names that nobody knows`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.run(["learning_rate": "0.5"])
    var request = LaunchRequest(instance: "", what: .rerun(of: run.id))
    guard case .run(let again) = try site.ask(.launch(request)) else {
      Issue.record("no run")
      return
    }
    #expect(try site.end(of: again).parameters == ["learning_rate": .float(0.5)])
    // Asked again, as by a client whose agent died before it answered: one launch, one run.
    #expect(try site.ask(.launch(request)) == .run(again))
    request = LaunchRequest(
      instance: "",
      what: .rerun(of: run.id),
      parameters: ["lerning_rate": "0.7"]
    )
    #expect(throws: Explanation.self) { try site.ask(.launch(request)) }
  }

  @Test func `an output that lies in the instance already does not reach the step that makes it`()
    throws
  {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      [
        "train.py": "1", "model.txt": "stale", "data.csv": "1,2", "notes.txt": "n",
        "pipeline.yaml": """
        steps:
          train:
            type: Training
            run: [python, train.py]
            inputs: { data: ./data.csv }
            outputs: { model: model.txt }
        """,
      ],
      executor: executor
    )
    _ = try site.run()
    let code = try #require(executor.specs.first.flatMap { site.store.manifest($0.code) })
    #expect(code.entries.keys.sorted() == ["notes.txt", "train.py"])
  }

  @Test func `one command sees all code of the instance`() throws {
    let executor = ScriptedExecutor()
    let files = [
      "train.py": "1", "data/x.csv": "1,2", "conf/a/c.yaml": "n: 1", "other/mod.py": "1",
    ]
    let site = try RunSite(files, executor: executor)
    let request = LaunchRequest(
      instance: "digits",
      what: .command(["python3", "train.py"]),
      environment: ["PATH": "/usr/bin:/bin"]
    )
    guard case .run(let run) = try site.ask(.launch(request)) else { throw CancellationError() }
    _ = try site.end(of: run)
    let code = try #require(executor.specs.first.flatMap { site.store.manifest($0.code) })
    #expect(code.entries.keys.sorted() == files.keys.sorted())
  }
}

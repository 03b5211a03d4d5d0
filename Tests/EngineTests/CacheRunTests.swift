import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// What runs take from the cache, and what they are told not to take.
struct CacheRunTests {
  static let three = """
    parameters:
      lr: { type: Float, default: 0.1 }
    steps:
      prepare: { type: Processing, run: [python, prepare.py], outputs: { data: data.txt } }
      train:
        type: Training
        run: [python, train.py, "${parameters.lr}", "${steps.prepare.outputs.data}"]
        outputs: { model: model.txt }
      evaluate:
        type: Processing
        run: [python, evaluate.py, "${steps.train.outputs.model}"]
        outputs: { report: report.txt }
    """
  static let files = [
    "pipeline.yaml": three, "prepare.py": "p = 1", "train.py": "t = 1", "evaluate.py": "e = 1",
  ]

  @Test
  func `a long chain is taken whole from the cache, and what sees other bytes runs`()
    throws
  {
    func chain(_ last: String) -> String {
      let steps = (0..<150).map { number in
        let before = number == 0 ? "" : ", \"${steps.s\(number - 1).outputs.o}\""
        let word = number == 140 ? last : "w"
        return
          "  s\(number): { type: Processing, run: [x, \(word)\(before)], outputs: { o: o.txt } }"
      }
      return (["steps:"] + steps).joined(separator: "\n")
    }
    // What each makes follows from its own name and word alone: behind one step, nothing changes.
    let executor = ScriptedExecutor { spec in
      .succeed(spec.outputs.mapValues { _ in spec.step + spec.arguments[1] })
    }
    let site = try RunSite(["pipeline.yaml": chain("w")], executor: executor)
    _ = try site.run()
    #expect(executor.started.count == 150)
    let second = try site.run()
    #expect(executor.started.count == 150)
    #expect(second.stepsCached == 150)
    let steps = try site.steps(second.id)
    #expect(try (0..<150).allSatisfy { try #require(steps["s\($0)"]).logRun == 1 })

    try site.write(chain("changed"), "pipeline.yaml")
    let third = try site.run()
    #expect(third.stepsCached == 148)
    #expect(executor.started.dropFirst(150) == ["s140", "s141"])
    // What the run before had is not all that counts.
    try site.write(chain("w"), "pipeline.yaml")
    #expect(try site.run().stepsCached == 150)
  }

  @Test func `without the cache every step runs, and its first result stays`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let second = try site.run(caching: .off)
    #expect(executor.started.count == 6)
    let steps = try site.steps(second.id)
    #expect(steps["train"]?.cacheReason == "nothing is taken from the cache (--no-cache)")
    #expect(steps["train"]?.warning == nil)
    let third = try site.run()
    #expect(third.stepsCached == 3)
    #expect(try site.steps(third.id)["train"]?.cachedFrom == 1)
  }

  @Test func `the code that was read for one run serves the next, and an edit another`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let first = try #require(site.agent.newestCode)
    #expect(try site.run().stepsCached == 3)
    #expect(site.agent.newestCode === first)
    try site.write("t = 2", "train.py")
    // It makes the same bytes, so that what follows does not run again.
    #expect(try site.run().stepsCached == 2)
    #expect(site.agent.newestCode !== first)
    // Collected meanwhile: what a step sees is stored again for the run that needs it.
    let key = try #require(try site.steps(3)["train"]?.key)
    let code = try #require(try site.agent.reader.execution(key)?.components["code"])
    unlink(site.store.path(of: code))
    _ = try site.run(caching: .off)
    #expect(site.store.contains(code))
  }

  @Test func `a run whose logs others show is not removed before them`() throws {
    let site = try RunSite(Self.files)
    _ = try site.run()
    _ = try site.run()
    let refusal = #expect(throws: Explanation.self) { try site.ask(.remove(run: 1)) }
    #expect(refusal?.what == "Logs and curves of r1 are shown by r2.")
    #expect(try site.agent.reader.run(1) != nil)
    try site.ask(.remove(run: 2))
    try site.ask(.remove(run: 1))
    #expect(try site.agent.reader.run(1) == nil)
  }

  @Test func `a metric that names no goal is judged as its name tells`() throws {
    let site = try RunSite([
      "pipeline.yaml": """
      steps:
        a: { type: Training, run: [x], metrics: [{ name: loss, regex: 'loss=(\\S+)' }, { name: zeta }] }
      """
    ])
    let run = try site.run()
    #expect(run.mainGoal == .min)
    let spec = try AttemptSpec.read(site.home.attempt(run: run.id, step: "a", attempt: 1))
    #expect(spec.metrics.map(\.goal) == [.min, nil])
  }

  @Test func `other bytes under an equal key are noticed`() throws {
    var count = 0
    let executor = ScriptedExecutor { spec in
      count += 1
      let text = spec.step == "prepare" ? "\(count)" : spec.step
      return .succeed(spec.outputs.mapValues { _ in text })
    }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let second = try site.run(caching: .off)
    let steps = try site.steps(second.id)
    let warning = "made other bytes than r1 prepare with the same key: it is not deterministic"
    #expect(steps["prepare"]?.warning == warning)
    #expect(steps["evaluate"]?.warning == nil)
    #expect(second.status == .succeeded)
  }

  @Test func `from a step on, what stands before it is the reference's`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    // An edit of what is not run does not count.
    try site.write("p = 2", "prepare.py")
    let second = try site.run(selection: Selection(.from, ["train"]))
    #expect(executor.started.suffix(1) == ["train"])
    // The same bytes: what follows need not run.
    #expect(
      try site.statuses(second.id) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"]
    )
    let steps = try site.steps(second.id)
    #expect(steps["prepare"]?.cachedFrom == 1)
    #expect(steps["prepare"]?.cacheReason == "the result of r1, for --from train")
    #expect(steps["train"]?.cacheReason == "run anew (--from train)")
    #expect(executor.specs.last?.inputs.map(\.artifact.digest) == [Digest(of: "data.txt")])
  }

  @Test func `only a step is run, and the rest stands as it was`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let second = try site.run(["lr": "0.5"], selection: Selection(.only, ["train"], reference: 1))
    #expect(executor.started.count == 4)
    #expect(
      try site.statuses(second.id) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"]
    )
    #expect(executor.specs.last?.arguments[2] == "0.5")
  }

  @Test func `a result that was made with other parameters is not taken for this run's`() throws {
    let site = try RunSite(Self.files, executor: ScriptedExecutor())
    _ = try site.run()
    _ = try site.run(["lr": "0.3"])
    // The newest that fits, though a later run has another value.
    let fitting = try site.run(selection: Selection(.only, ["evaluate"]))
    #expect(try site.steps(fitting.id)["train"]?.cachedFrom == 1)
    let refusal = #expect(throws: Explanation.self) {
      try site.run(["lr": "0.9"], selection: Selection(.from, ["evaluate"], reference: 2))
    }
    #expect(refusal?.what == "r2 ran 'train' with lr 0.3, and this run has lr 0.9.")
    #expect(throws: Explanation.self) {
      try site.run(["lr": "0.9"], selection: Selection(.only, ["evaluate"]))
    }
    // What is not run and not needed either is not shown as made with it.
    let first = try site.run(["lr": "0.9"], selection: Selection(.only, ["prepare"], reference: 2))
    let train = try site.steps(first.id)["train"]
    #expect(train?.status == .skipped)
    #expect(train?.reason == "not run (--only prepare), and r2 ran it with lr 0.3")
  }

  @Test func `a result of the reference shows the log of the attempt that made it`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    #expect(try site.run().stepsCached == 3)
    func logs(_ run: Int) throws -> [String] {
      try site.agent.reader.steps(of: run).map { "\($0.name): r\($0.logRun) \($0.logAttempt)" }
    }
    // The second reference has its results from the cache itself, the third from a reference.
    for reference in 1...3 {
      let run = try site.run(selection: Selection(.only, ["train"], reference: reference))
      #expect(try logs(run.id) == ["prepare: r1 1", "train: r\(run.id) 1", "evaluate: r1 1"])
    }
    let from = try site.run(selection: Selection(.from, ["evaluate"], reference: 5))
    #expect(try logs(from.id) == ["prepare: r1 1", "train: r5 1", "evaluate: r6 1"])
    // A retention keeps the run with that log as long as the one that shows it.
    let items = try site.agent.reader.retentionItems().sorted { $0.run < $1.run }
    #expect(items.map(\.needs) == [[], [1], [1], [1], [1], [1, 5]])
  }

  @Test func `a part of a run that fails is resumed as that part`() throws {
    var fails = false
    let executor = ScriptedExecutor {
      fails && $0.step == "train" ? .fail("no") : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    fails = true
    try site.write("p = 2", "prepare.py")
    let second = try site.run(selection: Selection(.only, ["train"]))
    #expect(second.status == .failed)
    fails = false
    try site.ask(.resume(run: second.id))
    #expect(try site.end(of: second.id).status == .succeeded)
    #expect(executor.started == ["prepare", "train", "evaluate", "train", "train"])
  }

  @Test(arguments: [
    (Selection(.from, ["trian"]), "There is no step 'trian' in the pipeline 'digits'."),
    (
      Selection(.only, ["evaluate"]),
      "--only evaluate needs what 'train' makes, and r1 does not have it."
    ),
    (Selection(.from, ["train"], reference: 9), "There is no run r9 to take results from."),
  ])
  func `a part that cannot be run is refused with the reason`(
    selection: Selection,
    what: String
  ) throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .fail("no") : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let told = #expect(throws: Explanation.self) { try site.run(selection: selection) }
    #expect(told?.what == what)
  }

  @Test func `a run of another pipeline is no reference, whatever its steps are called`() throws {
    let site = try RunSite(Self.files)
    _ = try site.run()
    try site.write("name: other\n" + Self.three, "pipeline.yaml")
    let told = #expect(throws: Explanation.self) {
      try site.run(selection: Selection(.from, ["evaluate"], reference: 1))
    }
    #expect(told?.what.hasPrefix("r1 is no run of 'other' in '") == true)
    #expect(told?.why.hasPrefix("It is one of 'digits' in '") == true)
  }

  @Test func `what failed before is told of a step that has no result yet`() throws {
    var isBroken = true
    let executor = ScriptedExecutor { step in
      step.step == "train" && isBroken ? .fail("no") : .succeed(step.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    _ = try site.run()
    isBroken = false
    _ = try site.run()
    #expect(try site.steps(1)["train"]?.cacheReason == "first execution")
    #expect(try site.steps(3)["train"]?.cacheReason == "the first after it failed in r2")
    #expect(try site.steps(3)["evaluate"]?.cacheReason == "first execution")
  }

  @Test func `a part of a pipeline that never ran is refused`() throws {
    let site = try RunSite(Self.files)
    let told = #expect(throws: Explanation.self) {
      try site.run(selection: Selection(.from, ["train"]))
    }
    #expect(told?.what == "There is no earlier run of 'digits' in 'digits'.")
    #expect(try site.agent.reader.runs().isEmpty)
  }

  @Test func `a result that is too old is not taken, and the new one takes its place`() throws {
    let executor = ScriptedExecutor()
    let text = Self.three.replacing(
      "run: [python, prepare.py],",
      with: "run: [python, prepare.py], cache: { expire: 7d },"
    )
    let site = try RunSite(Self.files.merging(["pipeline.yaml": text]) { $1 }, executor: executor)
    _ = try site.run()
    #expect(try site.run().stepsCached == 3)
    // Eight days pass.
    let key = try #require(try site.steps(1)["prepare"]?.key)
    var old = try #require(try site.agent.reader.execution(key))
    old.ended = Date(timeIntervalSinceNow: -8 * 86_400)
    try site.agent.catalog.write { [old] in try $0.replace(old) }
    let third = try site.run()
    #expect(
      try site.statuses(third.id) == ["prepare: Succeeded", "train: Cached", "evaluate: Cached"]
    )
    #expect(try site.steps(3)["prepare"]?.cacheReason == "its result of r1 is older than 7d")
    #expect(try site.run().stepsCached == 3)
    #expect(try site.steps(4)["prepare"]?.cachedFrom == 3)
  }

  @Test func `a result whose bytes are gone is made again and replaced`() throws {
    var text = "a"
    let executor = ScriptedExecutor {
      $0.step == "train" ? .succeed(["model": text]) : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    try FileManager.default.removeItem(atPath: site.store.path(of: Digest(of: "a")))
    text = "b"
    #expect(try site.statuses(try site.run().id)[1] == "train: Succeeded")
    #expect(try site.steps(2)["train"]?.cacheReason == "its stored result is gone")
    #expect(try site.run().stepsCached == 3)
  }

  @Test func `the nearest of the newest executions is what a miss is told against`() throws {
    let site = try RunSite(Self.files)
    _ = try site.run()
    try site.write("t = 2", "train.py")
    _ = try site.run(["lr": "0.2"])
    try site.write("t = 1", "train.py")
    let third = try site.run(["lr": "0.3"])
    // Against r2 both would differ, against r1 only the parameter does.
    #expect(try site.steps(third.id)["train"]?.cacheReason == "parameter lr changed")
  }

  @Test func `a later agent goes on with what the launch asked for`() throws {
    let executor = ScriptedExecutor {
      $0.run == 2 && $0.step == "prepare" ? .hold : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    _ = try site.run()
    let second = try site.launch(caching: .off)
    // What explains later misses is in the claim: nothing has to be planned anew for it.
    try site.write("p = 9", "prepare.py")
    try site.replaceAgent(executor: executor)
    let key = try #require(site.agent.keys.values.first)
    #expect(key.digest == (try site.steps(1)["prepare"]?.key))
    try executor.finish("prepare", of: 2, for: site.agent)
    #expect(try site.end(of: second).status == .succeeded)
    #expect(executor.started.count == 6)
  }

  @Test func `what an earlier version asked for or wrote is read`() throws {
    func strip(_ data: Data, _ names: String...) throws -> Data {
      let object = try JSONSerialization.jsonObject(with: data)
      var members = try #require(object as? [String: Any])
      for name in names { members[name] = nil }
      return try JSONSerialization.data(withJSONObject: members)
    }
    let request = LaunchRequest(instance: "i", what: .command(["a"]), caching: .off)
    let old = try JSONDecoder().decode(
      LaunchRequest.self,
      from: strip(JSONEncoder().encode(request), "caching", "selection")
    )
    #expect(old.caching == .on && old.selection == nil && old.token == request.token)
    let body = LaunchBody(
      what: .command(["a"]),
      token: "t",
      pipelineText: "",
      given: [:],
      environment: [:],
      instanceFolder: "/i",
      paths: [:],
      caching: .off,
      selection: Selection(.from, ["a"], reference: 3)
    )
    let text = try JSONEncoder().encode(body)
    #expect(try JSONDecoder().decode(LaunchBody.self, from: text) == body)
    let older = try JSONDecoder().decode(
      LaunchBody.self,
      from: strip(text, "caching", "selection")
    )
    #expect(older.caching == .on && older.selection == nil)
  }

  @Test func `the nearest execution has the fewest parts that differ`() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: .min ... .max, using: &random)
    var state = seed
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    func parts() -> [String: Digest] {
      var parts: [String: Digest] = [:]
      for name in ["a", "b", "c", "d"] where next(4) > 0 {
        parts[name] = Digest(of: "\(next(3))")
      }
      return parts
    }
    for _ in 0..<200 {
      let mine = parts()
      let others = (0..<next(6)).map { run in
        ExecutionRecord(
          key: Digest(of: "\(run)"),
          run: run,
          step: "s",
          pipeline: "p",
          attempt: 1,
          seconds: 1,
          components: parts(),
          outputs: [:],
          ended: Date(timeIntervalSince1970: 0)
        )
      }
      let counts = others.map { other in
        Set(mine.keys).union(other.components.keys).count { mine[$0] != other.components[$0] }
      }
      let expected = counts.min().flatMap { least in counts.firstIndex(of: least) }
      let found = KeyDifference.nearest(to: mine, among: others)
      #expect(found?.run == expected, "seed \(seed)")
      // As many items as parts differ: none of them is a manifest here.
      let items = KeyDifference(from: found?.components ?? mine, to: mine) { _ in nil }.items
      #expect(items.count == counts.min() ?? 0, "seed \(seed)")
    }
  }

  @Test(arguments: [
    (604_800.0, "7d"), (5400.0, "1h30m"), (90.0, "1m30s"), (0.5, "0.5s"), (86_460.0, "1d1m"),
  ])
  func `an age is told as pipelines write it`(seconds: Double, text: String) {
    #expect(briefDuration(seconds) == text)
  }
}

/// What is foreseen of a launch.
struct LaunchPlanTests {
  private func plan(_ site: RunSite, _ request: LaunchRequest? = nil) throws -> [String] {
    let launch =
      request
      ?? LaunchRequest(
        instance: "digits",
        what: .pipeline(file: "pipeline.yaml"),
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"]
      )
    guard case .plan(let plan) = try site.ask(.plan(launch)) else { throw CancellationError() }
    return plan.steps.map { "\($0.name) \($0.words)" }
  }

  @Test func `a file beside the script counts, and is told how not to; another pipeline does not`()
    throws
  {
    let executor = ScriptedExecutor()
    let other = "steps: { x: { type: Processing, run: [x] } }"
    let files = [
      "notes.txt": "a", "eval.yaml": other, "config.yaml": "steps: 3", "named.yaml": other,
      "train.py": "t = 1",
      "pipeline.yaml": """
      steps:
        train: { type: Training, run: [python, train.py] }
        named: { type: Training, run: [python, train.py, named.yaml] }
      """,
    ]
    let site = try RunSite(files, executor: executor)
    _ = try site.run()
    let cached = ["train from the cache of r1", "named from the cache of r1"]
    try site.write(other + " # another pipeline", "eval.yaml")
    #expect(try plan(site) == cached)
    // One that the command names is read by it.
    try site.write(other + " # another pipeline", "named.yaml")
    let counts = "(counts, as the step has no 'code:')"
    #expect(try plan(site) == [cached[0], "named runs: named.yaml changed \(counts)"])
    _ = try site.run()
    // What only looks like one may be the script's.
    try site.write("steps: 4", "config.yaml")
    #expect(try plan(site).first == "train runs: config.yaml changed \(counts)")
    try site.write("steps: 3", "config.yaml")
    try site.write("b", "notes.txt")
    #expect(try plan(site).first == "train runs: notes.txt changed \(counts)")
    try site.write("t = 2", "train.py")
    #expect(try plan(site).first == "train runs: notes.txt changed, train.py changed")
  }

  @Test func `among many YAML files none is looked at, and each counts`() throws {
    var files = [
      "t.py": "", "pipeline.yaml": "steps: { t: { type: Training, run: [python, t.py] } }",
    ]
    for index in 0..<101 {
      files["item\(index).yaml"] = "steps: { x: { type: Processing, run: [x] } }"
    }
    let site = try RunSite(files)
    _ = try site.run()
    try site.write("steps: { x: { type: Processing, run: [y] } }", "item7.yaml")
    let counts = "(counts, as the step has no 'code:')"
    #expect(try plan(site) == ["t runs: item7.yaml changed \(counts)"])
  }

  @Test func `what is cached, what runs and what follows is told before the launch`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(CacheRunTests.files, executor: executor)
    #expect(
      try plan(site) == [
        "prepare runs: first execution",
        "train runs after prepare, unless that makes the same bytes",
        "evaluate runs after train, unless that makes the same bytes",
      ]
    )
    #expect(try site.agent.reader.runs().isEmpty)
    #expect(executor.started.isEmpty)
    _ = try site.run()
    try site.write("t = 2", "train.py")
    #expect(
      try plan(site) == [
        "prepare from the cache of r1", "train runs: train.py changed",
        "evaluate runs after train, unless that makes the same bytes",
      ]
    )
    var request = LaunchRequest(
      instance: "digits",
      what: .pipeline(file: "pipeline.yaml"),
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"],
      caching: .off
    )
    let off = "runs: nothing is taken from the cache (--no-cache)"
    #expect(try plan(site, request) == ["prepare \(off)", "train \(off)", "evaluate \(off)"])
    request.caching = .on
    request.selection = Selection(.only, ["evaluate"])
    #expect(
      try plan(site, request) == [
        "prepare the result of r1, for --only evaluate",
        "train the result of r1, for --only evaluate", "evaluate runs: run anew (--only evaluate)",
      ]
    )
    // What was foreseen is what happens.
    let run = try site.run()
    #expect(run.id == 2)
    #expect(try site.statuses(2) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"])
  }

  @Test(arguments: 0..<4)
  func `what is foreseen of a random graph is what happens`(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let count = 7
    var text = "steps:\n"
    var files: [String: String] = [:]
    for index in 0..<count {
      var words = ["python", "s\(index).py"]
      for earlier in 0..<index where next(3) == 0 {
        words.append("${steps.s\(earlier).outputs.o}")
      }
      let line = words.map { "\"\($0)\"" }.joined(separator: ", ")
      text += "  s\(index): { type: Processing, run: [\(line)], outputs: { o: o } }\n"
      files["s\(index).py"] = "x = 0"
    }
    files["pipeline.yaml"] = text
    // About half of all edits change nothing of what a step makes.
    let executor = ScriptedExecutor { spec in
      let seen = spec.inputs.map(\.artifact.digest.hex).joined(separator: " ")
      let isOdd = spec.code.hex.utf8.first.map { $0 % 2 == 1 } ?? false
      return .succeed(spec.outputs.mapValues { _ in "\(spec.step) \(seen) \(isOdd)" })
    }
    let site = try RunSite(files, executor: executor)
    _ = try site.run()
    for round in 1...3 {
      for index in 0..<count where next(4) == 0 {
        try site.write("x = \(round)\(next(2))", "s\(index).py")
      }
      let launch = LaunchRequest(
        instance: "digits",
        what: .pipeline(file: "pipeline.yaml"),
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"]
      )
      guard case .plan(let plan) = try site.ask(.plan(launch)) else { throw CancellationError() }
      let steps = try site.steps(try site.run().id)
      for planned in plan.steps {
        let step = try #require(steps[planned.name])
        switch planned.decision {
        case .taken(let run, _, _): #expect(step.status == .cached && step.cachedFrom == run)
        case .runs(let reason): #expect(step.status == .succeeded && step.cacheReason == reason)
        case .follows: #expect(step.status.isSuccess)
        default: Issue.record("\(planned.name) is \(planned.words)")
        }
      }
    }
  }

  @Test func `branches are told with their condition until it is known`() throws {
    let executor = ScriptedExecutor {
      .succeed($0.outputs.mapValues { _ in #"{"accuracy": 0.97}"# })
    }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          evaluate: { type: Processing, run: [a], outputs: { report: report.json } }
          check:
            type: Condition
            if: "${steps.evaluate.outputs.report.accuracy} >= 0.9"
            then: [good]
            else: [bad]
          good: { type: Processing, run: [b] }
          bad: { type: Fail, message: "no" }
        """
      ],
      executor: executor
    )
    #expect(
      try plan(site) == [
        "evaluate runs: first execution", "check is decided in the run",
        "good runs: first execution, if check is true",
        "bad is decided in the run, if check is false",
      ]
    )
    _ = try site.run()
    #expect(
      try plan(site) == [
        "evaluate from the cache of r1", "check is decided in the run",
        "good from the cache of r1", "bad skipped: check is true",
      ]
    )
  }
}

/// Changes that the user declares to be cosmetic.
struct AcceptTests {
  private let shell = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

  @Test func `an accepted change is taken from the cache until that is taken back`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(CacheRunTests.files, executor: executor)
    _ = try site.run()
    try site.write("t = 1  # the same", "train.py")
    let request = AcceptRequest(run: 1, step: "train", reason: "a comment", environment: shell)
    guard case .accepted(let acceptance) = try site.ask(.accept(request)) else {
      Issue.record("no answer")
      return
    }
    #expect(acceptance.changes == ["train.py changed"])
    let second = try site.run()
    #expect(second.stepsCached == 3)
    let step = try #require(try site.steps(2)["train"])
    #expect(step.cachedFrom == 1)
    #expect(step.cacheReason?.hasPrefix("accepted: a comment on 20") == true)
    try site.ask(.accept(AcceptRequest(run: 2, step: "train", isUndone: true)))
    _ = try site.run()
    #expect(try site.statuses(3) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"])
  }

  @Test func `what could not be brought onto the disk is refused, and accepted once it can`() throws
  {
    let site = try RunSite(CacheRunTests.files, executor: ScriptedExecutor())
    _ = try site.run()
    try site.write("t = 1  # the same", "train.py")
    let fault = Explanation(what: "There is no space left.")
    let request = AcceptRequest(run: 1, step: "train", reason: "a comment", environment: shell)
    let sync = site.agent.syncDecision
    site.agent.syncDecision = { throw fault }
    #expect(throws: fault) { try site.ask(.accept(request)) }
    #expect(try site.agent.reader.aliases().isEmpty)
    site.agent.syncDecision = sync
    guard case .accepted(let acceptance) = try site.ask(.accept(request)) else {
      Issue.record("no answer")
      return
    }
    #expect(acceptance.aliases.map(\.step) == ["train"])
    #expect(try site.agent.reader.aliases().map(\.key) == acceptance.aliases.map(\.key))
    #expect(try site.run().stepsCached == 3)
    site.agent.syncDecision = { throw fault }
    let undone = AcceptRequest(run: 2, step: "train", isUndone: true)
    #expect(throws: fault) { try site.ask(.accept(undone)) }
    // It is taken back for this agent and the next one, whatever the disk has.
    #expect(try site.agent.reader.aliases().isEmpty)
  }

  @Test func `no run takes from the cache what was refused to be accepted`() throws {
    let site = try RunSite(CacheRunTests.files, executor: ScriptedExecutor())
    _ = try site.run()
    try site.write("t = 1  # the same", "train.py")
    let fault = Explanation(what: "There is no space left.")
    let request = AcceptRequest(run: 1, step: "train", reason: "a comment", environment: shell)
    site.agent.syncDecision = { throw fault }
    #expect(throws: fault) { try site.ask(.accept(request)) }
    _ = try site.run()
    #expect(try site.statuses(2) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"])
  }

  @Test func `what cannot be accepted is refused with the reason`() throws {
    let site = try RunSite(CacheRunTests.files)
    func refusal(_ step: String, run: Int = 1, isUndone: Bool = false) -> String? {
      let request = AcceptRequest(run: run, step: step, environment: shell, isUndone: isUndone)
      return #expect(throws: Explanation.self) { try site.ask(.accept(request)) }?.what
    }
    #expect(refusal("train") == "There is no run r1.")
    _ = try site.run()
    #expect(refusal("trian") == "r1 has no step 'trian'.")
    #expect(
      refusal("train") == "There is nothing to accept: nothing that 'train' sees has changed."
    )
    #expect(refusal("train", isUndone: true) == "Nothing was accepted for r1 train.")
    try site.write("p = 2", "prepare.py")
    #expect(refusal("train") == "What 'train' would take is not known yet.")
    try site.write("t = 2", "train.py")
    _ = try site.run()
    #expect(
      refusal("train") == "There is nothing to accept: 'train' has been run as it is now."
    )
  }
}

/// Why steps were executed, as `lathe why` is told.
struct StepExplanationTests {
  private func why(_ site: RunSite, _ run: Int, _ step: String) throws -> StepExplanation {
    let reader = site.agent.reader
    return try StepExplanation(
      try #require(try site.steps(run)[step]),
      of: try #require(try reader.run(run)),
      catalog: reader,
      objects: site.store
    )
  }

  @Test func `a hit names its source, a miss every part that differs with values and texts`() throws
  {
    let site = try RunSite(CacheRunTests.files)
    _ = try site.run()
    try site.write("t = 2", "train.py")
    _ = try site.run(["lr": "0.3"])
    guard case .taken(let taken) = try why(site, 2, "prepare").verdict else {
      Issue.record("prepare was not taken")
      return
    }
    #expect(taken.run == 1)
    #expect(taken.made != nil)
    #expect(taken.savedSeconds != nil)
    guard case .ran(let compared?) = try why(site, 2, "train").verdict else {
      Issue.record("train is not compared")
      return
    }
    #expect(compared.run == 1)
    #expect(compared.changes.map(\.item.words) == ["parameter lr changed", "train.py changed"])
    #expect(compared.changes[0].old == "0.1")
    #expect(compared.changes[0].new == "0.3")
    #expect(compared.changes[1].diff(site.store) == ["@@ -1,1 +1,1 @@", "-t = 1", "+t = 2"])
    #expect(try why(site, 1, "train").verdict == .ran(nil))
    #expect(try why(site, 1, "train").reason == "first execution")
  }

  @Test func `a failed step and one that is not cached are explained from their claim`() throws {
    let executor = ScriptedExecutor {
      $0.arguments.contains("0.3") ? .fail("no") : .succeed($0.outputs)
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    _ = try site.run()
    _ = try site.run(["lr": "0.3"])
    guard case .ran(let compared?) = try why(site, 2, "train").verdict else {
      Issue.record("train is not compared")
      return
    }
    #expect(compared.changes.map(\.item.words) == ["parameter lr changed"])
    #expect(try why(site, 2, "evaluate").verdict == .none)
    #expect(try why(site, 2, "evaluate").reason == "train failed")
  }

  @Test func `a step is compared with the nearest of many earlier executions`() throws {
    let site = try RunSite(CacheRunTests.files)
    _ = try site.run()
    for tenth in 2...9 { _ = try site.run(["lr": "0.\(tenth)"]) }
    try site.write("t = 2", "train.py")
    let run = try site.run()
    let step = try #require(try site.steps(run.id)["train"])
    #expect(step.cacheReason == "train.py changed")
    let told = try StepExplanation(
      step,
      of: run,
      catalog: site.agent.reader,
      objects: site.store
    )
    guard case .ran(let comparison?) = told.verdict else {
      Issue.record("\(told)")
      return
    }
    #expect(comparison.run == 1 && comparison.changes.map(\.item.words) == ["train.py changed"])
  }

  @Test func `a result of a removed run says what went with the run`() throws {
    let site = try RunSite(CacheRunTests.files)
    _ = try site.run()
    try site.ask(.remove(run: 1))
    let run = try site.run()
    let step = try #require(try site.steps(run.id)["train"])
    #expect(step.status == .cached)
    #expect(step.cacheReason == "r1 was removed, with its log")
    // What shows a run that is there has nothing to say.
    #expect(try site.run().status == .succeeded)
  }
}

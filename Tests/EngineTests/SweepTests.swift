import Documents
import Foundation
import GRDB
import Pipelines
import Store
import Synchronization
import Testing

@testable import Engine

struct SweepTests {
  private static let files = [
    "pipeline.yaml": """
    parameters:
      lr: { type: Float, default: 0.1, min: 0, max: 1 }
      seed: { type: Integer, default: 1 }
    steps:
      prepare: { type: Processing, run: [p], outputs: { data: data.txt } }
      train:
        type: Training
        run: [t, "${parameters.lr}", "${parameters.seed}", "${steps.prepare.outputs.data}"]
        outputs: { model: model.txt }
    """
  ]

  private static func request(
    _ parts: [String] = ["lr=0.1,0.03", "seed=1..3"],
    parallel: Int? = nil
  ) -> SweepRequest {
    SweepRequest(
      launch: LaunchRequest(instance: "digits", what: .pipeline(file: "pipeline.yaml")),
      parts: parts,
      parallel: parallel
    )
  }

  // MARK: Launch

  @Test func `a run is made for each combination, and equal steps are executed once`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    #expect(try site.ask(.sweep(Self.request())) == .sweep(1))
    site.serve { site.agent.runs.isEmpty }
    let runs = try site.agent.reader.runs(ofSweep: 1)
    #expect(runs.map(\.id) == Array(1...6))
    #expect(runs.map(\.status) == Array(repeating: .succeeded, count: 6))
    #expect(
      runs.map { "\($0.parameters["lr"] ?? .integer(0)) \($0.parameters["seed"] ?? .integer(0))" }
        == ["0.1 1", "0.1 2", "0.1 3", "0.03 1", "0.03 2", "0.03 3"]
    )
    #expect(executor.started.count { $0 == "prepare" } == 1)
    #expect(executor.started.count { $0 == "train" } == 6)
    #expect(Set(executor.specs.filter { $0.step == "train" }.map(\.arguments)).count == 6)
    #expect(site.agent.sweeps.isEmpty)
    let sweep = try #require(try site.agent.reader.sweep(1))
    #expect(sweep.axes.map(\.values) == [["0.1", "0.03"], ["1", "2", "3"]])
    #expect(sweep.count == 6 && sweep.parallel == nil && sweep.pipeline == "digits")
    // All that the runs share is kept once.
    let bodies = try site.agent.catalog.write { transaction in
      try runs.map { try transaction.launch(of: $0.id) ?? "" }
    }
    #expect(bodies.allSatisfy { !$0.contains("pipelineText") })
  }

  @Test(arguments: [
    (["lr=0.1,2"], "Parameter 'lr' is '2', more than its maximum 1."),
    (["lr=0.1", "seed=1,x"], "Parameter 'seed' is 'x', which is not a whole number."),
    (["rate=1,2"], "Pipeline 'digits' has no parameter 'rate'."),
    (["lr=0.1,0.10"], "'lr' has the value 0.1 twice, once as '0.10'."),
    (["seed=1..20000"], "'1..20000' of 'seed' is no range."),
    (["lr=0.1", "lr=0.2"], "'lr' is swept twice."), ([], "The sweep has no parameter."),
  ])
  func `what cannot be launched as a whole is refused, and nothing is recorded`(
    parts: [String],
    what: String
  ) throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    let refusal = #expect(throws: Explanation.self) { try site.ask(.sweep(Self.request(parts))) }
    #expect(refusal?.what == what)
    #expect(refusal?.next.isEmpty == false)
    #expect(try site.agent.reader.runs().isEmpty && site.agent.reader.sweeps().isEmpty)
    #expect(executor.started.isEmpty)
  }

  @Test func `a parameter that is swept and given is refused, and so are too many steps`() throws {
    let steps = (1...200).map { "  s\($0): { type: Processing, run: [a] }\n" }.joined()
    let site = try RunSite([
      "pipeline.yaml": "parameters: { seed: { type: Integer, default: 1 } }\nsteps:\n" + steps
    ])
    var both = Self.request(["seed=1..3"])
    both.launch.parameters = ["seed": "4"]
    let twice = #expect(throws: Explanation.self) { try site.ask(.sweep(both)) }
    #expect(twice?.what == "'seed' is swept and has a value of its own.")
    let many = #expect(throws: Explanation.self) {
      try site.ask(.sweep(Self.request(["seed=1..10000"])))
    }
    #expect(many?.what == "The sweep has 10000 runs of 200 steps: 2000000 in all.")
    #expect(try site.agent.reader.runs().isEmpty)
  }

  @Test func `a command's options are swept`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(["train.py": "t = 1"], executor: executor)
    let launch = LaunchRequest(
      instance: "digits",
      what: .command(["python3", "train.py", "--lr", "1", "--seed=0"])
    )
    try site.ask(.sweep(SweepRequest(launch: launch, parts: ["lr=0.1,-0.5", "seed=1,2"])))
    site.serve { site.agent.runs.isEmpty }
    #expect(
      Set(executor.specs.map { $0.arguments.dropFirst(2).joined(separator: " ") })
        == ["--lr 0.1 --seed=1", "--lr 0.1 --seed=2", "--lr -0.5 --seed=1", "--lr -0.5 --seed=2"]
    )
    let runs = try site.agent.reader.runs(ofSweep: 1)
    #expect(runs.map(\.note)[3] == "python3 train.py --lr -0.5 --seed=2")
    #expect(runs[3].parameters["lr"] == .float(-0.5))
    var wrong = launch
    wrong.token = "another"
    let refusal = #expect(throws: Explanation.self) {
      try site.ask(.sweep(SweepRequest(launch: wrong, parts: ["rate=1,2"])))
    }
    #expect(refusal?.what == "The command has no option --rate with a value.")
  }

  @Test func `a sweep that is asked for twice is launched once`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    let request = Self.request()
    let first = try site.ask(.sweep(request))
    try site.replaceAgent(executor: executor)
    #expect(try site.ask(.sweep(request)) == first)
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runs().count == 6)
  }

  // MARK: Parallel

  @Test func `no more runs are under way than --parallel says, the rest says why`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor, cpus: 16)
    try site.ask(.sweep(Self.request(parallel: 2)))
    func trained() -> Set<Int> { Set(executor.specs.filter { $0.step == "train" }.map(\.run)) }
    site.serve { trained().count == 2 }
    #expect(site.agent.runs.keys.sorted() == [1, 2])
    let waiting = try site.steps(3)
    #expect(waiting["prepare"]?.status == .queued)
    #expect(waiting["prepare"]?.reason == "waits for 2 runs of sweep s1")
    #expect(waiting["train"]?.status == .waiting)
    #expect(try site.agent.reader.run(3)?.status == .queued)
    var order: [Int] = []
    for id in [2, 1, 3, 4, 6, 5] {
      site.serve { trained().contains(id) }
      #expect(site.agent.runs.count <= 2)
      order.append(id)
      try executor.finish("train", of: id, for: site.agent)
    }
    site.serve { site.agent.runs.isEmpty }
    let state = try site.agent.reader.state(of: try #require(try site.agent.reader.sweep(1)))
    #expect(state.done == 6 && !state.isActive)
  }

  @Test func `only as many runs as the machine can use are held in memory`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(Self.files, executor: executor, cpus: 4)
    try site.ask(.sweep(Self.request(["seed=1..1000"])))
    site.serve { !executor.started.isEmpty }
    #expect(site.agent.runs.count == 64)
    #expect(try site.agent.reader.runNumbers(ofSweep: 1).count == 1000)
    #expect(
      try site.steps(1000)["prepare"]?.reason == "waits for its turn in sweep s1"
    )
    try site.ask(.stopSweep(1))
    try executor.finish("prepare", of: 1, .stopped, for: site.agent)
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.stopped]).count == 1000)
  }

  // MARK: Agents that die

  @Test func `the next agent goes on with the line`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    try site.ask(.sweep(Self.request(parallel: 2)))
    func trained() -> Set<Int> { Set(executor.specs.filter { $0.step == "train" }.map(\.run)) }
    site.serve { trained().count == 2 }
    for id in 1...6 {
      try site.replaceAgent(executor: executor)
      #expect(site.agent.runs.count <= 2)
      site.serve { trained().contains(id) }
      try executor.finish("train", of: id, for: site.agent)
    }
    site.serve { site.agent.runs.isEmpty }
    #expect(executor.started.count { $0 == "train" } == 6)
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.succeeded]).count == 6)
  }

  @Test(arguments: 0..<6)
  func `whatever happens, no more runs execute than allowed and each ends once`(
    seed: UInt64
  ) throws {
    var random = Seeded(seed: seed)
    let limit = Int.random(in: 1...3, using: &random)
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor, cpus: 16)
    try site.ask(.sweep(Self.request(parallel: limit)))
    var ended: Set<Int> = []
    while ended.count < 6 {
      func held() -> [Int] {
        executor.specs.filter { $0.step == "train" }.map(\.run).filter { !ended.contains($0) }
      }
      site.serve { !held().isEmpty }
      #expect(site.agent.runs.count <= limit)
      let executing = try site.agent.reader.runNumbers(ofSweep: 1, [.executing])
      #expect(executing.count <= limit)
      if Int.random(in: 0..<3, using: &random) == 0 {
        try site.replaceAgent(executor: executor)
        #expect(site.agent.runs.count <= limit)
      }
      let run = try #require(held().randomElement(using: &random))
      ended.insert(run)
      let fails = Bool.random(using: &random)
      try executor.finish("train", of: run, fails ? .failed : .succeeded, for: site.agent)
    }
    site.serve { site.agent.runs.isEmpty }
    #expect(executor.started.count { $0 == "train" } == 6)
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.succeeded, .failed]).count == 6)
  }

  // MARK: In pieces

  @Test func `a sweep is recorded and removed in pieces, and others are served between them`()
    throws
  {
    let site = try RunSite(Self.files)
    site.agent.turnSeconds = 0
    let replies = Mutex<[AgentReply]>([])
    func ask(_ request: AgentRequest) {
      replies.withLock { $0 = [] }
      site.agent.handle(request) { reply, _ in replies.withLock { $0.append(reply) } }
    }
    let request = Self.request(["seed=1..40"])
    ask(.sweep(request))
    site.serve { !site.agent.recordings.isEmpty }
    #expect(try site.ask(.ping) == .done)
    #expect(site.agent.recordings[1]?.isDone == false && site.agent.runs.isEmpty)
    // Asked for twice at once, it is one sweep; and nothing else is done with what is not all there.
    #expect(throws: Explanation.self) { try site.ask(.removeSweep(1)) }
    #expect(throws: Explanation.self) { try site.ask(.remove(run: 1)) }
    #expect(site.agent.recordings[1]?.isDone == false)
    #expect(try site.ask(.sweep(request)) == .sweep(1))
    site.serve { site.agent.runs.isEmpty && !replies.withLock(\.isEmpty) }
    #expect(replies.withLock(\.self) == [.sweep(1)])
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.succeeded]).count == 40)

    ask(.removeSweep(1))
    site.serve { (try? site.agent.reader.runs().count) ?? 40 < 40 }
    try site.ask(.pin(run: 40, isPinned: true))
    #expect(try site.agent.reader.runs().count > 1 && replies.withLock(\.isEmpty))
    site.serve { !replies.withLock(\.isEmpty) }
    #expect(try site.agent.reader.runs().map(\.id) == [40])
  }

  @Test func `what an agent leaves of a sweep that dies while it records it, goes`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    site.agent.turnSeconds = 0
    let request = Self.request()
    site.agent.handle(.sweep(request)) { _, _ in Issue.record("it was answered") }
    site.serve { (try? site.agent.reader.runs().count) ?? 0 == 3 }
    try site.replaceAgent(executor: executor)
    #expect(try site.agent.reader.runs().isEmpty && site.agent.reader.sweeps().isEmpty)
    // Its client asks the next agent.
    #expect(try site.ask(.sweep(request)) == .sweep(2))
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 2, [.succeeded]) == Array(7...12))
    try site.replaceAgent(executor: executor)
    #expect(try site.agent.reader.runs().count == 6)
  }

  @Test func `what cannot be deleted of a sweep that was not recorded holds up nothing else`()
    throws
  {
    let executor = ScriptedExecutor { $0.run == 1 ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    #expect(try site.launch() == 1)
    site.agent.turnSeconds = 0
    let request = Self.request()
    site.agent.handle(.sweep(request)) { _, _ in Issue.record("it was answered") }
    site.serve { (try? site.agent.reader.runs().count) ?? 0 == 4 }
    let catalog = try DatabaseQueue(path: site.home.catalog)
    try catalog.write { try $0.execute(sql: Self.stuck) }
    site.agent = try Agent(
      home: site.home,
      executor: executor,
      machine: Machine(cpus: 4, memory: 8 << 30)
    )
    site.agent.retryPause = 0
    #expect(try site.agent.adoptRuns())
    #expect(site.agent.runs.keys.sorted() == [1] && site.agent.sweeps.isEmpty)
    try executor.finish("prepare", for: site.agent)
    site.serve { executor.started.contains("train") }
    #expect(try site.agent.reader.runs().count == 4)
    try catalog.write { try $0.execute(sql: "DROP TRIGGER stuck") }
    site.serve { (try? site.agent.reader.runs().count) ?? 0 == 1 }
    try executor.finish("train", for: site.agent)
    #expect(try site.end(of: 1).status == .succeeded)
  }

  @Test func `a sweep that could not be recorded is refused to whoever asks, again as well`() throws
  {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    site.agent.turnSeconds = 0
    site.agent.retryPause = 0
    let catalog = try DatabaseQueue(path: site.home.catalog)
    try catalog.write { db in
      try db.execute(
        sql: Self.stuck + """
          CREATE TRIGGER full BEFORE INSERT ON run WHEN new.id = 4 BEGIN
            SELECT raise(ABORT, 'full');
          END;
          """
      )
    }
    let request = Self.request()
    let first = #expect(throws: Explanation.self) { try site.ask(.sweep(request)) }
    #expect(!site.agent.recordings.isEmpty)
    let second = #expect(throws: Explanation.self) { try site.ask(.sweep(request)) }
    #expect(first != nil && first == second)
    try catalog.write { try $0.execute(sql: "DROP TRIGGER stuck; DROP TRIGGER full") }
    site.serve { site.agent.recordings.isEmpty }
    #expect(try site.agent.reader.runs().isEmpty)
    #expect(try site.ask(.sweep(request)) == .sweep(2))
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 2, [.succeeded]).count == 6)
  }

  /// No run can be deleted.
  private static let stuck = """
    CREATE TRIGGER stuck BEFORE DELETE ON run BEGIN SELECT raise(ABORT, 'full'); END;
    """

  @Test func `a sweep is stopped while it is recorded`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    site.agent.turnSeconds = 0
    let replies = Mutex<[AgentReply]>([])
    let request = Self.request(["seed=1..40"])
    site.agent.handle(.sweep(request)) { reply, _ in replies.withLock { $0.append(reply) } }
    site.serve { !site.agent.recordings.isEmpty }
    #expect(try site.ask(.stopSweep(1)) == .sweep(1))
    guard case .refused(let refusal) = replies.withLock(\.first) else {
      Issue.record("It was not refused.")
      return
    }
    #expect(refusal.what == "s1 was stopped before all of its runs were recorded.")
    #expect(site.agent.recordings.isEmpty && executor.started.isEmpty)
    #expect(try site.agent.reader.runs().isEmpty && site.agent.reader.sweeps().isEmpty)
    #expect(try site.ask(.sweep(request)) == .sweep(2))
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 2, [.succeeded]).count == 40)
  }

  @Test func `a run that cannot be read is ended with the reason, and the next one comes`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    try site.ask(.sweep(Self.request(["seed=1..3"], parallel: 1)))
    site.serve { executor.started.contains("train") }
    let catalog = try DatabaseQueue(path: site.home.catalog)
    try catalog.write { try $0.execute(sql: "UPDATE run SET parameters = '{' WHERE id = 2") }
    try executor.finish("train", of: 1, for: site.agent)
    site.serve { executor.specs.contains { $0.run == 3 && $0.step == "train" } }
    let row = try catalog.read {
      try Row.fetchOne($0, sql: "SELECT status, reason FROM run WHERE id = 2")
    }
    #expect(row?["status"] == "Failed")
    let reason: String = try #require(row?["reason"])
    #expect(reason.hasPrefix("It could not be started: "), "\(reason)")
    try executor.finish("train", of: 3, for: site.agent)
    site.serve { site.agent.runs.isEmpty }
    #expect(site.agent.sweeps.isEmpty)
  }

  @Test func `a run that cannot be ended now is ended when the catalog can be written`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    site.agent.retryPause = 0
    try site.ask(.sweep(Self.request(["seed=1..2"], parallel: 1)))
    site.serve { executor.started.contains("train") }
    let catalog = try DatabaseQueue(path: site.home.catalog)
    try catalog.write { db in
      try db.execute(
        sql: """
          UPDATE run SET parameters = '{' WHERE id = 2;
          CREATE TRIGGER full BEFORE UPDATE ON run WHEN new.status = 'Failed' BEGIN
            SELECT raise(ABORT, 'full');
          END;
          """
      )
    }
    try executor.finish("train", of: 1, for: site.agent)
    site.serve { !site.agent.admitting.isEmpty }
    #expect(site.agent.isWaiting(2))
    try catalog.write { try $0.execute(sql: "DROP TRIGGER full") }
    site.serve { site.agent.sweeps.isEmpty }
    let status = try catalog.read {
      try String.fetchOne($0, sql: "SELECT status FROM run WHERE id = 2")
    }
    #expect(status == "Failed")
  }

  // MARK: Stop, resume, remove

  @Test func `each run of a resumed sweep of commands keeps its own text`() throws {
    let isBroken = Mutex(true)
    let executor = ScriptedExecutor { spec in
      isBroken.withLock(\.self) ? .fail("broken") : .succeed(spec.outputs)
    }
    let site = try RunSite(executor: executor)
    let launch = LaunchRequest(instance: "digits", what: .command(["t", "--seed", "0"]))
    try site.ask(.sweep(SweepRequest(launch: launch, parts: ["seed=1..3"])))
    site.serve { site.agent.runs.isEmpty }
    let before = try site.agent.reader.runs(ofSweep: 1).map(\.pipelineFile)
    #expect(Set(before).count == 3)
    isBroken.withLock { $0 = false }
    try site.ask(.resumeSweep(1))
    site.serve { site.agent.runs.isEmpty }
    let runs = try site.agent.reader.runs(ofSweep: 1)
    #expect(runs.map(\.status) == [.succeeded, .succeeded, .succeeded])
    #expect(runs.map(\.pipelineFile) == before)
    #expect(Set(executor.specs.suffix(3).map(\.arguments)).count == 3)
  }

  @Test func `a sweep is stopped as a whole, resumed and removed`() throws {
    let isBroken = Mutex(true)
    let executor = ScriptedExecutor { spec in
      guard spec.step == "train" else { return .succeed(spec.outputs) }
      guard isBroken.withLock(\.self) else { return .succeed(spec.outputs) }
      return spec.run == 1 ? .fail("broken") : .hold
    }
    let site = try RunSite(Self.files, executor: executor)
    try site.ask(.sweep(Self.request(parallel: 2)))
    site.serve { executor.specs.contains { $0.run == 3 && $0.step == "train" } }
    let running = #expect(throws: Explanation.self) { try site.ask(.removeSweep(1)) }
    #expect(running?.what == "s1 is running.")
    try site.ask(.stop(run: 6))
    #expect(try site.statuses(6) == ["prepare: Stopped", "train: Skipped"])
    try site.ask(.stopSweep(1))
    #expect(try site.agent.reader.run(5)?.status == .stopped)
    for id in [2, 3] { try executor.finish("train", of: id, .stopped, for: site.agent) }
    site.serve { site.agent.runs.isEmpty }
    let statuses = try site.agent.reader.runs(ofSweep: 1).map(\.status)
    #expect(statuses == [.failed, .stopped, .stopped, .stopped, .stopped, .stopped])
    #expect(site.agent.sweeps.isEmpty)
    #expect(throws: Explanation.self) { try site.ask(.stopSweep(1)) }

    isBroken.withLock { $0 = false }
    try site.ask(.resumeSweep(1))
    #expect(site.agent.runs.count <= 2)
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.succeeded]).count == 6)
    #expect(executor.started.count { $0 == "prepare" } == 1)
    #expect(try site.steps(4)["train"]?.status == .succeeded)
    let arguments = executor.specs.last { $0.run == 5 }?.arguments.prefix(3)
    #expect(arguments.map(Array.init) == ["t", "0.03", "2"])
    #expect(throws: Explanation.self) { try site.ask(.resumeSweep(1)) }

    try site.ask(.removeSweep(1))
    #expect(try site.agent.reader.runs().isEmpty)
    #expect(try site.agent.reader.sweep(1) == nil)
  }

  @Test func `one run of a sweep is resumed in its turn, and run again by itself`() throws {
    let executor = ScriptedExecutor { spec in
      spec.run == 2 && spec.attempt == 1 && spec.step == "train"
        ? .fail("broken") : .succeed(spec.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    try site.ask(.sweep(Self.request(parallel: 1)))
    site.serve { site.agent.runs.isEmpty }
    #expect(try site.agent.reader.runNumbers(ofSweep: 1, [.failed]) == [2])
    #expect(try site.ask(.resume(run: 2)) == .run(2))
    #expect(try site.end(of: 2).status == .succeeded)
    let again = LaunchRequest(instance: "digits", what: .rerun(of: 5))
    #expect(try site.ask(.launch(again)) == .run(7))
    let run = try site.end(of: 7)
    #expect(run.sweep == nil && run.parent == 5)
    #expect(run.parameters["lr"] == .float(0.03) && run.parameters["seed"] == .integer(2))
    #expect(run.stepsCached == 2)
  }

  // MARK: Plan

  @Test func `a plan tells what is executed, shared and cached`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.files, executor: executor)
    guard case .sweepPlan(let plan) = try site.ask(.planSweep(Self.request(parallel: 2))) else {
      Issue.record("no plan")
      return
    }
    #expect(plan.runs == 6 && plan.parallel == 2 && plan.axes == "lr x seed")
    #expect(plan.executed == 7 && plan.shared == 5 && plan.cached == 0)
    #expect(plan.steps.map(\.executed) == [1, 6])
    #expect(try site.agent.reader.runs().isEmpty && executor.started.isEmpty)

    _ = try site.run(["lr": "0.1", "seed": "2"])
    guard case .sweepPlan(let next) = try site.ask(.planSweep(Self.request())) else {
      Issue.record("no plan")
      return
    }
    #expect(next.steps.map(\.executed) == [0, 5])
    #expect(next.steps.map(\.cached) == [6, 1])
    #expect(next.steps[1].reason == "parameter seed changed")
  }

  @Test func `a plan follows what later steps share`() throws {
    let executor = ScriptedExecutor { spec in
      let inputs = spec.inputs.map(\.artifact.digest.hex)
      return .succeed(
        spec.outputs.mapValues { _ in (spec.arguments + inputs).joined(separator: " ") }
      )
    }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        parameters:
          size: { type: Integer, default: 1 }
          lr: { type: Float, default: 0.1 }
        steps:
          cut: { type: Processing, run: [c, "${parameters.size}"], outputs: { o: o } }
          scale: { type: Processing, run: [s, "${steps.cut.outputs.o}"], outputs: { o: o } }
          train: { type: Training, run: [t, "${parameters.lr}", "${steps.scale.outputs.o}"] }
        """
      ],
      executor: executor
    )
    let request = Self.request(["size=1,2", "lr=0.1,0.2,0.3"])
    guard case .sweepPlan(let plan) = try site.ask(.planSweep(request)) else {
      Issue.record("no plan")
      return
    }
    #expect(plan.steps.map(\.executed) == [2, 2, 6])
    #expect(plan.steps.map(\.shared) == [4, 4, 0])
    try site.ask(.sweep(request))
    site.serve { site.agent.runs.isEmpty }
    let started = executor.started
    #expect(started.count { $0 == "cut" } == 2 && started.count { $0 == "scale" } == 2)
    #expect(started.count { $0 == "train" } == 6)
  }
}

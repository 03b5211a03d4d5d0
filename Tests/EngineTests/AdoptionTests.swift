import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// What a new agent makes of the runs that an earlier one left.
struct AdoptionTests {
  private static let files = [
    "pipeline.yaml": """
    parameters: { rate: { type: Float, default: 1.0 } }
    steps:
      a: { type: Processing, run: [a, "${parameters.rate}"], outputs: { o: o } }
      b: { type: Processing, run: [b, "${parameters.rate}"], depends_on: a }
    """
  ]

  @Test func `a runner that lives is waited for, and its result is kept for later runs`() throws {
    let executor = ScriptedExecutor {
      $0.step == "a" && $0.run == 1 ? .hold : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    try site.replaceAgent(executor: executor)
    #expect(executor.started == ["a"])
    #expect(site.agent.shares.holdings.keys.map(\.step) == ["a"])
    try executor.finish("a", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["a", "b"])
    // A Float that is whole is a Float for the next agent, too.
    #expect(executor.specs.map { $0.arguments[1] } == ["1.0", "1.0"])
    let second = try site.run(["rate": "2"])
    #expect(try site.steps(second.id)["a"]?.cacheReason == "parameter rate changed")
    let third = try site.run()
    #expect(try site.statuses(third.id) == ["a: Cached", "b: Cached"])
  }

  @Test func `an attempt that ended while no agent lived is taken note of`() throws {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    let lost = try Agent(
      home: site.home,
      executor: executor,
      machine: Machine(cpus: 4, memory: 1 << 30)
    )
    try executor.finish("a", for: lost)
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["a", "b"])
  }

  @Test func `a result that was recorded and not published is there for other runs`() throws {
    let executor = ScriptedExecutor { $0.run == 1 ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    // What is published comes back to the agent's loop, which is not served any more.
    try executor.finish("a", for: site.agent)
    try site.replaceAgent(executor: executor)
    #expect(executor.started == ["a", "b"])
    let second = try site.launch()
    #expect(try site.statuses(second).first == "a: Cached")
    try executor.finish("b", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(try site.statuses(second) == ["a: Cached", "b: Cached"])
    #expect(executor.started == ["a", "b"])
  }

  @Test func `a runner that died is recorded as lost, once`() throws {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    executor.kill("a")
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .failed)
    let reason = try site.steps(run)["a"]?.reason
    #expect(reason == "Its step runner was killed; 'resume' runs it again.")
    let record = ExitRecord.read(site.home.attempt(run: run, step: "a", attempt: 1))
    #expect(record?.status == .failed)
    // Retry policies tell it from a script that ended badly.
    #expect(record?.cause == .lost)
  }

  @Test func `a spec that nobody claimed gets its runner`() throws {
    var isFirst = true
    let executor = ScriptedExecutor {
      defer { isFirst = false }
      return isFirst ? .vanish : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["a", "a", "b"])
  }

  @Test func `a runner that never claims is given up`() throws {
    let executor = ScriptedExecutor { _ in .vanish }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.run()
    #expect(run.status == .failed)
    #expect(run.reason == "a: Its step runner ends before it begins.")
    #expect(executor.started == ["a", "a", "a", "a"])
    #expect(executor.specs.map(\.attempt) == [1, 2, 3, 4])
  }

  @Test
  func `a runner that claims late finds the attempt given up, and its step under another number`()
    throws
  {
    var isFirst = true
    let executor = ScriptedExecutor {
      defer { isFirst = false }
      return isFirst ? .vanish : .succeed($0.outputs)
    }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    let late = try #require(executor.specs.first)
    try site.replaceAgent(executor: executor)
    let folder = site.home.attempt(run: run, step: "a", attempt: 1)
    #expect(Claim.state(of: folder) == .givenUp)
    #expect(try Claim.take(folder, for: PackedSpec(late)) == nil)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(try site.steps(run)["a"]?.attempt == 2)
  }

  @Test func `a runner that claims at the last moment keeps the attempt`() throws {
    let executor = ScriptedExecutor { $0.step == "a" ? .vanish : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    let folder = site.home.attempt(run: run, step: "a", attempt: 1)
    let late = try #require(executor.specs.first)
    let lock = try #require(try Claim.take(folder, for: PackedSpec(late)))
    #expect(try !Claim.giveUp(folder))
    try site.replaceAgent(executor: executor)
    #expect(executor.started == ["a"])
    // Written though nothing else happens.
    site.serve { (try? site.steps(run)["a"]?.pid) != nil }
    #expect(try site.steps(run)["a"]?.pid == Int(getpid()))
    close(lock)
  }

  @Test func `an agent that dies before it has written down who has claimed takes nothing from it`()
    throws
  {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    // It is written a tenth of a second later at the latest: nobody serves the loop until then.
    site.agent.note(runner: getpid(), of: RunnerName(run: run, step: "a", attempt: 1))
    #expect(site.agent.runs[run]?.steps["a"]?.pid == Int(getpid()))
    #expect(try site.steps(run)["a"]?.pid == nil)
    try site.replaceAgent(executor: executor)
    #expect(executor.started == ["a"])
    site.serve { (try? site.steps(run)["a"]?.pid) != nil }
    #expect(try site.steps(run)["a"]?.pid == Int(getpid()))
    try executor.finish("a", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["a", "b"])
    #expect(try site.steps(run)["a"]?.attempt == 1)
  }

  @Test func `a run that is stopped before its runner claims starts nothing again`() throws {
    let executor = ScriptedExecutor { _ in .vanish }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    try site.agent.stop(run)
    #expect(try site.end(of: run).status == .stopped)
    #expect(executor.started == ["a"])
    #expect(try site.statuses(run) == ["a: Stopped", "b: Skipped"])
  }

  @Test func `nothing is started before all that runs is known`() throws {
    let executor = ScriptedExecutor { $0.step == "next" ? .succeed([:]) : .hold }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        cache: false
        steps:
          short: { type: Processing, run: [a] }
          long: { type: Processing, run: [b] }
          next: { type: Processing, run: [c], cpu: 2, depends_on: short }
        """
      ],
      executor: executor,
      cpus: 2
    )
    let run = try site.launch()
    #expect(executor.started == ["short", "long"])
    executor.kill("short")
    let record = ExitRecord(
      status: .succeeded,
      started: Date(),
      ended: Date(),
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: 0,
      cpuSeconds: 0
    )
    try record.publish(in: site.home.attempt(run: run, step: "short", attempt: 1))
    try site.replaceAgent(executor: executor)
    #expect(try site.steps(run)["next"]?.status == .queued)
    try executor.finish("long", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(executor.started == ["short", "long", "next"])
  }
}

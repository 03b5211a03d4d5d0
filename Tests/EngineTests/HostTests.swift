import Documents
import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// What an agent makes of a home after a restart of its machine, or of another machine's.
struct HostTests {
  private static let files = [
    "pipeline.yaml": """
    max_parallel_steps: 1
    steps:
      a: { type: Processing, run: [a], outputs: { o: o } }
      b: { type: Processing, run: [b], depends_on: a }
    """
  ]
  private static let queue = [
    "pipeline.yaml": """
    cache: false
    steps:
      a: { type: Processing, run: [a], cpu: 4 }
    """
  ]

  /// The same machine after a restart.
  private static var restarted: HomeSite {
    var host = HostIdentity.current
    host.boot = "the next start"
    return HomeSite(host: host)
  }

  /// The machine of a home is restarted, and an agent claims the home.
  private static func restart(_ site: RunSite) throws {
    try HomeSite().claim(site.home)
    try HomeSite().noteChecked(site.home)
    try restarted.claim(site.home)
  }

  @Test func `what ran when the machine stopped has failed, and what was queued goes on`() throws {
    let executor = ScriptedExecutor { $0.run == 1 ? .hold : .succeed([:]) }
    let site = try RunSite(Self.queue, executor: executor)
    let (running, queued) = (try site.launch(), try site.launch())
    #expect(try site.statuses(queued) == ["a: Queued"])
    executor.kill("a")
    try Self.restart(site)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    #expect(try site.end(of: running).status == .failed)
    let step = try #require(try site.steps(running)["a"])
    let reason = try #require(step.reason)
    #expect(
      reason.wholeMatch(
        of:
          #/The machine was restarted at \d\d:\d\d on \d{4}-\d\d-\d\d while the step ran; 'resume' runs it again\./#
      ) != nil,
      "\(reason)"
    )
    let record = ExitRecord.read(site.home.attempt(run: running, step: "a", attempt: 1))
    #expect(record?.cause == .lost)
    // It did not run on after that, whenever somebody looked.
    #expect(try #require(step.ended) >= #require(step.started))
    #expect(try site.end(of: queued).status == .succeeded)
    #expect(executor.specs.map(\.run) == [1, 2])
    // The interrupted one can be resumed.
    let again = ScriptedExecutor()
    try site.replaceAgent(executor: again)
    try site.ask(.resume(run: running))
    #expect(try site.end(of: running).status == .succeeded)
    #expect(again.specs.map(\.attempt) == [2])
  }

  @Test func `the words tell the time of the start, or the other host`() {
    let zone = TimeZone(secondsFromGMT: 3600) ?? .gmt
    let boot = Date(timeIntervalSince1970: 1_700_000_000)
    let claim = Claim(pid: 1, startTime: 1, bootID: "x", host: "gpu1", machine: "m")
    let here = HostIdentity(name: "gpu1", machine: "m", boot: "y")
    #expect(
      claim.loss(on: here, since: boot, in: zone)
        == "The machine was restarted at 23:13 on 2023-11-14 while the step ran; 'resume' runs it again."
    )
    #expect(
      claim.loss(on: here, since: nil)
        == "The machine was restarted while the step ran; 'resume' runs it again."
    )
    let there = HostIdentity(name: "gpu2", machine: "n", boot: "y")
    #expect(
      claim.loss(on: there, since: boot)
        == "It ran on gpu1, which the home was taken from; 'resume' runs it again here."
    )
  }

  @Test func `a claim is a process of this machine only where number, time and kernel agree`() {
    let claim = Claim.ofThisProcess()
    #expect(claim.isProcess(on: .current))
    #expect(claim.identity == .current)
    var other = claim
    other.startTime += 1
    #expect(!other.isProcess(on: .current))
    #expect(!claim.isProcess(on: Self.restarted.host))
  }

  @Test func `a runner on another machine is known by its lock, not by a process of this one`()
    throws
  {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    let other = HomeSite(host: HostIdentity(name: "other", machine: "other", boot: "other"))
    try site.replaceAgent(executor: executor, site: other)
    #expect(try site.statuses(run) == ["a: Executing", "b: Waiting"])
    #expect(site.agent.adopted.isEmpty)
    #expect(site.agent.unwatchable.map(\.step) == ["a"])
    try executor.finish("a", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
  }

  @Test func `a result that was not on the disk when the machine stopped ends its run`() throws {
    let executor = ScriptedExecutor { $0.step == "a" ? .succeed($0.outputs) : .hold }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    site.serve { executor.started == ["a", "b"] }
    let artifact = try #require(try site.steps(run)["a"]?.outputs["o"])
    executor.kill("b")
    Self.damage(artifact.digest, site)
    try Self.restart(site)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    let ended = try site.end(of: run)
    #expect(ended.status == .failed)
    #expect(
      ended.reason
        == "It could not be continued: The result of 'a' is missing from the object store, or damaged, since the machine was restarted; 'resume' makes it again."
    )
    let again = ScriptedExecutor()
    try site.replaceAgent(executor: again, site: Self.restarted)
    try site.ask(.resume(run: run))
    #expect(try site.end(of: run).status == .succeeded)
    #expect(again.started == ["a", "b"])
  }

  @Test func `code that was not on the disk when the machine stopped is told, and taken anew`()
    throws
  {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(Self.queue, executor: executor)
    let run = try site.launch()
    executor.kill("a")
    let code = try #require(try site.agent.reader.run(run)?.code)
    Self.damage(code, site)
    try Self.restart(site)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    #expect(
      try site.end(of: run).reason
        == "It could not be continued: Its code is missing from the object store, or damaged, since the machine was restarted; 'resume' takes it anew."
    )
    try site.replaceAgent(executor: ScriptedExecutor(), site: Self.restarted)
    try site.ask(.resume(run: run))
    #expect(try site.end(of: run).status == .succeeded)
  }

  @Test func `a result that was recorded and not on the disk when the machine stopped is lost`()
    throws
  {
    let executor = ScriptedExecutor { $0.step == "a" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    let lost = try Agent(
      home: site.home,
      executor: executor,
      machine: Machine(cpus: 4, memory: 1 << 30)
    )
    try executor.finish("a", for: lost)
    let folder = site.home.attempt(run: run, step: "a", attempt: 1)
    let artifact = try #require(ExitRecord.read(folder)?.outputs["o"])
    Self.damage(artifact.digest, site)
    try Self.restart(site)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    #expect(try site.end(of: run).status == .failed)
    #expect(
      try site.steps(run)["a"]?.reason
        == "Its result is missing from the object store, or damaged, since the machine was restarted; 'resume' runs it again."
    )
    let record = ExitRecord.read(folder)
    #expect(record?.status == .failed && record?.cause == .lost)
    let again = ScriptedExecutor()
    try site.replaceAgent(executor: again, site: Self.restarted)
    try site.ask(.resume(run: run))
    #expect(try site.end(of: run).status == .succeeded)
    #expect(again.started == ["a", "b"])
  }

  private static func damage(_ digest: Digest, _ site: RunSite) {
    let path = site.store.path(of: digest)
    #expect(chmod(path, 0o600) == 0 && truncate(path, 0) == 0)
  }

  @Test func `an agent that dies before it has looked at all leaves the look to the next one`()
    throws
  {
    let executor = ScriptedExecutor { $0.step == "a" ? .succeed($0.outputs) : .hold }
    let site = try RunSite(Self.files, executor: executor)
    let run = try site.launch()
    site.serve { executor.started == ["a", "b"] }
    executor.kill("b")
    Self.damage(try #require(try site.steps(run)["a"]?.outputs["o"]).digest, site)
    try Self.restart(site)
    // The first agent after the restart dies here; the second one claims the home as well.
    try Self.restarted.claim(site.home)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    #expect(site.agent.isAfterRestart && Self.restarted.isUnchecked(site.home))
    #expect(try site.end(of: run).status == .failed)
    // One that has looked says so.
    site.agent.recover()
    #expect(!site.agent.isAfterRestart && !Self.restarted.isUnchecked(site.home))
    try site.replaceAgent(executor: executor, site: Self.restarted)
    #expect(!site.agent.isAfterRestart)
  }

  @Test func `as long as a sweep's runs wait, not all was looked at`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(Self.queue, executor: executor)
    let command = LaunchRequest(instance: "digits", what: .command(["t", "--seed", "0"]))
    try site.ask(.sweep(SweepRequest(launch: command, parts: ["seed=1..3"], parallel: 1)))
    site.serve { !executor.started.isEmpty }
    let step = try #require(executor.started.first)
    try Self.restart(site)
    try site.replaceAgent(executor: executor, site: Self.restarted)
    site.agent.recover()
    for run in 1...3 {
      #expect(Self.restarted.isUnchecked(site.home))
      site.serve { executor.specs.contains { $0.run == run } }
      try executor.finish(step, of: run, for: site.agent)
    }
    site.serve { site.agent.sweeps.isEmpty }
    #expect(!Self.restarted.isUnchecked(site.home))
  }

  @Test func `a launch that a lost machine took back lends its number to nobody`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.queue, executor: executor)
    try makeFolder(site.home.run(7) + "/a/1")
    try site.replaceAgent(executor: executor)
    #expect(try site.run().id == 8)
  }

  @Test func `an agent whose home was taken over refuses, and ends`() throws {
    let network: @Sendable (String) -> FileSystem? = { _ in FileSystem(type: "nfs4") }
    let here = HomeSite(fileSystem: network)
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.queue, executor: executor)
    try here.claim(site.home)
    try site.replaceAgent(executor: executor, site: here)
    #expect(try site.run().status == .succeeded)
    let there = HomeSite(
      host: HostIdentity(name: "gpu2", machine: "2", boot: "2"),
      fileSystem: network
    )
    try there.takeOver(site.home)
    let refusal = #expect(throws: Explanation.self) { try site.launch() }
    #expect(refusal?.what.contains("belongs to gpu2") == true)
    site.agent.loop.run(for: site.agent) { false }
    #expect(!site.agent.loop.isRunning)
    #expect(executor.started == ["a"])
  }

  @Test func `an agent that has looked at all does not take another host's note for its own`()
    throws
  {
    let network: @Sendable (String) -> FileSystem? = { _ in FileSystem(type: "nfs4") }
    let here = HomeSite(host: Self.restarted.host, fileSystem: network)
    let site = try RunSite(Self.queue)
    try Self.restart(site)
    try site.replaceAgent(executor: ScriptedExecutor(), site: here)
    #expect(site.agent.isAfterRestart)
    let there = HomeSite(
      host: HostIdentity(name: "gpu2", machine: "2", boot: "2"),
      fileSystem: network
    )
    try there.takeOver(site.home)
    site.agent.recover()
    #expect(!site.agent.loop.isRunning && site.agent.dispossession() != nil)
    #expect(site.home.owner()?.name == "gpu2" && there.isUnchecked(site.home))
  }

  @Test func `an agent that nobody asks sees that its home was taken over, and ends`() throws {
    let network: @Sendable (String) -> FileSystem? = { _ in FileSystem(type: "nfs4") }
    let site = try RunSite(Self.queue)
    let here = HomeSite(fileSystem: network)
    try here.claim(site.home)
    try site.replaceAgent(executor: ScriptedExecutor(), site: here)
    site.agent.watchPlace()
    let there = HomeSite(
      host: HostIdentity(name: "gpu2", machine: "2", boot: "2"),
      fileSystem: network
    )
    try there.takeOver(site.home)
    site.serve { false }
    #expect(!site.agent.loop.isRunning)
  }

  @Test(arguments: [false, true])
  func `an agent sees that its home was removed or moved, and ends`(isMoved: Bool) throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(Self.queue, executor: executor)
    site.agent.lock = open(site.home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(site.agent.lock) }
    site.agent.watchPlace()
    #expect(try site.run().status == .succeeded)
    #expect(site.agent.dispossession() == nil)
    if isMoved {
      #expect(rename(site.home.folder, site.root + "/elsewhere") == 0)
    } else {
      try removeTree(site.home.folder)
    }
    site.serve { false }
    #expect(!site.agent.loop.isRunning)
    // Another home in its place is another agent's.
    try makeFolder(site.home.folder)
    close(open(site.home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600))
    #expect(site.agent.dispossession()?.what.contains("was removed, or moved") == true)
    #expect(throws: Explanation.self) { try site.launch() }
    #expect(executor.started == ["a"])
  }

  @Test func `a home is not taken from a host that seems to be at work`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(Self.queue, executor: executor)
    _ = try site.launch()
    #expect(TakeoverSigns(of: site.home).alive == ["r1 a"])
    executor.kill("a")
    let signs = TakeoverSigns(of: site.home)
    let wrote = try #require(signs.lastWrite)
    #expect(signs.alive.isEmpty)
    #expect(signs.areRecent(at: wrote.addingTimeInterval(60)))
    #expect(!signs.areRecent(at: wrote.addingTimeInterval(TakeoverSigns.rest)))
    // A clock that is behind the other host's is no sign of rest.
    #expect(signs.areRecent(at: wrote.addingTimeInterval(-86_400)))
    #expect(!TakeoverSigns(of: Home(folder: site.root + "/none")).areRecent(at: Date()))
  }
}

import Documents
import Foundation
import Store
import Synchronization
import Testing

@testable import Engine

/// Requests that come twice or too late: client, agent and runner may die at any line.
struct RepeatedRequestTests {
  @Test func `a launch that is asked for twice runs once`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(RunTests.files, executor: executor)
    let request = LaunchRequest(instance: "digits", what: .pipeline(file: "pipeline.yaml"))
    let first = try site.ask(.launch(request))
    try site.replaceAgent(executor: executor)
    // What has become of the pipeline meanwhile does not matter: it was launched.
    try site.write("steps: {", "pipeline.yaml")
    #expect(try site.ask(.launch(request)) == first)
    #expect(try site.end(of: 1).status == .succeeded)
    #expect(executor.started == ["prepare", "train"])
  }

  @Test func `a run that is removed while it is being resumed stays removed`() throws {
    let executor = ScriptedExecutor { _ in .fail("broken") }
    let site = try RunSite(RunTests.files, executor: executor)
    let run = try site.run()
    let answers = Answers()
    site.agent.handle(.resume(run: run.id)) { reply, _ in answers.first.withLock { $0 = reply } }
    try site.ask(.remove(run: run.id))
    site.serve { answers.first.withLock { $0 != nil } }
    guard case .refused = answers.first.withLock(\.self) else {
      Issue.record("A removed run was resumed.")
      return
    }
    #expect(try site.agent.reader.run(run.id) == nil)
    #expect(executor.started == ["prepare"])
  }

  @Test func `a run whose end could not be written yet is not stopped any more`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(RunTests.files, executor: executor)
    let run = try site.launch()
    _ = site.agent.change(run) { $0.run.move(to: .succeeded) }
    #expect(throws: Explanation.self) { try site.agent.stop(run) }
  }

  @Test func `a run that cannot be continued ends with all of its steps`() throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(RunTests.files, executor: executor)
    let run = try site.launch()
    try site.agent.catalog.write { try $0.saveLaunch(run: run, token: "t", body: "{") }
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .failed)
    #expect(try site.statuses(run) == ["prepare: Failed", "train: Skipped"])
  }

  @Test func `an attempt that was given up before its runner claimed it does not begin`() throws {
    let site = try RunSite()
    let folder = site.home.attempt(run: 1, step: "a", attempt: 1)
    try makeFolder(folder.path)
    let spec = AttemptSpec(
      run: 1,
      step: "a",
      attempt: 1,
      home: site.home.folder,
      state: site.home.state,
      arguments: ["true"],
      environment: [:],
      code: try site.store.put(Data(Manifest().text.utf8)),
      inputs: [],
      outputs: [:],
      metrics: []
    )
    try JSONEncoder().encode(spec).write(to: URL(filePath: folder.spec))
    #expect(try Claim.giveUp(folder))
    #expect(StepRunner.run(attempt: folder.path, signals: -1, telling: { _, _ in }) == 0)
    #expect(site.read(folder.log) == nil)
    #expect(ExitRecord.read(folder) == nil)
  }
}

private final class Answers: Sendable {
  let first = Mutex<AgentReply?>(nil)
}

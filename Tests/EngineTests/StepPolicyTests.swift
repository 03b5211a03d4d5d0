import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// What a step asks for beside its command: retries, linked inputs, secrets, who is told of a failure.
struct StepPolicyTests {
  @Test func `a failed attempt is tried again as often as its policy says`() throws {
    var failures = 2
    let executor = ScriptedExecutor { spec in
      defer { failures -= 1 }
      return failures > 0 ? .fail("no luck") : .succeed([:])
    }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: [a]
            retry: { on: [Lathe.EXIT], interval: 0.01, max_attempts: 2 }
        """
      ],
      executor: executor
    )
    let run = try site.run()
    #expect(run.status == .succeeded)
    #expect(executor.specs.map(\.attempt) == [1, 2, 3])
    failures = 9
    try site.write("1", "new.txt")
    let second = try site.run()
    #expect(second.status == .failed)
    #expect(executor.specs.map(\.attempt) == [1, 2, 3, 1, 2, 3])
    #expect(try site.steps(second.id)["a"]?.reason == "no luck")
  }

  @Test func `a failure that no policy names is not tried again`() throws {
    let executor = ScriptedExecutor { _ in .fail("no") }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [a], retry: { on: [Lathe.TIMEOUT], interval: 0.01 } }
        """
      ],
      executor: executor
    )
    #expect(try site.run().status == .failed)
    #expect(executor.started == ["a"])
  }

  @Test func `a step whose runner cannot be started fails, and the run ends by itself`() throws {
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [a] } }"],
      executor: ScriptedExecutor { _ in .refuse }
    )
    let run = try site.run()
    #expect(run.status == .failed)
    #expect(try site.steps(run.id)["a"]?.reason?.contains("start a step runner") == true)
  }

  @Test func `a run is stopped while a step waits to be tried again`() throws {
    let executor = ScriptedExecutor { _ in .fail("no") }
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [a], retry: { on: [Lathe.EXIT], interval: 600 } }
        """
      ],
      executor: executor
    )
    let run = try site.launch()
    site.serve { [agent = site.agent] in agent.runs[run]?.steps["a"]?.status == .queued }
    #expect(
      site.agent.runs[run]?.steps["a"]?.reason == "attempt 1 failed (no); again in 600 s"
    )
    try site.ask(.stop(run: run))
    #expect(try site.end(of: run).status == .stopped)
    #expect(executor.started == ["a"])
  }

  @Test func `an input judged by stat is linked, and a touched one is another`() throws {
    let site = try RunSite(
      [
        "data/big.bin": "1",
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: "cat ${inputs.big} > out"
            inputs: { big: { path: data/big.bin, by: stat } }
            outputs: { out: out }
        """,
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    #expect(try site.output(run.id, "a", "out") == "1")
    let work = site.home.attempt(run: run.id, step: "a", attempt: 1).work
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: work + "/data/big.bin")
    #expect(target == site.folder + "/data/big.bin")
    #expect(try site.statuses(try site.run().id) == ["a: Cached"])
    try site.write("1", "data/big.bin")
    #expect(try site.statuses(try site.run().id) == ["a: Succeeded"])
  }

  @Test func `what changes while it is read is kept, marked and never cached`() throws {
    let site = try RunSite(
      [
        "data/big.bin": "1",
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: "echo 2 >> ${inputs.big}; cp ${inputs.big} out"
            inputs: { big: { path: data/big.bin, by: stat } }
            outputs: { out: out }
        """,
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded)
    let warning = try #require(try site.steps(run.id)["a"]?.warning)
    #expect(warning.contains("big"))
    let key = try #require(try site.steps(run.id)["a"]?.key)
    #expect(try site.agent.catalog.write { try $0.execution(key) } == nil)
  }

  @Test func `a version that the pipeline gives is all that counts of an input`() throws {
    let files = { (version: String) in
      """
      steps:
        a:
          type: Processing
          run: [a]
          inputs: { big: { path: data, by: version, version: "\(version)" } }
      """
    }
    let executor = ScriptedExecutor()
    let site = try RunSite(["data/a": "1", "pipeline.yaml": files("v1")], executor: executor)
    _ = try site.run()
    try site.write("2", "data/a")
    #expect(try site.statuses(try site.run().id) == ["a: Cached"])
    try site.write(files("v2"), "pipeline.yaml")
    #expect(try site.statuses(try site.run().id) == ["a: Succeeded"])
  }

  @Test func `a secret reaches its step and is written nowhere`() throws {
    let secret = "hf_0123456789abcdef"
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: "echo token=$HF_TOKEN; test ${#HF_TOKEN} = 19"
            secrets: [HF_TOKEN]
        """
      ],
      executor: ThreadExecutor()
    )
    let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HF_TOKEN": secret]
    let run = try site.run(environment: environment)
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    let body = try site.agent.catalog.write { try $0.launch(of: run.id) }
    #expect(body?.contains(secret) == false)
    let attempt = site.home.attempt(run: run.id, step: "a", attempt: 1)
    #expect(site.read(attempt.log) == "token=***\n")
    #expect(site.read(attempt.claim)?.contains(secret) == false)
    // Its value is no part of the key.
    let other = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HF_TOKEN": "hf_another"]
    #expect(try site.statuses(try site.run(environment: other).id) == ["a: Cached"])
  }

  @Test func `a failed run tells the command that the pipeline names`() throws {
    let site = try RunSite(executor: ScriptedExecutor { _ in .fail("no luck") })
    try site.write(
      """
      notify: ["\(site.folder)/tell", "-s"]
      steps:
        a: { type: Processing, run: [a] }
      """,
      "pipeline.yaml"
    )
    try site.write("#!/bin/sh\nprintf '%s|' \"$@\" > told.part; mv told.part told\n", "tell")
    chmod(site.folder + "/tell", 0o755)
    let run = try site.run()
    #expect(run.status == .failed)
    site.agent.loop.after(30) { [agent = site.agent] in agent.loop.stop() }
    let told = site.folder + "/told"
    site.serve { [agent = site.agent] in
      if access(told, F_OK) != 0 { agent.loop.after(0.01) {} }
      return access(told, F_OK) == 0
    }
    #expect(site.read(told) == "-s|r1 failed: a: no luck|")
  }

  @Test func `an edit of one step in the pipeline's file is none of the others`() throws {
    let executor = ScriptedExecutor()
    let first = "steps:\n  a: { type: Processing, run: [a] }\n"
    let site = try RunSite(["pipeline.yaml": first], executor: executor)
    _ = try site.run()
    try site.write(first + "  b: { type: Processing, run: [b] }\n", "pipeline.yaml")
    #expect(try site.statuses(try site.run().id) == ["a: Cached", "b: Succeeded"])
  }
}

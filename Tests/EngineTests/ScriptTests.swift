import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// Whole runs with the real step runner: bash scripts as steps.
struct ScriptTests {
  @Test func `scripts hand files on, log, and are measured`() throws {
    let site = try RunSite(
      [
        "a.sh": "mkdir out; echo 7 > out/n; touch out/empty; echo 'loss=0.5'; echo 'loss=nan'\n",
        "pipeline.yaml": """
        steps:
          a:
            type: Training
            run: [bash, a.sh]
            outputs: { out: out }
            metrics: [{ name: loss, regex: 'loss=(\\S+)', goal: min }]
          b:
            type: Processing
            run: "cat ${inputs.d}/n > sum; test ! -e a.sh; test -z \\"$SECRET\\""
            inputs: { d: "${steps.a.outputs.out}" }
            outputs: { sum: sum }
            code: []
        """,
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run(environment: ["PATH": "/usr/bin:/bin", "SECRET": "x"])
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    #expect(try site.output(run.id, "b", "sum") == "7\n")
    let log = site.read(site.home.attempt(run: run.id, step: "a", attempt: 1).log)
    #expect(log == "loss=0.5\nloss=nan\n")
    let metric = try #require(site.agent.reader.metrics(of: run.id).first)
    #expect(metric.count == 2)
    #expect(metric.last.isNaN)
    #expect(metric.min == 0.5)
    #expect(run.mainBest == 0.5)
    #expect(try site.steps(run.id)["a"]?.exitCode == 0)
  }

  @Test(
    arguments: [
      ("run: [no-such-program]", "'no-such-program' cannot be started."),
      (
        "run: [bash, -c, 'echo one; echo ValueError: bad shape; exit 3']", "Exit code 3: ValueError"
      ),
      ("run: 'kill -SEGV $$'", "The script was ended by SIGSEGV."),
      ("{ run: 'true', outputs: { model: out/model } }", "did not make its output 'model'"),
      ("{ run: 'ln -s / model', outputs: { model: model } }", "could not be stored"),
      ("{ run: 'mkfifo model', outputs: { model: model } }", "could not be stored"),
    ]
  )
  func `a step that fails says why`(settings: String, reason: String) throws {
    let body = settings.hasPrefix("{") ? String(settings.dropFirst().dropLast()) : settings
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, \(body) } }"],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .failed)
    #expect(run.reason?.contains(reason) == true, "\(run.reason ?? "")")
  }

  @Test func `stop ends every process, those in sessions of their own as well`() throws {
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: |
              sleep 1000 & echo $! > pids
              setsid sleep 1000 & 
              setsid bash -c 'echo $$ >> pids; exec sleep 1000' &
              until test "$(wc -l < pids)" = 2; do :; done
              echo ready
              wait
          b: { type: Processing, run: [b], depends_on: a }
        """
      ],
      executor: ThreadExecutor()
    )
    let run = try site.launch()
    let attempt = site.home.attempt(run: run, step: "a", attempt: 1)
    try awaitText("ready", in: attempt.log)
    try site.ask(.stop(run: run))
    #expect(try site.end(of: run).status == .stopped)
    #expect(try site.statuses(run) == ["a: Stopped", "b: Skipped"])
    let pids = try #require(site.read(attempt.work + "/pids")).split(separator: "\n")
      .compactMap { Int32($0) }
    #expect(pids.count == 2)
    for pid in pids { #expect(isGone(pid), "\(pid) lives") }
  }

  @Test func `a script that closes its output goes on, and its end is waited for`() throws {
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: "echo ready; exec >&- 2>&-; sleep 0.2; touch done" }
        """
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded)
    let attempt = site.home.attempt(run: run.id, step: "a", attempt: 1)
    #expect(site.read(attempt.work + "/done") == "")
  }

  @Test func `inputs that lie in each other are brought in once`() throws {
    let site = try RunSite(
      [
        "data/a.csv": "1", "data/b.csv": "2",
        "pipeline.yaml": """
        steps:
          a:
            type: Processing
            run: cat ${inputs.all}/b.csv ${inputs.one} > out
            inputs: { all: data, one: data/a.csv }
            outputs: { out: out }
        """,
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    #expect(try site.output(run.id, "a", "out") == "21")
  }

  @Test func `a grandchild that holds the output open keeps no step from ending`() throws {
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: "(setsid sleep 1000; true) & echo $! > pid; echo end" }
        """
      ],
      executor: ThreadExecutor()
    )
    let run = try site.run()
    #expect(run.status == .succeeded)
    let attempt = site.home.attempt(run: run.id, step: "a", attempt: 1)
    let pid = try #require(site.read(attempt.work + "/pid").flatMap { Int32($0.dropLast()) })
    #expect(isGone(pid))
    #expect(site.read(attempt.log) == "end\n")
  }

  @Test func `an agent that is dropped in the middle is followed by one that takes the run up`()
    throws
  {
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: "echo ready; while ! test -e go; do sleep 0.01; done" }
          b: { type: Processing, run: "true", depends_on: a }
        """
      ],
      executor: ThreadExecutor()
    )
    let run = try site.launch()
    let attempt = site.home.attempt(run: run, step: "a", attempt: 1)
    try awaitText("ready", in: attempt.log)
    let executor = ThreadExecutor()
    try site.replaceAgent(executor: executor)
    #expect(try site.statuses(run) == ["a: Executing", "b: Waiting"])
    try Data().write(to: URL(filePath: attempt.work + "/go"))
    // The runner tells the agent that placed it; this one looks by itself, as `.ended` would make it.
    let watch = FileWatch()
    watch.add(attempt.path)
    while ExitRecord.read(attempt) == nil { _ = watch.wait(milliseconds: 100) }
    try site.ask(.ended(run: run, step: "a", attempt: 1))
    #expect(try site.end(of: run).status == .succeeded)
  }

  private func awaitText(_ text: String, in path: String) throws {
    let watch = FileWatch()
    watch.add(URL(filePath: path).deletingLastPathComponent().path)
    for _ in 0..<600 {
      watch.add(path)
      let found = FileManager.default.contents(atPath: path) ?? Data()
      if String(decoding: found, as: UTF8.self).contains(text) { return }
      _ = watch.wait(milliseconds: 100)
      _ = watch.changes()
    }
    Issue.record("\(path) never said '\(text)'")
  }
}

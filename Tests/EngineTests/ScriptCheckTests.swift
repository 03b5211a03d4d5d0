import Documents
import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

/// Scripts that are named and not there: what is certain is refused before a run begins.
struct ScriptCheckTests {
  @Test(arguments: [
    ("[python3, train.py]", ["train.py"]),
    ("[python3.12, ./src/train.py, --x]", ["./src/train.py"]),
    ("[/usr/bin/python, train.py]", ["train.py"]), ("[sh, steps/train.sh]", ["steps/train.sh"]),
    ("[Rscript, fit.R]", ["fit.R"]), ("[julia, fit.jl]", ["fit.jl"]), ("[python3, there.py]", []),
    // A shell looks for a plain name among the programs as well.
    ("[sh, train.sh]", []), ("[python3, -m, train]", []), ("[python3, /opt/train.py]", []),
    ("[python3, ../train.py]", []), ("[python3, inputs/code/train.py]", []),
    ("[python3, \"${parameters.script}\"]", []), ("[pythonista, train.py]", []),
    ("'python3 train.py'", []), ("[accelerate, launch, train.py]", []), ("[python3, train]", []),
    ("[.venv/bin/python, train.py]", ["train.py"]), ("[./docker/python3, train.py]", []),
  ])
  func `a script is missing where that is certain`(run: String, missing: [String]) throws {
    let text = """
      parameters: { script: { type: String, default: a.py } }
      steps:
        one: { type: Processing, run: \(run) }
      """
    let pipeline = try #require(Pipeline.read(text, name: "p").0)
    let found = ScriptCheck.missing(pipeline.certainSteps) { $0 == "there.py" }
    #expect(found.map(\.script) == missing)
  }

  @Test func `lines before the command, and branches, leave it open`() throws {
    let text = """
      parameters: { n: { type: Integer, default: 1 } }
      steps:
        made: { type: Processing, before: [touch a.py], run: [python3, a.py] }
        good: { type: Condition, if: "${parameters.n} > 2", then: [late] }
        late: { type: Processing, run: [python3, b.py] }
        last: { type: Processing, depends_on: late, run: [python3, c.py] }
      """
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    let steps = try #require(pipeline?.certainSteps, "\(findings)")
    #expect(steps.map(\.name) == ["made", "good"])
    #expect(ScriptCheck.missing(steps) { _ in false }.isEmpty)
  }

  @Test func `a launch is refused, a plan says so, and a run that goes on is not`() throws {
    let executor = ScriptedExecutor { spec in
      spec.step == "train" ? .fail("no") : .succeed(spec.outputs.mapValues { $0 })
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    unlink(site.folder + "/train.py")
    let refusal = #expect(throws: Explanation.self) { try site.launch() }
    #expect(refusal?.what == "Step 'train' starts train.py, which is not there.")
    #expect(refusal?.why == "\(site.folder)/train.py does not exist.")
    #expect(try site.agent.reader.runs(instance: nil, limit: 5).isEmpty)
    try site.write("t = 1", "train.py")
    let run = try site.run()
    #expect(run.status == .failed)
    // Its first step is done: nobody needs that script any more.
    unlink(site.folder + "/prepare.py")
    try site.ask(.resume(run: run.id))
    #expect(try site.end(of: run.id).status == .failed)
    #expect(executor.started == ["prepare", "train", "train"])
  }

  @Test func `a pipeline's text is warned of at the step's line`() {
    let found = ScriptCheck.warnings(
      of: "steps:\n  one: { type: Processing, run: [python3, no.py] }\n",
      folder: "/nowhere"
    )
    #expect(found.map(\.severity) == [.warning])
    #expect(found.first?.place.line == 2)
    #expect(found.first?.message == "Step 'one' starts no.py, which is not in /nowhere.")
  }
}

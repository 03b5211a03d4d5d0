import Documents
import Foundation
import Store
import Testing

@testable import Engine

/// Steps that ask for GPUs, through the agent, which asks an `nvidia-smi` of the test's.
struct GPURunTests {
  private func site(
    _ pipeline: String,
    instanceType: String = "local",
    executor: ScriptedExecutor = ScriptedExecutor()
  ) throws -> RunSite {
    let site = try RunSite(["pipeline.yaml": pipeline], executor: executor, cpus: 8)
    hurry(site)
    if instanceType != "local" {
      var instance = try #require(try site.agent.reader.instance("digits"))
      instance.instanceType = instanceType
      try site.agent.catalog.write { [instance] in try $0.save(instance) }
    }
    return site
  }

  /// What it said is looked at anew at once.
  private func hurry(_ site: RunSite) {
    site.agent.sight.validity = 0.2
    site.agent.sight.pause = 0.05
    site.agent.sight.pauseAfterFault = 0.05
  }

  @Test func `GPUs go to steps by UUID, each to one`() throws {
    let smi = try FakeSMI(["GPU-a", "GPU-b"])
    let executor = ScriptedExecutor { _ in .hold }
    let site = try site(
      """
      steps:
        a: { type: Training, run: [a], gpu: 1 }
        b: { type: Training, run: [b], gpu: 1 }
        c: { type: Training, run: [c], gpu: 1 }
        none: { type: Training, run: [none], gpu: 0 }
        open: { type: Training, run: [open] }
      """,
      executor: executor
    )
    let run = try site.launch(environment: ["PATH": smi.path])
    site.serve { executor.started.count == 4 }
    #expect(Set(executor.started) == ["a", "b", "none", "open"])
    let seen = Dictionary(
      uniqueKeysWithValues: executor.specs.map { ($0.step, $0.environment["CUDA_VISIBLE_DEVICES"]) }
    )
    #expect(Set([seen["a"], seen["b"]]) == ["GPU-a", "GPU-b"])
    #expect(seen["none"] == "" && seen["open"] == .some(nil))
    #expect(executor.specs.first { $0.step == "a" }?.environment["SM_NUM_GPUS"] == "1")
    #expect(try site.steps(run)["a"]?.gpus.first?.name.hasPrefix("NVIDIA T") == true)
    site.serve { [agent = site.agent] in
      agent.runs[run]?.steps["c"]?.reason == "waits for 1 GPU held by r1 a, r1 b"
    }
    // Another agent knows who has what.
    try site.replaceAgent(executor: executor)
    hurry(site)
    #expect(Set(site.agent.shares.holdings.values.flatMap(\.gpus)) == ["GPU-a", "GPU-b"])
    try executor.finish("b", for: site.agent)
    site.serve { executor.started.count == 5 }
    #expect(executor.specs.last?.gpus == executor.specs.first { $0.step == "b" }?.gpus)
    for step in ["a", "c", "none", "open"] { try executor.finish(step, for: site.agent) }
    #expect(try site.end(of: run).status == .succeeded)
    let asked = smi.questions
    // Nobody waits for a GPU any more: nothing is asked.
    try site.write("steps: { d: { type: Training, run: [d] } }", "pipeline.yaml")
    let second = try site.launch(environment: ["PATH": smi.path])
    site.serve { executor.started.last == "d" }
    try executor.finish("d", of: second, for: site.agent)
    #expect(try site.end(of: second).status == .succeeded)
    #expect(smi.questions == asked)
  }

  @Test func `a GPU with somebody else's process is waited for, and taken when it is free`() throws
  {
    let smi = try FakeSMI(["GPU-a"], busy: ["GPU-a": 1])
    let site = try site("steps: { a: { type: Training, run: [a], gpu: 1 } }")
    let run = try site.launch(environment: ["PATH": smi.path])
    site.serve { [agent = site.agent] in
      agent.runs[run]?.steps["a"]?.reason == "waits for 1 GPU held by root (not by Lathe)"
    }
    // It cannot be asked meanwhile.
    let script = try String(contentsOfFile: smi.folder + "/nvidia-smi", encoding: .utf8)
    try smi.write("exit 9", to: "broken")
    try smi.write(script.replacing("#!/bin/bash", with: "#!/bin/bash\nexit 9"), to: "nvidia-smi")
    _ = chmod(smi.folder + "/nvidia-smi", 0o755)
    site.serve { [agent = site.agent] in
      agent.runs[run]?.steps["a"]?.reason == "waits for 1 GPU: nvidia-smi failed (exit code 9)."
    }
    try smi.write("", to: "processes")
    try smi.write(script, to: "nvidia-smi")
    _ = chmod(smi.folder + "/nvidia-smi", 0o755)
    #expect(try site.end(of: run).status == .succeeded)
    #expect(try site.steps(run)["a"]?.gpus == [AssignedGPU(uuid: "GPU-a", name: "NVIDIA T0")])
  }

  @Test(arguments: [
    (2, [:], "local", "This machine has 1."),
    (
      1, ["CUDA_VISIBLE_DEVICES": "3"], "local",
      "The launching shell leaves 0 of the 1 (CUDA_VISIBLE_DEVICES=3)."
    ),
    (1, [:], "ml.m4.xlarge", "'digits' is an ml.m4.xlarge, which has none."),
  ])
  func `what could never start is refused at the launch`(
    count: Int,
    environment: [String: String],
    type: String,
    why: String
  ) throws {
    let smi = try FakeSMI(["GPU-a"])
    let site = try site(
      "steps: { a: { type: Training, run: [a], gpu: \(count) } }",
      instanceType: type
    )
    let error = #expect(throws: Explanation.self) {
      try site.launch(environment: environment.merging(["PATH": smi.path]) { own, _ in own })
    }
    #expect(error?.what.hasPrefix("Step 'a' asks for \(count) GPU") == true)
    #expect(error?.why == why)
    #expect(try site.agent.reader.runs(limit: 9).isEmpty)
  }

  @Test func `a plan tells of what could never start, and is no launch`() throws {
    let smi = try FakeSMI([])
    let site = try site("steps: { a: { type: Training, run: [a], gpu: 1 } }")
    let request = LaunchRequest(
      instance: "digits",
      what: .pipeline(file: "pipeline.yaml"),
      environment: ["PATH": smi.path]
    )
    guard case .plan(let plan) = try site.ask(.plan(request)) else { throw CancellationError() }
    let why = "No GPU was found on this machine: nvidia-smi tells of none."
    #expect(plan.steps.map(\.words) == ["fails: it can never start. \(why)"])
    #expect(plan.refusal?.next == "Remove 'gpu:' in line 1 of the pipeline, or say 'gpu: 0'.")
    #expect(throws: Explanation.self) { try site.launch(environment: ["PATH": smi.path]) }
  }

  @Test func `what a launch was told while it began is not true when it has ended`() throws {
    let site = try site("steps: { a: { type: Training, run: [a], gpu: 1 } }")
    let free = GPUReport(gpus: [GPU(uuid: "GPU-a", index: 0)])
    site.agent.sight = GPUSight()
    let now = monotonicSeconds()
    site.agent.see(GPUAnswer(report: free, asked: now - 60, answered: now - 59))
    #expect(!site.agent.shares.areGPUsKnown && site.agent.shares.freeGPUs.isEmpty)
    // One that takes long is believed for a moment, so that somebody gets its GPU at all.
    site.agent.see(GPUAnswer(report: free, asked: now - 8, answered: now + 60))
    #expect(site.agent.shares.freeGPUs.map(\.uuid) == ["GPU-a"])
    // An older answer that comes later changes nothing.
    site.agent.see(GPUAnswer(report: GPUReport(), asked: now - 9, answered: now + 60))
    #expect(site.agent.shares.freeGPUs.count == 1)
  }

  @Test func `a step that waits asks again where a launch has asked later than it`() throws {
    let smi = try FakeSMI(["GPU-a"], busy: ["GPU-a": 1])
    let site = try site("steps: { a: { type: Training, run: [a], gpu: 1 } }")
    let run = try site.launch(environment: ["PATH": smi.path])
    // Each answer of its own is older than that of the launch.
    site.agent.sight.asked = monotonicSeconds() + 3600
    let asked = smi.questions
    site.serve { smi.questions >= asked + 3 }
    try smi.write("", to: "processes")
    site.agent.sight.asked = -.infinity
    #expect(try site.end(of: run).status == .succeeded)
  }

  @Test func `a launch does not wait for an nvidia-smi that hangs`() throws {
    let smi = try FakeSMI(script: "exec sleep 600")
    let site = try site("steps: { a: { type: Training, run: [a], gpu: 1 } }")
    site.agent.sight.patience = 0.2
    let error = #expect(throws: Explanation.self) {
      try site.launch(environment: ["PATH": smi.path])
    }
    #expect(error?.why == "nvidia-smi has not answered for 0.2s.")
  }

  @Test func `a pipeline without GPUs asks for none, and its steps see what the shell saw`() throws
  {
    let smi = try FakeSMI(["GPU-a"])
    let executor = ScriptedExecutor()
    let site = try site("steps: { a: { type: Training, run: [a] } }", executor: executor)
    let id = try site.launch(environment: ["PATH": smi.path, "CUDA_VISIBLE_DEVICES": "1"])
    #expect(try site.end(of: id).status == .succeeded)
    #expect(executor.specs.first?.environment["CUDA_VISIBLE_DEVICES"] == "1")
    #expect(smi.questions == 0)
  }
}

import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// Stored bytes that are not what they were: never taken silently, and made anew where that can be.
struct DamageTests {
  enum Damage: CaseIterable {
    case flipped, truncated, deleted

    func happen(to path: String) {
      chmod(path, 0o600)
      switch self {
      case .flipped:
        let file = open(path, O_RDWR)
        var byte: UInt8 = 0
        pread(file, &byte, 1, 0)
        byte ^= 1
        pwrite(file, &byte, 1, 0)
        close(file)
      case .truncated: truncate(path, 1)
      case .deleted: unlink(path)
      }
    }

    var words: String {
      self == .deleted
        ? "its stored result is gone" : "its stored result 'model' of r1 was damaged"
    }
  }

  @Test(arguments: Damage.allCases)
  func `the next run computes exactly that step again, and tells why`(damage: Damage) throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(CacheRunTests.files, executor: executor)
    _ = try site.run()
    damage.happen(to: site.store.path(of: Digest(of: "model.txt")))
    let second = try site.run()
    #expect(executor.started.suffix(1) == ["train"] && executor.started.count == 4)
    #expect(
      try site.statuses(second.id) == ["prepare: Cached", "train: Succeeded", "evaluate: Cached"]
    )
    let train = try #require(try site.steps(second.id)["train"])
    #expect(train.cacheReason == damage.words)
    let told = try StepExplanation(
      train,
      of: second,
      catalog: site.agent.reader,
      objects: site.store
    )
    #expect(told.reason == damage.words)
    // What was damaged is kept aside; the result is whole again.
    let aside = site.store.damagedFolder + "/" + Digest(of: "model.txt").hex
    #expect((access(aside, F_OK) == 0) == (damage != .deleted))
    #expect(try site.output(1, "train", "model") == "model.txt")
    #expect(try site.run().stepsCached == 3)
  }

  @Test func `a large result that was touched is read by another thread, and taken`() throws {
    let text = String(repeating: "x", count: ResultChecks.budget)
    let executor = ScriptedExecutor { spec in
      .succeed(spec.outputs.mapValues { $0 == "model.txt" ? text : $0 })
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    _ = try site.run()
    let path = site.store.path(of: Digest(of: text))
    utimensat(AT_FDCWD, path, nil, 0)
    #expect(try site.run().stepsCached == 3)
    #expect(executor.started.count == 3)
    Damage.flipped.happen(to: path)
    let third = try site.run()
    #expect(executor.started.count == 4)
    #expect(try site.steps(third.id)["train"]?.cacheReason == Damage.flipped.words)
    #expect(try site.run().stepsCached == 3)
  }

  @Test func `a plan foresees that a damaged result is made again`() throws {
    let site = try RunSite(CacheRunTests.files)
    _ = try site.run()
    Damage.flipped.happen(to: site.store.path(of: Digest(of: "model.txt")))
    let request = LaunchRequest(
      instance: "digits",
      what: .pipeline(file: "pipeline.yaml"),
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"]
    )
    guard case .plan(let plan) = try site.ask(.plan(request)) else {
      Issue.record("There is no plan.")
      return
    }
    #expect(plan.steps[1].decision == .runs(reason: Damage.flipped.words))
  }

  @Test(arguments: Damage.allCases)
  func `a resumed run makes what it had made again where that is damaged`(damage: Damage) throws {
    var fails = true
    let executor = ScriptedExecutor {
      fails && $0.step == "evaluate" ? .fail("no") : .succeed($0.outputs)
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    #expect(try site.run().status == .failed)
    fails = false
    damage.happen(to: site.store.path(of: Digest(of: "model.txt")))
    try site.ask(.resume(run: 1))
    #expect(try site.end(of: 1).status == .succeeded)
    #expect(executor.started == ["prepare", "train", "evaluate", "train", "evaluate"])
  }

  @Test(arguments: Damage.allCases)
  func `a snapshot that nobody can make again is told with what to do`(damage: Damage) throws {
    let site = try RunSite(
      [
        "data.txt": "the data as they were",
        "wait.sh": "read line < \"$1\"\n",
        "pipeline.yaml": """
        steps:
          wait: { type: Processing, run: [bash, wait.sh, "${parameters.go}"], code: [wait.sh] }
          use:
            type: Processing
            run: "cat ${inputs.data}"
            inputs: { data: data.txt }
            depends_on: [wait]
        parameters: { go: { type: String, default: none } }
        """,
      ],
      executor: ThreadExecutor()
    )
    let go = site.root + "/go"
    #expect(mkfifo(go, 0o600) == 0)
    // Both ends are open, so that nobody waits for the other.
    let gate = open(go, O_RDWR)
    defer { close(gate) }
    let run = try site.launch(["go": go])
    // The launch has its snapshot; the file has another content since.
    try site.write("other data", "data.txt")
    damage.happen(to: site.store.path(of: Digest(of: "the data as they were")))
    #expect(write(gate, "\n", 1) == 1)
    let ended = try site.end(of: run)
    #expect(ended.status == .failed)
    let reason = try #require(try site.steps(run)["use"]?.reason)
    let word = damage == .deleted ? "missing from" : "damaged in"
    #expect(reason.hasPrefix("Its input 'data' is \(word) the object store."), "\(reason)")
    #expect(reason.contains("'lathe resume r\(run)' takes it anew"), "\(reason)")
  }
}

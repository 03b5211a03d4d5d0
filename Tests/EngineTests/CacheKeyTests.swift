import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// Each part of a key: what differs gives a miss with the right words, what is equal a hit.
struct CacheKeyTests {
  struct Parts {
    var type = StepType.processing
    var process = ProcessStep(
      command: .arguments([Text([.literal("python"), .reference(.parameter("rate"))])]),
      outputs: ["model": "model.txt"],
      environment: ["SEED": Text("1")]
    )
    var code = Manifest(["a.py": .init(kind: .file, digest: Digest(of: "1"), size: 1)])
    var inputs = ["data": Artifact(kind: .file, digest: Digest(of: "d"), size: 1)]
    var values: [String: ParameterValue] = ["rate": .float(0.1), "other": .integer(1)]
    var environment = ["SEED": "1"]
    var programs: [String: Digest] = [:]
    var launch = LaunchBody(
      what: .pipeline(file: "pipeline.yaml"),
      token: "t",
      pipelineText: "",
      given: [:],
      environment: ["TOKEN": "a", "HOME": "/root"],
      instanceFolder: "/nowhere",
      paths: [:]
    )

    var key: CacheKey {
      CacheKey(
        step: Step(name: "a", type: type, work: .process(process)),
        process: process,
        code: code.digest,
        inputs: inputs,
        values: values,
        environment: environment,
        launch: launch,
        programs: programs
      )
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let words: String
    let change: @Sendable (inout Parts) -> Void
    var testDescription: String { words }
  }

  private static let misses = [
    Case(words: "a.py changed") {
      $0.code.entries["a.py"] = .init(kind: .file, digest: Digest(of: "2"), size: 1)
    },
    Case(words: "a.py changed") {
      $0.code.entries["a.py"] = .init(kind: .executable, digest: Digest(of: "1"), size: 1)
    },
    Case(words: "a.py is gone, b.py is new") {
      $0.code.entries = ["b.py": .init(kind: .file, digest: Digest(of: "1"), size: 1)]
    },
    Case(words: "parameter rate changed") { $0.values["rate"] = .float(0.2) },
    Case(words: "parameter rate changed") { $0.values["rate"] = .string("0.1") },
    Case(words: "input data changed") { $0.inputs["data"]?.digest = Digest(of: "e") },
    Case(words: "input data changed") { $0.inputs["data"]?.kind = .folder },
    Case(words: "input data is gone, input train is new") {
      $0.inputs = ["train": Artifact(kind: .file, digest: Digest(of: "d"), size: 1)]
    },
    Case(words: "variable SEED changed") { $0.environment["SEED"] = "2" },
    Case(words: "variable TOKEN is new") { $0.process.passEnvironment = ["TOKEN"] },
    Case(words: "parameter rate is gone, command changed") {
      $0.process.command = .arguments([Text("python")])
    },
    Case(words: "command changed") { $0.process.before = ["module load cuda"] },
    Case(words: "outputs changed") { $0.process.outputs["model"] = "other.txt" },
    Case(words: "type changed") { $0.type = .training },
    Case(words: "packages of .venv is new") {
      $0.programs = ["packages of .venv": Digest(of: "numpy")]
    },
    Case(words: "parameter rate changed, a.py changed, input data changed and 1 more") {
      $0.values["rate"] = .float(1)
      $0.code.entries["a.py"]?.digest = Digest(of: "2")
      $0.inputs["data"]?.digest = Digest(of: "e")
      $0.environment["SEED"] = "2"
    },
  ]

  @Test(arguments: misses)
  func `what a step can see makes another key`(example: Case) {
    let before = Parts()
    var after = before
    example.change(&after)
    #expect(after.key.digest != before.key.digest)
    #expect(words(from: before, to: after) == example.words)
  }

  private static let hits = [
    Case(words: "a parameter that the step does not name") { $0.values["other"] = .integer(2) },
    Case(words: "a variable that it does not get") { $0.launch.environment["TOKEN"] = "b" },
    Case(words: "where the instance lies") { $0.launch.instanceFolder = "/elsewhere" },
    Case(words: "what the launch was given") { $0.launch.given = ["rate": "0.10"] },
    Case(words: "sizes, which follow from the content") { $0.inputs["data"]?.size = 2 },
  ]

  @Test(arguments: hits)
  func `what a step cannot see makes none`(example: Case) {
    var after = Parts()
    example.change(&after)
    #expect(after.key == Parts().key)
  }

  @Test func `a passed variable counts by its value, unset is not empty`() {
    var parts = Parts()
    parts.process.passEnvironment = ["TOKEN"]
    let first = parts.key
    parts.launch.environment["TOKEN"] = ""
    let empty = parts.key
    parts.launch.environment["TOKEN"] = nil
    #expect(Set([first.digest, empty.digest, parts.key.digest]).count == 3)
    #expect(
      KeyDifference(from: first.components, to: empty.components) { _ in nil }.summary
        == "variable TOKEN changed"
    )
  }

  @Test func `words cannot be moved from one argument into the next`() {
    func key(_ words: String...) -> Digest {
      var parts = Parts()
      parts.process.command = .arguments(words.map { Text($0) })
      return parts.key.digest
    }
    let keys = [
      key("a", "b"), key("a b"), key("a\nb"), key("ab"), key("a", "", "b"), key("a\nL1:b"),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func `an equal key has its own words`() {
    #expect(words(from: Parts(), to: Parts()) == "its stored result is gone")
  }

  /// The files of both codes are known, as they are in a store.
  private func words(from before: Parts, to after: Parts) -> String {
    KeyDifference(from: before.key.components, to: after.key.components) { digest in
      [before.code, after.code].first { $0.digest == digest }
    }.summary
  }

  @Test func `touched but equal is a hit, an empty folder more is not`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      [
        "data/a.csv": "1",
        "pipeline.yaml": """
        steps: { a: { type: Processing, run: [x], code: [], inputs: { d: data } } }
        """,
      ],
      executor: executor
    )
    _ = try site.run()
    try FileManager.default.removeItem(atPath: site.folder + "/data/a.csv")
    try site.write("1", "data/a.csv")
    let second = try site.run()
    #expect(try site.statuses(second.id) == ["a: Cached"])
    try makeFolder(site.folder + "/data/empty")
    let third = try site.run()
    #expect(try site.steps(third.id)["a"]?.cacheReason == "input d: empty is new")
    chmod(site.folder + "/data/a.csv", 0o755)
    let fourth = try site.run()
    #expect(try site.steps(fourth.id)["a"]?.cacheReason == "input d: a.csv changed")
    #expect(executor.started.count == 3)
  }

  @Test func `the environment's lock is what is installed, not where`() throws {
    let site = try RunSite([
      "one/bin/python": "", "one/pyvenv.cfg": "home = /usr/bin\nversion = 3.12.1\n",
      "one/lib/python3.12/site-packages/numpy-2.0.dist-info/METADATA": "",
      "two/bin/python": "", "two/pyvenv.cfg": "home = /opt/bin\nversion = 3.12.1\n",
      "two/lib/python3.12/site-packages/numpy-2.0.dist-info/METADATA": "",
    ])
    for name in ["one", "two"] { chmod(site.folder + "/\(name)/bin/python", 0o755) }
    let one = try #require(PythonEnvironment("one", in: site.folder))
    let two = try #require(PythonEnvironment("two", in: site.folder))
    #expect(one.lock == two.lock)
    #expect(one.bin == site.folder + "/one/bin")
    let numpy = "two/lib/python3.12/site-packages/"
    rename(
      site.folder + "/" + numpy + "numpy-2.0.dist-info",
      site.folder + "/" + numpy + "numpy-2.1.dist-info"
    )
    #expect(one.lock != two.lock)
    #expect(PythonEnvironment("none", in: site.folder) == nil)
  }
}

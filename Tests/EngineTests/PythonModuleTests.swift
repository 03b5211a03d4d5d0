import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

struct PythonModuleTests {
  @Test func `the binary carries exactly the files of the module`() throws {
    let folder = root.appending(path: "Python/lathe")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0 != "__pycache__" }
    #expect(EmbeddedModule.files.map(\.path) == names.sorted().map { "lathe/" + $0 })
    for file in EmbeddedModule.files {
      let original = root.appending(path: "Python").appending(path: file.path)
      #expect(try Data(contentsOf: original) == Data(file.bytes), "\(file.path)")
    }
  }

  @Test func `a step imports the module without installing it`() throws {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let module = try EmbeddedModule.unpack(in: Home(folder: folder + "/home"))
    #expect(module == folder + "/home/share/\(EmbeddedFiles.identity)/python")
  }

  @Test func `what a step logs with the module is in its run, from every process`() throws {
    let site = try RunSite(
      [
        "train.py": """
        import os
        import lathe

        lathe.param({"lr": 0.1, "net": {"layers": 3, "kind": "größe"}})
        for step in range(1000):
            lathe.log({"loss": 1 / (step + 1), "val": {"acc": step}}, step=step)
        if os.fork() == 0:
            lathe.log({"child": float("nan")})
            os._exit(0)
        os.wait()
        open("model.bin", "w").write("weights")
        lathe.artifact("model.bin")
        lathe.summary({"best": 0.5, "note": "good", "worst": float("inf")})
        os.kill(os.getpid(), 9)
        """,
        "pipeline.yaml": """
        steps:
          a: { type: Training, run: "python3 train.py || true" }
        """,
      ],
      executor: ThreadExecutor()
    )
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let run = try site.run(environment: ["PATH": path])
    #expect(run.status == .succeeded, "\(run.reason ?? "")")
    var metrics: [String: MetricSummary] = [:]
    for metric in try site.agent.reader.metrics(of: run.id) { metrics[metric.name] = metric }
    #expect(metrics.keys.sorted() == ["child", "loss", "val/acc"])
    #expect(metrics["loss"]?.count == 1000)
    #expect(metrics["loss"]?.last == 0.001)
    #expect(metrics["val/acc"]?.maxStep == 999)
    #expect(metrics["child"]?.last.isNaN == true)
    let facts = try #require(try site.steps(run.id)["a"]?.facts)
    #expect(facts.params == ["lr": "0.1", "net/layers": "3", "net/kind": "größe"])
    #expect(
      facts.summary == ["best": .number(0.5), "note": .text("good"), "worst": .text("inf")]
    )
    let artifact = try #require(facts.artifacts["model.bin"])
    #expect(site.store.data(artifact.digest) == Data("weights".utf8))
  }

  @Test(arguments: [
    (nil, "/share/python"), ("", "/share/python"), ("/own", "/own:/share/python"),
    ("/a:/b", "/a:/b:/share/python"),
  ])
  func `the module's folder comes after the user's own`(own: String?, path: String) {
    #expect(EmbeddedModule.path(after: own, folder: "/share/python") == path)
  }

  @Test func `the module passes its own tests`() throws {
    let told = try python(["-m", "unittest", "discover", "-t", ".", "-s", "tests"], [:])
    #expect(told.status == 0, "\(told.text)")
    #expect(told.text.contains("\nOK"), "\(told.text)")
  }

  /// Runs Python in the module's folder; what it wrote, and its exit status.
  private func python(
    _ arguments: [String],
    _ environment: [String: String]
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.currentDirectoryURL = root.appending(path: "Python")
    let base = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
    process.environment = base.merging(environment) { $1 }
      .merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }
}

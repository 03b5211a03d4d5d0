import Foundation
import Store
import Testing

@testable import Engine

/// Rule 1 of the cache, after the run: the modules that were loaded are compared with the code that counted.
struct LoadedModulesTests {
  private func site(code: String) throws -> RunSite {
    let site = try RunSite(
      ["plugins/extra.py": "x = 1", "other/unused.py": ""],
      executor: ThreadExecutor()
    )
    // Found by no reading of imports, and looked for where the instance itself lies.
    try site.write(
      """
      import importlib, sys
      import lathe
      sys.path.insert(0, "\(site.folder)/plugins")
      importlib.import_module("ex" + "tra")
      open("out", "w").write("1")
      """,
      "a.py"
    )
    try site.write(
      """
      steps:
        a: { type: Training, run: [python3, a.py], outputs: { out: out }\(code) }
      """,
      "pipeline.yaml"
    )
    return site
  }

  private let environment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  ]

  @Test func `a module that no import names is told of, and its result is not reused`() throws {
    let site = try site(code: "")
    for number in 1...2 {
      let run = try site.run(environment: environment)
      let step = try #require(try site.steps(run.id)["a"])
      #expect(step.status == .succeeded, "\(number): \(step.reason ?? "")")
      #expect(step.warning?.hasPrefix("It loaded plugins/extra.py from the instance") == true)
      let attempt = site.home.attempt(run: run.id, step: "a", attempt: 1)
      #expect(!FileManager.default.fileExists(atPath: attempt.sdk))
    }
  }

  @Test func `declared, it counts, and the result is reused until it changes`() throws {
    let site = try site(code: ", code: [a.py, plugins]")
    let run = try site.run(environment: environment)
    #expect(try site.steps(run.id)["a"]?.warning == nil)
    #expect(try site.statuses(try site.run(environment: environment).id) == ["a: Cached"])
    try site.write("x = 2", "plugins/extra.py")
    let third = try site.run(environment: environment)
    #expect(try site.steps(third.id)["a"]?.cacheReason == "plugins/extra.py changed")
  }

  @Test func `what was loaded is compared by its content`() {
    let code = Manifest([
      "a.py": .init(kind: .file, digest: Digest(of: "1"), size: 1),
      "b.py": .init(kind: .file, digest: Digest(of: "1"), size: 1),
    ])
    let paths = [
      "/none/i/a.py", "/none/i/b.py", "/none/i/c.py", "/none/ix/d.py",
      "/none/i/.venv/lib/python3/site-packages/e.py", "/elsewhere/a.py",
    ]
    let missed = LoadedModules.missed(paths, in: "/none/i", by: code) {
      Digest(of: $0.hasSuffix("b.py") ? "2" : "1")
    }
    #expect(missed == ["b.py", "c.py"])
  }

  @Test
  func `what processes have written is read whole lines at a time, and hostile files are not`()
    throws
  {
    let root = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let attempt = AttemptFolder(path: root)
    #expect(LoadedModules.take(from: attempt) == [])
    try makeFolder(attempt.sdk)
    try Data("/b\n/a\n/torn".utf8).write(to: URL(filePath: attempt.sdk + "/1-a.modules"))
    try Data("/c\n".utf8).write(to: URL(filePath: root + "/elsewhere"))
    symlink(root + "/elsewhere", attempt.sdk + "/2.modules")
    mkfifo(attempt.sdk + "/3.modules", 0o600)
    #expect(LoadedModules.take(from: attempt) == ["/a", "/b"])
    #expect(!FileManager.default.fileExists(atPath: attempt.sdk))
  }
}

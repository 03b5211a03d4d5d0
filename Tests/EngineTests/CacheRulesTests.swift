import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// The rules that the cache keeps, a test each: those here, and those that stand where their subject does.
///
/// | rule | tests |
/// |---|---|
/// | 1 code closure | `CodeTests`, `LoadedModulesTests`; `WrongHitTests`: an edited helper that a script imports is seen |
/// | 2 environment lock | here; `CacheKeyTests`: the environment's lock is what is installed, not where |
/// | 3 allowed variables only | here; `CacheKeyTests`: a passed variable counts by its value |
/// | 4 files by their stamps | `StoredFilesTests`, `StatCacheTests`, `WrongHitTests` |
/// | 5 before and after | `RunTests`: an edit during a run does not reach it; `StepPolicyTests`: what changes while it is read is kept, marked and never cached |
/// | 6 what is committed | here; `ScriptTests`: what goes wrong around a script; `WrongHitTests`: a failed execution is no result |
/// | 7 fail closed | here |
/// | 8 early cut-off | `RunTests`: an edit that gives the same bytes runs one step only; end to end in `StepLifeTests` |
/// | 9 single flight | `RunTests`: equal steps of one run run once, a second run waits for what the first computes |
/// | 10 not deterministic | `CacheRunTests`: other bytes under an equal key are noticed, and the first result stays |
/// | 11 materialised late | here; `ObjectStoreTests`: a file is copied and the store's own stays as it is |
/// | 12 why and accept | `CacheRunTests`, `LaunchPlanTests`, `WhyTests`; here: values of variables, versions of packages |
/// | 13 across pipelines | here; `CacheRunTests`: expire, --no-cache; `StepPolicyTests`: a version is all that counts |
/// | 14 collection | `CollectionTests`, `RetentionTests` |
/// | 15 what a hit tells | here; `WhyTests`: hits, misses and what never ran are told |
struct CacheRulesTests {
  private func makeEnvironment(_ site: RunSite, numpy: String) throws {
    let packages = ".venv/lib/python3.12/site-packages"
    try? FileManager.default.removeItem(atPath: site.folder + "/" + packages)
    try site.write("version = 3.12.1\n", ".venv/pyvenv.cfg")
    try site.write("", ".venv/bin/python")
    chmod(site.folder + "/.venv/bin/python", 0o755)
    try site.write("", packages + "/numpy-\(numpy).dist-info/METADATA")
    try site.write("", packages + "/torch-2.5.dist-info/METADATA")
  }

  private func explanation(_ run: Int, _ site: RunSite) throws -> StepExplanation {
    let step = try #require(try site.steps(run)["a"])
    let record = try #require(try site.agent.reader.run(run))
    return try StepExplanation(step, of: record, catalog: site.agent.reader, objects: site.store)
  }

  private func changes(_ run: Int, _ site: RunSite) throws -> [String] {
    guard case .ran(let comparison) = try explanation(run, site).verdict else { return [] }
    return (comparison?.changes ?? []).map {
      "\($0.item.part): \($0.old ?? "-") -> \($0.new ?? "-")"
    }
  }

  @Test func `rule 2: another version of a package is another environment, and is named`() throws {
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [x], python: .venv, code: [] } }"]
    )
    try makeEnvironment(site, numpy: "1.26.4")
    _ = try site.run()
    #expect(try site.statuses(try site.run().id) == ["a: Cached"])
    try makeEnvironment(site, numpy: "2.0.1")
    let run = try site.run()
    #expect(try site.steps(run.id)["a"]?.cacheReason == "package numpy 1.26.4 -> 2.0.1")
    #expect(try changes(run.id, site) == ["package numpy: 1.26.4 -> 2.0.1"])
  }

  @Test func `rule 2: what a shell line starts counts as what a list starts`() throws {
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: \"tool x | other\", code: [] } }"]
    )
    let bin = site.root + "/bin"
    for name in ["tool", "other"] {
      try makeFolder(bin)
      try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: bin + "/" + name))
      chmod(bin + "/" + name, 0o755)
    }
    let environment = ["PATH": bin + ":/usr/bin:/bin"]
    _ = try site.run(environment: environment)
    #expect(try site.statuses(try site.run(environment: environment).id) == ["a: Cached"])
    try Data("#!/bin/sh\n:\n".utf8).write(to: URL(filePath: bin + "/other"))
    let run = try site.run(environment: environment)
    #expect(try site.steps(run.id)["a"]?.cacheReason == "program other changed")
  }

  @Test
  func
    `rule 3: a step gets no variable that is not listed, and a listed one is told with its values`()
    throws
  {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps: { a: { type: Processing, run: [x], code: [], pass_env: [SEED], secrets: [TOKEN] } }
        """
      ],
      executor: executor
    )
    var shell = ["PATH": "/usr/bin:/bin", "SEED": "1", "TOKEN": "s1", "LEAK": "1"]
    _ = try site.run(environment: shell)
    #expect(executor.specs.first?.environment["LEAK"] == nil)
    (shell["LEAK"], shell["TOKEN"]) = ("2", "s2")
    #expect(try site.statuses(try site.run(environment: shell).id) == ["a: Cached"])
    shell["SEED"] = "2"
    let run = try site.run(environment: shell)
    #expect(try changes(run.id, site) == ["variable SEED: 1 -> 2"])
    #expect(try explanation(run.id, site).reason == "variable SEED changed")
  }

  @Test func `rule 6: a result that is not stored any more is made again`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [x], outputs: { o: o } } }"],
      executor: executor
    )
    _ = try site.run()
    try FileManager.default.removeItem(atPath: site.store.path(of: Digest(of: "o")))
    #expect(try site.statuses(try site.run().id) == ["a: Succeeded"])
    #expect(executor.started.count == 2)
  }

  @Test func `rule 7: a program that may not be read counts by its stamp, not as none`() throws {
    let site = try RunSite()
    let path = site.root + "/big"
    let file = open(path, O_WRONLY | O_CREAT, 0o755)
    // Larger than what is read; a hole takes no space.
    #expect(ftruncate(file, 300 << 20) == 0)
    let programs = Programs(objects: site.store)
    let process = ProcessStep(command: .arguments([Text(path)]))
    let first = programs.parts(of: process, path: "", folder: site.folder)
    #expect(first["program big"] != nil)
    #expect(pwrite(file, "x", 1, 7) == 1)
    close(file)
    let second = programs.parts(of: process, path: "", folder: site.folder)
    #expect(second["program big"] != nil && second != first)
  }

  @Test func `rule 7: a script that Python runs counts with its packages, also once it is changed`()
    throws
  {
    let site = try RunSite()
    let environment = site.root + "/venv"
    try makeFolder(environment + "/bin")
    try makeFolder(environment + "/lib/python3.12/site-packages")
    try Data("home = /usr\n".utf8).write(to: URL(filePath: environment + "/pyvenv.cfg"))
    let python = environment + "/bin/python"
    try Data("x".utf8).write(to: URL(filePath: python))
    chmod(python, 0o755)
    let tool = site.root + "/tool"
    let programs = Programs(objects: site.store)
    let process = ProcessStep(command: .arguments([Text(tool)]))
    func hasPackages(of text: String) throws -> Bool {
      try Data(text.utf8).write(to: URL(filePath: tool))
      chmod(tool, 0o755)
      let parts = programs.parts(of: process, path: "", folder: site.folder)
      #expect(parts == programs.parts(of: process, path: "", folder: site.folder))
      return parts["packages of tool"] != nil
    }
    #expect(try hasPackages(of: "#!\(python)\n"))
    #expect(try !hasPackages(of: "#!/bin/sh\n"))
    #expect(try hasPackages(of: "#!\(python) -u\n"))
    // What cannot be read just now is none only as long as that is so.
    chmod(tool, 0)
    _ = programs.parts(of: process, path: "", folder: site.folder)
    chmod(tool, 0o755)
    #expect(programs.parts(of: process, path: "", folder: site.folder)["packages of tool"] != nil)
  }

  @Test func `rule 11: a hit brings nothing back that nobody reads`() throws {
    let executor = ScriptedExecutor()
    let site = try RunSite(
      [
        "pipeline.yaml": """
        steps:
          a: { type: Processing, run: [x], outputs: { o: o } }
          b: { type: Processing, run: [y, "${steps.a.outputs.o}"], outputs: { o: o } }
        """
      ],
      executor: executor
    )
    _ = try site.run()
    let run = try site.run()
    #expect(try site.statuses(run.id) == ["a: Cached", "b: Cached"])
    #expect(access(site.home.run(run.id), F_OK) != 0)
  }

  @Test func `rule 13: one cache serves all pipelines, and a step may keep out of it`() throws {
    let executor = ScriptedExecutor()
    let step = "{ type: Processing, run: [python, t.py] }"
    let site = try RunSite(
      ["pipeline.yaml": "name: one\nsteps: { a: \(step) }", "t.py": "x = 1"],
      executor: executor
    )
    _ = try site.run()
    try site.write("name: two\nsteps: { other: \(step) }", "pipeline.yaml")
    #expect(try site.statuses(try site.run().id) == ["other: Cached"])
    let uncached = step.replacing(" }", with: ", cache: false }")
    try site.write("name: two\nsteps: { other: \(uncached) }", "pipeline.yaml")
    let run = try site.run()
    #expect(try site.steps(run.id)["other"]?.cacheReason == "caching is off")
    #expect(executor.started == ["a", "other"])
  }

  @Test func `rule 15: a hit tells its run, when it was made and what it saves`() throws {
    let site = try RunSite(["pipeline.yaml": "steps: { a: { type: Processing, run: [x] } }"])
    _ = try site.run()
    let run = try site.run()
    guard case .taken(let taken) = try explanation(run.id, site).verdict else {
      Issue.record("not taken")
      return
    }
    #expect(taken.run == 1 && taken.made != nil && taken.savedSeconds != nil)
  }

  @Test(arguments: [
    ("version = 3.12.1\nnumpy-2.0.dist-info", ["python": "3.12.1", "numpy": "2.0"]),
    ("a_b-1.0+cu12.dist-info\nold-1-py3.9.egg-info", ["a_b": "1.0+cu12", "old": "1"]),
    ("mine.pth\nbare.dist-info", ["mine.pth": "present", "bare": "?"]),
    ("x-1.dist-info\nx-2.dist-info", ["x": "1, 2"]), ("", [:]),
  ])
  func `a lock is read into packages`(lock: String, versions: [String: String]) {
    #expect(InstalledPackages(lock: lock).versions == versions)
  }
}

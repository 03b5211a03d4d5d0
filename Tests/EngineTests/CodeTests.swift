import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// Which files are code, and which of them one step sees.
struct CodeTests {
  private let site: RunSite

  init() throws { site = try RunSite() }

  private func closure(
    _ command: ProcessStep.Command,
    _ files: [String: String],
    code: [String]? = nil
  ) throws -> [String] {
    for (path, text) in files { try site.write(text, path) }
    for path in files.keys where path.hasSuffix("tool") {
      chmod(site.folder + "/" + path, 0o755)
    }
    var scan = FolderScan(site.folder)
    for path in files.keys { try scan.add(named: path) }
    let stored = try Intake(into: site.store).put(scan)
    let manifest = try #require(site.store.manifest(stored.digest))
    let process = ProcessStep(command: command, code: code)
    return CodeClosure(code: manifest) { file in
      let text = site.store.data(file).map { String(decoding: $0, as: UTF8.self) }
      return PythonImports.modules(in: text ?? "")
    }.manifest(for: process)
      .entries.keys.sorted()
  }

  private func python(_ words: String...) -> ProcessStep.Command {
    .arguments((["python"] + words).map { Text($0) })
  }

  @Test func `a script sees what it imports, and what that imports`() throws {
    let files = [
      "steps/train.py": "import helper\nfrom lib.net import Net\nimport numpy as np",
      "steps/helper.py": "import json", "lib/__init__.py": "", "lib/net.py": "from . import layers",
      "lib/layers.py": "from ..top import x\nimport helper", "lib/unused.py": "", "top.py": "",
      "steps/other.py": "", "steps/config.yaml": "", "readme.md": "",
    ]
    #expect(
      try closure(python("steps/train.py"), files) == [
        "lib/__init__.py", "lib/layers.py", "lib/net.py", "steps/config.yaml", "steps/helper.py",
        "steps/train.py", "top.py",
      ]
    )
  }

  @Test func `imports that form a ring end`() throws {
    let files = ["a.py": "import b", "b.py": "import a", "c.py": ""]
    #expect(try closure(python("a.py"), files) == ["a.py", "b.py"])
  }

  @Test func `a module run by -m has its packages`() throws {
    let files = [
      "pkg/__init__.py": "from . import setup", "pkg/setup.py": "", "pkg/train.py": "", "x.py": "",
    ]
    #expect(
      try closure(python("-m", "pkg.train"), files) == [
        "pkg/__init__.py", "pkg/setup.py", "pkg/train.py",
      ]
    )
  }

  @Test func `a package under src is found`() throws {
    let files = ["train.py": "import net.model", "src/net/__init__.py": "", "src/net/model.py": ""]
    #expect(
      try closure(python("train.py"), files) == [
        "src/net/__init__.py", "src/net/model.py", "train.py",
      ]
    )
  }

  @Test func `a script at the top has its plain neighbours, a shell script has everything`() throws
  {
    let files = ["train.py": "", "other.py": "", "conf.yaml": "", "data/big.csv": "", "run.sh": ""]
    #expect(try closure(python("./train.py"), files) == ["conf.yaml", "run.sh", "train.py"])
    #expect(
      try closure(python("train.py", "conf.yaml"), files) == ["conf.yaml", "run.sh", "train.py"]
    )
    #expect(try closure(.arguments([Text("bash"), Text("run.sh")]), files) == files.keys.sorted())
    #expect(try closure(.arguments([Text("make")]), files) == files.keys.sorted())
  }

  @Test func `a program in a folder has that folder`() throws {
    let files = ["bin/tool": "#!/bin/sh", "bin/part": "", "other": ""]
    #expect(try closure(.arguments([Text("bin/tool")]), files) == ["bin/part", "bin/tool"])
  }

  @Test func `a shell line names its scripts, too`() throws {
    let files = ["a.py": "", "b.py": "", "c.py": ""]
    #expect(
      try closure(.shell(Text("python a.py && python 'b.py'>log")), files) == ["a.py", "b.py"]
    )
  }

  @Test(
    arguments: [
      (["src"], ["src/a.py", "src/deep/b.py"]), (["./src/"], ["src/a.py", "src/deep/b.py"]),
      (["."], ["src/a.py", "src/deep/b.py", "srcs/c.py", "x.py"]), (["x.py"], ["x.py"]),
      ([], [String]()),
    ]
  )
  func `declared code is taken as it is`(declared: [String], expected: [String]) throws {
    let files = ["src/a.py": "", "src/deep/b.py": "", "srcs/c.py": "", "x.py": ""]
    #expect(try closure(python("x.py"), files, code: declared) == expected)
  }

  @Test(
    arguments: [
      ("import a.b, c as d", ["a.b", "c"]), ("  import a", ["a"]), ("\timport a", ["a"]),
      ("from a.b import c, d as e", ["a.b: c d as e"]), ("from . import x", [".: x"]),
      ("from ..a import x", ["..a: x"]), ("from a import (b, c)", ["a: b c"]),
      ("from a import (\n  b,  # why\n  c,\n)\nimport d", ["a: b c", "d"]),
      ("from a import b, \\\n  c", ["a: b c"]), ("import a\r\nimport b\r\n", ["a", "b"]),
      ("import a; import b", ["a", "b"]), ("# import a", []), ("x = 'import'", []),
      ("important = 1", []), ("from", []), ("import ", []), ("from a import (", ["a"]),
    ]
  )
  func `imports are read from lines`(source: String, expected: [String]) {
    let found = PythonImports.modules(in: source).map { module in
      String(repeating: ".", count: module.level) + module.path.joined(separator: ".")
        + (module.names.isEmpty ? "" : ": " + module.names.joined(separator: " "))
    }
    #expect(found == expected)
  }

  // MARK: Snapshots

  private func snapshot(_ code: [String]? = nil) throws -> [String] {
    let process = ProcessStep(command: .arguments([Text("a")]), code: code)
    let step = Step(name: "a", type: .processing, work: .process(process))
    let plain = ProcessStep(command: .arguments([Text("a")]))
    let other = Step(name: "b", type: .processing, work: .process(plain))
    return try CodeSnapshot(
      folder: site.folder,
      pipeline: Pipeline(name: "p", steps: [step, other])
    )
    .scan(Intake(into: site.store)).files.map(\.name)
  }

  private func writeTree() throws {
    for path in [
      "train.py", "lib/a.py", ".venv/lib/x.py", ".hidden", "my-env/pyvenv.cfg", "my-env/x.py",
      "node_modules/x.js", "__pycache__/a.pyc", "ignored/y.py", "data/rows.csv",
    ] { try site.write("x", path) }
    try site.write(String(repeating: "x", count: CodeSnapshot.largestFile + 1), "data/big.bin")
    symlink("train.py", site.folder + "/link.py")
  }

  @Test func `without git, code is every small plain file`() throws {
    try writeTree()
    #expect(try snapshot() == ["data/rows.csv", "ignored/y.py", "lib/a.py", "train.py"])
  }

  @Test func `with git, what it ignores is none`() throws {
    try writeTree()
    try site.write("ignored/\nmy-env/\n", ".gitignore")
    try git("init", "-q", in: site.folder)
    #expect(try snapshot() == ["data/rows.csv", "lib/a.py", "train.py"])
    #expect(try snapshot(["ignored"]) == ["data/rows.csv", "ignored/y.py", "lib/a.py", "train.py"])
  }

  @Test func `declared code is there in any spelling, or refused`() throws {
    try writeTree()
    #expect(try snapshot(["./lib/"]).filter { $0.contains("lib") } == ["lib/a.py"])
    #expect(try snapshot(["link.py"]).contains("link.py"))
    #expect(try snapshot([".hidden"]).contains(".hidden"))
    #expect(try snapshot([".venv/lib"]).contains(".venv/lib/x.py"))
    #expect(try snapshot(["my-env"]).contains("my-env/x.py"))
    #expect(throws: Explanation.self) { try snapshot(["none"]) }
  }

  @Test func `for another run, what a step sees is stored again where it was collected`() throws {
    try site.write("x", "a.py")
    try site.write("x", "data/rows.csv")
    let intake = Intake(into: site.store)
    let snapshot = CodeSnapshot(folder: site.folder, pipeline: Pipeline(name: "p", steps: []))
    let stored = try intake.put(try snapshot.scan(intake))
    let code = try RunCode(stored.digest, of: "r1", objects: site.store)
    let process = ProcessStep(command: python("a.py"))
    let seen = try code.digest(for: process, without: ["data"], isWhole: true)
    #expect(site.store.manifest(seen)?.entries.keys == ["a.py"])
    unlink(site.store.path(of: seen))
    code.storeAnew()
    #expect(try code.digest(for: process, without: ["data"], isWhole: true) == seen)
    #expect(site.store.manifest(seen)?.entries.keys == ["a.py"])
    #expect(code.isCode(stored.digest, pipelineFile: nil))
    #expect(!code.isCode(stored.digest, pipelineFile: "pipeline.yaml"))
  }

  @Test func `what was concluded from a file that could not be read holds for no other run`() throws
  {
    try site.write("import util", "a.py")
    try site.write("x = 1", "util.py")
    let intake = Intake(into: site.store)
    let snapshot = CodeSnapshot(folder: site.folder, pipeline: Pipeline(name: "p", steps: []))
    let stored = try intake.put(try snapshot.scan(intake))
    let process = ProcessStep(command: python("a.py"))
    let broken = site.store.path(of: Digest(of: "import util"))
    unlink(broken)
    let code = try RunCode(stored.digest, of: "r1", objects: site.store)
    let less = try code.digest(for: process, without: [], isWhole: false)
    #expect(site.store.manifest(less)?.entries.keys == ["a.py"])
    #expect(!code.isCode(stored.digest, pipelineFile: nil))
    _ = try site.store.put(artifact: site.folder + "/a.py")
    let whole = try RunCode(stored.digest, of: "r2", objects: site.store)
    let seen = try whole.digest(for: process, without: [], isWhole: false)
    #expect(site.store.manifest(seen)?.entries.keys == ["a.py", "util.py"])
    #expect(whole.isCode(stored.digest, pipelineFile: nil))
  }

  @Test func `code that many steps declare is counted once, and the limit holds for all of it`()
    throws
  {
    for number in 0..<700 { try site.write("", "src/\(number % 7)/f\(number)") }
    func scan(_ declared: [[String]]) throws -> Int {
      let steps = declared.enumerated().map { index, code in
        Step(
          name: "s\(index)",
          type: .processing,
          work: .process(ProcessStep(command: .arguments([Text("a")]), code: code))
        )
      }
      return try CodeSnapshot(folder: site.folder, pipeline: Pipeline(name: "p", steps: steps))
        .scan(Intake(into: site.store)).files.count
    }
    let folders = (0..<7).map { "src/\($0)" }
    #expect(try scan((0..<200).map { ["src", folders[$0 % 7], "./src/"] }) == 700)
    let over = site.root + "/instance/.more"
    try makeFolder(over)
    for number in 0...(CodeSnapshot.mostFiles - 700) {
      close(open("\(over)/\(number)", O_CREAT | O_WRONLY, 0o600))
    }
    let refusal = #expect(throws: Explanation.self) { try scan([["src"], [".more"]]) }
    #expect(refusal?.why.hasPrefix("Most of them lie in '.more'.") == true)
    // What no step declares is nobody's code.
    #expect(try scan([["src"]]) == 700)
    unlink("\(over)/0")
    #expect(try scan([["src"], [".more"]]) == CodeSnapshot.mostFiles)
  }

  // MARK: Version control

  @Test func `a folder's commit, branch and edits are known`() throws {
    let control = SourceControl(folder: site.folder)
    #expect(control.version(objects: site.store) == .unknown)
    try site.write("1", "a b.py")
    try site.write("1", "ü.py")
    try git("init", "-q", "-b", "main", in: site.folder)
    let empty = control.version(objects: site.store)
    #expect(empty.commit == nil && empty.branch == "main")
    try git("add", ".", in: site.folder)
    try git("commit", "-qm", "one", in: site.folder)
    let clean = control.version(objects: site.store)
    #expect(clean.commit?.count == 40)
    #expect(clean.editedFiles == [] && clean.diff == nil)
    try git("mv", "a b.py", "c.py", in: site.folder)
    try site.write("2", "ü.py")
    try site.write("n", "new.py")
    let edited = control.version(objects: site.store)
    #expect(edited.editedFiles.sorted() == ["c.py", "new.py", "ü.py"])
    let diff = try #require(edited.diff.flatMap { site.store.data($0) })
    #expect(String(decoding: diff, as: UTF8.self).contains("+2"))
  }

  @Test func `a repository's own programs are not run`() throws {
    try site.write("1", "a.txt")
    try git("init", "-q", in: site.folder)
    try git("add", ".", in: site.folder)
    try git("commit", "-qm", "one", in: site.folder)
    let mark = site.root + "/ran"
    try site.write("#!/bin/sh\ntouch '\(mark)'\ncat \"$1\"\n", "evil.sh")
    chmod(site.folder + "/evil.sh", 0o755)
    for key in ["diff.evil.textconv", "core.fsmonitor", "diff.external", "core.pager"] {
      try git("config", key, site.folder + "/evil.sh", in: site.folder)
    }
    try site.write("*.txt diff=evil\n", ".gitattributes")
    try site.write("2", "a.txt")
    #expect(SourceControl(folder: site.folder).version(objects: site.store).diff != nil)
    #expect(access(mark, F_OK) != 0)
  }

  private func git(_ arguments: String..., in folder: String) throws {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    let answer = try ChildProcess.collect(
      ["git"] + identity + arguments,
      environment: ["PATH": "/usr/bin:/bin", "HOME": site.root],
      folder: folder,
      timeout: 30
    )
    try #require(answer.exit == .code(0), "\(answer.output)")
  }
}

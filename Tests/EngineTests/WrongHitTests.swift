import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// What other tools take for unchanged and is not, or for changed and is not: a case each.
struct WrongHitTests {
  private static let pipeline = """
    steps: { a: { type: Processing, run: [x], code: [], inputs: { d: data } } }
    """

  private let executor = ScriptedExecutor()
  private let site: RunSite

  init() throws {
    site = try RunSite(
      ["data/a.csv": "1,2", "data/b.csv": "3", "pipeline.yaml": Self.pipeline],
      executor: executor
    )
    _ = try site.run()
  }

  private var data: String { site.folder + "/data" }

  /// Why the next run executes its one step; nil where it takes the first result.
  private func reason() throws -> String? {
    let run = try site.run()
    let step = try #require(try site.steps(run.id)["a"])
    return step.status == .cached ? nil : step.cacheReason
  }

  @Test func `an input that changed within one second and kept its size is seen`() throws {
    try site.write("1,3", "data/a.csv")
    #expect(try reason() == "input d: a.csv changed")
    // In place, by a descriptor, many times within one second.
    for digit in 4...8 {
      let file = open(data + "/a.csv", O_WRONLY)
      #expect(pwrite(file, "\(digit)", 1, 2) == 1)
      close(file)
      #expect(try reason() == "input d: a.csv changed", "\(digit)")
    }
  }

  @Test func `an edit whose modification time was set back is seen`() throws {
    let before = try #require(FileStamp(path: data + "/a.csv"))
    try site.write("1,3", "data/a.csv")
    let time = timespec(
      tv_sec: Int(before.modified / 1_000_000_000),
      tv_nsec: Int(before.modified % 1_000_000_000)
    )
    #expect(utimensat(AT_FDCWD, data + "/a.csv", [time, time], 0) == 0)
    #expect(FileStamp(path: data + "/a.csv")?.modified == before.modified)
    #expect(try reason() == "input d: a.csv changed")
  }

  @Test func `what was touched and is equal is taken`() throws {
    #expect(utimensat(AT_FDCWD, data + "/a.csv", nil, 0) == 0)
    #expect(try reason() == nil)
    // Written anew, another inode.
    try FileManager.default.removeItem(atPath: data + "/a.csv")
    try site.write("1,2", "data/a.csv")
    #expect(try reason() == nil)
  }

  @Test func `a file of a folder that was renamed is another`() throws {
    #expect(rename(data + "/a.csv", data + "/c.csv") == 0)
    #expect(try reason() == "input d: a.csv is gone, input d: c.csv is new")
  }

  @Test func `an input under another name is another, as the script sees the name`() throws {
    #expect(rename(data, site.folder + "/other") == 0)
    try site.write(Self.pipeline.replacing("d: data", with: "d: other"), "pipeline.yaml")
    #expect(try reason() == "path of input d changed")
  }

  @Test func `two files that swapped their contents are others`() throws {
    try site.write("3", "data/a.csv")
    try site.write("1,2", "data/b.csv")
    #expect(try reason() == "input d: a.csv changed, input d: b.csv changed")
  }

  @Test func `a link that leads elsewhere is another`() throws {
    #expect(symlink("a.csv", data + "/link") == 0)
    #expect(try reason() == "input d: link is new")
    unlink(data + "/link")
    #expect(symlink("b.csv", data + "/link") == 0)
    #expect(try reason() == "input d: link changed")
  }

  @Test func `a link that is the input itself counts by what it leads to`() throws {
    try site.write(Self.pipeline.replacing("d: data", with: "d: now"), "pipeline.yaml")
    try site.write("1,2", "one/x")
    try site.write("1,3", "two/x")
    #expect(symlink("one", site.folder + "/now") == 0)
    #expect(try reason() != nil)
    #expect(try reason() == nil)
    unlink(site.folder + "/now")
    #expect(symlink("two", site.folder + "/now") == 0)
    #expect(try reason() == "input d: x changed")
  }

  @Test func `a file that may be executed is another`() throws {
    chmod(data + "/a.csv", 0o755)
    #expect(try reason() == "input d: a.csv changed")
    // Who else may read it is none of the step's business.
    chmod(data + "/a.csv", 0o700)
    #expect(try reason() == nil)
  }

  @Test func `an empty file or folder more is another folder`() throws {
    try site.write("", "data/empty")
    #expect(try reason() == "input d: empty is new")
    try makeFolder(data + "/none")
    #expect(try reason() == "input d: none is new")
  }

  @Test func `a folder is not the file whose bytes are its manifest`() throws {
    let folder = try site.store.put(artifact: data)
    let text = try #require(site.store.data(folder.digest))
    try FileManager.default.removeItem(atPath: data)
    try text.write(to: URL(filePath: data))
    #expect(try site.store.put(artifact: data).digest == folder.digest)
    #expect(try reason() == "input d changed")
  }

  @Test(arguments: [("Integer", "String"), ("Integer", "Float"), ("Boolean", "String")])
  func `a parameter of another type with the same text is another`(
    before: String,
    after: String
  ) throws {
    let text = before == "Boolean" ? "true" : "1"
    func pipeline(_ type: String) -> String {
      """
      parameters: { n: { type: \(type) } }
      steps: { a: { type: Processing, run: [x, "${parameters.n}"], code: [] } }
      """
    }
    try site.write(pipeline(before), "pipeline.yaml")
    _ = try site.run(["n": text])
    #expect(try site.statuses(try site.run(["n": text]).id) == ["a: Cached"])
    try site.write(pipeline(after), "pipeline.yaml")
    let run = try site.run(["n": text])
    #expect(try site.steps(run.id)["a"]?.cacheReason == "parameter n changed")
  }

  @Test func `an edited helper that a script imports is seen, however old it says it is`() throws {
    try site.write("steps: { a: { type: Processing, run: [python, t.py] } }", "pipeline.yaml")
    try site.write("import helper", "t.py")
    try site.write("x = 1", "helper.py")
    _ = try site.run()
    try site.write("x = 2", "helper.py")
    let past = timespec(tv_sec: 1, tv_nsec: 0)
    #expect(utimensat(AT_FDCWD, site.folder + "/helper.py", [past, past], 0) == 0)
    #expect(try reason() == "helper.py changed")
    try site.write("x = 3", "unused.py")
    #expect(try reason() == nil)
  }

  @Test func `a failed execution and one without its outputs are no results`() throws {
    var fails = true
    let failing = ScriptedExecutor { fails ? .fail("no") : .succeed($0.outputs) }
    let site = try RunSite(
      ["pipeline.yaml": "steps: { a: { type: Processing, run: [x], outputs: { o: o } } }"],
      executor: failing
    )
    #expect(try site.run().status == .failed)
    fails = false
    #expect(try site.statuses(try site.run().id) == ["a: Succeeded"])
    #expect(failing.started.count == 2)
  }
}

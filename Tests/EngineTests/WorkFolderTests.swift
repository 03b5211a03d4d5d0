import Foundation
import Glibc
import Pipelines
import Store
import Testing

@testable import Engine

/// What becomes of work folders.
struct WorkFolderTests {
  private static let pipeline = """
    steps:
      made: { type: Processing, run: "echo made > out", outputs: { out: out } }
      none: { type: Processing, run: "echo none > notes" }
      last:
        type: Processing
        run: "cp ${steps.made.outputs.out} copy; exit 3"
        outputs: { copy: copy }
        depends_on: [none]
    """

  private func work(_ site: RunSite, _ step: String) -> String {
    site.home.attempt(run: 1, step: step, attempt: 1).work
  }

  @Test func `they go once the outputs are in the store; others keep what is nowhere else`() throws
  {
    let site = try RunSite(["pipeline.yaml": Self.pipeline], executor: ThreadExecutor())
    site.agent.clearingDelay = 0
    #expect(try site.run().status == .failed)
    site.serve { [agent = site.agent, made = work(site, "made")] in
      access(made, F_OK) != 0 && !agent.isClearing
    }
    let folder = site.home.attempt(run: 1, step: "made", attempt: 1)
    #expect(access(folder.leavingWork, F_OK) != 0)
    #expect(try site.output(1, "made", "out") == "made\n")
    // A failed step's is looked at by its user; one without outputs has its files nowhere else.
    #expect(site.read(work(site, "none") + "/notes") == "none\n")
    #expect(site.read(work(site, "last") + "/copy") == "made\n")
    // Log and exit record are not needed less.
    #expect(access(folder.log, F_OK) == 0 && ExitRecord.read(folder) != nil)
    // What is resumed needs none of it.
    try site.write(Self.pipeline.replacing("; exit 3", with: ""), "pipeline.yaml")
    try site.ask(.resume(run: 1))
    #expect(try site.end(of: 1).status == .succeeded)
    #expect(try site.output(1, "last", "copy") == "made\n")
  }

  @Test func `a command keeps its own`() throws {
    let site = try RunSite([:], executor: ThreadExecutor())
    site.agent.clearingDelay = 0
    let request = LaunchRequest(
      instance: "digits",
      what: .command(["sh", "-c", "echo mine > file"]),
      environment: ["PATH": "/usr/bin:/bin"]
    )
    try site.ask(.launch(request))
    #expect(try site.end(of: 1).status == .succeeded)
    #expect(!site.agent.isClearing && site.agent.done.isEmpty)
    let step = try #require(try site.agent.reader.steps(of: 1).first?.name)
    #expect(site.read(work(site, step) + "/file") == "mine\n")
    let collector = Collector(home: site.home, catalog: site.agent.reader)
    #expect(try collector.plan(CollectRequest()).workFolders.count == 0)
  }

  @Test func `what a killed agent leaves of them, a collection takes`() throws {
    let site = try RunSite(["pipeline.yaml": Self.pipeline], executor: ThreadExecutor())
    #expect(try site.run().status == .failed)
    // The agent dies here: nothing was removed yet, or a part of it.
    let folder = site.home.attempt(run: 1, step: "made", attempt: 1)
    #expect(access(folder.work, F_OK) == 0)
    try makeFolder(folder.leavingWork + "/half")
    let collector = Collector(home: site.home, catalog: site.agent.reader)
    #expect(try collector.plan(CollectRequest()).workFolders.count == 2)
    #expect(try collector.free(CollectRequest(approved: [])).workFolders.count == 2)
    #expect(access(folder.work, F_OK) != 0 && access(folder.leavingWork, F_OK) != 0)
    #expect(access(work(site, "last"), F_OK) == 0)
  }

  @Test func `a work folder stays that has the only copy of what the store has lost`() throws {
    let site = try RunSite(["pipeline.yaml": Self.pipeline], executor: ThreadExecutor())
    #expect(try site.run().status == .failed)
    #expect(unlink(site.store.path(of: Digest(of: "made\n"))) == 0)
    let collector = Collector(home: site.home, catalog: site.agent.reader)
    #expect(try collector.plan(CollectRequest()).workFolders.count == 0)
    #expect(try collector.free(CollectRequest(approved: [])).workFolders.count == 0)
    #expect(site.read(work(site, "made") + "/out") == "made\n")
    // Once it is stored again, there is another copy.
    _ = try site.store.put(Data("made\n".utf8))
    #expect(try collector.free(CollectRequest(approved: [])).workFolders.count == 1)
  }
}

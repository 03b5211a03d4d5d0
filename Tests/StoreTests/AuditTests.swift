import Foundation
import Glibc
import Pipelines
import Store
import Testing

/// What a look at all objects tells.
struct AuditTests {
  private let scratch: Scratch
  private let catalog: Catalog
  private let code: Artifact
  private let model: Artifact

  init() throws {
    scratch = try Scratch()
    let store = scratch.store
    try scratch.write("x = 1", "in/train.py")
    try scratch.write("y = 1", "in/lib/data.py")
    code = try store.put(artifact: scratch.path + "/in")
    model = Artifact(kind: .file, digest: try store.put(Data("model".utf8)), size: 5)
    catalog = Catalog(home: scratch.home)
    var run = RunRecord(
      id: 1,
      instance: "i",
      pipeline: "p",
      status: .succeeded,
      created: Date(timeIntervalSince1970: 1),
      pipelineFile: try store.put(Data("steps".utf8)),
      code: code.digest
    )
    var step = StepRecord(run: 1, name: "train", index: 0, type: .training, status: .succeeded)
    step.outputs = ["model": model]
    let writer = try CatalogWriter(home: scratch.home)
    for id in 1...2 {
      (run.id, step.run) = (id, id)
      try writer.write { [run, step] in
        try $0.save(run)
        try $0.save(step)
      }
    }
  }

  private func audit(reading: Bool = true) throws -> ObjectAudit {
    try scratch.store.audit(catalog) { reading }
  }

  @Test func `a whole store has no faults, read or not`() throws {
    let read = try audit()
    #expect(read.faults.isEmpty && read.objects == 5 && read.readObjects == 5)
    let looked = try audit(reading: false)
    #expect(looked.faults.isEmpty && looked.objects == 5 && looked.readObjects == 0)
  }

  @Test func `what is missing or damaged is told by what names it`() throws {
    let store = scratch.store
    unlink(store.path(of: model.digest))
    let part = store.path(of: Digest(of: "y = 1"))
    chmod(part, 0o600)
    truncate(part, 2)
    let orphan = try store.put(Data("orphan".utf8))
    chmod(store.path(of: orphan), 0o600)
    try Data("orphaN".utf8).write(to: URL(filePath: store.path(of: orphan)))
    let audit = try audit()
    #expect(
      audit.faults == [
        .init(digest: model.digest, state: .missing, names: ["r2 train model", "r1 train model"]),
        .init(
          digest: Digest(of: "y = 1"),
          state: .damaged,
          names: ["the code of r2: lib/data.py", "the code of r1: lib/data.py"]
        ),
        .init(digest: orphan, state: .damaged, names: []),
      ]
    )
    // Sizes tell without reading.
    #expect(try self.audit(reading: false).faults.map(\.names.count) == [2, 2])
  }

  @Test func `what a home takes is counted anew only where something changed, and right`() throws {
    var meter = UsageMeter()
    let home = scratch.home
    func check(_ words: Comment) throws {
      // Twice: what was just written may still change unseen.
      for _ in 0..<2 { #expect(try meter.bytes(of: catalog) == home.usage().total, words) }
    }
    try check("new")
    try scratch.write(String(repeating: "l", count: 50_000), "home/runs/r1/train/1/output.log")
    try scratch.write(String(repeating: "t", count: 50_000), "home/trash/r9-1/file")
    try check("files came")
    _ = try scratch.store.put(Data(count: 100_000))
    try check("an object came")
    try removeTree(home.trash + "/r9-1")
    unlink(scratch.store.path(of: model.digest))
    try check("files went")
  }
}

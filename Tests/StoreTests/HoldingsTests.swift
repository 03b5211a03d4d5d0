import Foundation
import Pipelines
import Store
import Testing

/// What the removal of a run frees.
struct HoldingsTests {
  @Test
  func `an object belongs to the newest run that refers to it, but to one that is kept first`()
    throws
  {
    let scratch = try Scratch()
    let store = scratch.store
    let writer = try CatalogWriter(home: scratch.home)
    let catalog = Catalog(home: scratch.home)
    func blob(_ name: String) throws -> Digest { try store.put(Data(count: 100_000) + name.utf8) }
    let (shared, own, kept) = (try blob("shared"), try blob("own"), try blob("kept"))
    let outputs = [1: [shared, own], 2: [shared], 3: [kept], 4: [kept, own]]
    for (run, digests) in outputs {
      var record = RunRecord(
        id: run,
        instance: "i",
        pipeline: "p",
        status: .succeeded,
        created: Date(timeIntervalSince1970: Double(run)),
        pipelineFile: Digest(of: "pipeline"),
        code: Digest(of: "code")
      )
      record.isPinned = run == 3
      var step = StepRecord(run: run, name: "s", index: 0, type: .training, status: .succeeded)
      for (index, digest) in digests.enumerated() {
        step.outputs["o\(index)"] = Artifact(kind: .file, digest: digest, size: 100_000)
      }
      try writer.write { [record, step] in
        try $0.save(record)
        try $0.save(step)
      }
    }
    let items = try catalog.retentionItems()
    let holdings = try Holdings(of: items, catalog: catalog, objects: store)
    let bytes = [1, 2, 3, 4].map { holdings.bytes(of: $0) / 100_000 }
    #expect(bytes == [0, 1, 1, 1])
    // That is what a sweep finds when they have gone, in their order.
    var leaving: Set<Int> = []
    var before = 0
    for run in [1, 2, 4] {
      leaving.insert(run)
      let reach = try Reach(catalog: catalog, objects: store, without: leaving)
      let freed = try store.sweep(keeping: reach, now: Date() + 10_000, dry: true).bytes
      #expect(freed - before == holdings.bytes(of: run), "r\(run)")
      before = freed
    }
  }
}

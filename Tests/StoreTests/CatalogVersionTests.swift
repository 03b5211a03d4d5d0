import Documents
import Foundation
import GRDB
import Pipelines
import Store
import Testing

/// A catalog that another version made.
struct CatalogVersionTests {
  private let scratch: Scratch
  private static let digest = Digest(hex: CatalogOfVersion2.hex)

  init() throws {
    scratch = try Scratch()
    try CatalogOfVersion2.make(at: scratch.home.catalog)
  }

  @Test func `an older catalog is read before anybody brought it up to date`() throws {
    let catalog = Catalog(home: scratch.home)
    try check(catalog)
    #expect(try catalog.aliases().isEmpty)
    #expect(try catalog.runs(ofSweep: 3).isEmpty)
    #expect(try catalog.sweeps().isEmpty && catalog.sweepStates(limit: 9).isEmpty)
    #expect(try catalog.steps(of: 3, after: 0).steps.map(\.name) == ["prepare", "train"])
  }

  @Test func `an older catalog is brought up to date, also while somebody reads it`() throws {
    let reader = Catalog(home: scratch.home)
    try check(reader)
    let writer = try CatalogWriter(home: scratch.home)
    try check(reader)
    try check(Catalog(home: scratch.home))
    var step = try #require(try reader.steps(of: 3).last)
    step.warning = "careful"
    step.gpus = [AssignedGPU(uuid: "GPU-1", name: "T4 \"a\"")]
    var run = try #require(try reader.run(3))
    run.sweep = 3
    run.isPinned = true
    try writer.write { [step, run] in
      try $0.save(step)
      try $0.save(run)
    }
    #expect(try reader.steps(of: 3).last == step)
    #expect(try reader.run(3) == run)
    #expect(try Catalog(home: scratch.home).runs(ofSweep: 3) == [run])
  }

  @Test func `alerts lead to the steps that show them, and no step is looked at in vain`() throws {
    _ = try CatalogWriter(home: scratch.home)
    let plan = try DatabaseQueue(path: scratch.home.catalog).read { db in
      try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + Catalog.alertCountsQuery)
        .map { $0["detail"] as String }
    }
    let steps = plan.filter { $0.contains(" step ") }
    #expect(
      steps.count == 1 && steps[0].hasSuffix("stepByOtherLog (logRun=? AND name=?)"),
      "\(plan)"
    )
  }

  @Test func `executions of an older catalog are found`() throws {
    let key = try #require(Self.digest)
    let found = try CatalogWriter(home: scratch.home).write { try $0.execution(key) }
    #expect(found?.run == 3 && found?.seconds == 1.5)
    #expect(found?.components == ["command": key, "code a/b.py": key])
    #expect(found?.outputs == ["model": Artifact(kind: .folder, digest: key, size: 12)])
    #expect(try Catalog(home: scratch.home).components(of: key)?.count == 2)
  }

  @Test func `a newer catalog is refused, and left as it is`() throws {
    let queue = try DatabaseQueue(path: scratch.home.catalog)
    try queue.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')")
    }
    let error = #expect(throws: Explanation.self) { try CatalogWriter(home: scratch.home) }
    #expect(error?.what.hasSuffix("was written by a newer Lathe.") == true)
    let columns = try queue.read { try $0.columns(in: "step").map(\.name) }
    #expect(!columns.contains("revision"))
  }

  private func check(_ catalog: Catalog) throws {
    let run = try #require(try catalog.run(3))
    #expect(run.name == "base" && run.parameters == ["rate": .float(0.5)])
    #expect(run.sweep == nil && !run.isPinned)
    let steps = try catalog.steps(of: 3)
    try #require(steps.map(\.name) == ["prepare", "train"])
    #expect(steps[0].status == .cached && steps[0].cachedFrom == 2 && steps[0].facts.isEmpty)
    #expect(steps[1].dependsOn == ["prepare", "a\"b"] && steps[1].exitCode == 0)
    #expect(steps[1].facts.params == ["lr": "0.1"])
    #expect(steps[1].outputs["model"]?.size == 12 && steps[1].outputs["model"]?.kind == .folder)
    #expect(steps[1].key == Self.digest && steps[1].warning == nil && steps[1].gpus.isEmpty)
    #expect(steps[1].ended == Date(timeIntervalSince1970: 1_700_000_002))
    let alerts = try catalog.watchAlerts(of: 3)
    #expect(alerts.map(\.step) == ["train"] && alerts.map(\.words) == ["NaN: loss is NaN."])
    #expect(alerts[0].finding == nil && alerts[0].attempt == nil)
    #expect(try catalog.alertCounts() == [3: 1] && catalog.alerts().count == 4)
  }
}

import Foundation
import Glibc
import Pipelines
import Store
import Testing

/// What a collection keeps and frees.
struct CollectionTests {
  private let scratch: Scratch
  private let writer: CatalogWriter
  private let catalog: Catalog
  private var store: ObjectStore { scratch.store }
  private static let time = Date(timeIntervalSince1970: 1_700_000_000)
  /// When all that the test stores is old.
  private let later = Date() + 10_000

  init() throws {
    scratch = try Scratch()
    writer = try CatalogWriter(home: scratch.home)
    catalog = Catalog(home: scratch.home)
  }

  private func run(_ id: Int, status: RunStatus = .succeeded) throws -> RunRecord {
    RunRecord(
      id: id,
      instance: "i",
      pipeline: "p",
      status: status,
      created: Self.time + Double(id),
      source: SourceVersion(diff: try store.put(Data("diff \(id)".utf8))),
      pipelineFile: try store.put(Data("pipeline \(id)".utf8)),
      code: try folder("code \(id)").digest
    )
  }

  private func folder(_ text: String) throws -> Artifact {
    try scratch.write(text, "in \(text)/file")
    symlink("file", scratch.path + "/in \(text)/link")
    return try store.put(artifact: scratch.path + "/in \(text)")
  }

  private func holds(_ text: String) -> Bool { store.contains(Digest(of: text)) }

  private func execution(_ key: String, run: Int, _ output: String) throws -> ExecutionRecord {
    ExecutionRecord(
      key: Digest(of: key),
      run: run,
      step: "s",
      pipeline: "p",
      attempt: 1,
      seconds: 1,
      components: [:],
      outputs: ["o": try folder(output)],
      ended: Self.time + Double(run)
    )
  }

  @Test func `what runs, steps, launches, models and executions refer to stays`() throws {
    let run = try run(1)
    var step = StepRecord(run: 1, name: "s", index: 0, type: .training)
    step.outputs = ["m": try folder("output")]
    step.facts.artifacts = ["f": try folder("logged")]
    let model = ModelRecord(
      group: "g",
      version: 1,
      approval: .approved,
      run: 9,
      step: "s",
      instance: "i",
      artifact: try folder("model"),
      created: Self.time
    )
    let input = try folder("input")
    let execution = try execution("k", run: 9, "cached")
    try writer.write { [step] in
      try $0.save(run)
      try $0.save(step)
      try $0.save(model)
      try $0.add(execution)
      try $0.saveLaunch(run: 1, token: "t", body: #"{"input":"\#(input.digest.hex)"}"#)
    }
    let pinned = try store.put(Data("named by the caller".utf8))
    _ = try folder("orphan")
    let reach = try Reach(catalog: catalog, objects: store, and: [pinned])
    let dry = try store.sweep(keeping: reach, now: later, dry: true)
    #expect(dry.objects == 2 && dry.bytes > 0 && holds("orphan"))
    #expect(try store.sweep(keeping: reach, now: later, dry: false) == dry)
    #expect(!holds("orphan"))
    for text in [
      "diff 1", "pipeline 1", "code 1", "output", "logged", "model", "input", "cached",
      "named by the caller", "file",
    ] { #expect(holds(text), "\(text)") }
    #expect(try store.sweep(keeping: reach, now: later, dry: false) == Swept())
  }

  @Test func `what only a removed run referred to goes, but for the newest result of a step`()
    throws
  {
    let (first, second) = (try run(1), try run(2))
    let old = try execution("old", run: 1, "old result")
    let new = try execution("new", run: 2, "new result")
    try writer.write {
      try $0.save(first)
      try $0.save(second)
      try $0.add([old, new])
      try $0.add(
        AliasRecord(
          key: Digest(of: "a"),
          target: old.key,
          step: "s",
          pipeline: "p",
          time: Self.time
        )
      )
    }
    // Asked before anything is removed, for showing it.
    let planned = try Reach(catalog: catalog, objects: store, without: [1, 2])
    try writer.write {
      try $0.deleteRun(1)
      try $0.deleteRun(2)
      #expect(try $0.deleteStaleExecutions() == 1)
      #expect(try $0.aliases().isEmpty)
      #expect(try $0.execution(new.key) == new)
    }
    let reach = try Reach(catalog: catalog, objects: store)
    #expect(reach.digests == planned.digests)
    _ = try store.sweep(keeping: reach, now: later, dry: false)
    #expect(!holds("old result") && !holds("code 1") && !holds("code 2") && holds("new result"))
  }

  @Test func `what a live attempt has made stays before the catalog knows of it`() throws {
    let run = try run(1, status: .executing)
    try writer.write { try $0.save(run) }
    let made = try folder("made")
    let attempt = scratch.home.attempt(run: 1, step: "s", attempt: 1)
    try makeFolder(attempt.path)
    try Data(#"{"outputs":{"o":{"digest":"\#(made.digest.hex)"}}}"#.utf8)
      .write(to: URL(filePath: attempt.exit))
    let reach = try Reach(catalog: catalog, objects: store)
    _ = try store.sweep(keeping: reach, now: later, dry: false)
    #expect(holds("made"))
  }

  @Test func `what is young stays, and storing the same bytes again makes it young`() throws {
    let digest = try store.put(Data("x".utf8))
    let file = try scratch.write("y", "file")
    let other = try store.put(file: file).digest
    let reach = try Reach(catalog: catalog, objects: store)
    let sweep = try store.sweep(keeping: reach, dry: false)
    #expect(sweep.objects == 0 && sweep.young == 2)
    // Both were stored long ago; one by one they are stored once more.
    for path in [store.path(of: digest), store.path(of: other)] {
      var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
      utimensat(AT_FDCWD, path, &times, 0)
    }
    #expect(try store.sweep(keeping: reach, dry: true).objects == 2)
    _ = try store.put(Data("x".utf8))
    #expect(try store.sweep(keeping: reach, dry: true).objects == 1)
    _ = try store.put(file: file)
    #expect(try store.sweep(keeping: reach, dry: false).young == 2)
    #expect(store.verify(digest) == .whole && store.verify(other) == .whole)
  }

  @Test func `use is counted and the trash emptied`() throws {
    _ = try store.put(Data(count: 10_000))
    try scratch.write(String(repeating: "x", count: 5_000), "home/trash/a/b/c")
    try scratch.write("log", "home/runs/r1/s/1/output.log")
    symlink("/etc", scratch.path + "/home/trash/link")
    chmod(scratch.path + "/home/trash/a/b", 0o500)
    let usage = try scratch.home.usage()
    #expect(usage.objects >= 10_000 && usage.objectCount == 1)
    #expect(usage.trash >= 5_000 && usage.runs > 0 && usage.state > 0)
    #expect(usage.total >= usage.objects + usage.trash + usage.runs)
    #expect(scratch.home.use(ofRun: 1) > 0 && scratch.home.use(ofRun: 2) == 0)
    #expect(scratch.home.trash(olderThan: 3_600).items.isEmpty)
    #expect(scratch.home.trash(olderThan: 3_600, now: Date() + 3_700).items.count == 2)
    let trash = scratch.home.trash(olderThan: 0)
    #expect(trash.bytes >= 5_000 && scratch.read("home/trash/a/b/c") != nil)
    try trash.remove()
    #expect(access("/etc/passwd", F_OK) == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.home.trash).isEmpty)
    #expect(try Home(folder: scratch.path + "/none").usage().total == 0)
  }

  @Test func `runs are judged as the catalog has them`() throws {
    var runs = try (1...4).map { try run($0, status: $0 == 4 ? .executing : .succeeded) }
    runs[1].isPinned = true
    let model = ModelRecord(
      group: "g",
      version: 1,
      approval: .pending,
      run: 1,
      step: "s",
      instance: "i",
      artifact: try folder("m"),
      created: Self.time
    )
    try writer.write { [runs] in
      for run in runs { try $0.save(run) }
      try $0.save(model)
      try $0.save(
        StepRecord(run: 4, name: "s", index: 0, type: .training, status: .cached, logRun: 3)
      )
    }
    let items = try catalog.retentionItems().sorted { $0.run < $1.run }
    #expect(items.map(\.kept) == [.model, .pinned, nil, .active])
    #expect(items.map(\.needs) == [[], [], [], [3]])
    #expect(items.map(\.group) == Array(repeating: "i/p", count: 4))
    #expect(Retention(count: 0).departures(of: items, now: Date()).isEmpty)
    try writer.write { try $0.deleteRun(4) }
    let left = try catalog.retentionItems()
    #expect(Retention(count: 0).departures(of: left, now: Date()).map(\.run) == [3])
  }
}

import Foundation
import GRDB
import Pipelines
import Store
import Testing

/// What the catalog tells the cache, and those who follow a run.
struct CatalogCacheTests {
  private let scratch: Scratch
  private let writer: CatalogWriter
  private let catalog: Catalog
  private static let time = Date(timeIntervalSince1970: 1_700_000_000.125)

  init() throws {
    scratch = try Scratch()
    writer = try CatalogWriter(home: scratch.home)
    catalog = Catalog(home: scratch.home)
    try writer.write {
      for id in 1...2 {
        try $0.save(
          RunRecord(
            id: id,
            instance: "digits",
            pipeline: "p",
            status: .queued,
            created: Self.time,
            pipelineFile: Digest(of: "x"),
            code: Digest(of: "x")
          )
        )
      }
    }
  }

  private static func execution(
    _ key: String,
    step: String = "a",
    run: Int = 1,
    after seconds: Double = 0
  ) -> ExecutionRecord {
    ExecutionRecord(
      key: Digest(of: key),
      run: run,
      step: step,
      pipeline: "p",
      attempt: 1,
      seconds: 0.5,
      components: ["command": Digest(of: key), "parameter \"ü\\\n\u{1}🎉": Digest(of: "b")],
      outputs: ["o": Artifact(kind: .file, digest: Digest(of: "o"), size: 12)],
      ended: time + seconds
    )
  }

  @Test func `executions are found by their keys, all at once`() throws {
    let many = (0..<500).map { Self.execution("key \($0)", step: "s\($0)") }
    try writer.write { try $0.add(many) }
    let asked = (400..<600).map { Digest(of: "key \($0)") }
    let found = try writer.write { try $0.executions(asked) }
    #expect(found.count == 100)
    #expect(found[Digest(of: "key 450")] == many[450])
    #expect(try catalog.components(of: Digest(of: "key 1")) == many[1].components)
    #expect(try writer.write { try $0.executions([]) }.isEmpty)
  }

  @Test(arguments: [1, 7, 8, 300])
  func `results are found by few keys and by many, without what only explains`(count: Int) throws {
    let many = (0..<count).map { Self.execution("key \($0)", step: "s\($0)") }
    try writer.write { try $0.add(many) }
    let asked = many.map(\.key) + [Digest(of: "none")]
    let found = try writer.results(asked, aliases: [:])
    #expect(found.count == count)
    for var execution in many {
      execution.components = [:]
      #expect(found[execution.key] == execution)
    }
  }

  @Test func `an alias is followed to the execution that it means, a ring to none`() throws {
    func alias(_ key: String, _ target: String) -> AliasRecord {
      AliasRecord(
        key: Digest(of: key),
        target: Digest(of: target),
        step: "a",
        pipeline: "p",
        time: Self.time,
        reason: "only a comment"
      )
    }
    let first = Self.execution("1")
    let own = Self.execution("own", run: 2)
    try writer.write {
      try $0.add(first)
      try $0.add(own)
      for (key, target) in [("2", "1"), ("3", "2"), ("x", "y"), ("y", "x"), ("own", "1")] {
        try $0.add(alias(key, target))
      }
    }
    let keys = ["1", "2", "3", "x", "own"].map { Digest(of: $0) }
    let found = try writer.write { try $0.executions(keys) }
    #expect(found[keys[1]] == first && found[keys[2]] == first)
    // A result of its own counts before what was declared.
    #expect(found[keys[4]] == own)
    #expect(found[keys[3]] == nil)
    #expect(try catalog.aliases().count == 5)
    try writer.write { try $0.deleteAlias(keys[1]) }
    #expect(try writer.write { try $0.execution(keys[2]) } == nil)
    // Declared anew: the later one counts.
    try writer.write { try $0.add(alias("3", "own")) }
    #expect(try writer.write { try $0.execution(keys[2]) } == own)
  }

  @Test func `the newest execution of each step`() throws {
    try writer.write {
      try $0.add([
        Self.execution("1", step: "a", run: 1), Self.execution("2", step: "a", run: 2, after: 5),
        Self.execution("3", step: "b", run: 1, after: 9),
      ])
      var other = Self.execution("4", step: "c")
      other.pipeline = "q"
      try $0.add(other)
    }
    let newest = try writer.write { try $0.newestExecutions(pipeline: "p") }
    #expect(newest.keys.sorted() == ["a", "b"])
    #expect(newest["a"]?.key == Digest(of: "2") && newest["a"]?.run == 2)
    #expect(newest["b"]?.ended == Self.time + 9)
    #expect(try writer.write { try $0.newestExecutions(pipeline: "none") }.isEmpty)
    #expect(
      try writer.write { try $0.newestExecution(pipeline: "p", step: "a") }?.key == Digest(of: "2")
    )
    #expect(
      try writer.write { try $0.components(of: Digest(of: "3")) }?["command"] == Digest(of: "3")
    )
  }

  @Test func `the newest executions of one step, up to a time`() throws {
    try writer.write { transaction in
      for index in 0..<8 {
        try transaction.add(Self.execution("a\(index)", after: Double(index)))
        try transaction.add(Self.execution("b\(index)", step: "b", after: Double(index)))
      }
    }
    func keys(until: Date = .distantFuture, limit: Int = 5) throws -> [Digest] {
      try catalog.executions(pipeline: "p", step: "a", until: until, limit: limit).map(\.key)
    }
    #expect(try keys() == [7, 6, 5, 4, 3].map { Digest(of: "a\($0)") })
    #expect(try keys(until: Self.time + 1, limit: 9) == [1, 0].map { Digest(of: "a\($0)") })
    #expect(try keys(until: Self.time - 1).isEmpty)
  }

  @Test func `a result takes the place of one that cannot be taken any more`() throws {
    let (old, new) = (Self.execution("k"), Self.execution("k", run: 2, after: 9))
    try writer.write {
      try $0.add(old)
      try $0.add(new)
    }
    #expect(try catalog.execution(old.key) == old)
    try writer.write { try $0.replace(new) }
    #expect(try catalog.execution(old.key) == new)
    #expect(try catalog.execution(Digest(of: "other")) == nil)
  }

  @Test func `a follower reads what changed since`() throws {
    func step(_ run: Int, _ index: Int, _ status: StepStatus = .waiting) -> StepRecord {
      StepRecord(run: run, name: "s\(index)", index: index, type: .processing, status: status)
    }
    #expect(try catalog.steps(of: 1, after: 0).revision == 0)
    try writer.write { try $0.save((0..<5).map { step(1, $0) } + [step(2, 0)]) }
    let all = try catalog.steps(of: 1, after: 0)
    #expect(all.steps.map(\.index) == [0, 1, 2, 3, 4])
    #expect(try catalog.steps(of: 1, after: all.revision).steps.isEmpty)
    try writer.write {
      try $0.save(step(1, 3, .executing))
      try $0.save(step(1, 1, .succeeded))
    }
    let next = try catalog.steps(of: 1, after: all.revision)
    #expect(next.steps.map(\.name) == ["s1", "s3"] && next.revision > all.revision)
    // Another run's change is none of this one.
    try writer.write { try $0.save(step(2, 0, .failed)) }
    #expect(try catalog.steps(of: 1, after: next.revision).steps.isEmpty)
    // A change that was undone leaves nothing, and its number may be given again.
    try? writer.write {
      try $0.save(step(1, 0, .failed))
      throw CancellationError()
    }
    #expect(try catalog.steps(of: 1, after: next.revision).steps.isEmpty)
    // The counter goes on where an earlier agent stopped.
    try CatalogWriter(home: scratch.home).write { try $0.save(step(1, 4, .failed)) }
    #expect(try catalog.steps(of: 1, after: next.revision).steps.map(\.name) == ["s4"])
  }

  @Test func `a damaged cell is an error, not a crash`() throws {
    try writer.write { try $0.save(StepRecord(run: 1, name: "a", index: 0, type: .processing)) }
    let queue = try DatabaseQueue(path: scratch.home.catalog)
    for cell in [
      "key = 'x'", "status = 'Odd'", "dependsOn = '[\"a\"'", "dependsOn = '[1]'", "outputs = '{'",
      "outputs = '{\"a\":{\"kind\":\"file\"}}'", "facts = '[]x'", "outputs = ''",
    ] {
      try queue.inDatabase { db in
        try db.execute(sql: "SAVEPOINT s; UPDATE step SET \(cell); RELEASE s")
      }
      #expect(throws: (any Error).self, "\(cell)") { try catalog.steps(of: 1) }
      try writer.write { try $0.save(StepRecord(run: 1, name: "a", index: 0, type: .processing)) }
    }
    #expect(try catalog.steps(of: 1).count == 1)
  }
}

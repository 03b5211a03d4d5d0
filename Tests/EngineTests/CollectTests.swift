import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Synchronization
import Testing

@testable import Engine

/// What a collection frees of a home, and what it must never miss afterwards.
struct CollectTests {
  private static let keepOne = Retention(count: 1)

  /// Three runs of three steps, which differ in the last two.
  private func site() throws -> RunSite {
    let executor = ScriptedExecutor { spec in
      .succeed(spec.outputs.mapValues { $0 + (spec.arguments.dropFirst(2).first ?? "") })
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    for rate in ["0.1", "0.2", "0.3"] { #expect(try site.run(["lr": rate]).status == .succeeded) }
    return site
  }

  private func collect(_ request: CollectRequest, _ site: RunSite) throws -> CollectionReport {
    guard case .collection(let report) = try site.ask(.collect(request)) else {
      throw CancellationError()
    }
    return report
  }

  /// Everything that the store has was stored long ago.
  private func age(_ site: RunSite) throws {
    var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
    for path in try FileManager.default.subpathsOfDirectory(atPath: site.home.objects)
    where path.count == 65 { utimensat(AT_FDCWD, site.home.objects + "/" + path, &times, 0) }
  }

  /// Whether everything that a row of the catalog names is there whole.
  private func checkReferences(_ site: RunSite, _ words: Comment) throws {
    let catalog = Catalog(home: site.home)
    #expect(try catalog.fault() == nil, words)
    for run in try catalog.runs() {
      #expect(site.store.manifest(run.code) != nil, words)
      for step in try catalog.steps(of: run.id) {
        for artifact in step.outputs.values {
          #expect(site.store.standing(of: artifact) == .whole, words)
        }
        let folder = site.home.attempt(
          run: step.logRun,
          step: step.name,
          attempt: step.logAttempt
        )
        #expect(access(folder.exit, F_OK) == 0, "\(words): \(folder.path)")
      }
    }
  }

  @Test func `what would go is told and nothing is changed`() throws {
    let site = try site()
    try age(site)
    let report = try collect(CollectRequest(retention: Self.keepOne), site)
    // r1 made what r2 and r3 took from the cache: its log is theirs.
    #expect(report.runs.map(\.run) == [2])
    #expect(report.runs.map(\.reason) == [.count])
    #expect(report.objects.objects > 0 && report.totalBytes > 0 && !report.isDone)
    #expect(try site.agent.reader.runs().count == 3)
    #expect(access(site.home.run(2), F_OK) == 0)
    #expect(try collect(CollectRequest(), site).runs.isEmpty)
  }

  @Test func `what was shown goes, and what the rest needs stays`() throws {
    let site = try site()
    try age(site)
    var request = CollectRequest(retention: Self.keepOne)
    let plan = try collect(request, site)
    request.approved = plan.runs.map(\.run)
    let report = try collect(request, site)
    #expect(report.isDone && report.runs == plan.runs)
    #expect(report.objects.objects == plan.objects.objects)
    #expect(access(site.home.run(2), F_OK) != 0)
    #expect(try site.agent.reader.runs().map(\.id) == [3, 1])
    try checkReferences(site, "collected")
    #expect(try collect(CollectRequest(), site).isEmpty)
    // The result of a removed run is computed again; that of the newest is taken.
    #expect(try site.run(["lr": "0.3"]).stepsCached == 3)
    #expect(try site.run(["lr": "0.2"]).stepsCached == 1)
  }

  @Test func `a run that is pinned, needed or active by now stays although it was shown`() throws {
    let site = try site()
    let request = CollectRequest(retention: Self.keepOne, approved: [2])
    try site.ask(.pin(run: 2, isPinned: true))
    #expect(try collect(request, site).runs.isEmpty)
    #expect(try site.agent.reader.run(2)?.isPinned == true)
    #expect(throws: Explanation.self) { try site.ask(.remove(run: 2)) }
    try site.ask(.pin(run: 2, isPinned: false))
    // Only what was shown goes.
    #expect(
      try collect(CollectRequest(retention: Retention(count: 0), approved: []), site).runs == []
    )
    #expect(try collect(request, site).runs.map(\.run) == [2])
  }

  @Test func `a collection that dies anywhere leaves a whole home, and the next one ends it`()
    throws
  {
    var stop = 0
    while true {
      let site = try site()
      try age(site)
      let attempt = site.home.attempt(run: 3, step: "train", attempt: 1)
      try makeFolder(attempt.work)
      try makeFolder(site.home.trash + "/r9-1")
      let request = CollectRequest(retention: Self.keepOne, emptiesTrash: true, approved: [2])
      let collector = Collector(home: site.home, catalog: site.agent.reader)
      let plan = try collector.plan(request)
      if stop > 0 {
        // As the agent does it; then the process dies before the `stop`th removal.
        try site.agent.catalog.write {
          try $0.deleteRun(2)
          if stop > 1 { try $0.deleteStaleExecutions() }
        }
      }
      var left = stop - 2
      if stop > 1 {
        _ = try collector.free(request) {
          left -= 1
          return left >= 0
        }
      }
      try checkReferences(site, "dies at \(stop)")
      let report = try collect(request, site)
      #expect(report.isDone)
      try checkReferences(site, "ended after \(stop)")
      #expect(try collect(CollectRequest(retention: Self.keepOne), site).isEmpty, "\(stop)")
      #expect(access(site.home.run(2), F_OK) != 0 && access(attempt.work, F_OK) != 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: site.home.trash).isEmpty)
      // Beyond the last removal nothing is left to die at.
      if left > 0 {
        #expect(stop > plan.objects.objects)
        return
      }
      stop += 1
    }
  }

  @Test func `a size is kept to by the home as a whole`() throws {
    let site = try site()
    try age(site)
    let total = try site.home.usage().total
    let all = try collect(CollectRequest(retention: Retention(size: total)), site)
    #expect(all.runs.isEmpty)
    let none = try collect(CollectRequest(retention: Retention(size: 0)), site)
    #expect(none.runs.map(\.run) == [2] && none.runs.map(\.reason) == [.size])
  }

  @Test func `for a size the trash goes before any run, and what is missed is told`() throws {
    let site = try site()
    try age(site)
    let trash = site.home.trash + "/old"
    try FileManager.default.createDirectory(atPath: trash, withIntermediateDirectories: true)
    try Data(count: 1 << 20).write(to: URL(filePath: trash + "/data"))
    let total = try site.home.usage().total
    // Half of what lies in the trash is too much: it goes, and all runs stay.
    var request = CollectRequest(retention: Retention(size: total - (1 << 19)))
    let plan = try collect(request, site)
    #expect(plan.runs.isEmpty && plan.trash.count == 1 && plan.target?.emptiesTrash == true)
    #expect(plan.target?.above == 0 && (plan.target?.left ?? 0) <= total - (1 << 20))
    request.approved = []
    request.emptiesTrash = true
    let report = try collect(request, site)
    #expect(report.isDone && report.trash.count == 1 && access(trash, F_OK) != 0)
    let left = try site.home.usage().total
    #expect(report.target?.left == left)
    // What is there is less than the target: the trash is left alone.
    let met = try collect(CollectRequest(retention: Retention(size: left)), site)
    #expect(met.isEmpty && met.target?.emptiesTrash == false)
    // Nothing is as small as that: r3 is the newest, r1 is shown by it.
    let missed = try collect(CollectRequest(retention: Retention(size: 1)), site)
    let target = try #require(missed.target)
    #expect(missed.runs.map(\.run) == [2] && target.above > 0)
    #expect(target.stays.map(\.what) == [.runs(.newest), .runs(.needed)])
    #expect(target.stays.map(\.amount.count) == [1, 1])
    #expect(target.left == left - missed.totalBytes)
  }

  @Test func `the trash goes by its age, or as a whole`() throws {
    let site = try RunSite(CacheRunTests.files)
    _ = try site.run()
    try site.ask(.remove(run: 1))
    #expect(try collect(CollectRequest(), site).trash.count == 0)
    #expect(try collect(CollectRequest(emptiesTrash: true), site).trash.count == 1)
    let collector = Collector(home: site.home, catalog: site.agent.reader)
    let later = Date() + CollectRequest.trashAge + 10
    #expect(try collector.plan(CollectRequest(), now: later).trash.count == 1)
    #expect(try collect(CollectRequest(emptiesTrash: true, approved: []), site).trash.count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: site.home.trash).isEmpty)
  }

  @Test func `a running run keeps what it has, and what is launched meanwhile`() throws {
    let executor = ScriptedExecutor { $0.step == "train" ? .hold : .succeed($0.outputs) }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    let run = try site.launch()
    site.serve { [agent = site.agent] in !(agent.runs[run]?.activeNames.isEmpty ?? true) }
    try age(site)
    let report = try collect(CollectRequest(retention: Retention(count: 0), approved: [run]), site)
    #expect(report.runs.isEmpty && report.objects.objects == 0)
    try executor.finish("train", for: site.agent)
    #expect(try site.end(of: run).status == .succeeded)
    try checkReferences(site, "running")
  }

  @Test func `what a long preparation has stored is there at its end, whatever was collected`()
    throws
  {
    let site = try RunSite([
      "a.py": "print()", "data/one": "1", "data/two": "2",
      "pipeline.yaml": """
      steps:
        a: { type: Processing, run: [python3, a.py], code: [a.py], inputs: { data: data } }
      """,
    ])
    let (catalog, store) = (site.agent.reader, site.store)
    let looks = Mutex(0)
    var launcher = Launcher(home: site.home, machine: Machine(cpus: 1, memory: 1 << 30))
    launcher.clock = {
      let look = looks.withLock { looks in
        looks += 1
        return looks
      }
      guard look > 1 else { return 0 }
      // Hours later: nothing refers to what was stored so far.
      if look == 2, let reach = try? Reach(catalog: catalog, objects: store) {
        let swept = try? store.sweep(keeping: reach, now: Date() + 10_000, dry: false)
        #expect(swept?.objects ?? 0 >= 4)
      }
      return 10_000
    }
    let request = LaunchRequest(instance: "digits", what: .pipeline(file: "pipeline.yaml"))
    let instance = try site.agent.instance("digits")
    let prepared = try launcher.prepare(request, instance: instance, earlier: nil)
    let code = try #require(store.manifest(prepared.run.code))
    #expect(store.holdsAll(of: code) && code.entries.keys.contains("a.py"))
    let data = try #require(prepared.body.paths["data"])
    #expect(store.holdsAll(of: data))
    #expect(looks.withLock(\.self) == 4)
  }

  @Test func `runs go in pieces, and what is pinned meanwhile stays with what it needs`() throws {
    let site = try site()
    for rate in ["0.4", "0.5", "0.6"] { #expect(try site.run(["lr": rate]).status == .succeeded) }
    site.agent.turnSeconds = 0
    let request = CollectRequest(retention: Self.keepOne, approved: Array(1...6))
    let reports = Mutex<[AgentReply]>([])
    site.agent.handle(.collect(request)) { reply, _ in reports.withLock { $0.append(reply) } }
    func left() throws -> [Int] { try site.agent.reader.runs().map(\.id) }
    site.serve { (try? left().count) ?? 0 < 6 }
    #expect(try left() == [6, 4, 3, 2, 1])
    // Others are served between the pieces.
    try site.ask(.pin(run: 3, isPinned: true))
    site.serve { !reports.withLock(\.isEmpty) }
    guard case .collection(let report) = reports.withLock(\.first) else {
      Issue.record("no collection")
      return
    }
    #expect(report.runs.map(\.run).sorted() == [2, 4, 5])
    #expect(try left() == [6, 3, 1])
    try checkReferences(site, "in pieces")
  }

  @Test func `runs that show each other's logs go together or not at all`() throws {
    let executor = ScriptedExecutor {
      $0.run == 1 && $0.step == "train" ? .fail("no") : .succeed($0.outputs)
    }
    let site = try RunSite(CacheRunTests.files, executor: executor)
    #expect(try site.run().status == .failed)
    #expect(try site.run().stepsCached == 1)
    // r2 has shown what r1 prepared; r1 now shows what r2 trained.
    try site.ask(.resume(run: 1))
    #expect(try site.end(of: 1).status == .succeeded)
    #expect(try site.run(caching: .off).status == .succeeded)
    let items = try site.agent.reader.retentionItems().sorted { $0.run < $1.run }
    #expect(items.map(\.needs) == [[2], [1], []])
    func delete() throws -> (gone: [Int], leaving: Set<Int>) {
      var leaving: Set<Int> = [1, 2]
      let gone = try site.agent.catalog.write {
        try $0.deleteRuns([2, 1], leaving: &leaving, while: { false }).gone
      }
      return (gone, leaving)
    }
    // What was decided a moment ago is pinned by now.
    try site.ask(.pin(run: 1, isPinned: true))
    #expect(try delete() == ([], [1]))
    try checkReferences(site, "pinned")
    try site.ask(.pin(run: 1, isPinned: false))
    site.agent.turnSeconds = 0
    let request = CollectRequest(retention: Self.keepOne, approved: [1, 2])
    #expect(try collect(request, site).runs.map(\.run).sorted() == [1, 2])
    #expect(try site.agent.reader.runs().map(\.id) == [3])
    try checkReferences(site, "collected")
  }
}

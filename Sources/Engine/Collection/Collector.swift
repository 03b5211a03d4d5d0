import Documents
import Foundation
import Store

/// Finds what a home does not need any more, and frees it; knows nothing of the agent's thread.
///
/// Rows go first, by the agent; what is freed here is what no row names. Each removal leaves a home in
/// which nothing that a row names is missing: wherever this is cut short, the next one takes up the rest.
struct Collector: Sendable {
  let home: Home
  let catalog: Catalog

  private var objects: ObjectStore { ObjectStore(home: home, isDurable: false) }

  // MARK: Plan

  /// What would go; changes nothing.
  ///
  /// For a size the cheapest goes first: what nothing refers to and work folders, then all of the trash,
  /// then runs.
  func plan(_ request: CollectRequest, now: Date = Date()) throws -> CollectionReport {
    var report = CollectionReport()
    let orphans = try orphans()
    var work = Leftovers()
    for attempt in try catalog.doneAttempts() { work.items += self.work(of: attempt).items }
    report.trash = .init(trash(request, now))
    report.workFolders = .init(work)
    report.runFolders = .init(orphans)
    var items: [Retention.Item] = []
    var departures: [Retention.Departure] = []
    var usage = 0
    if let size = request.retention.size {
      usage = try home.usage().total
      var free = try swept(without: [], dry: true).bytes + work.bytes + orphans.bytes
      let emptiesTrash = request.emptiesTrash || usage - free - report.trash.bytes > size
      report.target = .init(bytes: size, left: usage, emptiesTrash: emptiesTrash)
      if emptiesTrash { report.trash = .init(home.trash(olderThan: 0, now: now)) }
      free += report.trash.bytes
      (items, departures) = try self.departures(request.retention, usage - free, work, now)
    } else if request.retention != Retention() {
      (items, departures) = try self.departures(request.retention, now)
    }
    let leaving = Set(departures.map(\.run))
    // The work folders of runs that go, go with them.
    let gone = work.items.filter { leaving.contains(home.run(of: $0.path) ?? 0) }
    report.workFolders.count -= gone.count
    report.workFolders.bytes -= gone.reduce(0) { $0 + $1.bytes }
    report.runs = try runs(departures)
    report.runFolders.count += report.runs.count
    report.runFolders.bytes += report.runs.reduce(0) { $0 + home.use(ofRun: $1.run) }
    report.objects = try swept(without: leaving, dry: true)
    if var target = report.target {
      target.left = max(0, usage - report.totalBytes)
      target.stays = stays(of: items, without: leaving, request.retention, report.objects)
      report.target = target
    }
    return report
  }

  /// Those of a plan's runs that were approved and that nothing needs that stays, as they go.
  func removable(_ approved: [Int]?, of plan: CollectionReport) throws -> [Int] {
    guard let approved else { return [] }
    let wanted = Set(plan.runs.map(\.run)).intersection(approved)
    guard !wanted.isEmpty else { return [] }
    let items = try catalog.retentionItems()
    return Retention.order(Retention.removable(wanted, of: items), of: items)
  }

  private func departures(
    _ retention: Retention,
    _ now: Date
  ) throws -> ([Retention.Item], [Retention.Departure]) {
    let items = try catalog.retentionItems()
    let holdings = try Holdings(of: items, catalog: catalog, objects: objects)
    let departures = retention.departures(of: items, now: now).map { departure in
      var departure = departure
      departure.bytes = holdings.bytes(of: departure.run)
      return departure
    }
    return (items, departures)
  }

  /// Where runs go by a size; `usage` is what the home takes without what goes anyway.
  private func departures(
    _ retention: Retention,
    _ usage: Int,
    _ work: Leftovers,
    _ now: Date
  ) throws -> ([Retention.Item], [Retention.Departure]) {
    var items = try catalog.retentionItems()
    let holdings = try Holdings(of: items, catalog: catalog, objects: objects)
    let anyway = Dictionary(grouping: work.items) { home.run(of: $0.path) ?? 0 }
      .mapValues { $0.reduce(0) { $0 + $1.bytes } }
    for index in items.indices {
      let run = items[index].run
      items[index].bytes = max(0, holdings.bytes(of: run) - (anyway[run] ?? 0))
    }
    // What is not any run's own, and stays, takes its part of the size.
    let rest = max(0, usage - items.reduce(0) { $0 + $1.bytes })
    var own = retention
    own.size = retention.size.map { max(0, $0 - rest) }
    return (items, own.departures(of: items, now: now))
  }

  /// The runs that go, with what tells a user whether they matter.
  private func runs(_ departures: [Retention.Departure]) throws -> [CollectionReport.Run] {
    var best: [Int: Int?] = [:]
    return try departures.compactMap { departure in
      guard let run = try catalog.run(departure.run) else { return nil }
      var leaving = CollectionReport.Run(run, departure)
      guard let number = run.sweep, let sweep = try catalog.sweep(number) else { return leaving }
      let first = try best[number] ?? catalog.state(of: sweep).best?.id
      best[number] = .some(first)
      leaving.sweep = number
      leaving.isBest = first == run.id
      return leaving
    }
  }

  /// What keeps the home from taking less.
  private func stays(
    of items: [Retention.Item],
    without leaving: Set<Int>,
    _ retention: Retention,
    _ objects: Swept
  ) -> [CollectionReport.Target.Stay] {
    var amounts: [Retention.Hold: CollectionReport.Amount] = [:]
    let holds = retention.holds(of: items, without: leaving)
    for item in items {
      guard let hold = holds[item.run] else { continue }
      amounts[hold, default: .init()].count += 1
      amounts[hold, default: .init()].bytes += item.bytes
    }
    var stays = Retention.Hold.allCases.compactMap { hold in
      amounts[hold].map { CollectionReport.Target.Stay(.runs(hold), $0) }
    }
    if objects.young > 0 {
      stays.append(.init(.young, .init(count: objects.young, bytes: objects.youngBytes)))
    }
    return stays
  }

  // MARK: Free

  /// Frees what no row names any more, one thing after the other, as long as it is asked for.
  ///
  /// Returns what went, without the runs.
  func free(
    _ request: CollectRequest,
    now: Date = Date(),
    while goesOn: () -> Bool = { true }
  ) throws -> CollectionReport {
    var report = CollectionReport()
    let orphans = try orphans()
    report.runFolders = .init(orphans)
    try orphans.remove(while: goesOn)
    for attempt in try catalog.doneAttempts() {
      let work = work(of: attempt)
      guard !work.items.isEmpty else { continue }
      guard goesOn() else { return report }
      report.workFolders.count += work.items.count
      report.workFolders.bytes += work.bytes
      try attempt.folder.removeWork()
    }
    guard goesOn() else { return report }
    report.objects = try swept(without: [], dry: false, while: goesOn)
    let trash = trash(request, now)
    report.trash = .init(trash)
    try trash.remove(while: goesOn)
    report.isDone = goesOn()
    return report
  }

  /// What is left of an attempt's work, unless the store has lost an output that may still be in it.
  private func work(of attempt: DoneAttempt) -> Leftovers {
    let work = home.workFolders(of: [attempt.folder])
    guard !work.items.isEmpty, attempt.outputs.allSatisfy(objects.isComplete) else {
      return Leftovers()
    }
    return work
  }

  private func swept(
    without leaving: Set<Int>,
    dry: Bool,
    while goesOn: () -> Bool = { true }
  ) throws -> Swept {
    let objects = objects
    let reach = try Reach(catalog: catalog, objects: objects, without: leaving)
    return try objects.sweep(keeping: reach, dry: dry, while: goesOn)
  }

  /// What removed runs have left; refused where it may be what another catalog names.
  private func orphans() throws -> Leftovers {
    let orphans = try home.orphans(besides: catalog.runNumbers)
    let foreign = try catalog.lastForeignRun()
    let strangers = orphans.items.filter { home.run(of: $0.path).map { $0 <= foreign } ?? false }
    guard let first = strangers.first else { return orphans }
    throw Explanation(
      what: "Nothing is freed: \(strangers.count) folders of runs are not this catalog's.",
      why: "\(first.path), for one, was made under another catalog (LATHE_STATE, or another host).",
      next: "Bring that catalog back, or remove those folders yourself if nobody needs them."
    )
  }

  private func trash(_ request: CollectRequest, _ now: Date) -> Leftovers {
    home.trash(olderThan: request.emptiesTrash ? 0 : CollectRequest.trashAge, now: now)
  }
}

extension Home {
  /// The run whose folder a path lies in.
  fileprivate func run(of path: String) -> Int? {
    guard path.hasPrefix(runs + "/r") else { return nil }
    return Int(path.dropFirst(runs.count + 2).prefix { $0 != "/" })
  }
}

extension CollectionReport.Run {
  init(_ run: RunRecord, _ departure: Retention.Departure) {
    self.init(
      run: run.id,
      name: run.name,
      instance: run.instance,
      pipeline: run.pipeline,
      status: run.status,
      ended: run.ended ?? run.created,
      bytes: departure.bytes,
      reason: departure.reason
    )
  }
}

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
  func plan(_ request: CollectRequest, now: Date = Date()) throws -> CollectionReport {
    var report = CollectionReport()
    let orphans = try orphans()
    let attempts = try catalog.doneAttempts()
    let work = home.workFolders(of: attempts)
    report.trash = .init(trash(request, now))
    report.workFolders = .init(work)
    report.runFolders = .init(orphans)
    let departures = try departures(request.retention, work, orphans, report.trash, now)
    let leaving = Set(departures.map(\.run))
    // The work folders of runs that go, go with them.
    let gone = work.items.filter { leaving.contains(home.run(of: $0.path) ?? 0) }
    report.workFolders.count -= gone.count
    report.workFolders.bytes -= gone.reduce(0) { $0 + $1.bytes }
    for departure in departures {
      guard let run = try catalog.run(departure.run) else { continue }
      report.runs.append(CollectionReport.Run(run, departure))
      report.runFolders.count += 1
      report.runFolders.bytes += home.use(ofRun: run.id)
    }
    report.objects = try swept(without: leaving, dry: true)
    return report
  }

  private func departures(
    _ retention: Retention,
    _ work: Leftovers,
    _ orphans: Leftovers,
    _ trash: CollectionReport.Amount,
    _ now: Date
  ) throws -> [Retention.Departure] {
    guard retention != Retention() else { return [] }
    var items = try catalog.retentionItems()
    let holdings = try Holdings(of: items, catalog: catalog, objects: objects)
    guard let size = retention.size else {
      return retention.departures(of: items, now: now).map { departure in
        var departure = departure
        departure.bytes = holdings.bytes(of: departure.run)
        return departure
      }
    }
    // What is not any run's own, and stays, takes its part of the size.
    let anyway = Dictionary(grouping: work.items) { home.run(of: $0.path) ?? 0 }
      .mapValues { $0.reduce(0) { $0 + $1.bytes } }
    for index in items.indices {
      let run = items[index].run
      items[index].bytes = max(0, holdings.bytes(of: run) - (anyway[run] ?? 0))
    }
    let free = try swept(without: [], dry: true).bytes + trash.bytes + work.bytes + orphans.bytes
    let rest = try home.usage().total - free - items.reduce(0) { $0 + $1.bytes }
    var ownSize = retention
    ownSize.size = max(0, size - max(0, rest))
    return ownSize.departures(of: items, now: now)
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
      let work = home.workFolders(of: [attempt])
      guard !work.items.isEmpty else { continue }
      guard goesOn() else { return report }
      report.workFolders.count += work.items.count
      report.workFolders.bytes += work.bytes
      try attempt.removeWork()
    }
    guard goesOn() else { return report }
    report.objects = try swept(without: [], dry: false, while: goesOn)
    let trash = trash(request, now)
    report.trash = .init(trash)
    try trash.remove(while: goesOn)
    report.isDone = goesOn()
    return report
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

import Curves
import Documents
import Engine
import Foundation
import Pipelines
import Series
import Store
import Synchronization

/// Computes the answer to each query from the catalog, the gallery and files.
///
/// Runs on one background thread; what makes the next answer cheaper (open readers, line counts) is
/// kept between them.
final class AnswerSource: Sendable {
  private struct Memory {
    var logs: [AttemptFolder: LogIndex] = [:]
    var curves = CurveSource()
    var live: LiveMetrics
    /// The last comparison, whose files are not compared anew with every point that is logged.
    var compared: RunComparison?
    var messages: [AttemptFolder: LogMessages] = [:]
    /// The steps of log messages on a curve, by where they begin in the log.
    var places: [SeriesKey: [Int: Double]] = [:]
    var load = LoadSampler()
  }

  /// Older ones are shown while they are active; the command line finds all.
  private static let mostSweeps = 100

  private let home: Home
  private let catalog: Catalog
  private let gallery: Gallery
  private let memory: Mutex<Memory>
  private let walk = Mutex(Walk())

  /// The last look at what the home takes.
  private struct Walk {
    var meter = UsageMeter()
    /// When it ended, and the seconds that it took.
    var ended: Double?
    var cost = 0.0
  }

  init(home: Home) {
    self.home = home
    catalog = Catalog(home: home)
    memory = Mutex(Memory(live: LiveMetrics(catalog)))
    gallery = Gallery(home: home)
  }

  func answer(_ query: Query) -> Answer {
    do {
      return try found(query)
    } catch {
      return .failed(Explanation(error))
    }
  }

  private func found(_ query: Query) throws -> Answer {
    switch query {
    case .header: .header(try header())
    case .usage: .usage(try usage())
    case .runs(let filter, let limit):
      .runs(
        filter.isEmpty
          ? try catalog.runsOfNoSweep(limit: limit)
          : try catalog.runs(matching: filter, limit: limit)
      )
    case .runCount(let instance): .count(try catalog.runCount(ofInstance: instance))
    case .runsNumbered(let numbers): .runs(try catalog.runs(numbered: numbers))
    case .liveRuns(let numbers): .runs(try live(numbers))
    case .sweeps: .sweeps(try catalog.sweepStates(limit: AnswerSource.mostSweeps))
    case .sweepRuns(let sweep, let limit): .runs(try catalog.runs(ofSweep: sweep, limit: limit))
    case .bestOfSweep(let sweep, let limit):
      .runs(try catalog.bestRuns(ofSweep: sweep, limit: limit))
    case .run(let id): .run(try run(id))
    case .liveMetrics(let id): .summaries(try liveMetrics(id))
    case .log(let folder, let window): .log(try log(folder, window))
    case .metrics(let folder): .metrics(try memory.withLock { try $0.curves.metrics(folder) })
    case .metricNames(let folder):
      .metricNames(try memory.withLock { try $0.curves.reader(folder).names })
    case .marks(let folder): .marks(WatchMarks.read(folder))
    case .logged(let folder): .logged(StepFacts(loggedIn: folder))
    case .messages(let key): .messages(try messages(key))
    case .logLine(let place): .logLine(try logLine(place))
    case .curves(let request): .curves(try memory.withLock { try $0.curves.curves(request) })
    case .histogram(let request):
      .histogram(try memory.withLock { try $0.curves.histograms(request) })
    case .table(let request): .table(try memory.withLock { try $0.curves.table(request) })
    case .readings(let request):
      .readings(try memory.withLock { try $0.curves.readings(request) })
    case .comparison(let ids): .comparison(try comparison(ids))
    case .instances: .instances(try catalog.instances())
    case .pipeline(let instance): .pipeline(try pipeline(instance))
    case .stacks: .stacks(try catalog.stacks())
    case .stack(let name): .stack(try stack(name))
    case .models: .models(try catalog.models())
    case .alerts: .alerts(try catalog.alerts())
    case .alertCounts: .alertCounts(try catalog.alertCounts())
    case .gallery: .gallery(gallery.entries())
    case .template(let name): .template(try gallery.template(named: name))
    case .folder(let path): .folder(try FolderEntry.entries(of: path))
    case .file(let path): .file(try FileFacts(reading: path))
    case .files(let folder): .files(FolderEntry.files(below: folder))
    }
  }

  /// The files that an answer was made from, as far as the query tells: when one changes, it is asked again.
  ///
  /// A file that does not exist yet is replaced by the nearest folder that does. Asks no catalog and waits
  /// for no answer: the main thread asks.
  func sources(of query: Query) -> Set<String> {
    let paths: [String] =
      switch query {
      case .header, .usage, .runs, .runCount, .runsNumbered, .sweeps, .sweepRuns, .bestOfSweep,
        .run,
        .liveRuns, .liveMetrics, .comparison, .instances, .stacks, .stack, .models, .alerts,
        .alertCounts:
        [home.catalog + "-wal"]
      case .log(let folder, _): [folder.log]
      case .metrics(let folder), .metricNames(let folder): [folder.metrics]
      case .marks(let folder): [folder.marks]
      case .logged(let folder): [folder.facts]
      case .messages(let key): [key.folder.log]
      case .logLine: []
      case .curves(let request): request.series.map(\.folder.metrics)
      case .table(let request): request.series.map(\.folder.metrics)
      case .histogram(let request): Self.live(request.series.map(\.folder.metrics))
      case .readings(let request): request.places.map(\.series.folder.metrics)
      case .gallery: [home.templates]
      case .template, .pipeline: []
      case .folder(let path): [path]
      case .file(let path): [path]
      case .files(let folder): [folder]
      }
    return Set(paths.map(nearestExisting))
  }

  /// Further files of an answer, which the catalog tells of.
  func foundSources(of query: Query) -> Set<String> {
    let paths: [String] =
      switch query {
      case .liveRuns(let numbers), .comparison(let numbers):
        (try? LiveMetrics.folders(of: numbers, in: catalog)) ?? []
      case .liveMetrics(let run): (try? LiveMetrics.folders(of: [run], in: catalog)) ?? []
      case .pipeline(let instance):
        (try? catalog.instance(instance)).map { [$0.folder + "/pipeline.yaml", $0.folder] } ?? []
      default: []
      }
    return Set(paths.map(nearestExisting))
  }

  /// Of long series all values are not counted anew with every point: the next question does it.
  private static func live(_ folders: [String]) -> [String] {
    let sizes = folders.flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.map { name -> Int in
        var status = stat()
        return stat(folder + "/" + name, &status) == 0 ? Int(status.st_size) : 0
      }
    }
    return sizes.reduce(0, +) > 64 << 20 ? [] : folders
  }

  private func nearestExisting(_ path: String) -> String {
    var path = path
    while path.count > 1, access(path, F_OK) != 0 {
      path = URL(filePath: path).deletingLastPathComponent().path
    }
    return path
  }

  // MARK: Catalog

  private func header() throws -> HeaderFacts {
    let counts = try catalog.counts()
    // Of all that the home lies on, the one that is full first.
    let free = home.spaces().map(\.free).min() ?? 0
    return HeaderFacts(
      counts: counts,
      instances: try catalog.instances(),
      // In steps of 16 MiB, so that a log that grows does not redraw the header.
      freeBytes: free & ~0xff_ffff,
      load: counts.executing > 0 ? memory.withLock { $0.load.sample() } : nil,
      owner: HomeSite().otherOwner(of: home)?.name
    )
  }

  /// Seconds to wait before the home is looked at again: it is to cost less than a hundredth of a core.
  var usagePause: Double {
    walk.withLock { walk in
      guard let ended = walk.ended else { return 0 }
      let pause = max(10, walk.cost * 100)
      return min(pause, max(0, ended + pause - ProcessInfo.processInfo.systemUptime))
    }
  }

  private func usage() throws -> Int {
    try walk.withLock { walk in
      let begin = ProcessInfo.processInfo.systemUptime
      let bytes = try walk.meter.bytes(of: catalog)
      walk.ended = ProcessInfo.processInfo.systemUptime
      walk.cost = (walk.ended ?? begin) - begin
      // Seven digits of its bits: what is smaller would redraw the header without being read.
      let digits = max(0, Int.bitWidth - bytes.leadingZeroBitCount - 7)
      return (bytes >> digits) << digits
    }
  }

  private func run(_ id: Int) throws -> RunFacts {
    guard let run = try catalog.run(id) else {
      throw Explanation(
        what: "There is no run r\(id).",
        why: "It may have been removed.",
        next: "Go back with q and choose another one."
      )
    }
    let parent = try run.parent.flatMap { try catalog.run($0) }
    let alerts = try catalog.newestWatchAlerts(of: id, limit: RunSide.mostAlerts)
    return RunFacts(
      run: run,
      steps: try catalog.steps(of: id),
      metrics: run.ordered(try catalog.metrics(of: id)),
      parent: parent,
      parentMetrics: try parent.map { try catalog.metrics(of: $0.id) } ?? [],
      parentSteps: try parent.map { try catalog.steps(of: $0.id) } ?? [],
      alertCount: alerts.count,
      newestAlerts: alerts.newest
    )
  }

  private func stack(_ name: String) throws -> StackFacts {
    guard let stack = try catalog.stack(name) else {
      throw Explanation(
        what: "There is no stack '\(name)'.",
        why: "It is being made, or it was taken down.",
        next: "Press 5 for the list of stacks."
      )
    }
    return StackFacts(
      stack: stack,
      resources: try catalog.resources(of: name),
      events: try catalog.events(of: name)
    )
  }

  private func comparison(_ ids: [Int]) throws -> RunComparison {
    let runs = try ids.compactMap { try catalog.run($0) }
    return try memory.withLock { memory in
      let comparison = try RunComparison(
        of: runs,
        catalog: catalog,
        objects: ObjectStore(home: home),
        live: &memory.live,
        known: memory.compared
      )
      memory.compared = comparison
      return comparison
    }
  }

  /// Runs that execute, with their main metrics as far as they have come.
  private func live(_ numbers: [Int]) throws -> [RunRecord] {
    let runs = try catalog.runs(numbered: numbers)
    return try memory.withLock { try $0.live.told(runs) }
  }

  private func liveMetrics(_ id: Int) throws -> [MetricSummary] {
    guard let run = try catalog.run(id) else { return [] }
    return try memory.withLock { try $0.live.metrics(of: run) }
  }

  private func pipeline(_ name: String) throws -> PipelineFacts {
    guard let instance = try catalog.instance(name) else {
      throw Explanation(
        what: "There is no instance '\(name)'.",
        next: "Press 2 for the gallery, or run 'lathe init' in a folder of your own."
      )
    }
    let file = "pipeline.yaml"
    let bytes = try FileFacts(reading: instance.folder + "/" + file).bytes
    let (pipeline, findings) = Pipeline.read(
      String(decoding: bytes, as: UTF8.self),
      name: name
    )
    return PipelineFacts(file: file, pipeline: pipeline, diagnostics: findings)
  }

  // MARK: Streams

  private func logLine(_ place: LogPlace) throws -> Int? {
    let folder = place.series.folder
    return try memory.withLock { memory in
      let time =
        switch place.at {
        case .time(let time): time
        case .step(let step):
          try memory.curves.reader(folder)[place.series.name]?.time(at: step) ?? .nan
        }
      guard let offset = LogTimesFile.offset(at: time, in: folder.times) else { return nil }
      var index = memory.logs[folder] ?? LogIndex(path: folder.log)
      defer { memory.logs[folder] = index }
      return try index.line(at: offset)
    }
  }

  private func messages(_ key: SeriesKey) throws -> [LogMessage] {
    try memory.withLock { memory in
      if memory.messages.count > 32, memory.messages[key.folder] == nil { memory.messages = [:] }
      if memory.places.count > 512, memory.places[key] == nil { memory.places = [:] }
      var log = memory.messages.removeValue(forKey: key.folder) ?? LogMessages(key.folder)
      defer { memory.messages[key.folder] = log }
      log.refresh()
      guard !log.groups.isEmpty else { return [] }
      var places = memory.places.removeValue(forKey: key) ?? [:]
      defer { memory.places[key] = places }
      let unknown = log.groups.filter { places[$0.offset] == nil }
      if !unknown.isEmpty, let track = try memory.curves.reader(key.folder)[key.name] {
        for group in unknown { places[group.offset] = try track.step(at: group.message.time) }
      }
      return log.groups.map { group in
        var message = group.message
        message.step = places[group.offset]
        return message
      }
    }
  }

  private func log(_ folder: AttemptFolder, _ window: LogWindow) throws -> LogFacts {
    try memory.withLock { memory in
      if memory.logs.count > 32, memory.logs[folder] == nil { memory.logs = [:] }
      var index = memory.logs[folder] ?? LogIndex(path: folder.log)
      defer { memory.logs[folder] = index }
      var facts = try index.facts(window)
      if case .tail = window {
        facts.failure = LogFailure.last(in: facts.lines, work: folder.work)
      }
      return facts
    }
  }
}

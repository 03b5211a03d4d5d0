import Documents
import Foundation
import Glibc
import Pipelines
import Store

/// All ways in of one attempt's metrics, taken in as they grow: from one thread, into one sink.
///
/// What a step prints is handed over line by line; files and the fifo are followed by inotify, and
/// `poll` on `descriptors` tells when there is something. How far each source was taken in is written
/// together with its points, so that nothing is lost or doubled when the process is killed.
struct Ingest: ~Copyable {
  private(set) var sink: MetricSink
  private var log: LogInput
  private var lines: LineInput
  private var sdk: SDKFolder
  private(set) var events: TensorBoardInput
  private let watch = InputWatch()
  private var sdkWatch: Int32 = -1
  /// Of the folder that the metrics file lies in, and of the file itself.
  private var lineFolderWatch: Int32 = -1
  private var lineWatch: Int32 = -1
  private let lineName: String
  private let reserve: String
  /// The metrics that the step's own rules watch.
  private let watched: [(rule: String, metric: String)]
  /// The metrics that the step itself declares.
  private let declared: [AttemptSpec.Metric]
  /// Bytes that are set aside for the exit record, which names every metric.
  private var reserved = 65_536
  /// Points that came of the log and are not noted yet.
  private var logged = 0

  private let isNew: Bool
  private let limits: IngestLimits
  private let clock: StepClock
  /// Bytes that were taken of files.
  private var taken = 0

  /// Bytes of files that are taken in at once: a stop does not wait for more.
  private static let budget = 1 << 19

  /// With `isNew`, leaves alone what was there before.
  ///
  /// `rules` sees every point. Consumed parts of long files are given back to the file system,
  /// `punchSize` bytes at a time. Without `isWatching`, nobody tells of changes before `start`.
  init(
    folder: AttemptFolder,
    spec: AttemptSpec,
    isNew: Bool,
    isWatching: Bool = true,
    punchSize: Int = 64 << 20,
    limits: IngestLimits = IngestLimits(),
    watchedBy rules: StepWatch? = nil,
    clock: StepClock = StepClock()
  ) throws {
    (self.clock, self.isNew) = (clock, isNew)
    let log = try LogInput(metrics: spec.metrics)
    var sink = try MetricSink(folder: folder, isNew: isNew)
    sink.observer = rules
    let path = Ingest.linePath(folder, spec)
    let lines = LineInput(path: path, isOwn: path == folder.metricLines, punchSize: punchSize)
    if isNew, !lines.isOwn { lines.passOver(noting: &sink) }
    let events = TensorBoardInput(path: folder.work, isNew: isNew, sink: &sink)
    // What is passed over stays so if this process is killed before the first point.
    if isNew { try sink.commit() }
    self.events = events
    lineName = String(path.split(separator: "/").last ?? "")
    reserve = folder.reserve
    watched = spec.watch.flatMap { rule in rule.expected.map { (rule.name, $0) } }
    declared = spec.metrics.filter { $0.isGuess != true }
    self.log = log
    self.sink = sink
    self.lines = lines
    self.limits = limits
    sdk = SDKFolder(path: folder.sdk, punchSize: punchSize, definitions: limits.definitions)
    if isWatching { start() }
  }

  /// Watches what the script writes to: a script that is over before has nothing that is urgent.
  ///
  /// Folders, and the file for lines of metrics, are made only here: most of what a short script costs is making and
  /// removing them. Whoever writes first makes what is not there yet.
  mutating func start() {
    if isNew {
      mkdir(sdk.path, 0o700)
      lines.make()
    }
    // What keeps it from being made is told by the first point.
    try? sink.open()
    watch.start()
    let added = UInt32(IN_CREATE | IN_MOVED_TO | IN_MASK_ADD)
    sdkWatch = watch.add(sdk.path, added | UInt32(IN_MODIFY))
    lineFolderWatch = lines.path.isEmpty ? -1 : watch.add(parent(of: lines.path), added)
    watchLines()
    noticeAll()
  }

  /// Where lines of metrics are written to, as the script's environment names it; empty for nowhere.
  private static func linePath(_ folder: AttemptFolder, _ spec: AttemptSpec) -> String {
    guard let named = spec.environment[StepEnvironment.metricLines] else {
      return folder.metricLines
    }
    return named.isEmpty || named.hasPrefix("/") ? named : folder.work + "/" + named
  }

  private mutating func watchLines() {
    var status = stat()
    guard !lines.path.isEmpty, stat(lines.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return }
    lineWatch = watch.add(lines.path, UInt32(IN_MODIFY | IN_MASK_ADD))
  }

  // MARK: While the script runs

  /// What to wait for; -1 where there is nothing of the kind.
  var descriptors: (files: Int32, fifo: Int32) { (watch.descriptor, lines.fifo) }

  /// Whether files have to be looked at without being told of.
  var isBlind: Bool { watch.isBlind }

  /// Takes one line that the script printed at `now`, in seconds since 1970.
  mutating func take(line: UnsafeBufferPointer<UInt8>, now: Double) {
    sink.now = now
    let before = sink.points
    log.take(line, into: &sink)
    logged += sink.points - before
  }

  /// Writes what came of the log up to a byte of it.
  mutating func commit(log offset: Int) throws {
    guard logged > 0 else { return }
    logged = 0
    sink.note(LogInput.source, offset)
    try sink.flush()
    setAside()
  }

  /// Takes what was sampled of the step itself, at `now` in seconds since 1970.
  ///
  /// x are seconds since the attempt began, in tenths: the script's own steps are not known here.
  mutating func take(sampled values: [(name: String, value: Double)], now: Double) throws {
    let seconds = (max(0, now - clock.start) * 10).rounded() / 10
    for (name, value) in values {
      guard let id = sink.id(of: name) else { continue }
      sink.take(id, step: seconds, time: now, value: value)
    }
    try sink.flush()
  }

  /// How much of the log was taken in, as far as anything came of it.
  var logOffset: Int { sink.offset(of: LogInput.source) }

  /// Takes what has come into files and the fifo; returns whether more of it can be read at once.
  mutating func drain() throws -> Bool {
    takeNotices()
    sink.now = clock.now
    var hasMore = false
    lines.look(&sink)
    // A pipe holds its writer up, and what is not taken of it would hold it up for ever.
    if lines.fifo >= 0 {
      var budget = Ingest.budget
      hasMore = try lines.drain(into: &sink, budget: &budget)
    }
    if taken < limits.bytes { hasMore = try drainFiles() || hasMore }
    try sink.flush()
    setAside()
    return hasMore
  }

  private mutating func drainFiles() throws -> Bool {
    let most = min(Ingest.budget, limits.bytes - taken)
    var budget = most
    var hasMore = try sdk.drain(into: &sink, budget: &budget)
    if lines.fifo < 0 { hasMore = try lines.drain(into: &sink, budget: &budget) || hasMore }
    hasMore = try events.drain(into: &sink, budget: &budget, watch) || hasMore
    taken += most - budget
    guard taken >= limits.bytes else { return hasMore }
    sink.warn(
      "bytes",
      "The metrics files of this attempt have more than \(limits.bytes) bytes together; the rest is not read."
    )
    return false
  }

  /// More space for an exit record that grows; without it, a full disk makes it a shorter one.
  private mutating func setAside() {
    let needed = 32_768 + 320 * sink.names.count + 2 * sink.facts.held
    guard needed > reserved else { return }
    let file = open(reserve, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    reserved = 2 * needed
    posix_fallocate(file, 0, off_t(reserved))
  }

  private mutating func takeNotices() {
    var changed: [(watch: Int32, events: UInt32, name: String)] = []
    let isWhole = watch.take { changed.append(($0, $1, $2)) }
    if !isWhole || isBlind { noticeAll() }
    for (watch, events, name) in changed {
      if watch == sdkWatch { sdk.notice(name) }
      if watch == lineWatch { lines.notice() }
      if watch == lineFolderWatch, name == lineName {
        lines.notice()
        watchLines()
      }
      self.events.notice(watch, events, name)
    }
  }

  private mutating func noticeAll() {
    sdk.notice(nil)
    lines.notice()
    events.notice()
  }

  mutating func takeWarnings() -> [String] { sink.takeWarnings() }

  // MARK: At the end

  /// Takes all that is there, when nobody writes any more.
  ///
  /// When it is given up, or takes too long, the log is told how much was left, and the files stay.
  ///
  /// `isWhole`: the script has done all that it was to do, so that what it declares and did not log is missed.
  mutating func finish(isWhole: Bool = true, until isGivenUp: () -> Bool = { false }) throws {
    noticeAll()
    let end = monotonicSeconds() + limits.secondsAtEnd
    while try drain() {
      guard isGivenUp() || monotonicSeconds() >= end else { continue }
      let left = sdk.unread + lines.unread + events.unread
      sink.warn(
        "unread",
        "Not all metrics were read before the step had to end: about \(left) bytes are left in their files."
      )
      tellFaults()
      return try sink.flush()
    }
    try lines.finish(into: &sink)
    tellFaults()
    if isWhole, isNew { tellUndelivered() }
    tellUnseen()
  }

  /// Tells once of what came and could not be read.
  private mutating func tellFaults() {
    lines.tellFaults(&sink)
    log.tellFaults(&sink)
  }

  /// Tells of declared metrics that never came: one that is printed otherwise would be missed.
  private mutating func tellUndelivered() {
    let names = Set(sink.names)
    for metric in declared where !names.contains(metric.name) && !log.isNumberless(metric.name) {
      sink.warn(
        "undelivered \(metric.name)",
        metric.regex == nil
          ? "The step has logged no metric '\(metric.name)', which it declares."
          : "No line matches the pattern of metric '\(metric.name)': the step has logged none."
      )
    }
  }

  /// Tells of rules that had nothing to watch: a metric that is named otherwise would be missed.
  private mutating func tellUnseen() {
    let names = Set(sink.names)
    for (rule, metric) in watched where !names.contains(metric) {
      sink.warn(
        "unseen \(rule) \(metric)",
        "Watch rule \(rule) had nothing to watch: the step has logged no metric '\(metric)'."
      )
    }
  }

  mutating func sealSeries() throws { try sink.seal() }

  /// Seals the series, and removes the files whose content is in them now.
  mutating func seal() throws {
    try sealSeries()
    sdk.remove()
    lines.end()
  }

  /// All that was logged, by this process and by one before it.
  func result(_ spec: AttemptSpec) -> Logged { Logged(sink, spec) }
}

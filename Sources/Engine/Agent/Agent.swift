import CSystem
import Documents
import Foundation
import Glibc
import Store

/// The agent: the only writer of a home's catalog, and the one that decides what runs next.
///
/// One process a home, by its lock. All of its state lives on the loop's thread. What arrives in one turn
/// of the loop changes runs in memory and marks them (`mark`); behind it, `wave` decides what follows,
/// writes all of it in one transaction and hands new attempts to their runners. A class, because it is
/// the identity of that process; everything that it decides with is a value.
final class Agent {
  let home: Home
  let catalog: CatalogWriter
  let reader: Catalog
  let objects: ObjectStore
  let loop: EventLoop
  let executor: any Executor
  let machine: Machine
  let site: HomeSite
  /// Whether what was not synced may be lost: nobody has looked at it since the machine was started.
  private(set) var isAfterRestart: Bool
  /// Whether all that earlier agents left is taken up.
  var hasAdopted = false
  /// The owner's note as this agent found it.
  var ownerStamp: FileStamp?
  /// The home's lock, which this process holds; -1: somebody else sees to that.
  var lock: Int32 = -1
  let placeWatch = FileWatch()
  let started = Date()
  let programs: Programs
  let pipelines = PipelineMemo()
  var shares: Shares
  private(set) var runs: [Int: ActiveRun] = [:]
  /// What the steps of a run have in common, by run.
  var planners: [Int: StepPlanner] = [:]
  /// Which steps failed in earlier runs of a run's pipeline, and in which one last; asked for once a run.
  var failures: [Int: [String: Int]] = [:]
  /// The code that was read last: the next run mostly has the same.
  var newestCode: RunCode?
  /// Sweeps of which runs are not over.
  var sweeps: [Int: ActiveSweep] = [:]
  /// Sweeps of which not all runs are in the catalog yet.
  var recordings: [Int: SweepRecording] = [:]
  /// Seconds that one turn of the loop goes on with what is done in pieces.
  var turnSeconds = 0.03
  /// Sweeps that will look by and by whether they can go on.
  var admitting: Set<Int> = []
  /// Runs that something has happened to since the last wave.
  private(set) var marked: Set<Int> = []
  /// Runs whose rows are not written yet.
  var unwritten: Set<Int> = []
  /// Runs of which nothing but the numbers of runners is not written yet, and whether that is under way.
  var later: Set<Int> = []
  var isWritingLater = false
  /// Attempts whose runner is not a child of this agent, by a descriptor of that process.
  var adopted: [RunnerName: Int32] = [:]
  /// Keys that are being computed: an equal step waits for the result (single flight).
  var computing: [Digest: RunnerName] = [:]
  /// Attempts whose runner is in no reach of this process, until they are looked at again.
  var unwatchable: Set<RunnerName> = []
  /// Steps that wait for the result of an equal one, by key.
  var awaiting: [Digest: [(run: Int, step: String)]] = [:]
  var keys: [RunnerName: CacheKey] = [:]
  /// Steps that this wave has planned, which may start in it.
  var planned: [Shares.Name: StepPlan] = [:]
  /// Steps that wait for room since the last time that room was given.
  var newWaiting: [Shares.Waiting] = []
  /// Attempts that are decided, but not written down or handed over yet.
  var placements: [(name: RunnerName, spec: AttemptSpec)] = []
  /// How often a step was decided anew because nobody claimed its attempt, and what was last said of that.
  var unclaimed: [StepName: (count: Int, refusal: Refusal?)] = [:]
  /// Attempts whose runner was killed and whose metrics are being taken in.
  var recovering: Set<RunnerName> = []
  var publications = Publications()
  var sight = GPUSight()
  var checks = ResultChecks()
  /// Attempts whose work folders may go, and whether that is under way.
  var done: [AttemptFolder] = []
  var isClearing = false
  /// Seconds until they go, so that many go at once.
  var clearingDelay = 1.0
  var isCollecting = false
  /// Instances that this wave has looked at.
  var instances: [String: InstanceRecord] = [:]
  /// Answers that wait until what they tell is written down.
  var answers: [Answer] = []
  var isRetrying = false
  /// Seconds until what could not be written is tried again.
  var retryPause = 2.0
  /// Why the catalog could not be written the last time; nil when it could.
  var obstacle: Explanation?
  /// Why results could not be brought onto the disk and into the cache the last time; nil when they could.
  var publicationObstacle: Explanation?
  /// Whether they wait until that is tried again.
  var isPublicationPaused = false
  /// Brings what was written in the home onto its disks; called on threads of its own.
  var sync: @Sendable () throws -> Void
  /// Brings what the user has decided onto the disk, before that is answered.
  var syncDecision: () throws -> Void
  var isTellingReasons = false
  var isPublishingLater = false
  var server: Server?

  init(
    home: Home,
    executor: any Executor,
    machine: Machine,
    site: HomeSite = HomeSite()
  ) throws {
    self.home = home
    self.executor = executor
    self.machine = machine
    self.site = site
    isAfterRestart = site.isUnchecked(home)
    ownerStamp = FileStamp(path: home.ownerFile)
    catalog = try CatalogWriter(home: home)
    let last = home.lastRunFolder()
    try catalog.write { try $0.reserveRuns(through: last) }
    publications.take(all: try catalog.write { try $0.aliases() })
    reader = Catalog(home: home)
    sync = { try home.sync() }
    syncDecision = { [catalog] in try catalog.sync() }
    objects = ObjectStore(home: home, isDurable: false)
    programs = Programs(objects: objects)
    loop = try EventLoop()
    shares = Shares(machine: machine)
    executor.begin(on: loop) { [unowned self] in take($0) }
  }

  /// Notes that what a restart may have damaged was looked at, as soon as all of it was.
  ///
  /// Runs that wait in a sweep's line are looked at when they are let in. An agent that dies before this
  /// leaves the note as it is: the next one looks again.
  func noteChecked() {
    guard isAfterRestart, hasAdopted, sweeps.isEmpty, !leaveIfDispossessed() else { return }
    do {
      // Only this agent's own words: what another host has noted meanwhile has to be seen.
      if let stamp = try site.noteChecked(home) { ownerStamp = stamp }
      isAfterRestart = false
    } catch {
      log("the start of the machine is not noted: \(Explanation(error).what)")
    }
  }

  /// Changes a run in place; nil when it is over.
  ///
  /// The run is not in `runs` meanwhile, so that its many steps are never copied.
  func change<R>(_ id: Int, _ body: (inout ActiveRun) throws -> R) rethrows -> R? {
    guard var active = runs.removeValue(forKey: id) else { return nil }
    defer { runs[id] = active }
    return try body(&active)
  }

  func add(_ active: ActiveRun) {
    runs[active.run.id] = active
    mark(active.run.id)
  }

  /// A run that is over is forgotten; the catalog has it.
  func forget(_ id: Int) {
    runs[id] = nil
    shares.withdraw(run: id)
    planners[id] = nil
    failures[id] = nil
    marked.remove(id)
    unwritten.remove(id)
  }

  /// The next wave looks at this run.
  func mark(_ id: Int) { marked.insert(id) }

  func takeMarked() -> Set<Int> {
    defer { marked = [] }
    return marked
  }

  /// Runs something slow on a thread of its own; `body` must come back by the mailbox.
  func work(_ body: @escaping @Sendable (Mailbox) -> Void) {
    // Not a global dispatch queue: once used, it wakes the process every second for ever.
    let post = loop.post
    Thread.detachNewThread { body(post) }
  }

  func log(_ text: String) {
    let line = "\(Date().formatted(.iso8601)) \(text)\n"
    // Not `write(_:)`, which ends the process when the disk is full: just when there is most to say.
    try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
  }
}

/// One step of one run.
struct StepName: Hashable, Sendable {
  let run: Int
  let step: String
}

/// One attempt's runner by what it runs.
struct RunnerName: Hashable, Sendable {
  let run: Int
  let step: String
  let attempt: Int

  init(run: Int, step: String, attempt: Int) {
    self.run = run
    self.step = step
    self.attempt = attempt
  }

  var ofStep: StepName { StepName(run: run, step: step) }

  init(_ spec: AttemptSpec) { self.init(run: spec.run, step: spec.step, attempt: spec.attempt) }
}

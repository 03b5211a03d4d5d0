import CSystem
import Documents
import Foundation
import Glibc
import Store
import Synchronization

/// One attempt while it runs.
struct Attempt: ~Copyable {
  let spec: AttemptSpec
  let folder: AttemptFolder
  let stop: StopRequest
  /// Whether this process has no other children than the script's.
  let isReaper: Bool
  /// Where the kernel holds limits; nil: nowhere.
  let groups: @Sendable () -> CgroupSite?
  let clock = StepClock()
  let store: ObjectStore
  /// Tells the agent that there is something new, without waiting for it.
  let nudge: (AgentRequest) -> Void

  init(
    spec: AttemptSpec,
    folder: AttemptFolder,
    stop: StopRequest,
    isReaper: Bool,
    groups: @escaping @Sendable () -> CgroupSite? = { nil },
    nudge: @escaping (AgentRequest) -> Void
  ) {
    self.spec = spec
    self.folder = folder
    self.stop = stop
    self.isReaper = isReaper
    self.groups = groups
    self.nudge = nudge
    store = ObjectStore(home: Home(folder: spec.home, state: spec.state))
  }

  borrowing func run() -> ExitRecord {
    var end = ScriptEnd()
    do {
      try prepare()
      if stop.arrives(), let reason = stop.reason {
        _ = end.end(reason)
      } else {
        end = try follow()
      }
    } catch {
      end.fail(error)
      StepLog.append("lathe: \(end.failure ?? "")\n", in: folder)
    }
    return record(end)
  }

  /// Starts the script and follows it to its end.
  private borrowing func follow() throws -> ScriptEnd {
    let rules = spec.watch.isEmpty ? nil : StepWatch(spec.watch, start: clock.start)
    // Before the log: where there is one, what the script did not write is noted as such.
    let ingest = try Ingest(
      folder: folder,
      spec: spec,
      isNew: true,
      isWatching: false,
      watchedBy: rules,
      clock: clock
    )
    let secrets = spec.secrets.compactMap { spec.environment[$0] }
    let log = try StepLog(folder: folder, secrets: secrets, clock: clock)
    let (child, group) = try start()
    var follow = ScriptFollow(
      attempt: self,
      child: child,
      pidfd: lathe_pidfd_open(child.pid),
      group: group,
      ingest: ingest,
      log: log,
      rules: rules
    )
    return follow.run()
  }

  private borrowing func start() throws -> (ChildProcess, AttemptCgroup?) {
    var environment = spec.environment
    environment["LATHE_CHECKPOINT"] = spec.checkpoint
    // The script has the processors that this thread has when it starts it.
    let bound = spec.cpuSet.map { Processors.bind(to: $0) }
    defer { if let bound { Processors.bind(to: bound) } }
    let (arguments, work) = (spec.arguments, folder.work)
    func start(_ doors: [String]) throws -> ChildProcess {
      try ChildProcess.start(arguments, environment: environment, folder: work, doors: doors)
    }
    guard let group = makeGroup() else { return (try start([]), nil) }
    do {
      return (try start(group.doors), group)
    } catch {
      group.remove()
      // Without it, the limits are watched.
      guard error is ClosedDoor else { throw error }
      return (try start([]), nil)
    }
  }

  /// A control group for an attempt that has limits; nil where it has none, or nobody could hold them.
  private borrowing func makeGroup() -> AttemptCgroup? {
    guard spec.limits.memory != nil || spec.limits.cpus != nil, let site = groups(),
      let start = Claim.startTime(of: getpid())
    else { return nil }
    let number = Attempt.groupCount.add(1, ordering: .relaxed).newValue
    return AttemptCgroup.make(spec.limits, at: site, owner: (getpid(), start), number: number)
  }

  private static let groupCount = Atomic(0)

  /// Brings code and inputs into the work folder.
  private borrowing func prepare() throws {
    guard let code = store.manifest(spec.code) else {
      throw lacking("code", store.damaged(spec.code))
    }
    try makeFolder(folder.work)
    do {
      try store.materialise(code, in: folder.work)
    } catch let fault as DamagedObject {
      throw lacking("code", fault)
    }
    // One input may lie in another (data and data/train.csv): the outer one brings it along.
    for input in spec.inputs where !spec.inputs.contains(where: { input.isInside($0) }) {
      let path = folder.work + "/" + input.path
      try makeFolder(URL(filePath: path).deletingLastPathComponent().path)
      if let link = input.link {
        guard symlink(link, path) == 0 else { throw SystemFailure("link \(path)", errno) }
      } else {
        do {
          try store.materialise(input.artifact, at: path)
        } catch let fault as DamagedObject {
          throw lacking("input '\(input.name)'", fault)
        }
      }
    }
    for output in spec.outputs.values where output.contains("/") {
      try makeFolder(URL(filePath: folder.work + "/" + output).deletingLastPathComponent().path)
    }
    if let checkpoint = spec.checkpoint { try makeFolder(checkpoint) }
  }

  /// What keeps the attempt from beginning: it gets no bytes that are not those of its key.
  private borrowing func lacking(_ part: String, _ fault: DamagedObject) -> Explanation {
    let word = fault.state == .missing ? "missing from" : "damaged in"
    return Explanation(
      what: "Its \(part) is \(word) the object store.",
      // A failed step keeps only this: what to do is told with it.
      why:
        "\(fault.why) 'lathe resume r\(spec.run)' takes it anew: from the instance, or from the step "
        + "that makes it."
    )
  }

  private borrowing func record(_ end: ScriptEnd) -> ExitRecord {
    var record = ExitRecord(
      status: .succeeded,
      exitCode: end.exitCode,
      signal: end.signal,
      reason: nil,
      started: Date(timeIntervalSince1970: clock.start),
      ended: Date(timeIntervalSince1970: clock.now),
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: end.peakMemory,
      cpuSeconds: end.cpuSeconds
    )
    record.metrics = end.logged.metrics
    record.sparkline = end.logged.sparkline
    record.readBytes = end.traffic.read
    record.writtenBytes = end.traffic.written
    record.take(end.verdict)
    let loaded = LoadedModules.take(from: folder)
    var said: Set<String> = []
    store.lasting(clock: monotonicSeconds) {
      record.facts = end.logged.facts(storing: store, in: folder, said: &said) { !stop.isOver }
      takeOutputs(into: &record)
    }
    if record.status == .succeeded { record.warning = doubt() ?? doubt(loaded) }
    record.ended = Date(timeIntervalSince1970: clock.now)
    return record
  }

  /// Stores the outputs once all of the step's processes are dead.
  ///
  /// A stop gives them up: then there are none.
  private borrowing func takeOutputs(into record: inout ExitRecord) {
    guard record.status == .succeeded else { return }
    for (name, path) in spec.outputs.sorted(by: { $0.key < $1.key }) {
      let full = folder.work + "/" + path
      guard access(full, F_OK) == 0 else {
        record.status = .failed
        record.cause = .outputs
        record.reason = "The script ended well but did not make its output '\(name)' (\(path))."
        return
      }
      do {
        record.outputs[name] = try store.put(artifact: full) { !stop.isOver }
      } catch is StoringGivenUp {
        var end = ScriptEnd()
        _ = end.end(stop.reason ?? .user)
        record.outputs = [:]
        record.take(end.verdict)
        return
      } catch {
        let explanation = Explanation(error)
        record.status = .failed
        record.cause = SystemFailure.isFullDisk(error) ? .diskFull : .outputs
        record.reason =
          "The output '\(name)' could not be stored: \(explanation.what) \(explanation.why)"
        return
      }
    }
  }

  /// Which of the inputs that are judged by their stamp changed while the script ran.
  private borrowing func doubt() -> String? {
    let changed = spec.inputs.filter { input in
      guard let link = input.link, let stamp = input.stamp else { return false }
      return InputStamp.of(link) != stamp
    }
    guard let first = changed.first else { return nil }
    return changed.count == 1
      ? "Its input '\(first.name)' changed while it ran."
      : "Its inputs \(changed.map { "'\($0.name)'" }.joined(separator: ", ")) changed while it ran."
  }

  /// Which of the modules that the script has loaded from its instance are no part of its code.
  private borrowing func doubt(_ loaded: [String]) -> String? {
    guard let source = spec.source, !loaded.isEmpty, let code = store.manifest(spec.code) else {
      return nil
    }
    let missed = LoadedModules.missed(loaded, in: source, by: code) {
      try? store.digest(ofFile: $0)
    }
    guard let first = missed.first else { return nil }
    let more = missed.count > 1 ? " and \(missed.count - 1) more" : ""
    return """
      It loaded \(first)\(more) from the instance's own folder, which is no part of its code as it was \
      launched: name it under 'code:'.
      """
  }
}

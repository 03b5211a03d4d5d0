import Glibc
import Pipelines

/// Looks at what a step's processes use: from its second second on, and at its limit of memory.
struct Sampler {
  /// When to look next, on the monotonic clock.
  private(set) var due: Double
  /// Whether the step has used more memory than its limit: how many bytes, as far as that is known.
  private(set) var excess: Excess?

  enum Excess: Equatable {
    case bytes(Int)
    /// The kernel held the limit, and killed for it.
    case killed
  }

  private let root: Int32
  private let isReaper: Bool
  private let limit: Int?
  /// Holds the limit, where there is one.
  private let group: AttemptCgroup?
  private var reportAt: Double
  private var last: (ticks: Int, time: Double)?
  /// How often the system had killed something for want of memory, when the script was young.
  private var killsBefore: Int?
  private let gpus: [String]
  private let environment: [String: String]
  private var meter: GPUMeter?
  private var hasMeter = false

  /// What the names of its metrics begin with.
  static let prefix = String.sampledMetricPrefix

  /// Seconds between two looks at the limit, and between two samples.
  private static let pause = 0.5
  private static let interval = 2.0

  init(
    _ spec: AttemptSpec,
    root: Int32,
    isReaper: Bool,
    group: AttemptCgroup?,
    start: Double
  ) {
    self.root = root
    self.isReaper = isReaper
    self.group = group
    limit = spec.limits.memory
    gpus = spec.gpus
    environment = spec.environment
    reportAt = start + Sampler.interval
    due = start + (limit == nil ? Sampler.interval : Sampler.pause)
  }

  /// Of GPUs, for `poll`; -1 while nothing is asked of them.
  var descriptor: Int32 { meter?.descriptor ?? -1 }

  /// Asked when it is due; values by the names of their metrics, none where it is not time for them.
  mutating func sample(at now: Double) -> [(name: String, value: Double)] {
    due = now + (limit == nil ? Sampler.interval : Sampler.pause)
    if let group {
      if group.hasKilled { excess = .killed }
      guard now >= reportAt else { return [] }
    }
    let processes = processes
    let memory = processes.reduce(0) { $0 + $1.memory }
    if group == nil, let limit, memory > limit {
      // What processes share was counted several times.
      let own = processes.reduce(0) { $0 + (Sampler.proportional($1.pid) ?? $1.memory) }
      if own > limit { excess = .bytes(own) }
    }
    guard now >= reportAt else { return [] }
    reportAt = now + Sampler.interval
    if !hasMeter, !gpus.isEmpty {
      hasMeter = true
      meter = GPUMeter(gpus, environment: environment, now: now)
    }
    var values = [(name: Sampler.prefix + "memory", value: Double(memory))]
    let ticks = processes.reduce(0) { $0 + $1.ticks }
    if let last, now > last.time {
      let seconds = Double(max(0, ticks - last.ticks)) / Double(sysconf(Int32(_SC_CLK_TCK)))
      values.append((Sampler.prefix + "cpu", 100 * seconds / (now - last.time)))
    }
    last = (ticks, now)
    return values
  }

  /// Takes what is told of the GPUs; values by the names of their metrics.
  mutating func readGPUs(at now: Double) -> [(name: String, value: Double)] {
    meter?.read(at: now) ?? []
  }

  /// A child was reaped; whether it was none of the script's.
  mutating func isOwn(_ pid: Int32) -> Bool { meter?.hasEnded(pid) ?? false }

  /// Nothing more is looked at.
  mutating func end() { meter?.end() }

  /// Whether the system has killed something for want of memory since the step began.
  func hasMemoryRunOut() -> Bool {
    guard let killsBefore, let now = Sampler.outOfMemoryKills else { return false }
    return now > killsBefore
  }

  /// The script is not one of the short ones.
  mutating func begin() { killsBefore = Sampler.outOfMemoryKills }

  private static var outOfMemoryKills: Int? {
    guard let text = smallFile("/proc/vmstat") else { return nil }
    let line = text.split(separator: "\n").last { $0.hasPrefix("oom_kill ") }
    return line.flatMap { Int($0.dropFirst(9)) }
  }

  private var processes: [ProcessFacts] {
    guard isReaper else {
      return [ProcessFacts(of: root)].compactMap(\.self) + ProcessTable.descendants(of: root)
    }
    let all = ProcessTable.descendants(of: getpid())
    return meter.map { meter in all.filter { $0.pid != meter.pid } } ?? all
  }

  /// Resident bytes, each shared page divided by those that share it; nil where nobody tells.
  private static func proportional(_ pid: Int32) -> Int? {
    guard let text = smallFile("/proc/\(pid)/smaps_rollup") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}

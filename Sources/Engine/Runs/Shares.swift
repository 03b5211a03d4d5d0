import Documents
import Pipelines

/// Who holds how much of the machine and who is next: over all instances and runs.
///
/// A pure value. Steps that wait are told once and are remembered until they are placed or withdrawn.
/// The run that holds the smaller dominant share goes first, then the older one; within a run, the step
/// that has waited longest and fits. A step that was passed over 16 times has its share kept free.
/// Source: Ghodsi and others, "Dominant Resource Fairness", NSDI 2011.
struct Shares: Sendable {
  /// What a step holds while it executes.
  struct Amounts: Sendable, Hashable {
    var cpus: CPUs
    /// Bytes.
    var memory: Int
    var gpus: Int

    init(cpus: CPUs = 0, memory: Int = 0, gpus: Int = 0) {
      self.cpus = cpus
      self.memory = memory
      self.gpus = gpus
    }
  }

  /// An instance's caps; nil is the machine's whole.
  struct Limits: Sendable, Equatable {
    var cpus: CPUs?
    var memory: Int?
    var gpus: Int?

    init(cpus: CPUs? = nil, memory: Int? = nil, gpus: Int? = nil) {
      self.cpus = cpus
      self.memory = memory
      self.gpus = gpus
    }
  }

  /// A step that asks for its share.
  struct Waiting: Sendable, Equatable {
    var run: Int
    var step: String
    var instance: String
    /// Some of a CPU at least.
    var wants: Amounts
    var limits: Limits
    /// How many of the run's steps may execute at once; nil: any number.
    var parallel: Int?
    /// The GPUs that the launching shell leaves to the run; nil: any.
    var visible: VisibleGPUs?

    init(
      run: Int,
      step: String,
      instance: String,
      wants: Amounts,
      limits: Limits = Limits(),
      parallel: Int? = nil,
      visible: VisibleGPUs? = nil
    ) {
      self.run = run
      self.step = step
      self.instance = instance
      self.wants = wants
      self.wants.cpus = max(CPUs.allowed.lowerBound, wants.cpus)
      self.limits = limits
      self.parallel = parallel
      self.visible = visible
    }
  }

  /// A step that has got its share and is to be started.
  struct Placement: Sendable, Equatable {
    var run: Int
    var step: String
    /// UUIDs of the GPUs that are its own.
    var gpus: [String]
    /// Numbers of the CPUs that are its own, or that it has a part of, as `sched_setaffinity` takes them.
    var cpuSet: [Int]
  }

  struct Name: Sendable, Hashable {
    var run: Int
    var step: String
  }

  struct Holding: Sendable {
    var instance: String
    var amounts: Amounts
    var gpus: [String]
    var parts: CPULoad.Parts
    /// When it was taken, for a stable order.
    var order: Int
  }

  /// Steps of one run that want the same, the oldest first.
  struct Line: Sendable {
    var entries: [(ticket: Int, step: String)] = []
    var first = 0
    /// How often something else was placed before the first one.
    var passed = 0
    var isStarved = false

    /// Goes on to the next step, whose patience is its own.
    mutating func stepOn() {
      first += 1
      passed = 0
      isStarved = false
    }
  }

  struct RunShare: Sendable {
    var instance: String
    var limits: Limits
    var parallel: Int?
    var visible: VisibleGPUs?
    var held = Amounts()
    var holds = 0
    var waits = 0
    var lines: [Amounts: Line] = [:]
    /// What the lines are for, the one that began first first.
    var order: [Amounts] = []

    var isAtLimit: Bool { parallel.map { holds >= $0 } ?? false }
  }

  struct LineName: Sendable, Hashable {
    var run: Int
    var wants: Amounts
  }

  static let patience = 16
  /// How many lines of a run are looked at for one that fits, so that no pipeline makes this slow.
  static let depth = 64

  private(set) var machine: Machine
  private(set) var holdings: [Name: Holding] = [:]
  var runs: [Int: RunShare] = [:]
  /// The ticket of each step that waits.
  private(set) var tickets: [Name: Int] = [:]
  /// Those among them that wait for a GPU.
  private var waitingForGPUs: Set<Name> = []
  /// What `nvidia-smi` said last is of this moment: only then are GPUs given away.
  private(set) var areGPUsKnown = true
  /// Why nothing is known of them.
  private(set) var fault: String?
  private var heldGPUs: Set<String> = []
  private(set) var used = Amounts()
  private(set) var usedByInstance: [String: Amounts] = [:]
  /// Lines whose first step was passed over too often, the first such one first.
  var starved: [LineName] = []
  private var cpuLoad: CPULoad
  /// No step that waits wants less: while less is free, none need be looked at.
  private(set) var leastWanted = CPUs.allowed.upperBound
  private var lastTicket = 0
  private var lastOrder = 0

  init(machine: Machine) {
    self.machine = machine
    cpuLoad = CPULoad(machine.cpuNumbers)
  }

  /// How many steps wait.
  var waitingCount: Int { tickets.count }

  /// Whether a step waits that wants a GPU.
  var isWaitingForGPUs: Bool { !waitingForGPUs.isEmpty }

  /// The runs with such a step.
  var runsWaitingForGPUs: Set<Int> { Set(waitingForGPUs.map(\.run)) }

  func isWaiting(run: Int, step: String) -> Bool { tickets[Name(run: run, step: step)] != nil }

  /// Takes a share without asking, for what an earlier agent started: it runs, whatever is free.
  mutating func hold(_ step: Waiting, gpus: [String] = [], cpuSet: [Int]? = nil) {
    let name = Name(run: step.run, step: step.step)
    guard holdings[name] == nil else { return }
    withdraw(run: step.run, step: step.step)
    know(step)
    take(name, step.wants, gpus: gpus, cpuSet: cpuSet)
  }

  /// Gives a step's share back.
  mutating func release(run: Int, step: String) {
    guard let holding = holdings.removeValue(forKey: Name(run: run, step: step)) else { return }
    used.subtract(holding.amounts)
    usedByInstance[holding.instance]?.subtract(holding.amounts)
    if usedByInstance[holding.instance] == Amounts() { usedByInstance[holding.instance] = nil }
    cpuLoad.giveBack(holding.parts)
    heldGPUs.subtract(holding.gpus)
    runs[run]?.held.subtract(holding.amounts)
    runs[run]?.holds -= 1
    forgetIfIdle(run)
  }

  /// Forgets a step that does not wait any more, such as one that was stopped.
  mutating func withdraw(run: Int, step: String) {
    let name = Name(run: run, step: step)
    guard tickets.removeValue(forKey: name) != nil else { return }
    waitingForGPUs.remove(name)
    // Its place in the line is passed over later.
    runs[run]?.waits -= 1
    forgetIfIdle(run)
  }

  /// Forgets all steps of a run that wait.
  mutating func withdraw(run: Int) {
    for line in runs[run]?.lines.values ?? [:].values {
      for entry in line.entries[line.first...] {
        tickets[Name(run: run, step: entry.step)] = nil
        waitingForGPUs.remove(Name(run: run, step: entry.step))
      }
    }
    runs[run]?.lines = [:]
    runs[run]?.order = []
    runs[run]?.waits = 0
    forgetIfIdle(run)
  }

  /// Takes what `nvidia-smi` says now; GPUs that are held stay with their holders.
  mutating func see(_ report: GPUReport) {
    machine.gpus = report.gpus
    fault = report.fault
    areGPUsKnown = true
  }

  /// What is known of the GPUs is too old to give any away.
  mutating func doubtGPUs() { areGPUsKnown = false }

  /// Puts a step at the end of its line; one that waits or holds its share already changes nothing.
  mutating func queue(_ step: Waiting) {
    know(step)
    let name = Name(run: step.run, step: step.step)
    guard tickets[name] == nil, holdings[name] == nil else { return }
    leastWanted = tickets.isEmpty ? step.wants.cpus : min(leastWanted, step.wants.cpus)
    lastTicket += 1
    tickets[name] = lastTicket
    if step.wants.gpus > 0 { waitingForGPUs.insert(name) }
    runs[step.run]?.waits += 1
    if runs[step.run]?.lines[step.wants] == nil { runs[step.run]?.order.append(step.wants) }
    runs[step.run]?.lines[step.wants, default: Line()].entries.append((lastTicket, step.step))
  }

  mutating func removeLine(_ line: LineName) {
    runs[line.run]?.lines[line.wants] = nil
    guard let place = runs[line.run]?.order.firstIndex(of: line.wants) else { return }
    runs[line.run]?.order.remove(at: place)
  }

  /// Gives a step its share, and returns the numbers of its CPUs; `cpuSet` are those that it has already.
  @discardableResult
  mutating func take(
    _ name: Name,
    _ amounts: Amounts,
    gpus: [String],
    cpuSet: [Int]? = nil
  ) -> [Int] {
    guard let instance = runs[name.run]?.instance else { return [] }
    let parts =
      cpuSet.map { cpuLoad.take(amounts.cpus, of: $0) } ?? cpuLoad.take(amounts.cpus)
    lastOrder += 1
    holdings[name] = Holding(
      instance: instance,
      amounts: amounts,
      gpus: gpus,
      parts: parts,
      order: lastOrder
    )
    used.add(amounts)
    usedByInstance[instance, default: Amounts()].add(amounts)
    heldGPUs.formUnion(gpus)
    waitingForGPUs.remove(name)
    runs[name.run]?.held.add(amounts)
    runs[name.run]?.holds += 1
    if tickets.removeValue(forKey: name) != nil { runs[name.run]?.waits -= 1 }
    return parts.keys.sorted()
  }

  /// The GPUs that nobody has, neither a step nor somebody else's process; none while that is in doubt.
  var freeGPUs: [GPU] {
    guard areGPUsKnown, !machine.gpus.isEmpty else { return [] }
    return machine.gpus.filter { $0.foreignUser == nil && !heldGPUs.contains($0.uuid) }
      .sorted(by: GPU.isBefore)
  }

  /// Those that a run may have.
  func freeGPUs(for run: Int) -> [GPU] {
    let free = freeGPUs
    return free.isEmpty ? [] : runs[run]?.visible?.among(free, of: machine.gpus) ?? free
  }

  private mutating func know(_ step: Waiting) {
    if runs[step.run] == nil {
      runs[step.run] = RunShare(instance: step.instance, limits: step.limits)
    }
    runs[step.run]?.limits = step.limits
    runs[step.run]?.parallel = step.parallel
    runs[step.run]?.visible = step.visible
  }

  private mutating func forgetIfIdle(_ run: Int) {
    guard let share = runs[run], share.holds == 0, share.waits == 0 else { return }
    runs[run] = nil
  }
}

extension Shares.Amounts {
  mutating func add(_ other: Self) {
    cpus += other.cpus
    memory += other.memory
    gpus += other.gpus
  }

  mutating func subtract(_ other: Self) {
    cpus -= other.cpus
    memory -= other.memory
    gpus -= other.gpus
  }

  func fits(in free: Self) -> Bool {
    cpus <= free.cpus && (memory == 0 || memory <= free.memory) && (gpus == 0 || gpus <= free.gpus)
  }

  /// Whether `other` still has its room in `free` when this is taken, wherever both want something.
  func leaves(_ other: Self, of free: Self) -> Bool {
    func isLeft<N: AdditiveArithmetic & Comparable>(_ own: N, _ others: N, _ free: N) -> Bool {
      own == .zero || others == .zero || free - own >= others
    }
    return isLeft(cpus, other.cpus, free.cpus) && isLeft(memory, other.memory, free.memory)
      && isLeft(gpus, other.gpus, free.gpus)
  }
}

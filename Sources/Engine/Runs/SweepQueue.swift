import Pipelines
import Store

/// Which runs of a sweep are under way: so many at once, in the order in which they were queued.
///
/// A pure value; a run that is not let in yet costs nothing but its number.
struct SweepQueue: Sendable {
  /// How many runs may be under way at once.
  let limit: Int
  private(set) var active: Set<Int> = []
  private var line: [Int] = []
  private var first = 0
  private var waiting: Set<Int> = []

  init(limit: Int) { self.limit = max(1, limit) }

  /// How many runs of a sweep are looked at together where its launch names no number.
  ///
  /// Each that executes holds what the lightest step wants, or more: these are enough to fill the machine,
  /// also where some of them wait for the same step. Parts of a CPU do not bring more than 1024 into memory.
  static func window(of machine: Machine, for pipeline: Pipeline?) -> Int {
    let wanted = pipeline?.steps.compactMap { $0.process?.cpus }.min() ?? 1
    let fitting = CPUs(machine.cpus).thousandths / wanted.thousandths
    return max(64, 2 * machine.cpus, min(1024, 2 * fitting))
  }

  var isIdle: Bool { active.isEmpty && waiting.isEmpty }
  var waitingRuns: [Int] { line[first...].filter(waiting.contains) }

  func isWaiting(_ run: Int) -> Bool { waiting.contains(run) }

  /// Puts runs at the end of the line; those that wait or are under way already stay where they are.
  mutating func queue(_ runs: [Int]) {
    for run in runs where !active.contains(run) && waiting.insert(run).inserted {
      line.append(run)
    }
  }

  /// Counts a run that is under way without having waited, as an earlier agent let it in.
  mutating func hold(_ run: Int) {
    waiting.remove(run)
    active.insert(run)
  }

  /// Lets the next run in; nil when none waits, or none may be let in now.
  mutating func next() -> Int? {
    while active.count < limit, first < line.count {
      let run = line[first]
      first += 1
      guard waiting.remove(run) != nil else { continue }
      active.insert(run)
      return run
    }
    return nil
  }

  /// The run that was let in last is the next one again.
  mutating func putBack(_ run: Int) {
    guard active.remove(run) != nil, first > 0, waiting.insert(run).inserted else { return }
    first -= 1
    line[first] = run
  }

  /// A run that was under way is over.
  mutating func end(_ run: Int) { active.remove(run) }

  /// Takes a run out of the line.
  mutating func withdraw(_ run: Int) { waiting.remove(run) }
}

extension SweepRecord {
  /// What a run waits for that is not let in yet.
  var waitingReason: String {
    guard let parallel else { return "waits for its turn in sweep \(shortName)" }
    return "waits for \(counted(parallel, "run")) of sweep \(shortName)"
  }
}

extension [StepRecord] {
  /// Tells the steps that nothing else keeps from starting what their run waits for.
  mutating func waitInLine(_ reason: String) {
    let done = Set(filter(\.status.isSuccess).map(\.name))
    for index in indices
    where self[index].status == .waiting && self[index].dependsOn.allSatisfy(done.contains) {
      self[index].move(to: .queued)
      self[index].reason = reason
    }
  }
}

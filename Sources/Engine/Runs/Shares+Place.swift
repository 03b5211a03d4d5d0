import Documents
import Pipelines

extension Shares {
  /// Places what fits, in the order of fairness; `new` are steps that wait from now on.
  ///
  /// Takes time by the runs that wait and the steps that are placed, not by the steps that wait.
  mutating func place(_ new: [Waiting] = []) -> [Placement] {
    for step in new { queue(step) }
    guard !tickets.isEmpty, leastWanted <= freeCPUs else { return [] }
    var round = Round()
    let reserved = serveStarved(&round)
    var turns = Heap(
      runs.filter { $0.value.waits > 0 }.map { Turn(share: share(of: $0), run: $0.key) }
    )
    while leastWanted <= freeCPUs, let turn = turns.pop() {
      guard let line = next(of: turn.run, beside: reserved, &round), place(line, &round) else {
        continue
      }
      guard let run = runs[turn.run], run.waits > 0 else { continue }
      turns.push(Turn(share: share(of: (turn.run, run)), run: turn.run))
    }
    notePasses(round, but: reserved)
    return round.placed
  }

  /// What happens in one call of `place`.
  private struct Round {
    var placed: [Placement] = []
    var tickets: [Int] = []
    /// How many were placed before a line had its turn and did not fit.
    var misfits: [LineName: Int] = [:]
  }

  private struct Turn: Comparable {
    var share: Double
    var run: Int

    static func < (a: Turn, b: Turn) -> Bool { (a.share, a.run) < (b.share, b.run) }
  }

  /// The largest part of the machine's CPUs, memory, GPUs or places for steps that a run holds.
  private func share(of run: (key: Int, value: RunShare)) -> Double {
    let held = run.value.held
    return max(
      held.cpus.quota / Double(max(1, machine.cpus)),
      Double(held.memory) / Double(max(1, machine.memory)),
      Double(held.gpus) / Double(max(1, machine.gpus.count)),
      Double(run.value.holds) / Double(machine.mostSteps)
    )
  }

  /// The line whose first step has waited longest among those of a run that fit.
  private mutating func next(
    of run: Int,
    beside reserved: LineName?,
    _ round: inout Round
  ) -> LineName? {
    guard let share = runs[run], !share.isAtLimit else { return nil }
    let room = room(for: run)
    var best: (ticket: Int, line: LineName)?
    for wants in share.order.prefix(Shares.depth) {
      let line = LineName(run: run, wants: wants)
      guard let ticket = first(of: line)?.ticket else { continue }
      guard wants.fits(in: room) else {
        if round.misfits[line] == nil { round.misfits[line] = round.placed.count }
        continue
      }
      if let reserved, isInTheWay(wants, of: run, for: reserved) { continue }
      if ticket < best?.ticket ?? .max { best = (ticket, line) }
    }
    return best?.line
  }

  /// The step that is first in a line; withdrawn ones before it are forgotten, and so is an empty line.
  mutating func first(of name: LineName) -> (ticket: Int, step: String)? {
    guard let line = runs[name.run]?.lines[name.wants] else { return nil }
    var first = line.first
    defer {
      if first == line.entries.count {
        removeLine(name)
      } else if first > line.first {
        runs[name.run]?.lines[name.wants]?.first = first
      }
    }
    while first < line.entries.count {
      let entry = line.entries[first]
      if tickets[Name(run: name.run, step: entry.step)] == entry.ticket { return entry }
      first += 1
    }
    return nil
  }

  /// What is free on the machine and below the caps of the run's instance.
  func room(for run: Int) -> Amounts {
    var room = freeOfMachine
    guard let share = runs[run] else { return room }
    if share.visible != nil, room.gpus > 0 { room.gpus = freeGPUs(for: run).count }
    let own = usedByInstance[share.instance] ?? Amounts()
    if let cap = share.limits.cpus { room.cpus = min(room.cpus, cap - own.cpus) }
    if let cap = share.limits.memory { room.memory = min(room.memory, cap - own.memory) }
    if let cap = share.limits.gpus { room.gpus = min(room.gpus, cap - own.gpus) }
    return room
  }

  /// None where no more steps may execute, whatever they want.
  private var freeCPUs: CPUs { isFull ? 0 : CPUs(machine.cpus) - used.cpus }

  /// Whether as many steps execute as may at once.
  var isFull: Bool { holdings.count >= machine.mostSteps }

  var freeOfMachine: Amounts {
    Amounts(
      cpus: freeCPUs,
      memory: machine.memory - used.memory,
      gpus: freeGPUs.count
    )
  }

  /// Places the first step of a line; false when there is none.
  private mutating func place(_ line: LineName, _ round: inout Round) -> Bool {
    guard let entry = first(of: line) else { return false }
    let gpus =
      line.wants.gpus == 0 ? [] : freeGPUs(for: line.run).prefix(line.wants.gpus).map(\.uuid)
    if runs[line.run]?.lines[line.wants]?.isStarved == true { starved.removeAll { $0 == line } }
    runs[line.run]?.lines[line.wants]?.stepOn()
    if let rest = runs[line.run]?.lines[line.wants], rest.first == rest.entries.count {
      removeLine(line)
    }
    let cpuSet = take(Name(run: line.run, step: entry.step), line.wants, gpus: gpus)
    round.placed.append(
      Placement(run: line.run, step: entry.step, gpus: gpus, cpuSet: cpuSet)
    )
    round.tickets.append(entry.ticket)
    return true
  }
}

// MARK: - Starvation

extension Shares {
  /// Places what was passed over too often, as far as it fits; the first that does not fit is reserved.
  private mutating func serveStarved(_ round: inout Round) -> LineName? {
    for line in starved {
      if first(of: line) == nil || runs[line.run]?.lines[line.wants]?.isStarved != true {
        starved.removeAll { $0 == line }
      } else if runs[line.run]?.isAtLimit == false, isPossible(line) {
        guard line.wants.fits(in: room(for: line.run)), place(line, &round) else { return line }
      }
    }
    return nil
  }

  /// The line whose share is kept free now; nil when there is none.
  func reservation() -> LineName? {
    starved.first { name in
      runs[name.run]?.lines[name.wants]?.isStarved == true && runs[name.run]?.isAtLimit == false
        && isPossible(name)
    }
  }

  /// Whether a step would fit if every step of Lathe's ended.
  ///
  /// It would not while somebody else computes on the GPUs: keeping anything free would help nobody.
  private func isPossible(_ name: LineName) -> Bool {
    guard let run = runs[name.run] else { return false }
    let gpus = (run.visible?.among(machine.gpus) ?? machine.gpus).count { $0.foreignUser == nil }
    return name.wants.fits(
      in: Amounts(
        cpus: run.limits.cpus.map { min(CPUs(machine.cpus), $0) } ?? CPUs(machine.cpus),
        memory: min(machine.memory, run.limits.memory ?? .max),
        gpus: min(gpus, run.limits.gpus ?? .max)
      )
    )
  }

  /// Whether a step would take what is kept for the reserved line.
  func isInTheWay(_ wants: Amounts, of run: Int, for reserved: LineName) -> Bool {
    guard reserved != LineName(run: run, wants: wants) else { return false }
    var kept = reserved.wants
    if runs[reserved.run]?.visible != nil {
      // Not any of the free ones would do.
      if takesGPUs(wants.gpus, of: run, from: reserved) { return true }
      kept.gpus = 0
    }
    if !wants.leaves(kept, of: freeOfMachine) { return true }
    guard let share = runs[reserved.run], runs[run]?.instance == share.instance else {
      return false
    }
    var room = room(for: reserved.run)
    if share.visible != nil {
      room.gpus = (share.limits.gpus ?? .max) - (usedByInstance[share.instance]?.gpus ?? 0)
    }
    return !wants.leaves(reserved.wants, of: room)
  }

  /// Whether GPUs could be taken that a run with a choice of its own needs; whichever they are in the end.
  private func takesGPUs(_ count: Int, of run: Int, from reserved: LineName) -> Bool {
    guard count > 0, reserved.wants.gpus > 0 else { return false }
    let needed = freeGPUs(for: reserved.run)
    let taken = Set(freeGPUs(for: run).map(\.uuid)).intersection(needed.map(\.uuid)).count
    return taken > 0 && needed.count - min(count, taken) < reserved.wants.gpus
  }

  /// Counts what was passed over: what had its turn and did not fit, and what has waited longer.
  private mutating func notePasses(_ round: Round, but reserved: LineName?) {
    guard !round.placed.isEmpty else { return }
    var tooOften: [(ticket: Int, line: LineName)] = []
    let waiting = runs.filter { $0.value.waits > 0 && !$0.value.isAtLimit }
    for (run, share) in waiting {
      for wants in share.order.prefix(Shares.depth) {
        let line = LineName(run: run, wants: wants)
        guard line != reserved, let ticket = first(of: line)?.ticket else { continue }
        let later = round.tickets.count { $0 > ticket }
        let behind = round.misfits[line].map { round.placed.count - $0 } ?? 0
        runs[run]?.lines[wants]?.passed += max(later, behind)
        guard let now = runs[run]?.lines[wants], now.passed >= Shares.patience, !now.isStarved
        else { continue }
        runs[run]?.lines[wants]?.isStarved = true
        tooOften.append((ticket, line))
      }
    }
    starved += tooOften.sorted { $0.ticket < $1.ticket }.map(\.line)
  }
}

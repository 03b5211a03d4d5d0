import Pipelines

extension Shares {
  /// How many steps of a run are told what they wait for.
  static let reasonLimit = 32

  /// What the steps of a run wait for, in the order in which they wait; the first 32 of them.
  ///
  /// Such as "waits for 2 CPUs held by r12 train, r13 train".
  func reasons(of run: Int) -> [(step: String, reason: String)] {
    guard let share = runs[run], share.waits > 0 else { return [] }
    let reserved = reservation()
    var told: [(ticket: Int, step: String, reason: String)] = []
    for (wants, line) in share.lines {
      var reason: String?
      var count = 0
      for entry in line.entries[line.first...] where count < Shares.reasonLimit {
        guard tickets[Name(run: run, step: entry.step)] == entry.ticket else { continue }
        count += 1
        let text = reason ?? self.reason(wants, of: run, share, reserved)
        reason = text
        told.append((entry.ticket, entry.step, text))
      }
    }
    return told.sorted { $0.ticket < $1.ticket }.prefix(Shares.reasonLimit)
      .map { ($0.step, $0.reason) }
  }

  private func reason(
    _ wants: Amounts,
    of run: Int,
    _ share: RunShare,
    _ reserved: LineName?
  ) -> String {
    if share.isAtLimit, let parallel = share.parallel {
      let steps = parallel == 1 ? "step runs" : "steps run"
      return "waits: at most \(parallel) of the run's \(steps) at once (max_parallel_steps)"
    }
    if isFull { return "waits: at most \(machine.mostSteps) steps execute at once on this machine" }
    let free = freeOfMachine
    let own = usedByInstance[share.instance] ?? Amounts()
    if wants.cpus > free.cpus { return text(wants, .cpus) }
    if let cap = share.limits.cpus, wants.cpus > cap - own.cpus {
      return text(wants, .cpus, in: share.instance)
    }
    if wants.memory > 0, wants.memory > free.memory { return text(wants, .memory) }
    if wants.memory > 0, let cap = share.limits.memory, wants.memory > cap - own.memory {
      return text(wants, .memory, in: share.instance)
    }
    if wants.gpus > 0, let text = unknown(wants, share) { return text }
    if wants.gpus > 0, wants.gpus > freeGPUs(for: run).count {
      return text(wants, .gpus, visibleTo: share)
    }
    if wants.gpus > 0, let cap = share.limits.gpus, wants.gpus > cap - own.gpus {
      return text(wants, .gpus, in: share.instance)
    }
    if let reserved, isInTheWay(wants, of: run, for: reserved),
      let line = runs[reserved.run]?.lines[reserved.wants],
      let entry = line.entries[line.first...].first(where: {
        tickets[Name(run: reserved.run, step: $0.step)] == $0.ticket
      })
    {
      return "waits behind r\(reserved.run) \(entry.step), which has waited longer"
    }
    return "waits for its turn"
  }

  /// Why nobody can tell when there will be GPUs for a step; nil where that is a matter of waiting.
  private func unknown(_ wants: Amounts, _ share: RunShare) -> String? {
    let amount = "waits for \(counted(wants.gpus, "GPU"))"
    if let fault { return "\(amount): \(fault)" }
    if !areGPUsKnown { return "\(amount), of which nvidia-smi is being asked" }
    let there = share.visible?.among(machine.gpus) ?? machine.gpus
    guard there.count < wants.gpus else { return nil }
    let whose = share.visible.map { " (\($0.text))" } ?? ""
    return "\(amount): nvidia-smi tells of \(there.isEmpty ? "none" : "\(there.count)")\(whose)"
  }

  private enum Resource {
    case cpus, memory, gpus

    func isHeld(_ amounts: Amounts) -> Bool {
      switch self {
      case .cpus: amounts.cpus > 0
      case .memory: amounts.memory > 0
      case .gpus: amounts.gpus > 0
      }
    }
  }

  private func text(
    _ wants: Amounts,
    _ what: Resource,
    in instance: String? = nil,
    visibleTo share: RunShare? = nil
  ) -> String {
    let gpus = share?.visible?.among(machine.gpus) ?? machine.gpus
    let seen = share?.visible == nil ? nil : Set(gpus.map(\.uuid))
    // One pass: hundreds may hold some, and this is asked for each run that waits.
    var holders = 0
    var oldest: [(order: Int, name: Name)] = []
    for (name, holding) in holdings
    where what.isHeld(holding.amounts) && (instance == nil || holding.instance == instance)
      && (seen.map { !$0.isDisjoint(with: holding.gpus) } ?? true)
    {
      holders += 1
      guard oldest.count < 3 || holding.order < oldest[2].order else { continue }
      oldest.append((holding.order, name))
      oldest.sort { $0.order < $1.order }
      oldest = Array(oldest.prefix(3))
    }
    var names = oldest.map { "r\($0.name.run) \($0.name.step)" }
    if holders > 3 { names.append("\(holders - 3) more") }
    if what == .gpus, instance == nil {
      let users = gpus.compactMap(\.foreignUser)
      names += Set(users).sorted().prefix(3).map { "\($0) (not by Lathe)" }
    }
    let place = instance.map { " of '\($0)'" } ?? share?.visible.map { " of \($0.text)" } ?? ""
    let amount =
      switch what {
      case .cpus: counted(wants.cpus)
      case .gpus: counted(wants.gpus, "GPU")
      case .memory: byteText(wants.memory) + " of memory"
      }
    guard !names.isEmpty else { return "waits for \(amount)\(place)" }
    return "waits for \(amount)\(place) held by \(names.joined(separator: ", "))"
  }
}

/// "1 CPU", "2 CPUs".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// "1 CPU", "0.5 CPUs".
func counted(_ cpus: CPUs) -> String { "\(cpus) CPU\(cpus == 1 ? "" : "s")" }

/// Bytes in the largest binary unit that keeps a digit before the point: "512 MiB", "2.5 GiB".
func byteText(_ bytes: Int) -> String {
  let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 1024, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  let tenths = (value * 10).rounded() / 10
  let isWhole = unit == 0 || tenths == tenths.rounded()
  return "\(isWhole ? String(Int(tenths)) : String(tenths)) \(units[unit])"
}

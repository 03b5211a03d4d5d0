import Pipelines
import Store

/// Who holds how much of the machine: a ledger over all instances and runs.
struct Ledger: Sendable {
  struct Holding: Sendable, Equatable {
    var run: Int
    var step: String
    var instance: String
    var cpus: Int
    var memory: Int
  }

  let machine: Machine
  private(set) var holdings: [Holding] = []

  init(machine: Machine) { self.machine = machine }

  /// Takes a share, or says in a few words what it waits for.
  ///
  /// What already runs is taken without asking (`force`): it holds its share whatever the ledger says.
  mutating func take(
    _ wanted: Holding,
    instance: InstanceRecord?,
    force: Bool = false
  ) -> String? {
    if !force {
      if let reason = shortage(wanted, among: holdings, of: machine) { return reason }
      let limits = Machine(
        cpus: instance?.cpus ?? machine.cpus,
        memory: instance?.memory ?? machine.memory
      )
      let own = holdings.filter { $0.instance == wanted.instance }
      if let reason = shortage(wanted, among: own, of: limits) { return reason }
    }
    holdings.append(wanted)
    return nil
  }

  mutating func release(run: Int, step: String) {
    holdings.removeAll { $0.run == run && $0.step == step }
  }

  private func shortage(_ wanted: Holding, among held: [Holding], of limits: Machine) -> String? {
    let holders = held.prefix(3).map { "r\($0.run) \($0.step)" }.joined(separator: ", ")
    if held.reduce(0, { $0 + $1.cpus }) + wanted.cpus > limits.cpus {
      return "waits for \(wanted.cpus) CPU held by \(holders)"
    }
    if held.reduce(0, { $0 + $1.memory }) + wanted.memory > limits.memory {
      return "waits for \(wanted.memory >> 20) MiB held by \(holders)"
    }
    return nil
  }
}

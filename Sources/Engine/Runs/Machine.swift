import Documents
import Foundation
import Glibc
import Pipelines
import Store

/// What this machine has to give: processors and bytes of memory.
struct Machine: Sendable, Equatable {
  var cpus: Int
  var memory: Int

  static func current() -> Machine {
    Machine(
      cpus: max(1, ProcessInfo.processInfo.activeProcessorCount),
      memory: Int(ProcessInfo.processInfo.physicalMemory)
    )
  }

  /// Refuses a step that could never start, however empty the machine.
  func admit(_ step: Step, in instance: InstanceRecord) throws {
    guard let process = step.process else { return }
    let cpuLimit = min(cpus, instance.cpus ?? cpus)
    let memoryLimit = min(memory, instance.memory ?? memory)
    let whose = "'\(instance.name)' (\(instance.instanceType)) on this machine"
    if process.cpus > cpuLimit {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(process.cpus) CPUs and can never start.",
        why: "\(whose) has \(cpuLimit).",
        next: "Lower 'cpu:' in line \(step.place.line) of the pipeline."
      )
    }
    if let wanted = process.memory, wanted > memoryLimit {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(wanted >> 20) MiB of memory and can never start.",
        why: "\(whose) has \(memoryLimit >> 20) MiB.",
        next: "Lower 'memory:' in line \(step.place.line) of the pipeline."
      )
    }
  }
}

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

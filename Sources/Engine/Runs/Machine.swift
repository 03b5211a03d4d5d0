import Foundation
import Glibc
import Store

/// What this machine has to give: processors, bytes of memory and GPUs.
struct Machine: Sendable, Equatable {
  var cpus: Int
  var memory: Int
  /// Numbers of the processors, as `sched_setaffinity` takes them.
  var cpuNumbers: [Int]
  var gpus: [GPU]

  init(cpus: Int, memory: Int, cpuNumbers: [Int]? = nil, gpus: [GPU] = []) {
    self.cpus = cpus
    self.memory = memory
    self.cpuNumbers = cpuNumbers ?? Array(0..<cpus)
    self.gpus = gpus
  }

  /// How many steps execute at once at most, however little of a CPU each of them wants.
  ///
  /// The agent holds a file open for each, and may mostly open 1024.
  var mostSteps: Int { max(512, cpus) }

  /// The GPUs of some UUIDs, in that order, by what is known of them.
  func assigned(_ uuids: [String]) -> [AssignedGPU] {
    uuids.map { uuid in
      let gpu = gpus.first { $0.uuid == uuid }
      return AssignedGPU(uuid: uuid, name: gpu?.name ?? "")
    }
  }

  /// This machine as far as this process may use it; its GPUs take time to ask for (`GPUReport`).
  static func current() -> Machine {
    let memory = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
    let allowed = allowedCPUs()
    guard !allowed.isEmpty else {
      return Machine(cpus: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), memory: memory)
    }
    return Machine(cpus: allowed.count, memory: memory, cpuNumbers: allowed)
  }

  /// The processors that this process may run on; empty when that cannot be told.
  private static func allowedCPUs() -> [Int] {
    guard let status = FileManager.default.contents(atPath: "/proc/self/status") else { return [] }
    let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
    let key = "Cpus_allowed_list:"
    guard let line = lines.first(where: { $0.hasPrefix(key) }) else { return [] }
    return cpuNumbers(String(line.dropFirst(key.count)))
  }

  /// The numbers of a list in the kernel's way of writing, such as `0-3,8`; empty when it is none.
  static func cpuNumbers(_ list: String) -> [Int] {
    var numbers: [Int] = []
    for part in list.split(separator: ",") {
      let ends = part.split(separator: "-").map {
        Int($0.trimmingCharacters(in: .whitespaces)) ?? -1
      }
      guard let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0,
        first <= last, last < 65_536
      else { return [] }
      numbers += first...last
    }
    return numbers
  }
}

import Foundation

/// The machine's load between two samples, from /proc/stat and /proc/meminfo.
struct LoadSampler: Sendable {
  private var busy = 0
  private var all = 0

  /// The busy share since the last sample (since boot at the first one); nil without /proc.
  mutating func sample() -> MachineLoad? {
    guard let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = stat.split(separator: "\n").first,
      let memory = LoadSampler.memory()
    else { return nil }
    let ticks = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    guard ticks.count >= 5 else { return nil }
    // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user already.
    let total = ticks.prefix(8).reduce(0, +)
    let used = total - ticks[3] - ticks[4]
    defer { (busy, all) = (used, total) }
    let share = total > all ? Double(used - busy) / Double(total - all) : 0
    return MachineLoad(cpu: min(1, max(0, share)), memoryUsed: memory.used, memory: memory.all)
  }

  private static func memory() -> (used: Int, all: Int)? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
      return nil
    }
    func value(_ name: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        .flatMap { $0.split(separator: " ").dropFirst().first }
        .flatMap { Int($0) }.map { $0 << 10 }
    }
    guard let all = value("MemTotal"), let free = value("MemAvailable") else { return nil }
    // In steps of 64 MiB: what is smaller would redraw the header without being read.
    return ((all - free) & ~0x3ff_ffff, all)
  }
}

import Glibc
import Store

/// The control group of one attempt: the kernel holds its limits and counts what it uses.
///
/// Its name tells whose it is, so that what a killed runner left is found and removed.
struct AttemptCgroup: Sendable, Equatable {
  /// A folder a hierarchy; the one with memory is the first.
  let folders: [String]
  let isUnified: Bool

  /// A guard against scripts that start themselves without end; no training comes near it.
  static let processLimit = 32_768
  /// Microseconds that CPU time is given out by.
  private static let period = 100_000
  private static let prefix = "lathe-"

  // MARK: Making

  /// Makes a group with the limits of an attempt; nil where the kernel refuses one of them.
  ///
  /// `number` tells it from others of this runner.
  static func make(
    _ limits: AttemptSpec.Limits,
    at site: CgroupSite,
    owner: (pid: Int32, startTime: UInt64),
    number: Int
  ) -> AttemptCgroup? {
    let name = "\(prefix)\(owner.pid)-\(owner.startTime)-\(number)"
    let group = AttemptCgroup(at: site, name: name)
    for folder in group.folders where mkdir(folder, 0o755) != 0 && errno != EEXIST {
      group.remove()
      return nil
    }
    for setting in settings(limits, at: site, name: name) {
      guard !CgroupSite.write(setting.text, to: setting.path), setting.isNeeded else { continue }
      group.remove()
      return nil
    }
    return group
  }

  init(at site: CgroupSite, name: String) {
    switch site {
    case .unified(let folder, _):
      folders = ["\(folder)/\(name)"]
      isUnified = true
    case .legacy(let places):
      // Two controllers may share one hierarchy.
      var seen: Set<String> = []
      folders = ["memory", "cpu", "cpuacct", "pids"].compactMap { places[$0] }
        .filter { seen.insert($0).inserted }.map { "\($0)/\(name)" }
      isUnified = false
    }
  }

  struct Setting: Equatable {
    var path: String
    var text: String
    /// Whether the limit does not hold without it.
    var isNeeded: Bool
  }

  /// What is written for the limits of an attempt, in this order.
  static func settings(
    _ limits: AttemptSpec.Limits,
    at site: CgroupSite,
    name: String
  ) -> [Setting] {
    var settings: [Setting] = []
    func set(_ folder: String, _ file: String, _ text: String, isNeeded: Bool = false) {
      settings.append(Setting(path: "\(folder)/\(name)/\(file)", text: text, isNeeded: isNeeded))
    }
    let quota = limits.cpus.map { max(1000, Int(($0 * Double(period)).rounded())) }
    switch site {
    case .unified(let folder, let controllers):
      if let memory = limits.memory {
        set(folder, "memory.max", "\(memory)", isNeeded: true)
        // Without swap, which would only make it slow; and all of its processes end, not any one.
        set(folder, "memory.swap.max", "0")
        set(folder, "memory.oom.group", "1")
      }
      if let quota, controllers.contains("cpu") { set(folder, "cpu.max", "\(quota) \(period)") }
      if controllers.contains("pids") { set(folder, "pids.max", "\(processLimit)") }
    case .legacy(let places):
      if let memory = limits.memory, let folder = places["memory"] {
        set(folder, "memory.limit_in_bytes", "\(memory)", isNeeded: true)
        set(folder, "memory.memsw.limit_in_bytes", "\(memory)")
      }
      if let quota, let folder = places["cpu"] {
        set(folder, "cpu.cfs_period_us", "\(period)")
        set(folder, "cpu.cfs_quota_us", "\(quota)")
      }
      if let folder = places["pids"] { set(folder, "pids.max", "\(processLimit)") }
    }
    return settings
  }

  /// The files that a process writes "0" into to be in it, and all that it starts with it.
  var doors: [String] { folders.map { $0 + "/cgroup.procs" } }

  // MARK: Use

  /// Whether the kernel has killed in it for its limit of memory.
  var hasKilled: Bool {
    count("oom_kill", in: isUnified ? "memory.events" : "memory.oom_control") > 0
  }

  /// Whether it has tried to start more processes than it may.
  var hasHitProcessLimit: Bool { count("max", in: "pids.events") > 0 }

  /// The most bytes that it has used, the file system's cache among them; nil where nobody counts.
  var peakMemory: Int? {
    number(in: isUnified ? "memory.peak" : "memory.max_usage_in_bytes")
  }

  /// CPU time of all that ever ran in it, in seconds.
  var cpuSeconds: Double? {
    if isUnified {
      let microseconds = count("usage_usec", in: "cpu.stat")
      return microseconds > 0 ? Double(microseconds) / 1e6 : nil
    }
    return number(in: "cpuacct.usage").map { Double($0) / 1e9 }
  }

  /// Bytes from and to storage, where the kernel counts them for groups.
  var traffic: Traffic? {
    guard let text = isUnified ? read("io.stat") : nil else { return nil }
    return Traffic(devices: text)
  }

  private func read(_ file: String) -> String? {
    folders.lazy.compactMap { smallFile("\($0)/\(file)") }.first
  }

  private func number(in file: String) -> Int? {
    read(file).flatMap { Int($0.prefix { $0 != "\n" }) }
  }

  /// The number behind a word that begins a line; 0 without one.
  private func count(_ word: String, in file: String) -> Int {
    for line in (read(file) ?? "").split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, parts[0] == word { return Int(parts[1]) ?? 0 }
    }
    return 0
  }

  // MARK: The end

  /// Kills all that is in it.
  func end() {
    for folder in folders {
      if isUnified, CgroupSite.write("1", to: folder + "/cgroup.kill") { continue }
      let members = (smallFile(folder + "/cgroup.procs") ?? "").split(separator: "\n")
      for member in members { if let pid = Int32(member), pid > 1 { kill(pid, SIGKILL) } }
    }
  }

  /// Removes it, once all is dead that was in it; what is left is removed by the next runner.
  func remove() {
    for folder in folders {
      // The kernel takes a moment to let go of what has just died.
      for _ in 0..<20 where rmdir(folder) != 0 && errno == EBUSY { usleep(500) }
    }
  }

  // MARK: What killed runners left

  /// Removes the groups of runners that live no more; `isAlive` tells of one by its number and start.
  static func removeLeftovers(
    at site: CgroupSite,
    isAlive: (Int32, UInt64) -> Bool = { Claim.startTime(of: $0) == $1 }
  ) {
    let folders: [String] =
      switch site {
      case .unified(let folder, _): [folder]
      case .legacy(let places): Array(Set(places.values))
      }
    for folder in folders {
      for name in folderNames(folder) where name.hasPrefix(prefix) {
        let parts = name.dropFirst(prefix.count).split(separator: "-")
        guard parts.count == 3, let pid = Int32(parts[0]), let start = UInt64(parts[1]),
          !isAlive(pid, start)
        else { continue }
        // Only an empty one can be removed.
        rmdir("\(folder)/\(name)")
      }
    }
  }

  /// Ends what a killed runner's script left in its groups, and removes them.
  static func end(ofRunner pid: Int32, startTime: UInt64, at site: CgroupSite) {
    let (folder, start) =
      switch site {
      case .unified(let folder, _): (folder, "\(prefix)\(pid)-\(startTime)-")
      case .legacy(let places): (places["memory"] ?? "", "\(prefix)\(pid)-\(startTime)-")
      }
    for name in folderNames(folder) where name.hasPrefix(start) {
      let group = AttemptCgroup(at: site, name: name)
      group.end()
      group.remove()
    }
  }
}

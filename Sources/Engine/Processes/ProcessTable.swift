import Glibc

/// What /proc tells of one process.
struct ProcessFacts: Equatable {
  var pid: Int32
  var parent: Int32
  var session: Int32
  /// Clock ticks, with those of its children that were waited for.
  var ticks: Int
  /// Resident bytes, those among them that it shares with others.
  var memory: Int

  /// Of a line of /proc/PID/stat; the name in it may hold blanks and brackets.
  init?(stat text: String) {
    guard let open = text.firstIndex(of: "("), let bracket = text.lastIndex(of: ")"),
      let pid = Int32(text[..<open].drop { $0 == " " }.prefix { $0 != " " })
    else { return nil }
    let fields = text[text.index(after: bracket)...].split(separator: " ")
    guard fields.count > 21, let parent = Int32(fields[1]), let session = Int32(fields[3]),
      let pages = Int(fields[21])
    else { return nil }
    self.pid = pid
    self.parent = parent
    self.session = session
    ticks = (11...14).reduce(0) { $0 + (Int(fields[$1]) ?? 0) }
    memory = pages * sysconf(Int32(_SC_PAGESIZE))
  }

  init?(of pid: Int32) {
    guard let text = smallFile("/proc/\(pid)/stat") else { return nil }
    self.init(stat: text)
  }
}

/// All processes of this machine, as they were at one moment.
enum ProcessTable {
  /// Those that descend from a process, without itself.
  static func descendants(of root: Int32) -> [ProcessFacts] {
    listed(root) ?? searched(root)
  }

  /// By the kernel's own lists; nil where it keeps none.
  private static func listed(_ root: Int32) -> [ProcessFacts]? {
    guard access("/proc/self/task/\(getpid())/children", F_OK) == 0 else { return nil }
    var found: [ProcessFacts] = []
    var seen: Set<Int32> = [root]
    var open = [root]
    while let pid = open.popLast() {
      for thread in folderNames("/proc/\(pid)/task") {
        for name in (smallFile("/proc/\(pid)/task/\(thread)/children") ?? "").split(separator: " ")
        {
          guard let child = Int32(name), seen.insert(child).inserted else { continue }
          open.append(child)
          if let facts = ProcessFacts(of: child) { found.append(facts) }
        }
      }
    }
    return found
  }

  private static func searched(_ root: Int32) -> [ProcessFacts] {
    var children: [Int32: [ProcessFacts]] = [:]
    for pid in ChildProcess.processes() {
      if let facts = ProcessFacts(of: pid) { children[facts.parent, default: []].append(facts) }
    }
    var found: [ProcessFacts] = []
    var open = [root]
    while let pid = open.popLast() {
      for facts in children.removeValue(forKey: pid) ?? [] {
        found.append(facts)
        open.append(facts.pid)
      }
    }
    return found
  }
}

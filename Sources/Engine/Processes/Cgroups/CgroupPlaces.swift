/// The control groups that a process is in: the folder of each, as far as it is mounted.
struct CgroupPlaces: Equatable {
  /// Of the one hierarchy of version 2: its mount, and the process's folder in it.
  var unified: (mount: String, own: String)?
  /// The process's folders in the hierarchies of version 1, by controller.
  var legacy: [String: String] = [:]

  /// Out of /proc/self/mountinfo and /proc/self/cgroup.
  ///
  /// A container may see a part of a hierarchy only: what it does not see has no folder.
  init(mounts: String, groups: String) {
    var paths: [String: String] = [:]
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasPrefix("/") else { continue }
      for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(controller)] = String(parts[2])
      }
    }
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else {
        continue
      }
      let (root, mount) = (CgroupPlaces.plain(words[3]), CgroupPlaces.plain(words[4]))
      func folder(_ path: String?) -> String? {
        guard let path, let inner = CgroupPlaces.part(of: path, below: root) else { return nil }
        return mount + inner
      }
      switch words[dash + 1] {
      case "cgroup2":
        if unified == nil, let own = folder(paths[""]) { unified = (mount, own) }
      case "cgroup":
        for option in words[dash + 3].split(separator: ",").map(String.init) {
          guard legacy[option] == nil, let own = folder(paths[option]) else { continue }
          legacy[option] = own
        }
      default: continue
      }
    }
  }

  static func == (a: CgroupPlaces, b: CgroupPlaces) -> Bool {
    a.unified?.mount == b.unified?.mount && a.unified?.own == b.unified?.own && a.legacy == b.legacy
  }

  /// The rest of a path behind the root of what is mounted, empty or beginning with a slash.
  private static func part(of path: String, below root: String) -> String? {
    guard !path.split(separator: "/").contains("..") else { return nil }
    let inner = path == "/" ? "" : path
    if root == "/" { return inner }
    guard inner == root || inner.hasPrefix(root + "/") else { return nil }
    return String(inner.dropFirst(root.count))
  }

  /// A path as it is, where the kernel writes blanks and the like as `\040`.
  private static func plain(_ text: Substring) -> String {
    guard text.contains("\\") else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == 92, digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) {
        let code = digits.reduce(0) { $0 * 8 + Int($1 - 48) }
        bytes.append(UInt8(truncatingIfNeeded: code))
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

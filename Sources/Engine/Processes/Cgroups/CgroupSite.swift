import Glibc

/// Where this process may make control groups whose limits the kernel holds.
package enum CgroupSite: Sendable, Equatable {
  /// Version 2: the folder that groups are made in, and the controllers that they have.
  case unified(String, Set<String>)
  /// Version 1: the folder in each hierarchy, by controller; memory is among them.
  case legacy([String: String])

  /// What limits are held with, as far as there is.
  static let controllers = ["memory", "cpu", "pids", "io"]
  private static let legacyControllers = ["memory", "cpu", "cpuacct", "pids"]

  /// Where there is one for this process; nil: nothing can be written.
  package static func find() -> CgroupSite? { CgroupPlaces.ofThisProcess.flatMap { find($0) } }

  /// The same, looked for once: what killed runners left there is removed then.
  static let own: CgroupSite? = {
    guard let site = find() else { return nil }
    AttemptCgroup.removeLeftovers(at: site)
    return site
  }()

  /// The nearest one on the way up from the process's own groups; version 2 where both could be.
  static func find(_ places: CgroupPlaces) -> CgroupSite? {
    if let (mount, own) = places.unified {
      for folder in ways(from: own, to: mount) {
        let present = words(folder + "/cgroup.subtree_control")
        guard present.contains("memory"), isWritable(folder), isWritable(folder + "/cgroup.procs")
        else { continue }
        return .unified(folder, present.intersection(controllers))
      }
    }
    var folders: [String: String] = [:]
    for controller in legacyControllers {
      guard let folder = places.legacy[controller], isWritable(folder) else { continue }
      folders[controller] = folder
    }
    return folders["memory"] == nil ? nil : .legacy(folders)
  }

  /// Makes version 2 ready, where all that is missing is that a group which was handed to this process
  /// gives its controllers on.
  ///
  /// A group with processes in it cannot: where this process is alone in it, it moves into one of its
  /// own first. Called before it has children.
  static func prepare() {
    guard let places = CgroupPlaces.ofThisProcess, find(places) == nil else { return }
    prepare(places, pid: getpid())
  }

  static func prepare(_ places: CgroupPlaces, pid: Int32) {
    guard let (mount, own) = places.unified else { return }
    for folder in ways(from: own, to: mount) {
      let offered = words(folder + "/cgroup.controllers").intersection(controllers)
      guard offered.contains("memory"), isWritable(folder), isWritable(folder + "/cgroup.procs"),
        isWritable(folder + "/cgroup.subtree_control")
      else { continue }
      let members = words(folder + "/cgroup.procs")
      if members == ["\(pid)"], folder == own {
        let inner = folder + "/lathe"
        guard mkdir(inner, 0o755) == 0 || errno == EEXIST,
          write("\(pid)", to: inner + "/cgroup.procs")
        else { continue }
      } else if !members.isEmpty {
        continue
      }
      // One by one: that one of them is refused is no reason to do without the others.
      for controller in controllers where offered.contains(controller) {
        _ = write("+\(controller)", to: folder + "/cgroup.subtree_control")
      }
      return
    }
  }

  /// The folders from one up to the mount.
  private static func ways(from own: String, to mount: String) -> [String] {
    var folders = [own]
    while let last = folders.last, last != mount, last.hasPrefix(mount + "/"),
      let slash = last.lastIndex(of: "/")
    {
      folders.append(String(last[..<slash]))
    }
    return folders
  }

  private static func words(_ path: String) -> Set<String> {
    Set((smallFile(path) ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
  }

  private static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Writes a control file that is there; false where that is refused.
  static func write(_ text: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
  }
}

extension CgroupPlaces {
  static var ofThisProcess: CgroupPlaces? {
    guard let groups = smallFile("/proc/self/cgroup"),
      let mounts = smallFile("/proc/self/mountinfo", limit: 1 << 20)
    else { return nil }
    return CgroupPlaces(mounts: mounts, groups: groups)
  }
}

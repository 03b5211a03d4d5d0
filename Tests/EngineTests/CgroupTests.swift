import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// Control groups: what is decided, on folder trees that look like the kernel's.
struct CgroupTests {
  // MARK: Where a process is

  @Test func `version 2 alone`() {
    let places = CgroupPlaces(
      mounts: "34 24 0:29 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
      groups: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope\n"
    )
    #expect(places.unified?.mount == "/sys/fs/cgroup")
    #expect(
      places.unified?.own
        == "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope"
    )
    #expect(places.legacy.isEmpty)
  }

  @Test func `version 1 beside an empty version 2, in a container that sees a part`() {
    let places = CgroupPlaces(
      mounts: """
        30 23 0:26 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        31 23 0:27 /docker/ab /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        32 23 0:28 /other /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
        33 23 0:29 / /sys/fs/my\\040groups rw - cgroup2 cgroup2 rw
        """,
      groups: "9:pids:/docker/ab\n8:memory:/docker/ab/inner\n7:cpu,cpuacct:/docker/ab\n0::/\n"
    )
    #expect(places.unified?.own == "/sys/fs/my groups")
    #expect(
      places.legacy == [
        "memory": "/sys/fs/cgroup/memory/inner", "cpu": "/sys/fs/cgroup/cpu,cpuacct",
        "cpuacct": "/sys/fs/cgroup/cpu,cpuacct",
      ]
    )
  }

  @Test(arguments: [
    ("", ""), ("a b c", "0:/"), ("1 2 3 4 5 6 7 8 -", "0::x"),
    ("34 24 0:29 / /g rw - cgroup2 c rw", "0::/../../outside"),
  ])
  func `what tells of no group is none`(mounts: String, groups: String) {
    let places = CgroupPlaces(mounts: mounts, groups: groups)
    #expect(places.unified == nil && places.legacy.isEmpty)
  }

  // MARK: Where groups can be made

  /// A tree with files of given texts; gone with the test.
  private final class Tree {
    let root: String
    init(_ files: [String: String]) throws {
      root = try makeTemporaryFolder()
      for (name, text) in files { try write(text, to: name) }
    }
    deinit { try? FileManager.default.removeItem(atPath: root) }
    func write(_ text: String, to name: String) throws {
      let path = root + "/" + name
      try makeFolder(URL(filePath: path).deletingLastPathComponent().path)
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    func read(_ name: String) -> String? {
      FileManager.default.contents(atPath: root + "/" + name)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    var unified: String { "1 1 0:1 / \(root) rw - cgroup2 cgroup2 rw" }
  }

  @Test func `the nearest group above that gives memory on is taken`() throws {
    let tree = try Tree([
      "cgroup.subtree_control": "cpu memory pids io", "cgroup.procs": "",
      "app/cgroup.subtree_control": "memory pids", "app/cgroup.procs": "",
      "app/own/cgroup.subtree_control": "", "app/own/cgroup.procs": "77",
    ])
    let places = CgroupPlaces(mounts: tree.unified, groups: "0::/app/own")
    #expect(CgroupSite.find(places) == .unified(tree.root + "/app", ["memory", "pids"]))
  }

  @Test func `without a group that gives memory on there is none`() throws {
    let tree = try Tree(["cgroup.subtree_control": "hugetlb", "cgroup.procs": ""])
    #expect(CgroupSite.find(CgroupPlaces(mounts: tree.unified, groups: "0::/")) == nil)
  }

  @Test func `version 1 serves where version 2 does not`() throws {
    let tree = try Tree([
      "u/cgroup.subtree_control": "", "u/cgroup.procs": "", "m/x/memory.limit_in_bytes": "9",
      "p/pids.max": "",
    ])
    let places = CgroupPlaces(
      mounts: """
        1 1 0:1 / \(tree.root)/u rw - cgroup2 cgroup2 rw
        2 1 0:2 / \(tree.root)/m rw - cgroup cgroup rw,memory
        3 1 0:3 / \(tree.root)/p rw - cgroup cgroup rw,pids
        4 1 0:4 / \(tree.root)/missing rw - cgroup cgroup rw,cpu
        """,
      groups: "0::/\n3:memory:/x\n2:pids:/\n1:cpu:/"
    )
    #expect(
      CgroupSite.find(places) == .legacy(["memory": tree.root + "/m/x", "pids": tree.root + "/p"])
    )
  }

  @Test func `a process alone in a group that was handed to it moves into one below`() throws {
    let tree = try Tree([
      "own/cgroup.controllers": "cpu memory pids", "own/cgroup.subtree_control": "",
      "own/cgroup.procs": "77\n", "own/lathe/cgroup.procs": "",
    ])
    let places = CgroupPlaces(mounts: tree.unified, groups: "0::/own")
    CgroupSite.prepare(places, pid: 77)
    #expect(tree.read("own/lathe/cgroup.procs") == "77")
    // The kernel takes one after the other; a file has what was written last over what was there.
    #expect(tree.read("own/cgroup.subtree_control")?.isEmpty == false)
  }

  @Test func `a group that others are in as well is left alone`() throws {
    let tree = try Tree([
      "own/cgroup.controllers": "cpu memory pids", "own/cgroup.subtree_control": "",
      "own/cgroup.procs": "77\n78\n",
    ])
    CgroupSite.prepare(CgroupPlaces(mounts: tree.unified, groups: "0::/own"), pid: 77)
    #expect(tree.read("own/cgroup.subtree_control") == "")
    #expect(access(tree.root + "/own/lathe", F_OK) != 0)
  }

  // MARK: What is written and read

  private let limits = AttemptSpec.Limits(memory: 2 << 30, cpus: 1.5)

  private func texts(_ site: CgroupSite) -> [String] {
    AttemptCgroup.settings(limits, at: site, name: "n")
      .map { "\($0.path) \($0.text)\($0.isNeeded ? " !" : "")" }
  }

  @Test func `limits are written as the kernel takes them`() {
    #expect(
      texts(.unified("/g", ["memory", "cpu", "pids"])) == [
        "/g/n/memory.max 2147483648 !", "/g/n/memory.swap.max 0", "/g/n/memory.oom.group 1",
        "/g/n/cpu.max 150000 100000", "/g/n/pids.max 32768",
      ]
    )
    #expect(texts(.unified("/g", ["memory"])).count == 3)
    #expect(
      texts(.legacy(["memory": "/m", "cpu": "/c", "cpuacct": "/c"])) == [
        "/m/n/memory.limit_in_bytes 2147483648 !", "/m/n/memory.memsw.limit_in_bytes 2147483648",
        "/c/n/cpu.cfs_period_us 100000", "/c/n/cpu.cfs_quota_us 150000",
      ]
    )
    #expect(
      AttemptCgroup(at: .legacy(["memory": "/m", "cpu": "/c", "cpuacct": "/c"]), name: "n").folders
        == ["/m/n", "/c/n"]
    )
  }

  @Test func `what a group has used is read`() throws {
    let tree = try Tree([
      "n/memory.events": "low 0\nhigh 0\nmax 31\noom 1\noom_kill 4\noom_group_kill 1\n",
      "n/memory.peak": "123456\n", "n/pids.events": "max 2\n",
      "n/cpu.stat": "usage_usec 2500000\nuser_usec 2000000\n",
      "n/io.stat":
        "8:0 rbytes=10 wbytes=4096 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=5 wbytes=1\n",
    ])
    let group = AttemptCgroup(at: .unified(tree.root, []), name: "n")
    #expect(group.hasKilled && group.hasHitProcessLimit)
    #expect(group.peakMemory == 123_456 && group.cpuSeconds == 2.5)
    #expect(group.traffic?.read == 15 && group.traffic?.written == 4097)
    try tree.write("garbage\noom_kill x\n", to: "n/memory.events")
    #expect(!group.hasKilled)
  }

  @Test func `groups of runners that live no more are removed`() throws {
    let tree = try Tree(["other/file": ""])
    for name in ["lathe-1-2-1", "lathe-3-4-7", "lathe-x-1-1", "lathe"] {
      try makeFolder(tree.root + "/" + name)
    }
    AttemptCgroup.removeLeftovers(at: .unified(tree.root, [])) { pid, start in
      (pid, start) == (3, 4)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: tree.root).sorted()
    #expect(left == ["lathe", "lathe-3-4-7", "lathe-x-1-1", "other"])
  }

  // MARK: The kernel's own

  @Test func `a program that is not let into a group is not started`() throws {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let error = #expect(throws: ClosedDoor.self) {
      try ChildProcess.start(
        ["touch", folder + "/started"],
        environment: ["PATH": "/usr/bin:/bin"],
        folder: "/",
        // Open, and takes nothing.
        doors: ["/dev/full"]
      )
    }
    #expect(error?.code == ENOSPC)
    #expect(access(folder + "/started", F_OK) != 0)
  }

  @Test func `a program behind a door is the same as any other`() throws {
    let child = try ChildProcess.start(
      [
        "bash", "-c",
        "echo $X; pwd; kill -l >/dev/null; [ $$ = $(ps -o sid= -p $$) ] && echo leads; ls /proc/self/fd | wc -l",
      ],
      environment: ["PATH": "/usr/bin:/bin", "X": "7"],
      folder: "/usr",
      doors: ["/dev/null"]
    )
    _ = fcntl(child.output, F_SETFL, 0)
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 512)
    while true {
      let count = read(child.output, &buffer, buffer.count)
      guard count > 0 else { break }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    close(child.output)
    var status: Int32 = 0
    waitpid(child.pid, &status, 0)
    // Standard input, output, error, and the folder that ls reads.
    #expect(text == "7\n/usr\nleads\n4\n")
    #expect(throws: (any Error).self) {
      try ChildProcess.start(["/"], environment: [:], folder: "/", doors: ["/dev/null"])
    }
  }
}

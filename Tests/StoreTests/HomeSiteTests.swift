import Documents
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Store

/// Which machine may write a home, and where its state may lie.
struct HomeSiteTests {
  private let scratch: Scratch
  private var home: Home { scratch.home }

  init() throws { scratch = try Scratch() }

  private static func host(
    _ name: String,
    machine: String? = nil,
    boot: String = "b"
  ) -> HostIdentity {
    HostIdentity(name: name, machine: machine ?? "machine of \(name)", boot: "\(boot) of \(name)")
  }

  private static func site(_ host: HostIdentity, on type: String = "nfs4") -> HomeSite {
    HomeSite(host: host) { _ in FileSystem(type: type) }
  }

  private let noon = Date(timeIntervalSince1970: 1_700_000_000)

  // MARK: Machines

  @Test func `a machine is the same by its kernel, else by its id, else by its name`() {
    let one = HostIdentity(name: "a", machine: "1", boot: "x")
    #expect(one.isSameMachine(as: one))
    // A container on it.
    #expect(one.isSameMachine(as: HostIdentity(name: "b", machine: "", boot: "x")))
    // Restarted and renamed.
    #expect(one.isSameMachine(as: HostIdentity(name: "b", machine: "1", boot: "y")))
    #expect(!one.isSameMachine(as: HostIdentity(name: "a", machine: "2", boot: "y")))
    // Without ids the names decide.
    let plain = HostIdentity(name: "a", machine: "", boot: "z")
    #expect(one.isSameMachine(as: plain))
    #expect(!plain.isSameMachine(as: HostIdentity(name: "c", machine: "", boot: "q")))
  }

  @Test func `this machine has a name and a kernel`() {
    #expect(!HostIdentity.current.boot.isEmpty)
    #expect(!HostIdentity.current.name.isEmpty)
    let time = HostIdentity.bootTime(in: "cpu 1 2\nbtime 1700000000\nprocesses 7\n")
    #expect(time == Date(timeIntervalSince1970: 1_700_000_000))
    #expect(HostIdentity.bootTime(in: "cpu 1 2\n") == nil)
  }

  // MARK: Owners

  @Test func `a home on a network file system belongs to the host that had it first`() throws {
    let (first, second) = (Self.host("gpu1"), Self.host("gpu2"))
    #expect(try Self.site(first).claim(home, now: noon) == nil)
    #expect(home.owner() == HomeOwner(first, since: noon, state: home.state))
    let refusal = #expect(throws: Explanation.self) { try Self.site(second).claim(home) }
    #expect(refusal?.what == "The home \(home.folder) belongs to gpu1 and is only read here.")
    #expect(refusal?.why.contains("This is gpu2.") == true)
    #expect(refusal?.next.contains("ssh gpu1") == true)
    #expect(refusal?.next.contains("lathe agent takeover") == true)
    #expect(home.owner()?.name == "gpu1")
    #expect(Self.site(second).otherOwner(of: home)?.name == "gpu1")
    #expect(Self.site(first).otherOwner(of: home) == nil)
  }

  @Test func `a restarted host keeps its home, and what was before is known`() throws {
    let before = Self.host("gpu1", boot: "first start")
    let after = Self.host("gpu1", boot: "second start")
    try Self.site(before).claim(home, now: noon)
    #expect(try Self.site(after).claim(home)?.boot == before.boot)
    #expect(home.owner() == HomeOwner(after, since: noon, state: home.state))
  }

  @Test func `a local disk that was moved goes on with its new machine`() throws {
    try Self.site(Self.host("old"), on: "ext4").claim(home)
    #expect(try Self.site(Self.host("new"), on: "ext4").claim(home)?.name == "old")
    #expect(home.owner()?.name == "new")
    // As a network file system it is another matter.
    #expect(Self.site(Self.host("old")).refusal(of: home) != nil)
  }

  @Test func `two agents of one machine do not share a home by two states`() throws {
    let site = Self.site(Self.host("a"), on: "ext4")
    let other = Home(folder: home.folder, state: scratch.path + "/other")
    try makeFolder(other.state)
    try site.claim(other)
    let lock = open(other.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let refusal = #expect(throws: Explanation.self) { try site.claim(home) }
    #expect(refusal?.next.contains("LATHE_STATE=\(other.state)") == true)
    close(lock)
    #expect(try site.claim(home)?.state == other.state)
    #expect(home.owner()?.state == home.state)
  }

  @Test func `a damaged note is nobody's`() throws {
    try scratch.write("{", "home/host")
    #expect(try Self.site(Self.host("a")).claim(home) == nil)
    #expect(home.owner()?.name == "a")
  }

  @Test func `of many hosts that come at once, one has the home`() throws {
    let winners = Mutex<[String]>([])
    let home = home
    DispatchQueue.concurrentPerform(iterations: 16) { index in
      let name = "host\(index)"
      guard (try? Self.site(Self.host(name)).claim(home)) != nil || home.owner()?.name == name
      else { return }
      winners.withLock { $0.append(name) }
    }
    let names = winners.withLock(\.self)
    #expect(names.count == 1 && home.owner()?.name == names.first)
    let left = try FileManager.default.contentsOfDirectory(atPath: home.folder)
    #expect(left == ["host"])
  }

  @Test func `a takeover changes hands, and the other one sees it`() throws {
    let (old, new) = (Self.site(Self.host("old")), Self.site(Self.host("new")))
    try old.claim(home)
    try new.takeOver(home, now: noon)
    #expect(new.refusal(of: home) == nil)
    #expect(old.otherOwner(of: home)?.name == "new")
  }

  @Test func `what was not looked at since a restart or a takeover is known until it was`() throws {
    let (before, after) = (
      Self.site(Self.host("a", boot: "first")), Self.site(Self.host("a", boot: "second"))
    )
    #expect(!before.isUnchecked(home))
    try before.claim(home)
    try before.noteChecked(home)
    #expect(!before.isUnchecked(home))
    // However many agents begin, and die before they have looked.
    for _ in 0..<2 {
      try after.claim(home)
      #expect(after.isUnchecked(home))
    }
    let note = try #require(home.owner())
    #expect(try after.noteChecked(home) == FileStamp(path: home.ownerFile))
    #expect(!after.isUnchecked(home) && home.owner()?.since == note.since)
    #expect(try after.noteChecked(home) == nil)
    let other = Self.site(Self.host("b"))
    try other.takeOver(home)
    // It is not this host's to say.
    #expect(try after.noteChecked(home) == nil)
    #expect(other.isUnchecked(home) && home.owner()?.name == "b")
    try other.claim(home)
    #expect(other.isUnchecked(home))
  }

  @Test func `what was looked at with one state was not with another`() throws {
    let site = Self.site(Self.host("a"), on: "ext4")
    try site.claim(home)
    try site.noteChecked(home)
    #expect(!site.isUnchecked(home))
    let other = Home(folder: home.folder, state: scratch.path + "/other")
    try makeFolder(other.state)
    try site.claim(other)
    #expect(site.isUnchecked(other))
  }

  // MARK: State

  @Test func `state on a network file system is refused with the way out`() throws {
    let fault = try #require(Self.site(Self.host("a"), on: "nfs4").stateFault(of: home))
    #expect(fault.what.hasPrefix("The state of the home"))
    #expect(fault.why.contains("(nfs4)"))
    #expect(fault.next.contains("export LATHE_STATE=/var/tmp/lathe-"))
    #expect(!fault.next.contains("cp "))
    #expect(Self.site(Self.host("a"), on: "ext4").stateFault(of: home) == nil)
    // A catalog that is there already comes along.
    try scratch.write("", "home/catalog.sqlite")
    let second = Self.site(Self.host("a")).stateFault(of: home)
    #expect(second?.next.contains("cp '\(home.folder)'/catalog.sqlite*") == true)
  }

  @Test func `only the state has to be local`() throws {
    let split = Home(folder: scratch.path + "/home", state: scratch.path + "/state")
    try makeFolder(split.state)
    let site = HomeSite(host: Self.host("a")) { path in
      FileSystem(type: path.hasSuffix("/state") ? "ext4" : "nfs4")
    }
    #expect(site.stateFault(of: split) == nil)
  }

  @Test func `locks that do not work are told from locks that are held`() {
    #expect(HomeSite.lockFault(EWOULDBLOCK, of: home) == nil)
    for code in [ENOLCK, EOPNOTSUPP, ENOSYS] {
      let fault = HomeSite.lockFault(code, of: home)
      #expect(fault?.why.contains("no working locks") == true)
      #expect(fault?.next.contains("LATHE_STATE") == true)
    }
  }

  @Test func `a home's next run is behind every folder that is there`() throws {
    for name in ["r3", "r12", "r7x", "rx", "x99"] { try makeFolder(home.runs + "/" + name) }
    #expect(home.lastRunFolder() == 12)
    let writer = try CatalogWriter(home: home)
    #expect(try writer.write { try $0.nextRun() } == 1)
    try writer.write { try $0.reserveRuns(through: 12) }
    #expect(try writer.write { try $0.nextRun() } == 13)
    try writer.write { try $0.reserveRuns(through: 5) }
    #expect(try writer.write { try $0.nextRun() } == 14)
  }
}

struct FileSystemTests {
  @Test(arguments: [
    ("nfs", true), ("nfs4", true), ("cifs", true), ("smb3", true), ("9p", true), ("lustre", true),
    ("ceph", true), ("fuse.sshfs", true), ("fuse.glusterfs", true), ("fuse.rclone", true),
    ("ext4", false), ("xfs", false), ("btrfs", false), ("tmpfs", false), ("overlay", false),
    ("fuse.bindfs", false), ("fuse.gocryptfs", false), ("fuse", false), ("virtiofs", false),
  ])
  func `file systems that several machines mount are known`(type: String, isNetwork: Bool) {
    #expect(FileSystem(type: type).isNetwork == isNetwork)
  }

  private static let table = """
    21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
    30 21 0:45 / /home rw shared:4 - nfs4 server:/home rw,vers=4.2
    31 30 0:46 / /home/mj/my\\040data rw - fuse.sshfs mj@far:/data rw
    32 21 0:47 / /home2 rw - tmpfs tmpfs rw
    """

  @Test(arguments: [
    ("/etc", 0xfe00, "ext4"), ("/home/mj", 45, "nfs4"), ("/home/mj/my data/x", 46, "fuse.sshfs"),
    // By the path where the device is another one, as with btrfs.
    ("/home/mj/my data/x", 99, "fuse.sshfs"), ("/home2/a", 99, "tmpfs"), ("/home", 99, "nfs4"),
    ("/homely", 99, "ext4"),
  ])
  func `a path's mount is found`(path: String, device: UInt64, type: String) {
    #expect(FileSystem.mountType(of: path, device: device, in: Self.table) == type)
  }

  @Test func `this machine's own file systems are told`() throws {
    let proc = try #require(FileSystem.of("/proc"))
    #expect(proc == FileSystem(type: "proc", isNetwork: false))
    #expect(FileSystem.of("/proc/there/is/nothing/like/this")?.type == "proc")
    #expect(!FileSystem.isSilent("/proc"))
  }

  @Test func `a stamp of a clock that went back is never trusted`() throws {
    let second: Int64 = 1_000_000_000
    func stamp(_ modified: Int64, _ changed: Int64) -> FileStamp {
      FileStamp(device: 1, inode: 1, size: 1, modified: modified, changed: changed)
    }
    for age in [-86_400, -1, 0, 1] as [Int64] {
      #expect(stamp(0, 100 * second).isRacy(at: (100 + age) * second))
      #expect(stamp(100 * second, 0).isRacy(at: (100 + age) * second))
    }
    #expect(!stamp(100 * second, 100 * second).isRacy(at: 102 * second))
    let scratch = try Scratch()
    let cache = StatCache(path: scratch.path + "/cache")
    cache.record(Digest(of: "old"), of: stamp(0, 100 * second), readAt: 50 * second)
    #expect(cache.digest(of: stamp(0, 100 * second)) == nil)
  }
}

import Commands
import Documents
import Engine
import Foundation
import Store
import Testing

/// What `lathe agent` and the checks of a home's place say.
struct AgentTextTests {
  private let home = Home(folder: "/home/mj/.lathe")
  private var status: AgentStatus {
    AgentStatus(
      pid: 4711,
      program: "/usr/bin/lathe",
      started: noon,
      host: "gpu1",
      active: 3,
      queued: 2,
      steps: 1,
      memory: 12 << 20,
      outlivesLogout: true
    )
  }

  @Test func `an agent at work`() {
    let lines = AgentReport.lines(status, home: home, at: noon).map(\.plain)
    #expect(lines[0].hasPrefix("running  pid 4711, since 2026-03-"))
    #expect(lines[0].hasSuffix(" on gpu1"))
    #expect(
      Array(lines.dropFirst()) == [
        "  home     /home/mj/.lathe", "  version  \(latheVersion)  /usr/bin/lathe",
        "  runs     3 active, 2 of them queued; 1 step at work", "  memory   12 MiB",
      ]
    )
  }

  @Test func `an agent that was replaced, or ends at logout, says so`() {
    var status = status
    status.program = ""
    status.outlivesLogout = false
    status.active = 0
    let split = Home(folder: "/nfs/mj/.lathe", state: "/var/tmp/lathe-mj")
    let text = AgentReport.lines(status, home: split, at: noon).plain
    #expect(text.contains("  state    /var/tmp/lathe-mj\n"))
    #expect(text.contains("  runs     none\n"))
    #expect(text.contains("It is another program than this one."))
    #expect(text.contains("It ends when you log out."))
  }

  @Test func `no agent is no fault`() {
    let text = AgentReport.lines(nil, home: home, at: noon).plain
    #expect(
      text == """
        No agent runs for /home/mj/.lathe.
        The next command that needs one starts it.

        """
    )
    #expect(AgentReport.json(nil, home: home)["running"] == .boolean(false))
    #expect(AgentReport.json(status, home: home)["steps"] == .integer(1))
  }

  @Test func `an end says what goes on`() {
    // One that could not tell of itself.
    #expect(AgentReport.stopped(nil).plain == "The agent has ended.\n")
    #expect(AgentReport.stays.plain.hasPrefix("An agent still answers after 5 seconds.\n"))
    var status = status
    status.steps = 2
    #expect(
      AgentReport.stopped(status).plain == """
        The agent has ended.
        2 steps go on without it; the first that ends starts it again.

        """
    )
  }

  // MARK: Checks

  private func site(_ type: String, host: String = "gpu1") -> HomeSite {
    HomeSite(host: HostIdentity(name: host, machine: host, boot: host)) { _ in
      FileSystem(type: type)
    }
  }

  @Test func `doctor says where the state cannot lie`() {
    let bad = stateFinding(of: home, at: site("nfs4"))
    #expect(bad.verdict == .problem && bad.next.contains("LATHE_STATE"))
    let good = stateFinding(of: home, at: site("ext4"))
    #expect(good.message == "/home/mj/.lathe is on a local file system (ext4).")
    let split = Home(folder: "/nfs/mj/.lathe", state: "/var/tmp/lathe-mj")
    let both = HomeSite(host: .current) { FileSystem(type: $0.hasPrefix("/nfs") ? "nfs" : "xfs") }
    #expect(
      stateFinding(of: split, at: both).message
        == "/var/tmp/lathe-mj is on a local file system (xfs), runs and objects on a network one (nfs)."
    )
  }

  @Test func `doctor says whose home it is`() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/lathe-text-" + UUID().uuidString
    let home = Home(folder: folder)
    try makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(hostFinding(of: home, at: site("nfs")).message.contains("nobody yet; this is gpu1"))
    try site("nfs").claim(home, now: noon)
    #expect(hostFinding(of: home, at: site("nfs")).verdict == .ok)
    let other = hostFinding(of: home, at: site("nfs", host: "gpu2"))
    #expect(other.verdict == .problem && other.next.contains("ssh gpu1"))
  }

  @Test func `doctor says whether runs outlive a logout`() {
    var facts = LogoutFacts(
      hasSessionManager: true,
      killsUserProcesses: true,
      isLingering: false,
      user: "mj",
      place: .session
    )
    let lingering = lingeringFinding(facts)
    #expect(lingering.next == "loginctl enable-linger mj")
    #expect(lingering.lines.plain.contains("warning lingering "))
    facts.isLingering = true
    #expect(lingeringFinding(facts).message == "It is on: runs outlive a logout.")
    facts.hasSessionManager = false
    #expect(lingeringFinding(facts).verdict == .ok)
  }

  @Test func `a takeover is refused with what the other host does`() {
    let owner = HomeOwner(
      HostIdentity(name: "gpu1", machine: "1", boot: "1"),
      since: noon,
      state: "/s"
    )
    var signs = TakeoverSigns()
    #expect(signs.refusal(of: owner, at: noon) == nil)
    signs.lastWrite = noon.addingTimeInterval(-120)
    #expect(signs.refusal(of: owner, at: noon)?.why == "A step of it wrote 2m00s ago.")
    #expect(signs.refusal(of: owner, at: noon.addingTimeInterval(3600)) == nil)
    signs.alive = ["r1 a", "r2 b", "r3 c", "r4 d"]
    let refusal = signs.refusal(of: owner, at: noon.addingTimeInterval(3600))
    #expect(refusal?.why == "It holds the locks of r1 a, r2 b, r3 c and 1 more.")
    #expect(refusal?.next.contains("lathe agent takeover --force") == true)
  }
}

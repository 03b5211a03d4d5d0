import Documents
import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// What a logout does to runs, and what is done against it.
struct LogoutTests {
  private let folder: TemporaryFolder
  private var root: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String, mode: mode_t = 0o600) throws {
    let full = root + "/" + path
    try makeFolder(URL(filePath: full).deletingLastPathComponent().path)
    try Data(text.utf8).write(to: URL(filePath: full))
    chmod(full, mode)
  }

  // MARK: What the machine says

  @Test func `settings are read as systemd reads them`() throws {
    #expect(LogindSettings.read(root: root).killsUserProcesses == nil)
    #expect(LogindSettings.read(root: root).kills("mj"))
    #expect(!LogindSettings.read(root: root).kills("root"))
    // A distribution's file tells the default that it was built with.
    try write("[Login]\n#KillUserProcesses=no\n", "usr/lib/systemd/logind.conf")
    #expect(!LogindSettings.read(root: root).kills("mj"))
    try write(
      "[Login]\n KillUserProcesses = yes\n#KillUserProcesses=no\n",
      "etc/systemd/logind.conf"
    )
    #expect(LogindSettings.read(root: root).kills("mj"))
    // Drop-ins stand over it by their names; those of /etc hide those of /usr/lib.
    try write("[Login]\nKillUserProcesses=no\n", "usr/lib/systemd/logind.conf.d/50-a.conf")
    #expect(!LogindSettings.read(root: root).kills("mj"))
    try write("[Login]\nKillUserProcesses=on\n", "etc/systemd/logind.conf.d/50-a.conf")
    #expect(LogindSettings.read(root: root).kills("mj"))
    try write("[Login]\nKillExcludeUsers=root mj\n", "run/systemd/logind.conf.d/60-b.conf")
    #expect(!LogindSettings.read(root: root).kills("mj"))
    try write("[Other]\nKillExcludeUsers=\n", "run/systemd/logind.conf.d/70-c.conf")
    try write("[Login]\nKillExcludeUsers=\n", "run/systemd/logind.conf.d/ignored")
    #expect(!LogindSettings.read(root: root).kills("mj"))
    try write(
      "[Login]\nKillOnlyUsers=ann\nKillExcludeUsers=\n",
      "run/systemd/logind.conf.d/80-d.conf"
    )
    #expect(!LogindSettings.read(root: root).kills("mj"))
    #expect(LogindSettings.read(root: root).kills("ann"))
  }

  @Test(arguments: [
    ("0::/user.slice/user-1000.slice/session-3.scope\n", LogoutFacts.Place.session),
    ("1:name=systemd:/user.slice/user-0.slice/session-c2.scope\n0::/\n", .session),
    (
      "0::/user.slice/user-1000.slice/user@1000.service/app.slice/lathe-agent-1.scope\n",
      .userManager
    ),
    ("0::/system.slice/cron.service\n", .elsewhere),
    ("9:memory:/user.slice/session-3.scope\n0::/\n", .elsewhere), ("", .elsewhere),
  ])
  func `where a process is is read from its control group`(text: String, place: LogoutFacts.Place) {
    #expect(LogoutFacts.place(in: text) == place)
  }

  private static func facts(
    _ place: LogoutFacts.Place,
    kills: Bool,
    lingers: Bool,
    manager: Bool = true
  ) -> LogoutFacts {
    LogoutFacts(
      hasSessionManager: manager,
      killsUserProcesses: kills,
      isLingering: lingers,
      user: "mj",
      place: place
    )
  }

  @Test func `what becomes of runs follows from place, setting and lingering`() {
    for kills in [false, true] {
      for lingers in [false, true] {
        #expect(Self.facts(.elsewhere, kills: kills, lingers: lingers).fate == .stays)
        #expect(Self.facts(.session, kills: kills, lingers: lingers, manager: false).fate == .stays)
        let below = Self.facts(.userManager, kills: kills, lingers: lingers).fate
        #expect(below == (lingers ? .stays : .ends))
      }
    }
    #expect(Self.facts(.session, kills: false, lingers: false).fate == .stays)
    #expect(Self.facts(.session, kills: true, lingers: true).fate == .needsScope)
    #expect(Self.facts(.session, kills: true, lingers: false).fate == .ends)
  }

  @Test func `a machine's files make the facts`() throws {
    #expect(!LogoutFacts.read(root: root, user: "mj").hasSessionManager)
    try makeFolder(root + "/run/systemd/system")
    try write("0::/user.slice/user-7.slice/session-1.scope\n", "proc/self/cgroup")
    #expect(LogoutFacts.read(root: root, user: "mj").fate == .ends)
    try write("", "var/lib/systemd/linger/mj")
    #expect(LogoutFacts.read(root: root, user: "mj").fate == .needsScope)
    try write("[Login]\nKillUserProcesses=no\n", "etc/systemd/logind.conf")
    #expect(LogoutFacts.read(root: root, user: "mj").fate == .stays)
  }

  // MARK: The warning

  @Test func `a session is warned once, and the next one again`() throws {
    let ending = Self.facts(.session, kills: true, lingers: false)
    let home = Home(folder: root + "/home")
    func asked(_ session: String, boot: String = "b", runtime: Bool = true) -> Explanation? {
      var environment = ["XDG_SESSION_ID": session]
      if runtime { environment["XDG_RUNTIME_DIR"] = root }
      return LogoutWarning.firstOfSession(ending, environment: environment, home: home, boot: boot)
    }
    let words = asked("1")
    #expect(words?.what == "Runs end when you log out.")
    #expect(words?.next == "loginctl enable-linger mj")
    #expect(asked("1") == nil)
    #expect(asked("2") != nil)
    #expect(asked("2") == nil)
    #expect(asked("2", boot: "c") != nil)
    // Without a folder of the session's own, the home remembers.
    #expect(asked("1", runtime: false) != nil)
    #expect(asked("1", runtime: false) == nil)
    let staying = Self.facts(.session, kills: false, lingers: false)
    #expect(LogoutWarning.firstOfSession(staying, environment: [:], home: home) == nil)
  }

  // MARK: The scope

  /// The program beside the tests.
  private static let lathe: String = {
    let bundle =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: bundle).deletingLastPathComponent().path + "/lathe"
  }()

  private func launcher(_ systemd: String, patience: Double = 30) throws -> AgentLauncher {
    try write(
      "#!/bin/sh\necho \"$@\" >> '\(root)/asked'\n" + systemd,
      "bin/systemd-run",
      mode: 0o700
    )
    return AgentLauncher(
      home: Home(folder: root + "/home"),
      logout: Self.facts(.session, kills: true, lingers: true),
      environment: ["PATH": root + "/bin:/usr/bin:/bin", "HOME": root],
      program: Self.lathe,
      patience: patience
    )
  }

  private var asked: [String] {
    (try? String(contentsOfFile: root + "/asked", encoding: .utf8))?
      .split(separator: "\n").map(String.init) ?? []
  }

  private func endAgent(_ launcher: AgentLauncher) throws -> Int32 {
    let client = AgentClient(home: launcher.home)
    guard case .status(let status)? = try client.sendToLiving(.status) else { return 0 }
    _ = try client.sendToLiving(.shutdown)
    #expect(isGone(Int32(status.pid)))
    // It is this process's child: nobody else takes its end.
    waitpid(Int32(status.pid), nil, 0)
    return Int32(status.pid)
  }

  @Test func `the agent starts in a scope of its own`() throws {
    let launcher = try launcher("while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n")
    try launcher.start()
    #expect(try endAgent(launcher) > 0)
    #expect(asked.count == 1)
    let words = try #require(asked.first).split(separator: " ").map(String.init)
    #expect(words.prefix(4) == ["--user", "--scope", "--quiet", "--collect"])
    #expect(words[4].hasPrefix("--unit=lathe-agent-"))
    #expect(words[5] == "--property=OOMPolicy=continue")
    #expect(words.suffix(5) == ["--", Self.lathe, "__agent", root + "/home", root + "/home"])
  }

  @Test func `an older systemd gets the words that it knows`() throws {
    let launcher = try launcher(
      """
      case "$*" in *OOMPolicy*) echo 'Unknown assignment' >&2; exit 1;; esac
      while [ "$1" != -- ]; do shift; done; shift; exec "$@"
      """
    )
    try launcher.start()
    #expect(try endAgent(launcher) > 0)
    #expect(asked.count == 2)
    #expect(asked.last?.contains("OOMPolicy") == false)
  }

  @Test func `a systemd that refuses or hangs holds nobody up`() throws {
    let refusing = try launcher("echo 'Failed to connect to bus' >&2; exit 1\n")
    try refusing.start()
    #expect(try endAgent(refusing) > 0)
    #expect(asked.count == 2)
    let hanging = try launcher("exec sleep 1000\n", patience: 0.05)
    try hanging.start()
    #expect(try endAgent(hanging) > 0)
  }

  @Test func `what keeps the agent from starting is said, also from within a scope`() throws {
    let launcher = try launcher("while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n")
    try write("no database", "home/catalog.sqlite")
    let explanation = #expect(throws: Explanation.self) { try launcher.start() }
    #expect(explanation?.what.contains("catalog.sqlite") == true)
    #expect(asked.count == 1)
  }

  @Test func `without a session nobody is asked for a scope`() throws {
    var launcher = try launcher("exit 1\n")
    launcher.logout = Self.facts(.elsewhere, kills: true, lingers: true)
    try launcher.start()
    #expect(try endAgent(launcher) > 0)
    #expect(asked.isEmpty)
  }
}

import Documents
import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// The agent as a service that starts with the machine.
struct AgentServiceTests {
  private let folder: TemporaryFolder
  private var root: String { folder.path }
  private let host = HostIdentity(name: "gpu1", machine: "0123abcd", boot: "b")

  init() throws { folder = try TemporaryFolder() }

  private func unit(_ folder: String, state: String? = nil, program: String = "/usr/bin/lathe")
    -> ServiceUnit
  {
    ServiceUnit(
      home: Home(folder: folder, state: state),
      program: program,
      userHome: "/home/mj",
      host: host
    )
  }

  @Test func `the unit of the usual home`() {
    let unit = unit("/home/mj/.lathe")
    #expect(unit.name == "lathe-agent.service")
    #expect(
      unit.text == """
        # Made by 'lathe agent install'; 'lathe agent uninstall' removes it.
        [Unit]
        Description=Lathe's agent
        Documentation=man:lathe(1)
        ConditionHost=0123abcd

        [Service]
        ExecStart="/usr/bin/lathe" "__agent" "/home/mj/.lathe" "/home/mj/.lathe"
        WorkingDirectory=/
        Restart=on-failure
        RestartSec=10
        # What has to be put right first is not tried again.
        RestartPreventExitStatus=2
        # Steps outlive a restart of the agent, and one that runs out of memory does not end the others.
        KillMode=process
        OOMPolicy=continue
        TasksMax=infinity

        [Install]
        WantedBy=default.target

        """
    )
  }

  @Test func `every other home has a unit of its own`() {
    let names = [
      unit("/home/mj/.lathe"), unit("/data/lathe"), unit("/home/mj/.lathe", state: "/var/tmp/s"),
    ].map(\.name)
    #expect(Set(names).count == 3)
    for name in names { #expect(name.wholeMatch(of: /lathe-agent(-[0-9a-f]{8})?\.service/) != nil) }
  }

  @Test func `no path means anything but itself`() {
    let text = unit("/a b/100%/$HOME/\"x\"\\y\n\tz", program: "/opt/$x 50%/lathe").text
    let line = text.split(separator: "\n").first { $0.hasPrefix("ExecStart=") }
    let folder = #""/a b/100%%/$$HOME/\"x\"\\y\x0a\x09z""#
    #expect(
      line.map(String.init) == #"ExecStart="/opt/$x 50%%/lathe" "__agent" \#(folder) \#(folder)"#
    )
  }

  // MARK: cron

  private func line(_ folder: String) throws -> CrontabLine {
    try CrontabLine(home: Home(folder: folder), program: "/usr/bin/lathe", userHome: "/home/mj")
  }

  @Test func `a crontab gets one line, and loses no other`() throws {
    let line = try line("/home/mj/.lathe")
    #expect(
      line.text
        == "@reboot exec '/usr/bin/lathe' '__agent' '/home/mj/.lathe' '/home/mj/.lathe' >/dev/null 2>&1 # lathe-agent"
    )
    let other = try self.line("/data/it's 100%")
    #expect(other.text.contains(#"'/data/it'\''s 100\%'"#))
    for table in ["", "# mine\n5 4 * * * backup\n", "no line break", "\n\n", "@reboot x # lathe\n"]
    {
      let added = line.added(to: table)
      #expect(line.isIn(added) && !line.isIn(table))
      #expect(line.added(to: added) == added)
      let whole = table.isEmpty || table.hasSuffix("\n") ? table : table + "\n"
      #expect(line.removed(from: added) == whole)
      // Another home's line is another line.
      let both = other.added(to: added)
      #expect(line.removed(from: both) == other.added(to: whole))
    }
    // An older program's line is replaced in its place, and doubles go.
    let old = "@reboot exec '/old/lathe' x # lathe-agent\nmine\n@reboot y # lathe-agent\n"
    #expect(line.added(to: old) == line.text + "\nmine\n")
    #expect(throws: Explanation.self) { try self.line("/a\nb") }
  }

  private func write(_ text: String, _ name: String) throws {
    try makeFolder(root + "/bin")
    try Data(("#!/bin/sh\n" + text).utf8).write(to: URL(filePath: root + "/bin/" + name))
    chmod(root + "/bin/" + name, 0o700)
  }

  private func service() throws -> AgentService {
    try AgentService(
      home: Home(folder: root + "/home"),
      environment: ["HOME": root, "PATH": root + "/bin:/usr/bin:/bin"],
      program: "/usr/bin/lathe",
      host: host
    )
  }

  private func read(_ name: String) -> String? {
    try? String(contentsOfFile: root + "/" + name, encoding: .utf8)
  }

  @Test func `cron is asked, and a crontab that cannot be read is left alone`() throws {
    try write(
      """
      if [ "$1" = -l ]; then
        [ -f '\(root)/table' ] && exec cat '\(root)/table'
        echo 'no crontab for mj' >&2; exit 1
      fi
      cat "$1" > '\(root)/table'
      """,
      "crontab"
    )
    let service = try service()
    #expect(try service.installCrontabLine())
    #expect(try !service.installCrontabLine())
    #expect(read("table") == (try service.crontabLine().text) + "\n")
    #expect(try service.uninstallCrontabLine())
    #expect(try !service.uninstallCrontabLine())
    #expect(read("table") == "")
    try Data("5 4 * * * backup\n".utf8).write(to: URL(filePath: root + "/table"))
    try write(
      "[ \"$1\" = -l ] || echo bad > '\(root)/table'; echo 'not allowed' >&2; exit 1\n",
      "crontab"
    )
    let refusal = #expect(throws: Explanation.self) { try service.installCrontabLine() }
    #expect(refusal?.why == "not allowed")
    #expect(read("table") == "5 4 * * * backup\n")
  }

  @Test func `systemd is told of the unit, and of its end`() throws {
    try write("echo \"$*\" >> '\(root)/asked'\n", "systemctl")
    let service = try service()
    #expect(service.hasSystemd())
    try service.installUnit()
    try service.installUnit()
    #expect(read(".config/systemd/user/\(service.unit.name)") == service.unit.text)
    #expect(try service.uninstallUnit())
    #expect(try !service.uninstallUnit())
    #expect(read(".config/systemd/user/\(service.unit.name)") == nil)
    let name = service.unit.name
    #expect(
      read("asked")?.split(separator: "\n").map(String.init) == [
        "--user show-environment", "--user daemon-reload", "--user enable --quiet \(name)",
        "--user daemon-reload", "--user enable --quiet \(name)", "--user show-environment",
        "--user disable --quiet \(name)", "--user daemon-reload",
      ]
    )
    try write("echo 'Failed to connect to bus' >&2; exit 1\n", "systemctl")
    #expect(!service.hasSystemd())
    let refusal = #expect(throws: Explanation.self) { try service.installUnit() }
    #expect(refusal?.why == "Failed to connect to bus")
  }
}

import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// The agent as a process: one a home, told of and ended by a command.
  struct AgentTests {
    @Test func `of many agents that start at once, one stays`() throws {
      let site = try Site()
      let words = [Site.lathe, "__agent", site.home, site.home]
      let environment = site.environment
      let ended = try (0..<8).map { _ in
        try ChildProcess(words, environment: environment, folder: site.folder).id
      }
      // All but the one that has the home end by themselves.
      var statuses: [pid_t: Int32] = [:]
      _ = awaited {
        for process in ended where statuses[process] == nil {
          var status: Int32 = 0
          if waitpid(process, &status, WNOHANG) == process { statuses[process] = status }
        }
        return statuses.count == ended.count - 1 ? true : nil
      }
      #expect(statuses.count == ended.count - 1)
      #expect(statuses.values.allSatisfy { $0 == 0 })
      let living = try #require(ended.first { statuses[$0] == nil })
      let status = try awaited {
        let said = try site.lathe("agent", "status", "--json")
        return said.code == 0 ? said.output : nil
      }
      #expect(status?.contains("\"pid\": \(living)") == true, "\(status ?? "none")")
      #expect(try site.lathe("agent", "stop").output == "The agent has ended.\n")
      var last: Int32 = 0
      #expect(waitpid(living, &last, 0) == living && last == 0)
      let none = try site.lathe("agent", "status")
      #expect(none.code == 1 && none.output.hasPrefix("No agent runs"))
    }

    @Test func `a step outlives its stopped agent, and its end starts another one`() throws {
      let site = try Site()
      _ = try site.adopt(
        "small",
        pipeline: "steps: { one: { type: Processing, run: [sh, one.sh] } }\n",
        scripts: ["one.sh": "until [ -e '\(site.folder)/go' ]; do sleep 0.02; done\n"]
      )
      #expect(try site.lathe("run", "--in", "small", "--detach").code == 0)
      _ = try awaited {
        try site.lathe("agent", "status").output.contains("1 step at work") ? true : nil
      }
      let first = try #require(site.agent)
      let stopped = try site.lathe("agent", "stop")
      #expect(stopped.output.contains("One step goes on without it"))
      #expect(site.agent != first)
      try site.write("", to: "go")
      #expect(try site.lathe("watch", "@").code == 0)
      #expect(try site.lathe("agent", "status").code == 0)
    }

    @Test func `an agent whose home is removed ends without being asked, and makes no other one`()
      throws
    {
      let site = try Site()
      _ = try site.adopt(
        "small",
        pipeline: "steps: { one: { type: Processing, run: [\"true\"] } }\n",
        scripts: [:]
      )
      #expect(try site.lathe("run", "--in", "small").code == 0)
      try #require(site.agent != nil)
      try FileManager.default.removeItem(atPath: site.home)
      let isGone: Bool? = awaited { site.agent == nil ? true : nil }
      #expect(isGone == true)
      #expect(!FileManager.default.fileExists(atPath: site.home))
    }

    @Test func `a catalog of a newer version is refused, and left as it is`() throws {
      let site = try Site()
      let project = try site.adopt(
        "small",
        pipeline: "steps: { one: { type: Processing, run: [\"true\"] } }\n",
        scripts: [:]
      )
      #expect(try site.lathe("run", "--in", "small").code == 0)
      _ = try site.lathe("agent", "stop")
      let catalog = site.home + "/catalog.sqlite"
      let script = """
        import sqlite3, sys
        c = sqlite3.connect(sys.argv[1])
        c.execute("INSERT INTO grdb_migrations VALUES ('from the future')")
        c.commit()
        """
      let python = try site.run(["python3", "-c", script, catalog])
      #expect(python.code == 0, "\(python)")
      let refused = try site.lathe("run", "--in", "small")
      #expect(refused.code == 2)
      #expect(refused.errors.contains("was written by a newer Lathe"), "\(refused)")
      #expect(refused.errors.contains("Use the newer 'lathe'"))
      #expect(site.agent == nil)
      // What is there can still be seen.
      #expect(try site.lathe("runs").output.contains("r1"))
      #expect(site.read(project + "/pipeline.yaml") != nil)
      #expect(try site.lathe("doctor").code == 1)
    }

    @Test func `what would be installed can be seen, and nothing is written`() throws {
      let site = try Site()
      let shown = try site.lathe("agent", "install", "--print")
      #expect(shown.code == 0)
      #expect(shown.output.contains("ExecStart=\"\(Site.lathe)\" \"__agent\" \"\(site.home)\""))
      let line = try site.lathe("agent", "install", "--print", "--cron")
      #expect(line.output.hasPrefix("@reboot exec '\(Site.lathe)'"))
      #expect(site.read(".config/systemd/user/lathe-agent.service") == nil)
      let nothing = try site.lathe("agent", "uninstall")
      #expect(nothing.code == 0 && nothing.output == "Nothing was installed for this home.\n")
    }
  }
}

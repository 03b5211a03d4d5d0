import Foundation
import Glibc
import Testing

extension EndToEnd {
  struct KillTests {
    /// How often processes are killed; `LATHE_ROUNDS=20` is the long form.
    private static let rounds =
      ProcessInfo.processInfo.environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 4
    private static let points = 10_000

    private enum Victims: CaseIterable {
      case workbench, agent, both
    }

    @Test(.timeLimit(.minutes(20)))
    func `whoever is killed, a run ends with each point once and each step done once`() throws {
      let site = try Site()
      var generator = Seeded(state: 20_240_611)
      let side = site.folder + "/side"
      _ = try site.adopt("flood", pipeline: Self.pipeline, scripts: Self.scripts(side: side))
      var terminal = try TmuxTerminal(site)
      var killed = (workbench: 0, agent: 0, between: 0)
      for round in 1...Self.rounds {
        if terminal.isOver { terminal = try TmuxTerminal(site) }
        let launched = try site.lathe("run", "--detach", "--in", "flood", "-p", "round=\(round)")
        try #require(launched.code == 0, "\(launched)")
        let run = site.home + "/runs/r\(round)"
        let ended = run + "/flood/1/exit.json"

        // Up to three times a round, the last time perhaps between the two steps.
        for moment in (0..<Int.random(in: 1...3, using: &generator)).map({ _ in
          Int.random(in: 0..<12_000, using: &generator)
        }).sorted() {
          let bytes = moment * 24
          let isDue: Bool? = awaited {
            let size = Site.size(of: run + "/flood/1/output.log")
            return size >= bytes && size > 0 || Site.size(of: ended) > 0 ? true : nil
          }
          try #require(isDue == true, "round \(round): no sign of the step")
          let victims = Victims.allCases.randomElement(using: &generator) ?? .both
          if victims != .agent, let workbench = terminal.process, !terminal.isOver {
            kill(workbench, SIGKILL)
            killed.workbench += 1
          }
          if victims != .workbench, let agent = site.agent {
            kill(agent, SIGKILL)
            killed.agent += 1
            if Site.size(of: ended) > 0 { killed.between += 1 }
          }
        }

        // No command is typed: the last step's record is watched as a file.
        let isDone: Bool? = awaited(within: 60) {
          Site.size(of: run + "/after/1/exit.json") > 0 ? true : nil
        }
        try #require(isDone == true, "round \(round): the run stands still")
        let status: String? = try awaited {
          let status = try StepRow.status(of: "r\(round)", site)
          return status == "Executing" ? nil : status
        }
        #expect(status == "Succeeded", "round \(round)")
        try check(round: round, site, side)
      }
      print("\(Self.rounds) rounds: killed \(killed)")
    }

    @Test func `a command that only reads starts no agent`() throws {
      let site = try Site()
      _ = try site.adopt(
        "flood",
        pipeline: Self.pipeline,
        scripts: Self.scripts(side: site.folder + "/side")
      )
      #expect(try site.lathe("run", "--in", "flood", "-p", "round=1").code == 0)
      // A runner whose agent dies sees to another one, even when it is idle.
      let isIdle: Bool? = awaited { site.runners.isEmpty ? true : nil }
      try #require(isIdle == true)
      if let agent = site.agent { kill(agent, SIGKILL) }
      let isGone: Bool? = awaited { site.agent == nil ? true : nil }
      try #require(isGone == true)
      for words in [
        ["show", "r1", "--json"], ["runs"], ["metrics", "r1", "value", "--csv"], ["logs", "r1"],
        ["stacks"], ["models"], ["plot", "r1", "-m", "value"],
      ] {
        #expect(try site.run([Site.lathe] + words).code == 0, "\(words)")
        #expect(site.agent == nil, "\(words) started an agent")
      }
    }

    private func check(round: Int, _ site: Site, _ side: String) throws {
      let csv = try site.lathe("metrics", "r\(round)", "value", "--csv").output
      let rows = csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      let ticks = rows.compactMap { $0.first.flatMap { Int($0) } }
      #expect(ticks == Array(0..<Self.points), "round \(round): \(ticks.count) points")
      #expect(rows.allSatisfy { $0.count == 3 && Double($0[0]) == Double($0[2]) })
      let log = try #require(site.read(site.home + "/runs/r\(round)/flood/1/output.log"))
      #expect(log.split(separator: "\n").count == Self.points)
      let lines = (site.read(side) ?? "").split(separator: "\n")
      #expect(lines.filter { $0 == "flood \(round)" }.count == 1, "round \(round)")
      #expect(lines.filter { $0 == "after \(round)" }.count == 1, "round \(round)")
    }

    private static let pipeline = """
      name: flood
      parameters:
        round: { type: Integer }
      steps:
        flood:
          type: Training
          run: [python3, flood.py, "${parameters.round}"]
          metrics:
            - { name: value, regex: 'tick=(?P<step>\\d+) value=(\\d+)' }
        after:
          type: Processing
          depends_on: flood
          run: [python3, after.py, "${parameters.round}"]
      """

    private static func scripts(side: String) -> [String: String] {
      [
        // About two seconds; one write a line.
        "flood.py": """
        import sys, time
        open("\(side)", "a").write(f"flood {sys.argv[1]}\\n")
        for burst in range(20):
            for tick in range(burst * 500, burst * 500 + 500):
                print(f"tick={tick} value={tick}")
            time.sleep(0.08)
        """,
        "after.py": """
        import sys
        open("\(side)", "a").write(f"after {sys.argv[1]}\\n")
        """,
      ]
    }
  }
}

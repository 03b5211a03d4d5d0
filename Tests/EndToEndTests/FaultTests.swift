import Foundation
import Glibc
import Testing

extension EndToEnd {
  struct FaultTests {
    private static func number(_ variable: String) -> Int? {
      ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    /// `LATHE_ROUNDS=200` is the long form; `LATHE_SEED` is the first round's, to see one again.
    private static let seeds: Range<Int> = {
      let first = number("LATHE_SEED") ?? 1
      return first..<first + (number("LATHE_ROUNDS") ?? 3)
    }()

    private enum Victims: CaseIterable {
      case agent, workbench, runner, script, command, all
    }

    @Test(.timeLimit(.minutes(240)))
    func `whatever is killed at whatever moment, nothing is lost and nothing done is done again`()
      throws
    {
      var attempts = 0
      var killed: [Victims: Int] = [:]
      for seed in Self.seeds {
        let told = try round(seed)
        attempts += told.attempts
        killed.merge(told.killed, uniquingKeysWith: +)
        // Seen at once where many rounds take hours: `LATHE_SEED` and that number make it once more.
        #expect(told.faults.isEmpty, "seed \(seed)")
        if !told.faults.isEmpty { print("seed \(seed):", told.faults.joined(separator: "\n  ")) }
      }
      let kills = Victims.allCases.map { "\($0) \(killed[$0] ?? 0)" }.joined(separator: ", ")
      print("\(Self.seeds.count) rounds, \(attempts) attempts, processes killed: \(kills)")
    }

    /// What came of one round.
    private struct Told {
      var faults: [String] = []
      var attempts = 0
      /// Processes by what was meant to be killed.
      var killed: [Victims: Int] = [:]
    }

    /// One home: two runs of a pipeline at once, while something is killed now and then.
    private func round(_ seed: Int) throws -> Told {
      var generator = Seeded(state: UInt64(seed))
      let site = try Site()
      let side = site.folder + "/side"
      let graph = FaultGraph(&generator)
      _ = try site.adopt(
        "faults",
        pipeline: graph.pipeline(side: side),
        scripts: ["step.sh": FaultGraph.script]
      )
      let one = try launch("one", site)
      let two = try launch("two", site)
      var told = Told()
      var history = "seed \(seed):"
      var terminal = try TmuxTerminal(site)
      for due in plan(&generator) {
        if terminal.isOver { terminal = try TmuxTerminal(site) }
        let count = meet(due, [one.id, two.id], terminal, site, side, &generator)
        history += " \(due.victims)(\(count))@\(due.line)+\(due.pause)"
        told.killed[due.victims, default: 0] += count
      }
      // Where the command itself was killed there is nothing to be read.
      _ = try? one.result(within: 90)
      _ = try? two.result(within: 90)
      do {
        told.faults += try settle(site)
      } catch {
        told.faults.append("\(error)")
      }
      told.faults += remains(site)
      let evidence = FaultEvidence(site, side: side)
      let salts = try Dictionary(uniqueKeysWithValues: FaultRun.all(site).map { ($0.run, $0.name) })
      told.faults += try evidence.faults(graph, salts: salts, site)
      told.faults += try secondLook(site, side)
      if !told.faults.isEmpty { told.faults.insert(history, at: 0) }
      told.attempts = evidence.count
      return told
    }

    /// Another agent finds everything as it is, leaves it so, and the catalog is whole.
    private func secondLook(_ site: Site, _ side: String) throws -> [String] {
      func look() throws -> [String] {
        try ["r1", "r2"].map { run in
          let told = try site.lathe("show", run, "--json").output
          // Work folders go behind the runs.
          return told.split(separator: "\n").filter { !$0.contains("\"work\":") }
            .joined(separator: "\n")
        }
          + [
            site.read(side) ?? "", FaultEvidence.temporaries(in: site.home).joined(separator: "\n"),
          ]
      }
      let before = try look()
      if let agent = site.agent { kill(agent, SIGKILL) }
      let health = try site.lathe("doctor")
      var faults = health.code == 0 ? [] : ["doctor: \(health.output)"]
      faults += remains(site)
      let after = try look()
      for (name, pair) in zip(["r1", "r2", "the scripts' file", "temporaries"], zip(before, after))
      where pair.0 != pair.1 {
        faults.append("a second look changes \(name): \(pair.0)\n-> \(pair.1)")
      }
      let integrity = try site.integrity(of: site.home + "/catalog.sqlite")
      if integrity != "ok" { faults.append("the catalog: \(integrity)") }
      return faults
    }

    private func launch(_ salt: String, _ site: Site) throws -> ChildProcess {
      let words = ["run", "--in", "faults", "-p", "salt=\(salt)", "--name", salt]
      return try ChildProcess(
        [Site.lathe] + words,
        environment: site.environment,
        folder: site.folder
      )
    }

    /// Who is killed, and when: after so many lines of the side file, and so many milliseconds more.
    private func plan(_ generator: inout Seeded) -> [(victims: Victims, line: Int, pause: Int32)] {
      let count = Int.random(in: 2...5, using: &generator)
      let lines = (0..<count).map { _ in Int.random(in: 0..<250, using: &generator) }.sorted()
      return lines.map { line in
        (
          Victims.allCases.randomElement(using: &generator) ?? .all, line,
          Int32.random(in: 0...40, using: &generator)
        )
      }
    }

    private func meet(
      _ due: (victims: Victims, line: Int, pause: Int32),
      _ commands: [pid_t],
      _ terminal: TmuxTerminal,
      _ site: Site,
      _ side: String,
      _ generator: inout Seeded
    ) -> Int {
      // Nothing more may come: what is killed now was left by what was killed before.
      let _: Bool? = awaited(within: 3) {
        let lines = (site.read(side) ?? "").utf8.count { $0 == 0x0A }
        return lines >= due.line ? true : nil
      }
      // Not to wait for anything: moments that no line tells.
      poll(nil, 0, due.pause)
      let runners = site.runners.sorted()
      let scripts = site.scripts.sorted()
      let meant: [pid_t] =
        switch due.victims {
        case .agent: [site.agent].compactMap { $0 }
        case .workbench: [terminal.isOver ? nil : terminal.process].compactMap { $0 }
        case .runner: [runners.randomElement(using: &generator)].compactMap { $0 }
        case .script: [scripts.randomElement(using: &generator)].compactMap { $0 }
        case .command: [commands.randomElement(using: &generator)].compactMap { $0 }
        case .all:
          ([site.agent, terminal.process].compactMap { $0 } + runners + scripts + commands)
            .shuffled(using: &generator)
        }
      for process in meant { kill(process, SIGKILL) }
      return meant.count
    }

    /// Gets both runs to their end, as a user would.
    private func settle(_ site: Site) throws -> [String] {
      for _ in 0..<12 {
        // Whoever asks starts an agent, which takes up what is left.
        let health = try site.lathe("doctor")
        guard health.code == 0 else { return ["doctor: \(health.output)"] }
        let runs = try FaultRun.all(site)
        for name in ["one", "two"] {
          guard let run = runs.first(where: { $0.name == name }) else {
            _ = try launch(name, site).result(within: 90)
            continue
          }
          // They stay until the run has ended: one that stands still is a failure.
          switch run.status {
          case "Succeeded": break
          case "Failed", "Stopped": try site.lathe("resume", run.run, within: 90)
          default: try site.lathe("watch", run.run, within: 90)
          }
        }
        let ended = try FaultRun.all(site)
        if ended.count == 2, ended.allSatisfy({ $0.status == "Succeeded" }) {
          return try ended.flatMap { run in
            try StepRow.all(of: run.run, site).filter {
              !["Succeeded", "Cached"].contains($0.value)
            }
            .map { "\(run.run) succeeded with \($0.key) \($0.value)" }
          }
        }
      }
      return ["not settled: \(try FaultRun.all(site))"]
    }

    /// Processes that nobody needs any more.
    private func remains(_ site: Site) -> [String] {
      let isQuiet: Bool? = awaited(within: 30) {
        site.scripts.isEmpty && site.runners.isEmpty ? true : nil
      }
      return isQuiet == true ? [] : ["left: scripts \(site.scripts), runners \(site.runners)"]
    }
  }
}

/// What `lathe runs --json` tells of a run.
private struct FaultRun: Decodable {
  var run: String
  var name: String
  var status: String
  var reason: String?

  static func all(_ site: Site) throws -> [FaultRun] {
    let told = try site.lathe("runs", "--json")
    guard told.code == 0 else { throw Failure("runs: \(told)") }
    return try JSONDecoder().decode([FaultRun].self, from: Data(told.output.utf8))
  }
}

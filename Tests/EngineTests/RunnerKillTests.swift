import CSystem
import Foundation
import Glibc
import Series
import Store
import Testing

@testable import Engine

/// Real step runners, killed at random moments while a real script logs.
struct RunnerKillTests {
  /// How often a runner is killed; `LATHE_ROUNDS=200` is the long form.
  private static let rounds =
    ProcessInfo.processInfo.environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 2

  /// Counts up in every way in, and says in `said` what has been acknowledged.
  private static let script = """
    import os
    import lathe
    said = os.open("../said", os.O_WRONLY | os.O_CREAT)
    lines = os.open(os.environ["LATHE_METRICS"], os.O_WRONLY | os.O_APPEND)
    for place in range(1_000_000):
        if place % 1000 == 10 and os.fork() == 0:
            lathe.log({f"child{place}": 0}, step=0)
            os._exit(0)
        lathe.log({"module": place}, step=place)
        os.write(lines, b"lines=%d step=%d\\n" % (place, place))
        os.pwrite(said, b"%09d" % (place + 1), 0)
        os.write(1, b'{"log": %d, "step": %d}\\n' % (place, place))
    """

  @Test(.timeLimit(.minutes(20)))
  func `a runner killed at any moment has lost and doubled nothing`() async throws {
    let executor = ScriptedExecutor { _ in .hold }
    let site = try RunSite(
      [
        "a.py": Self.script,
        "pipeline.yaml": "steps: { a: { type: Training, run: [python3, a.py] } }",
      ],
      executor: executor
    )
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let run = try site.launch(environment: ["PATH": path])
    let first = site.home.attempt(run: run, step: "a", attempt: 1)
    let text = try String(contentsOfFile: first.spec, encoding: .utf8)
    var random = Seeded(seed: 20_261_122)
    var acknowledged = 0
    for round in 0..<Self.rounds {
      let attempt = AttemptFolder(path: "\(site.root)/kill\(round)")
      try makeFolder(attempt.path)
      let escaped = { (path: String) in path.replacing("/", with: "\\/") }
      let spec = text.replacing(escaped(first.path), with: escaped(attempt.path))
        .replacing(first.path, with: attempt.path)
      try Data(spec.utf8).write(to: URL(filePath: attempt.spec))
      let life = UInt32.random(in: 0...600_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = attempt.path as String, life = life as UInt32] in
        Thread.detachNewThread {
          usleep(life)
          kill(getpid(), SIGKILL)
        }
        _ = StepRunner.run(attempt: path, signals: -1) { _, _ in }
      }
      killProcesses(marked: attempt.path)
      _ = try Ingest.recover(attempt)
      let said = Int((try? String(contentsOfFile: attempt.path + "/said", encoding: .utf8)) ?? "0")
      acknowledged += said ?? 0
      var reader = SeriesReader(folder: attempt.metrics)
      _ = try reader.refresh()
      for name in reader.names {
        let values = try reader[name]?.points(0..<(reader[name]?.count ?? 0)).values ?? []
        #expect(values == (0..<values.count).map(Double.init), "\(name) in round \(round)")
        if !name.hasPrefix("child") && name != "log" {
          #expect(values.count >= said ?? 0, "\(name) in round \(round)")
        }
      }
      if said ?? 0 > 0 {
        #expect(reader.names.contains("module"), "round \(round)")
        #expect(access(attempt.sdk, F_OK) != 0, "round \(round)")
      }
      try FileManager.default.removeItem(atPath: attempt.path)
    }
    print("\(Self.rounds) runners killed: \(acknowledged) rounds of the script acknowledged")
  }
}

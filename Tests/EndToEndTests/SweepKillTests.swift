import Foundation
import Glibc
import Testing

extension EndToEnd {
  struct SweepKillTests {
    private static let rounds =
      ProcessInfo.processInfo.environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 2
    private static let runs = 12

    @Test(.timeLimit(.minutes(20)))
    func `however often its agent is killed, each run of a sweep ends and each step runs once`()
      throws
    {
      let site = try Site()
      var generator = Seeded(state: 20_240_917)
      let side = site.folder + "/side"
      _ = try site.adopt("many", pipeline: Self.pipeline, scripts: Self.scripts(side: side))
      var killed = 0
      for round in 1...Self.rounds {
        let launched = try site.lathe(
          "run",
          "--detach",
          "--in",
          "many",
          "-p",
          "round=\(round)",
          "--sweep",
          "seed=1..\(Self.runs)"
        )
        try #require(launched.code == 0, "\(launched)")
        let lines = {
          (site.read(side) ?? "").split(separator: "\n").filter { $0.hasSuffix(" \(round)") }
        }
        // Each death comes a random way into the sweep: some line later than the last one.
        var seen = 0
        while seen < 2 * Self.runs {
          let due = min(2 * Self.runs, seen + Int.random(in: 1...6, using: &generator))
          let isDue: Bool? = awaited(within: 60) { lines().count >= due ? true : nil }
          try #require(isDue == true, "round \(round): it stands still at \(lines().count) lines")
          seen = max(due, lines().count)
          usleep(UInt32.random(in: 0..<30_000, using: &generator))
          guard let agent = site.agent else { continue }
          kill(agent, SIGKILL)
          killed += 1
        }
        // Commands that only look start no agent: what is left alive sees to the rest.
        let first = (round - 1) * Self.runs + 1
        let last = round * Self.runs
        for run in first...last {
          let status: String? = try awaited(within: 60) {
            let status = try StepRow.status(of: "r\(run)", site)
            return status == "Succeeded" ? status : nil
          }
          #expect(status == "Succeeded", "r\(run)")
        }
        let expected = (1...Self.runs).flatMap { ["train \($0) \(round)", "after \($0) \(round)"] }
        #expect(lines().map(String.init).sorted() == expected.sorted(), "round \(round)")
      }
      print("\(Self.rounds) sweeps of \(Self.runs) runs: \(killed) agents killed")
      #expect(killed >= 2 * Self.rounds)
    }

    private static let pipeline = """
      name: many
      parameters:
        round: { type: Integer }
        seed: { type: Integer }
      steps:
        train:
          type: Training
          run: [sh, train.sh, "${parameters.seed}", "${parameters.round}"]
          outputs: { model: model }
        after:
          type: Processing
          run: [sh, after.sh, "${parameters.seed}", "${parameters.round}", "${steps.train.outputs.model}"]
      """

    private static func scripts(side: String) -> [String: String] {
      [
        "train.sh": """
        sleep 0.1
        echo "$1 $2" > model
        echo "train $1 $2" >> '\(side)'
        """,
        "after.sh": """
        cat "$3"
        echo "after $1 $2" >> '\(side)'
        """,
      ]
    }
  }
}

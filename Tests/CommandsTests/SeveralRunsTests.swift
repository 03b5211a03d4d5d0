import Commands
import Documents
import Engine
import Foundation
import Store
import Terminal
import Testing

/// What is said before and after runs are removed, stopped and resumed.
struct SeveralRunsTests {
  @Test(
    arguments: [
      ("r3..r7", 3...7), ("r3..7", 3...7), ("r3..r3", 3...3), ("r7..r3", nil), ("3..7", nil),
      ("r3..", nil), ("r..r7", nil), ("r3...r7", nil), ("r3", nil), ("s1..s3", nil),
    ] as [(String, ClosedRange<Int>?)]
  )
  func `a range of runs has the form of r3..r7`(text: String, range: ClosedRange<Int>?) {
    #expect(text.runRange == range)
  }

  private func sweep(_ id: Int) -> SweepRecord {
    SweepRecord(
      id: id,
      instance: "lab",
      pipeline: "p",
      axes: [],
      count: 3,
      created: noon,
      token: "t\(id)"
    )
  }

  @Test func `the newest are removed first, runs before sweeps`() {
    let all: [NamedRuns] = [.sweep(sweep(1)), .run(run(3)), .sweep(sweep(2)), .run(run(9))]
    #expect(all.inOrderOfRemoval.map(\.shortName) == ["r9", "r3", "s2", "s1"])
  }

  @Test func `a range means the runs of it that are running, a name that run in any case`() {
    let all: [NamedRuns] = [
      .run(run(3, .executing)), .run(run(4, .failed)), .run(run(8, .failed)), .sweep(sweep(1)),
    ]
    #expect(all.running(in: [3...7]).map(\.shortName) == ["r3", "r8", "s1"])
    #expect(all.running(in: []) == all)
  }

  private let refusal = Explanation(what: "no")

  @Test func `what was in the way of a refused one may be gone at the end`() {
    var gone: Set<String> = []
    func outcomes(_ repeating: Bool) -> Outcomes {
      gone = []
      return Outcomes(of: [1, 2, 3].map { .run(run($0)) }, repeating: repeating) { named in
        // r1 goes behind r2, and r3 never.
        guard named.shortName == "r2" || (named.shortName == "r1" && gone.contains("r2")) else {
          throw refusal
        }
        gone.insert(named.shortName)
        return Line("gone")
      }
    }
    #expect(outcomes(false).done.map(\.name) == ["r2"])
    #expect(outcomes(false).refusals.map(\.name) == ["r1", "r3"])
    #expect(outcomes(true).done.map(\.name) == ["r2", "r1"])
    #expect(outcomes(true).refusals.map(\.name) == ["r3"])
  }

  @Test func `where no agent can be reached the rest is not tried`() {
    var tried: [String] = []
    let outcomes = Outcomes(of: (1...4).map { .run(run($0)) }, repeating: true) { named in
      tried.append(named.shortName)
      if named.shortName == "r1" { return Line("r1") }
      if named.shortName == "r2" { throw refusal }
      throw AgentUnreachable(Explanation(what: "gone"))
    }
    #expect(tried == ["r1", "r2", "r3"])
    #expect(outcomes.refusals.map(\.reason.what) == ["no", "gone"])
  }

  private func taken(_ name: String, from run: Int) -> StepRecord {
    var taken = step(name, .cached)
    (taken.logRun, taken.logAttempt) = (run, 1)
    return taken
  }

  @Test func `a removal tells of the results that really are the run's own`() {
    var made = step("train", .succeeded, seconds: 8)
    made.logAttempt = 1
    #expect(RemovedResults(of: [made]).lines.plain.contains("still taken from the cache"))
    let all = RemovedResults(of: [taken("a", from: 1), taken("b", from: 1), step("c", .skipped)])
    #expect(all.lines.plain == "  What it had from the cache is that of r1, and stays there.\n")
    #expect(RemovedResults(of: [taken("a", from: 1), made]).isMaker)
    #expect(RemovedResults(of: [step("a", .failed)]).lines.isEmpty)
  }

  @Test func `a sweep's removal tells which runs stay as another one shows their logs`() {
    let sweep = SweepRecord(
      id: 1,
      instance: "lab",
      pipeline: "p",
      axes: [],
      count: 3,
      created: noon,
      token: "t"
    )
    var removal = SweepRemoval(sweep: sweep, before: 3, kept: [7, 8])
    removal.shownBy = [7: 12]
    removal.hasResults = true
    #expect(
      removal.lines(trash: "/t").plain.hasPrefix(
        """
        1 of 3 runs of s1 are in the trash: /t
          kept, as they are pinned or made models: r8
          kept: Logs and curves of r7 are shown by r12
          What its steps made is still taken from the cache

        """.dropLast()
      )
    )
    removal.before = 2
    #expect(
      removal.refusal?.why
        == "r8 is pinned or made a registered model: r8. Logs and curves of r7 are shown by r12."
    )
    #expect(removal.refusal?.next == "Remove the others first: lathe rm r12")
    removal.shownBy = [:]
    #expect(removal.refusal?.next.contains("lathe pin --remove s1") == true)
    removal.hasPins = false
    #expect(removal.refusal?.next.contains("pin") == false)
  }

  @Test func `a resumption tells whether a step begins anew`() {
    func words(_ steps: [(name: String, hasCheckpoint: Bool)]) -> String {
      Resumption(of: run(3, .failed), steps: steps).line.plain
    }
    let head = "r3 goes on with the code as it is now"
    #expect(words([]) == head + ".")
    #expect(
      words([("train", false)])
        == head + "; step train starts again from its beginning: it left no checkpoint."
    )
    #expect(
      words([("train", true)]) == head + "; step train goes on from the checkpoint that it left."
    )
    #expect(
      words([("a", true), ("b", false), ("c", false)])
        == head
        + "; from their checkpoints: a; again from their beginning, without a checkpoint: b, c."
    )
  }
}
